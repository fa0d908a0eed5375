"""Two books beside each other: what changed in what they can lose, in money."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown

if TYPE_CHECKING:
    import pandas as pd


class Change(NamedTuple):
    """A figure of both books, in their currency."""

    scenario: str
    figure: str
    """Expected loss, VaR, ES, value; or the position whose part of ES it is."""
    before: float
    before_se: float
    after: float
    after_se: float
    difference: float
    error: float
    """Of the difference on unlike draws; on common ones, of which much noise cancels, its own is mostly less."""


@shown
class BookChange(NamedTuple):
    """The second book less the first."""

    currency: str
    level: float
    before: str
    after: str
    same_draws: bool
    """Whether both rest on one seed and as many paths of one estimator."""
    scenario: str
    """Whose positions stand in `positions`: the harshest of the second."""
    figures: list[Change]
    positions: list[Change]
    """Part of expected shortfall of every position that either book holds, the largest change first."""

    def to_dataframe(self, part: str = "figures") -> pd.DataFrame:
        """A row a scenario and figure; `positions` a row a position."""
        return frame_of(self, part)
