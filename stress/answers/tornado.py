"""What moves a measure most: inputs in the order of their effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown

if TYPE_CHECKING:
    import pandas as pd

from stress.answers.since import Since


class Bar(NamedTuple):
    """One bar of the tornado."""

    name: str
    down: Change | None
    up: Change | None

    @property
    def reach(self) -> float:
        """Largest change of either side."""
        return max(abs(side.estimate) for side in (self.down, self.up) if side is not None)


@shown
class Tornado(NamedTuple):
    """All inputs by how far they move the measure of one note (or of the pool)."""

    job: str
    scenario: str
    measure: str
    tranche: str | None
    """None: a measure of the pool."""
    unit: str
    base: float
    base_error: float
    bars: tuple[Bar, ...]
    """Largest first."""
    unmoved: tuple[str, ...]
    """Inputs that move the measure on no path."""
    left_out: tuple[str, ...]
    """Inputs that the job does not have."""
    paths: int
    seed: int
    estimator: str = "plain"
    """`importance` where fewer than 2% of plain paths show a loss of the note: one mixture for all runs; `scores` where
    one plain run gave derivatives."""
    undone: tuple[str, ...] = ()
    """Inputs that an interrupted question did not come to."""
    since: Since = Since()
    """Where the job starts."""

    def to_dataframe(self, part: str = "bars") -> pd.DataFrame:
        """A row an input, both sides beside each other."""
        return frame_of(self, part)


class Change(NamedTuple):
    """What one side of an input does to the measure."""

    label: str
    estimate: float
    """Moved minus base."""
    error: float
    """Of the difference, on common random numbers."""
    low: float
    high: float
