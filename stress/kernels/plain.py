"""Memory, records and tables without a compiler: the same names on NumPy arrays.

Not `x += y` on a local name: arrays change in place, lanes of a compiler do not. On rows (`note.unpaid += y`) both store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from . import lanes
from .header import FIELD
from .layout import LANES
from .row_records import ROWS
from .scratch import GROUPS, Group
from .tables import TABLES
from .tally import COUNTS


class Memory:
    """All that a stage sees."""

    def __init__(self, w: Any, f: Any, g: Any, n: Any, header: Any) -> None:
        sizes = {name: int(header[i]) for name, i in FIELD.items()}
        self.w, self.n, self.p = w, n, _Named(sizes)
        tables = {}
        for name, (flat, axes) in TABLES.items():
            shape, at = axes.shape(sizes), sizes[f"at_{name}"]
            array = (f if flat == "f" else g)[at : at + int(np.prod(shape))].reshape(shape)
            tables[name] = _Columns(array, axes.columns) if axes.columns else array
        self.t = _Named({name: table[()] if table.ndim == 0 else table for name, table in tables.items()})
        self.to = _Named({name: _Places(sizes[f"to_{name}"], axes.shape(sizes)) for name, axes in COUNTS.items()})
        for name, group in GROUPS.items():
            at, shape = sizes[f"of_{name}"], group.axes.shape(sizes)
            each = _Each(w, at, shape, group)
            setattr(self, name, each if group.axes else each[()])


class _Named:
    """Things by name."""

    def __init__(self, by_name: Mapping[str, Any]) -> None:
        self.__dict__.update(by_name)


class _Columns:
    """A table whose last axis has names."""

    def __init__(self, array: Any, columns: tuple[str, ...]) -> None:
        self.array, self.columns, self.ndim = array, columns, array.ndim - 1

    def __getitem__(self, index: Any) -> Any:
        row = self.array[index]
        return _TableRow(self.columns, row) if np.ndim(row) == 1 else row


class _TableRow(_Named):
    """Its last axis, by name or by number."""

    def __init__(self, columns: tuple[str, ...], numbers: Any) -> None:
        super().__init__(dict(zip(columns, numbers, strict=True)))
        self._numbers = numbers

    def __getitem__(self, column: int) -> Any:
        return self._numbers[column]


class _Places:
    """Where counts begin."""

    def __init__(self, at: int, shape: tuple[int, ...]) -> None:
        self.at, self.shape = at, shape

    def __getitem__(self, index: Any) -> int:
        given = index if isinstance(index, tuple) else (index,)
        at = 0
        for i, length in enumerate(self.shape):
            at = at * length + (int(given[i]) if i < len(given) else 0)
        return self.at + at


class _Each:
    """A group of the scratch."""

    def __init__(self, w: Any, at: int, shape: tuple[int, ...], group: Group) -> None:
        self.w, self.places, self.group = w, _Places(0, shape), group
        self.at = at

    def _of(self, index: Any) -> int:
        return self.at + self.group.stride * self.places[index]

    def __getitem__(self, index: Any) -> Any:
        if self.group.record is not None:
            return Record(self.w, self._of(index), ROWS[self.group.record], lanes.WIDTH)
        if self.group.stride == lanes.NARROW:
            return lanes.load_narrow(self.w, self._of(index))
        return lanes.load(self.w, self._of(index)) if self.group.stride > 1 else self.w[self._of(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        if self.group.stride == lanes.NARROW:
            lanes.store_narrow(self.w, self._of(index), value)
        elif self.group.stride > 1 or np.ndim(value) > 0:
            lanes.store(self.w, self._of(index), value)
        else:
            self.w[self._of(index)] = value


class Record:
    """Rows with names."""

    _place: tuple[Any, int, tuple[str, ...], int]

    def __init__(self, w: Any, at: int, rows: tuple[str, ...], width: int) -> None:
        object.__setattr__(self, "_place", (w, at, rows, width))

    def __getattr__(self, name: str) -> Any:
        w, at, rows, width = self._place
        if name not in rows:
            raise AttributeError(name)
        load = lanes.load if width == lanes.WIDTH else lanes.load_narrow
        return load(w, at + LANES * rows.index(name))

    def __getitem__(self, row: int) -> Any:
        return getattr(self, self._place[2][row])

    def __setitem__(self, row: int, value: Any) -> None:
        setattr(self, self._place[2][row], value)

    def __setattr__(self, name: str, value: Any) -> None:
        w, at, rows, width = self._place
        store = lanes.store if width == lanes.WIDTH else lanes.store_narrow
        store(w, at + LANES * rows.index(name), value)


def narrow_twin(record: Record, first: int) -> Record:
    """Eight lanes of a record's rows, from lane `first`."""
    w, at, rows, _ = record._place
    return Record(w, at + first, rows, lanes.NARROW)


def alike_twin(like: Any, number: float) -> Any:
    """The same number on as many lanes as another value has."""
    return np.full(np.size(like), number, np.float64)
