"""The most likely path of the common factors on which a book loses more than a share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.book import Estimate
from stress.answers.compared import compared
from stress.answers.frames import frame_of
from stress.answers.reverse import Search, folded, outstanding
from stress.answers.shown import shown
from stress.arrays import Array

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@compared
class DealOnPath(NamedTuple):
    """What the path does to one deal."""

    name: str
    group: str | None
    start: int
    """Months from the book's first to the deal's own."""
    default: float
    """Cumulative default, over the cut-off balance."""
    expected: float
    """The same on expected rates."""
    path: xr.Dataset
    """Its replay."""
    base: xr.Dataset
    """The deterministic run."""


@shown
class BookReverse(NamedTuple):
    """The most likely common path to a loss of the book."""

    scenario: str
    loss: float
    """The book loses more than this share."""
    amount: float
    """Of the book, in its currency: all shares are of it."""
    beta: float
    """Length of the path in standard deviations; inf where none within 12 loses so much."""
    first_order: float
    """Phi(-beta): of common weather that bad, the deals' own at their mean."""
    simulated: Estimate
    """Share of the book's paths that lose more, what is the deals' own drawn too; no number where none were counted."""
    unseen: float
    """What none of them shows has a probability below this, what each shows one above 1 less it."""
    factors: list[str]
    normals: Array
    """(T, F) whitened normals behind the named factors."""
    level: Array
    """(T, F) the factors, in standard deviations; low is bad."""
    weight: Array
    """(T,) share of beta^2 that falls on each month."""
    lost: float
    """Of the book, on the path."""
    positions: dict[str, float]
    """Loss of each position on it, over its own original balance."""
    deals: list[DealOnPath]
    searches: tuple[Search, ...]
    says: str

    def months(self) -> range:
        """The months of the book from the first that any deal has before it, while the pool of any is there."""
        there = [deal.start + month for deal in self.deals for month in outstanding(deal.path)]
        return range(min(there), max(there) + 1)

    def shares(self) -> Array:
        """Shares of beta^2 that fall on `months`; on the first that of all before it too."""
        return folded(self.weight, self.months())

    def to_dataframe(self, part: str = "deals") -> pd.DataFrame:
        """A row a deal on the path; `positions` what each position loses."""
        return frame_of(self, part)
