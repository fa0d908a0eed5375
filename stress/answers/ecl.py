"""Expected credit loss of the loans and of every note: 12-month and lifetime, by scenario and reporting date."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd


class Allowance(NamedTuple):
    """One book under one scenario at one reporting date; shares of what is outstanding at closing."""

    scenario: str
    """`weighted` for the mean by the job's probabilities."""
    book: str
    """`loans`, or the name of a note."""
    month: int
    """Reporting date in months from closing; 0 is closing."""
    outstanding: Interval
    """What is left of the book; of a note with interest that is late, so that it may pass 1."""
    twelve_month: Interval
    """Of lifetime loss, what comes of defaults in the 12 months after the reporting date (IFRS 9, 5.5.5)."""
    lifetime: Interval
    """IFRS 9, 5.5.3; ASC 326 (CECL) at every date."""
    stage_2: Interval
    """Share of the loans whose credit risk has risen significantly or that are 30 days past due; NaN of a note."""
    allowance: Interval
    """Loans: lifetime for stages 2 and 3, 12-month for stage 1. NaN of a note, whose stage is the holder's to judge."""


@shown
class Ecl(NamedTuple):
    """Expected credit losses of a job."""

    job: str
    paths: int
    seed: int
    multiple: float
    """Of the entry rate at closing, from which a segment's credit risk has risen significantly."""
    effective_rate: float
    """A year: what the loans earn on their balance, at which their losses are discounted."""
    rows: tuple[Allowance, ...]
    says: str

    def to_dataframe(self, part: str = "rows") -> pd.DataFrame:
        """A row a scenario, book and reporting date."""
        return frame_of(self, part)
