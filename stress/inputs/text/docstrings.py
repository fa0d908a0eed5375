"""The docstrings below the fields of a class, from its source."""

from __future__ import annotations

import ast
import contextlib
import inspect
import itertools
import textwrap


def docstrings_of(model: type) -> dict[str, str]:
    """Those of a class and of all that it is made from, by field; of a class without a source none."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        with contextlib.suppress(OSError, TypeError):  # what is built in has none
            (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
            found |= _below_fields(body) if kind.__module__.startswith("stress.") else {}
    return found


def _below_fields(body: ast.stmt) -> dict[str, str]:
    """A text that stands alone, in the line after an annotated name."""
    found: dict[str, str] = {}
    for field, below in itertools.pairwise(getattr(body, "body", [])):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else None
            found |= {field.target.id: inspect.cleandoc(text)} if isinstance(text, str) else {}
    return found
