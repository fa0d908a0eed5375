"""The numbers of an answer as a table of pandas: a row for each of its parts, neither rounded nor in words.

Columns have the names of the fields, so that `help(type(answer))` says what they are. An estimate within a row has its
errors in columns beside it, called as in a Dataset of results: `lifetime`, `lifetime_se`, `lifetime_low`,
`lifetime_high`. What belongs to a row and is of another kind, as a path, is not in the table: it is `answer.path`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from stress.errors import ConfigError
from stress.spelling import suggest

if TYPE_CHECKING:
    import pandas as pd

ENDS = {"estimate": "", "error": "_se", "se": "_se", "low": "_low", "high": "_high"}
"""Ends of the names of an estimate's columns, by field."""
Row = dict[str, Any]


def frame_of(answer: Any, part: str) -> pd.DataFrame:
    """A row for each element of a part of an answer; of `rows.changes`, for each change of each row, beside the row.

    Raises ConfigError for a part that the answer has not.
    """
    held: list[tuple[Row, Any]] = [({}, answer)]
    for depth, name in enumerate(str(part).split(".")):
        held = [
            (row, element)
            for before, holder in held
            for row, element in _elements(before | (_cells(holder) if depth else {}), holder, name)
        ]
    prefix = name if depth else ""
    return framed([row for before, element in held for row in _rows(before | _cells(element, prefix))])


def framed(rows: list[Row]) -> pd.DataFrame:
    """Rows as a table. What is None in some and has parts in others is not a column beside these parts."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    nothing = [str(name) for name in frame if all(row.get(str(name)) is None for row in rows)]
    return frame.drop(columns=[name for name in nothing if any(str(other).startswith(f"{name}_") for other in frame)])


def _elements(before: Row, holder: Any, name: str) -> Iterator[tuple[Row, Any]]:
    """The elements of a field, each with what stands before it in its row; of a table, with its key."""
    known = [field for field in getattr(holder, "_fields", ()) if _is_part(getattr(holder, field))]
    if name not in known:
        raise ConfigError(f'part = "{name}": must be one of {", ".join(known)}{suggest(name, known)}')
    value = getattr(holder, name)
    if isinstance(value, dict):
        yield from ((before | {name: key}, element) for key, element in value.items())
    elif _is_row(value):
        yield before, value
    else:
        yield from ((before, element) for element in value)


def _is_row(value: Any) -> bool:
    return hasattr(value, "_fields")


def _is_part(value: Any) -> bool:
    """Whether a field holds rows."""
    if isinstance(value, dict):
        return all(_is_row(element) or np.ndim(element) == 0 for element in value.values())
    return _is_row(value) or (isinstance(value, (tuple, list)) and all(map(_is_row, value)))


def _cells(element: Any, prefix: str = "") -> Row:
    """The columns of one element; of a number that stands alone, one."""
    if not _is_row(element):
        return {prefix or "value": element}
    ends = ENDS if prefix and "estimate" in element._fields else {}
    cells: Row = {}
    for name in element._fields:
        value, column = getattr(element, name), f"{prefix}{ends.get(name, f'_{name}')}" if prefix else name
        if _is_row(value):
            cells |= _cells(value, column)
        elif isinstance(value, dict):
            told = {key: x for key, x in value.items() if _is_row(x) or np.ndim(x) == 0}
            for key, x in told.items():
                cells |= _cells(x, f"{column}_{key}")
        elif not (isinstance(value, (tuple, list)) and (not value or any(map(_is_row, value)))) and _is_cell(value):
            cells[column] = value
    return cells


def _is_cell(value: Any) -> bool:
    """Whether a value fits into a cell, or into one of each row: no path, no table of a path."""
    plain = value is None or isinstance(value, (bool, int, float, str, tuple, list))
    return plain or (isinstance(value, (np.ndarray, np.generic)) and value.ndim < 2)


def _rows(cells: Row) -> Iterator[Row]:
    """One row; of cells that hold a value of each month or point, a row for each of these."""
    size = next((value.size for value in cells.values() if np.ndim(value) == 1 and isinstance(value, np.ndarray)), None)
    if size is None:
        yield {name: value.item() if isinstance(value, np.ndarray) else value for name, value in cells.items()}
        return
    for k in range(size):
        yield {
            name: value[k] if isinstance(value, np.ndarray) and value.shape == (size,) else value
            for name, value in cells.items()
        }
