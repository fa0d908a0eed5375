"""Derivatives of a measure by every input of the draws, from one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class Slope(NamedTuple):
    """One derivative."""

    input: str
    per: str
    """Unit of the input that the derivative is per."""
    derivative: float
    se: float
    low: float
    """95% interval."""
    high: float


@shown
class Gradient(NamedTuple):
    """All derivatives of one measure."""

    job: str
    scenario: str
    measure: str
    tranche: str
    """Empty for a measure of the pool."""
    estimate: Interval
    """Of the measure itself, plain."""
    controlled: Interval
    """With the scores, whose means are known to be 0, as control variates."""
    inputs: tuple[Slope, ...]
    paths: int
    seed: int
    left_out: tuple[str, ...]
    since: Since = Since()
    """Where the job starts."""

    @property
    def variance_cut(self) -> float:
        """Share of the variance of the plain estimate that the control variates take away; NaN where it has none."""
        plain, controlled = float(self.estimate.error), float(self.controlled.error)
        return 1.0 - (controlled / plain) ** 2 if plain > 0.0 else float("nan")

    def to_dataframe(self, part: str = "inputs") -> pd.DataFrame:
        """A row a derivative."""
        return frame_of(self, part)
