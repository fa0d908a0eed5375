"""How an answer shows itself: one line in a console, in a notebook the table that its chapter of a report has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from stress.answers.compared import compared

T = TypeVar("T")

_TABLES: list[Callable[[Any], Any]] = []


def show_by(table: Callable[[Any], Any]) -> None:
    """Say how the table of an answer looks in a notebook: a room above does, pages are not known here."""
    _TABLES[:] = [table]


def shown(kind: type[T]) -> type[T]:
    """An answer that says in one line what it holds, shows its table in a notebook, and is compared as a whole."""
    kind.__repr__ = _line  # type: ignore[method-assign]
    kind._repr_html_ = _html  # type: ignore[attr-defined]
    return compared(kind)


def _line(answer: Any) -> str:
    """What it is of, then the names of its parts, each with the number of its rows."""
    said, parts = [], []
    for name in answer._fields:
        value = getattr(answer, name)
        if isinstance(value, (str, int, float)):
            said += [f"{name}={value:.6g}" if isinstance(value, float) else f"{name}={value!r}"] if value != "" else []
        elif isinstance(value, (tuple, list, dict)) and not hasattr(value, "_fields"):
            parts += [f"{name} ({len(value)})"] if len(value) else []
        elif value is not None:
            parts.append(name)
    return f"<{type(answer).__name__} {', '.join(said)}; {', '.join(parts)}>"


def _html(answer: Any) -> str:
    """Its table as pages have it; its bare numbers in a session that has read it from a file and asked nothing."""
    frame = _TABLES[0](answer) if _TABLES else answer.to_dataframe()
    return str(frame.to_html(border=0))
