"""What a row of lanes is to a reader and to mypy. Numba knows lanes by `lanes`, and sees none of this."""

from __future__ import annotations

from typing import Any, Protocol


class Lanes(Protocol):
    """One number a path of the block: 32 of them, or 8 in stages that say so. Whole numbers are words (Philox)."""

    def __add__(self, other: Lanes | float) -> Lanes: ...
    def __radd__(self, other: float) -> Lanes: ...
    def __sub__(self, other: Lanes | float) -> Lanes: ...
    def __rsub__(self, other: float) -> Lanes: ...
    def __mul__(self, other: Lanes | float) -> Lanes: ...
    def __rmul__(self, other: float) -> Lanes: ...
    def __truediv__(self, other: Lanes | float) -> Lanes: ...
    def __rtruediv__(self, other: float) -> Lanes: ...
    def __neg__(self) -> Lanes: ...
    def __and__(self, other: Lanes | int) -> Lanes: ...
    def __or__(self, other: Lanes | int) -> Lanes: ...
    def __xor__(self, other: Lanes | int) -> Lanes: ...
    def __rshift__(self, other: int) -> Lanes: ...
    def __lshift__(self, other: int) -> Lanes: ...


class Row:
    """A row of a record: `note.unpaid` loads its lanes, `note.unpaid = x` stores them."""

    def __get__(self, record: Any, kind: Any = None) -> Lanes:
        """Load."""
        raise NotImplementedError

    def __set__(self, record: Any, value: Lanes | float) -> None:
        """Store."""


class Record:
    """Rows with names, which may be taken by number as well."""

    def __getitem__(self, row: int) -> Lanes:
        """Load a row by its number."""
        raise NotImplementedError

    def __setitem__(self, row: int, value: Lanes | float) -> None:
        """Store it."""
        raise NotImplementedError
