"""The price table of a note: yield, margin, spread, duration and window by price, speed and level of default."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class Priced(NamedTuple):
    """A note at one price under one speed and one level of default, on expected rates (deterministic)."""

    price: float
    """In percent of the balance at issue, or where the job starts in mid-life."""
    speed: float | str
    """Multiple of prepayments, or what they are set to in curve words: "1.3% ABS"."""
    defaults: float
    """Multiple of the odds of arrears or default."""
    yield_: float
    """Effective, a year."""
    margin: float
    """Discount margin over the note's index, a year; NaN of a fixed note."""
    zero_spread: float
    """Over the zero curve, a year, compounded as the curve is."""
    duration: float
    """Modified: -dP/dy / P, years."""
    spread_duration: float
    """-dP/ds / P of the margin, or of the zero spread of a fixed note, years."""
    convexity: float
    """d2P/dy2 / P, years squared."""
    life: float
    """Weighted average life of principal, years from issue."""
    first_principal: int
    """Month from closing of the first principal; 0 where there is none."""
    last_principal: int
    loss: float
    """Principal that is never paid, of original balance."""
    option_adjusted: Interval | None = None
    """Over the path's short rate, where the mean over paths is the price; None where the rate is not random."""


@shown
class Price(NamedTuple):
    """The price table of one note."""

    job: str
    scenario: str
    tranche: str
    curve: tuple[tuple[float, float], ...]
    """(years, rate a year) of the zero curve, linear between, flat beyond; empty where the forward curve of a random
    short rate stands in its place."""
    rows: tuple[Priced, ...]
    breakeven_spread: Interval
    """Over the zero curve: what a note must pay a year for its expected losses of principal."""
    paths: int
    seed: int
    as_of: str = ""
    """Month of the state from which the job starts; empty at closing."""

    def to_dataframe(self, part: str = "rows") -> pd.DataFrame:
        """A row a price, speed and level of default."""
        return frame_of(self, part)
