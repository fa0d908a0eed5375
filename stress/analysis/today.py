"""What a price is over and counts from: issue, or the payment date of the month of a job's state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.calendar import calendar_of
from stress.assemble.contract import sizes_of
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.state.rules import started


class Today(NamedTuple):
    """A note on the day from which it is priced."""

    size: float
    """Its balance, in the deal's currency."""
    accrued: float
    """Interest accrued by then, over the balance: a buyer pays it beside the price."""
    years: Array
    """(T,) to each payment date; what is paid before the day counts at 0."""
    fraction: Array
    """(T,) of a year between payment dates, by the deal's day count; 0 for those that are over."""
    note_fraction: Array
    """The same by the note's day count."""

    def paid(self, price: float) -> float:
        """What a buyer pays at a price per 100 of balance, over the balance."""
        return price / 100.0 + self.accrued


def today_of(job: Job, note: int) -> Today:
    """Of a job's note by its number. Raises ConfigError where it is repaid in the state.

    >>> import stress
    >>> round(today_of(stress.load("scenarios/jobs/baitiao-24m.toml"), 0).paid(99.0), 4)
    0.99
    """
    dates, before = calendar_of(job.deal), started(job)
    years, ahead = np.asarray(dates.years, np.float64), np.arange(len(dates.years)) >= before
    fraction, of_note = dates.fraction * ahead, dates.note_fraction[:, note] * ahead
    if job.state is None:
        return Today(float(sizes_of(job.deal, job.pool.balance)[note]), 0.0, np.maximum(years, 0.0), fraction, of_note)
    name = job.deal.notes[note].name
    stands = job.state.notes[name]
    if stands.balance <= 0.0:
        raise ConfigError(f"{name} is repaid in {job.state.as_of}: it has no price")
    accrued = stands.accrued_interest / stands.balance
    return Today(stands.balance, accrued, np.maximum(years - years[before - 1], 0.0), fraction, of_note)
