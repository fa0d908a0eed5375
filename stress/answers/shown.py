"""How an answer shows itself: one line in a console, in a notebook the table that its chapter of a report has."""

from __future__ import annotations

import importlib
from typing import Any, TypeVar

from stress.answers.compared import compared

T = TypeVar("T")


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
    """Asked for where there is a page to show it on: pages are a room above, and are not loaded before."""
    return str(importlib.import_module("stress.report").frame(answer).to_html(border=0))
