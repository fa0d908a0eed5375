"""How an input shows itself: one line where it is printed, tables in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from pydantic import BaseModel

MOST = 24
"""Rows of a list that are shown; the rest is counted."""
SHORT = 8
"""Values in a row that are shown; of more, only their number."""
NOTHING: tuple[object, ...] = (None, (), "", {})
"""Values that say nothing: their keys are left out."""
LEFT = ' style="text-align: left; vertical-align: top"'


def line_of(model: BaseModel) -> str:
    """`<Job 'baitiao-24m': 8 scenarios, 4 notes>`: kind, name, how many of each part."""
    parts = [f"{len(value)} {key}" for key, value in _parts(model) if _of_models(value)]
    parts += [f"{key} {value.name!r}" for key, value in _parts(model) if hasattr(value, "name")]
    more = f": {', '.join(parts)}" if parts else ""
    return f"<{type(model).__name__} {getattr(model, 'name', '')!r}{more}>"


def html_of(model: BaseModel) -> str:
    """Keys and values as tables; everything that comes from a file is escaped."""
    name = getattr(model, "name", "")
    return f"<div><strong>{escape(type(model).__name__)} {escape(str(name))}</strong>{_table(model)}</div>"


def _parts(model: BaseModel) -> list[tuple[str, Any]]:
    """What the input says, in the order of its kind."""
    given = [key for key in type(model).model_fields if key in model.model_fields_set]
    return [(key, getattr(model, key)) for key in given if key not in ("version", "kind", "name")]


def _table(model: BaseModel) -> str:
    return _rows((key, value) for key, value in _parts(model) if value not in NOTHING)


def _rows(pairs: Iterable[tuple[object, Any]]) -> str:
    rows = "".join(f"<tr><th{LEFT}>{escape(str(key))}</th><td{LEFT}>{_cell(value)}</td></tr>" for key, value in pairs)
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _cell(value: Any) -> str:
    if isinstance(value, BaseModel):
        name = getattr(value, "name", None)
        inside = _table(value)
        return f"<details><summary>{escape(str(name))}</summary>{inside}</details>" if name else inside
    if isinstance(value, Mapping):
        return _rows(value.items())
    if _of_models(value):
        return _list(value)
    if isinstance(value, tuple):
        return ", ".join(map(_text, value)) if len(value) <= SHORT else f"{len(value)} values"
    return _text(value)


def _of_models(value: Any) -> bool:
    return isinstance(value, tuple) and value != () and all(isinstance(model, BaseModel) for model in value)


def _list(models: Sequence[BaseModel]) -> str:
    """A row a model, a column for each key that any of them gives."""
    named = any(hasattr(model, "name") for model in models)
    heads = list(dict.fromkeys(key for model in models for key, value in _parts(model) if value not in NOTHING))
    heads.sort(key=lambda key: key != "step")
    head = "".join(f"<th{LEFT}>{escape(key)}</th>" for key in (["name"] if named else []) + heads)
    body = ""
    for model in models[:MOST]:
        given = dict(_parts(model))
        cells = [_text(getattr(model, "name", ""))] if named else []
        cells += [_cell(given[key]) if given.get(key) not in NOTHING else "" for key in heads]
        body += f"<tr>{''.join(f'<td{LEFT}>{cell}</td>' for cell in cells)}</tr>"
    more = f"<p>and {len(models) - MOST} more</p>" if len(models) > MOST else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}" if abs(value) >= 1000.0 else f"{value:.10g}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    return escape(str(value))
