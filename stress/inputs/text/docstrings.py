"""The docstrings below the fields of a class, from its source."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import sys
from typing import Any


def documented(kind: Any) -> Any:
    """A NamedTuple whose fields tell what they are where `help` shows them: Python's own says which number each has."""
    if isinstance(kind, type) and hasattr(kind, "_fields"):
        hints = kind.__annotations__.items()
        kind.__new__.__annotations__ = {field: getattr(hint, "__forward_arg__", hint) for field, hint in hints}
        for field, text in docstrings_of(kind).items():
            getattr(kind, field).__doc__ = text
    return kind


def docstrings_of(model: type) -> dict[str, str]:
    """Those of a class of ours and of all of ours that it is made from, by field; of a class without a source none."""
    docstrings: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if kind.__module__.startswith("stress."):
            docstrings |= _of_module(kind.__module__).get(kind.__name__, {})
    return docstrings


@functools.cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """Class -> field -> docstring: a module is read once, as each of its classes is asked for many times."""
    try:
        body = ast.parse(inspect.getsource(sys.modules[name])).body
    except (OSError, TypeError, KeyError):  # made up as it runs
        return {}
    return {node.name: _below_fields(node) for node in body if isinstance(node, ast.ClassDef)}


def _below_fields(body: ast.ClassDef) -> dict[str, str]:
    """A text that stands alone, in the line after an annotated name."""
    docstrings: dict[str, str] = {}
    for field, below in itertools.pairwise(body.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else None
            docstrings |= {field.target.id: inspect.cleandoc(text)} if isinstance(text, str) else {}
    return docstrings
