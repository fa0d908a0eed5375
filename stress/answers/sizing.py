"""Note sizes that meet their targets, with the run that proves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class Sized(NamedTuple):
    """One note before and after, and what the fresh run says of it."""

    note: str
    before: float
    """Share of the cut-off balance at closing."""
    share: float
    """The largest of which the paths show that the target is met: the safe end of the interval. Without a target as it
    is; of a job in mid-life what is left of it over the pool then."""
    share_error: float
    """Standard error, that of the notes above included; NaN where nothing was sized."""
    share_low: float
    share_high: float
    """95% interval of the share at which the target is met exactly."""
    enhancement: float
    """What bears losses before it: the classes below its own, and pool beyond all notes; of a job in mid-life over the
    pool then."""
    enhancement_error: float
    target: str
    limit: float
    """The number that was to be met (of a band: its limit at the note's life)."""
    measured: Interval
    """In the fresh run; expected loss where there is no target, of a job in mid-life of what is left of the note."""
    life: float
    """Weighted average life in the fresh run, years."""
    life_error: float
    band: str
    """EL-implied, by the table; not a rating. `1 to 4` where the paths leave it open: estimate to upper bound."""
    verdict: str
    """`met`: the whole 95% interval lies within the target; `met, not proven`: the estimate does; `missed`; or none."""
    scenario: str = ""
    """Under which the note is judged."""
    sized_by: str = ""
    """The note whose target sets this one's size; notes of one such target share their room pro rata."""


@shown
class Sizing(NamedTuple):
    """Sizes of all notes."""

    job: str
    scenario: str
    notes: tuple[Sized, ...]
    paths: int
    seed: int
    estimator: str
    """`importance` where a limit leaves plain paths too few to tell."""
    proof_paths: int
    """0 where an interrupted search came to no proof."""
    proof_seed: int
    table: str
    """Name of the table of bands."""
    feasible: bool
    says: str
    since: Since = Since()
    """Where the job starts."""

    def to_dataframe(self, part: str = "notes") -> pd.DataFrame:
        """A row a note."""
        return frame_of(self, part)
