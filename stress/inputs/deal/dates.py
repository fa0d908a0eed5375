"""The dates of a deal: collection periods, payment dates, issue and the first payment; and the rules that they keep."""

from __future__ import annotations

import calendar
import datetime
import functools

from stress.inputs.deal.terms import Terms


def collection_ends(deal: Terms) -> tuple[datetime.date, ...]:
    """Last day of each collection period: the month ends after closing."""
    return tuple(month_end(deal.closing_date, months) for months in range(1, deal.legal_maturity_months + 1))


def payment_dates(deal: Terms) -> tuple[datetime.date, ...]:
    """The payment day of the month after each collection period."""
    after = [month_end(deal.closing_date, months + 1) for months in range(1, deal.legal_maturity_months + 1)]
    return tuple(date.replace(day=deal.payment_day) for date in after)


def issue_of(deal: Terms) -> datetime.date:
    """The day from which interest accrues."""
    return deal.issue_date or deal.closing_date


def first_payment(deal: Terms) -> int:
    """Collection period, from 1, that is paid first: of the payment date given, or of the first one after issue."""
    first = deal.first_payment_date
    if first is not None:
        return payment_dates(deal).index(first) + 1
    return next(period for period, date in enumerate(payment_dates(deal), 1) if date > issue_of(deal))


@functools.lru_cache(4096)
def month_end(date: datetime.date, months: int = 0) -> datetime.date:
    """Last day of the month that lies so many months after a date's."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def check_dates(deal: Terms) -> None:
    """Raise ValueError with a sentence where the dates contradict each other."""
    _cut_off(deal)
    _periods(deal)
    _payments(deal)


def _cut_off(deal: Terms) -> None:
    closing = deal.closing_date
    if not 1980 <= closing.year <= 2200:
        raise ValueError(f"closing_date = {closing}: must lie between 1980 and 2200")
    if closing != month_end(closing):
        raise ValueError(
            f"closing_date = {closing}: must be the last day of a month ({month_end(closing, -1)} or "
            f"{month_end(closing)}): it is the cut-off, as of which the pool's balances are stated, and collection "
            "periods are whole calendar months. The day on which the notes are issued is issue_date"
        )


def _periods(deal: Terms) -> None:
    if deal.revolving_months > deal.scheduled_months:
        raise ValueError(
            f"revolving_months = {deal.revolving_months}: must not exceed scheduled_months = {deal.scheduled_months}"
        )
    if deal.scheduled_months > deal.legal_maturity_months:
        raise ValueError(
            f"scheduled_months = {deal.scheduled_months}: must not exceed legal_maturity_months = "
            f"{deal.legal_maturity_months}"
        )
    if deal.revolving_months >= deal.legal_maturity_months:
        raise ValueError(
            f"revolving_months = {deal.revolving_months}: must end before legal maturity in month "
            f"{deal.legal_maturity_months}, or no note is ever repaid"
        )


def _payments(deal: Terms) -> None:
    dates, issue, first = payment_dates(deal), issue_of(deal), deal.first_payment_date
    if issue >= dates[-1]:
        raise ValueError(
            f"issue_date = {issue}: must lie before the last payment date, {dates[-1]} (month "
            f"{deal.legal_maturity_months}), or no note is ever paid"
        )
    if first is None:
        return
    after = [date for date in dates if date > issue]
    if first <= issue:
        raise ValueError(f"first_payment_date = {first}: must lie after issue, {issue}: {after[0]} or later")
    if first not in after:
        near = sorted(after, key=lambda date: abs(date - first))[:2]
        raise ValueError(
            f"first_payment_date = {first}: is no payment date: day {deal.payment_day} of a month "
            f"({', '.join(date.isoformat() for date in sorted(near))}; payment_day = {deal.payment_day})"
        )
