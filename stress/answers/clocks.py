"""What the clock changes: purchases daily, monthly, at payment dates, and after an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.tornado import Change

if TYPE_CHECKING:
    import pandas as pd


class Effect(NamedTuple):
    """One measure under daily purchases, and what each other way of buying changes."""

    measure: str
    tranche: str | None
    """None: of the pool."""
    daily: float
    error: float
    low: float
    high: float
    """Ends of the 95% interval: the bounds where no path lost anything, or every path all."""
    changes: tuple[Change, ...]
    """In the order of `ways`: that way minus daily purchases, on the same draws."""


@shown
class Clocks(NamedTuple):
    """A job on its clocks, and with some days on which nothing could be bought."""

    job: str
    scenario: str
    ways: tuple[str, ...]
    rows: tuple[Effect, ...]
    left_out: tuple[str, ...]
    """Ways that the job cannot take, with the reason."""
    paths: int
    seed: int

    def to_dataframe(self, part: str = "rows.changes") -> pd.DataFrame:
        """A row a measure and way to buy, the change from daily purchases beside their value."""
        return frame_of(self, part)
