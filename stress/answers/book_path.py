"""One path of a whole book, replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.arrays import Array

if TYPE_CHECKING:
    import xarray as xr


class BookPath(NamedTuple):
    """A path of the whole book."""

    path: int
    scenario: str
    factors: list[str]
    factor: Array
    """(T, F) level of each named factor, from the book's first month."""
    deals: dict[str, xr.Dataset]
    """By name, as `stress.replay` gives them."""
    start: dict[str, int]
    """Months from the book's first closing to each deal's."""
