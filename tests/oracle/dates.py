"""Collection months, payment dates and day counts of a deal."""

import calendar
import datetime
import itertools


def month_end(date: datetime.date) -> datetime.date:
    """Last day of the month of a date."""
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def add_months(date: datetime.date, months: int) -> datetime.date:
    """First day of the month that lies some months after the month of a date."""
    count = date.year * 12 + date.month - 1 + months
    return datetime.date(count // 12, count % 12 + 1, 1)


def collection_month(closing: datetime.date, t: int) -> datetime.date:
    """First day of collection month t; month 1 is the first calendar month that ends after closing."""
    first = add_months(closing, 0) if month_end(closing) > closing else add_months(closing, 1)
    return add_months(first, t - 1)


def payment_date(closing: datetime.date, payment_day: int, t: int) -> datetime.date:
    """Payment date t: the payment day of the month after collection month t."""
    return add_months(collection_month(closing, t), 1).replace(day=payment_day)


def day_fraction(day_count: str, start: datetime.date, end: datetime.date) -> float:
    """Year fraction between two dates. 30/360 is the bond basis: a 31st counts as a 30th."""
    if day_count == "ACT/365F":
        return (end - start).days / 365.0
    if day_count == "ACT/360":
        return (end - start).days / 360.0
    if day_count != "30/360":
        raise ValueError(f"unknown day count {day_count}")
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return ((end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first) / 360.0


def payment_dates(deal) -> list[datetime.date]:
    """The date from which interest accrues (issue, or else closing), then the payment dates 1..T."""
    months = range(1, deal.legal_maturity_months + 1)
    start = deal.closing_date if deal.issue_date is None else deal.issue_date
    return [start] + [payment_date(deal.closing_date, deal.payment_day, t) for t in months]


def accrual_fractions(deal, day_count: str | None = None) -> list[float]:
    """Day-count fraction of each period 1..T, from the payment date before or, where that is later, from issue; by the
    day count of a note, where it has its own."""
    issue, *dates = payment_dates(deal)
    dates = [issue, *(max(issue, date) for date in dates)]
    return [day_fraction(day_count or deal.day_count, a, b) for a, b in itertools.pairwise(dates)]


def first_payment(deal) -> int:
    """The period F that is paid first: of the date given, or of the first payment date after issue."""
    issue, *dates = payment_dates(deal)
    wanted = getattr(deal, "first_payment_date", None)
    return 1 + [date > issue if wanted is None else date == wanted for date in dates].index(True)
