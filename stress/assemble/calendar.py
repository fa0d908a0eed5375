"""Real dates of a deal: collection periods, payment dates, day-count fractions."""

from __future__ import annotations

import calendar
import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.inputs.deal import DayCount, Deal


class Calendar(NamedTuple):
    """Dates of T periods."""

    collection_end: tuple[datetime.date, ...]
    """Last day of each collection period: month ends after closing."""
    payment: tuple[datetime.date, ...]
    """The payment day of the month after each collection period."""
    fraction: NDArray[np.float64]
    """(T,) day-count fraction from one payment date (issue, for the first) to the next."""
    years: NDArray[np.float64]
    """(T,) years from issue to each payment date, ACT/365F."""


def calendar_of(deal: Deal) -> Calendar:
    """Dates of a deal to its legal maturity."""
    ends, payments = [], []
    year, month = deal.closing_date.year, deal.closing_date.month
    if _month_end(year, month) <= deal.closing_date:
        year, month = _next(year, month)
    for _ in range(deal.legal_maturity_months):
        ends.append(_month_end(year, month))
        year, month = _next(year, month)
        payments.append(datetime.date(year, month, deal.payment_day))
    issued = deal.issue_date or deal.closing_date
    starts = [issued, *payments[:-1]]
    fraction = [year_fraction(a, b, deal.day_count) for a, b in zip(starts, payments, strict=True)]
    years = [(p - issued).days / 365.0 for p in payments]
    return Calendar(tuple(ends), tuple(payments), np.array(fraction), np.array(years))


def year_fraction(start: datetime.date, end: datetime.date, day_count: DayCount) -> float:
    """Fraction of a year between two dates: ACT/365F, ACT/360 or 30/360 (30E/360)."""
    if day_count == "30/360":
        days = (end.year - start.year) * 360 + (end.month - start.month) * 30 + min(end.day, 30) - min(start.day, 30)
        return days / 360.0
    return (end - start).days / (365.0 if day_count == "ACT/365F" else 360.0)


def _month_end(year: int, month: int) -> datetime.date:
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def _next(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)
