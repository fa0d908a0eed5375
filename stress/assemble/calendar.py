"""Real dates of a deal: collection periods, payment dates, day-count fractions."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.by_identity import by_identity
from stress.inputs.deal import DayCount, Deal
from stress.inputs.deal.dates import collection_ends, first_payment, issue_of, payment_dates


class Calendar(NamedTuple):
    """Dates of T periods."""

    collection_end: tuple[datetime.date, ...]
    """Last day of each collection period: month ends after closing."""
    payment: tuple[datetime.date, ...]
    """The payment day of the month after each collection period."""
    first_payment: int
    """Period that is paid first, from 1; before it interest accrues from issue and nothing is paid."""
    fraction: Array
    """(T,) day-count fraction from one payment date (issue, for the first) to the next; 0 before issue."""
    note_fraction: Array
    """(T, N) the same by the day count of each note."""
    years: Array
    """(T,) years from issue to each payment date, ACT/365F; negative before issue."""


@by_identity
def calendar_of(deal: Deal) -> Calendar:
    """Dates of a deal to its legal maturity."""
    issued, payments = issue_of(deal), payment_dates(deal)
    starts = [issued, *(max(issued, date) for date in payments[:-1])]
    spans = list(zip(starts, (max(issued, date) for date in payments), strict=True))
    counts = dict.fromkeys([deal.day_count, *(note.day_count or deal.day_count for note in deal.notes)])
    by_count = {count: np.array([year_fraction(a, b, count) for a, b in spans]) for count in counts}
    of_notes = np.stack([by_count[note.day_count or deal.day_count] for note in deal.notes], axis=1)
    years = np.array([(p - issued).days / 365.0 for p in payments])
    return Calendar(collection_ends(deal), payments, first_payment(deal), by_count[deal.day_count], of_notes, years)


def year_fraction(start: datetime.date, end: datetime.date, day_count: DayCount) -> float:
    """Fraction of a year between two dates: ACT/365F, ACT/360 or 30/360 (30E/360)."""
    if day_count == "30/360":
        days = (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)
        return days / 360.0
    return (end - start).days / (365.0 if day_count == "ACT/365F" else 360.0)
