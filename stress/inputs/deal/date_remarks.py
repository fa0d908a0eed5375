"""What a deal's dates mean where they lie apart: late issue, a long first period, early interest."""

from __future__ import annotations

from stress.inputs.deal.dates import first_payment, issue_of, payment_dates
from stress.inputs.deal.index import IndexByMonth
from stress.inputs.deal.terms import Terms
from stress.inputs.text.remark import Sentences
from stress.tables.dates import tells

LONG_PERIOD, EARLY_ISSUE, LATE_ISSUE = 100, 31, 200
"""Days: of a first interest period, of issue before and after the cut-off, that deserve a second look."""


def dates_apart(deal: Terms) -> Sentences:
    """Late issue or a later first payment, told as what it does; dates that may be slips; how a table's were read."""
    yield from _late_start(deal)
    yield from _interest(deal)
    for name, index in deal.indices.items():
        if isinstance(index, IndexByMonth) and tells(index.source):
            yield f"indices.{name}", index.source


def _late_start(deal: Terms) -> Sentences:
    first, issue = first_payment(deal), issue_of(deal)
    days = (issue - deal.closing_date).days
    if first == 1:
        return
    bought = ", buys receivables" * (deal.purchase == "each_step")
    revolves = f", those of revolving_months = {deal.revolving_months} too" if deal.revolving_months else ""
    key = "issue_date" if deal.first_payment_date is None else "first_payment_date"
    slip = f" (issue is {days} days after the cut-off: is the year right?)" if days > LATE_ISSUE else ""
    yield (
        key,
        f"nothing is paid before {payment_dates(deal)[first - 1]}, of month {first}: what the pool collects from the "
        f"cut-off of {deal.closing_date} on{bought} and is carried in; months are counted from the cut-off"
        f"{revolves}{slip}",
    )


def _interest(deal: Terms) -> Sentences:
    first, issue = payment_dates(deal)[first_payment(deal) - 1], issue_of(deal)
    days, before = (first - issue).days, (deal.closing_date - issue).days
    if before > EARLY_ISSUE:
        yield (
            "issue_date",
            f"{issue} is {before} days before the cut-off of {deal.closing_date}: {days} days of interest are due at "
            "the first payment, out of what the pool has collected since the cut-off. For a deal under way give the "
            "last payment date before the cut-off",
        )
    elif days > LONG_PERIOD:
        yield "issue_date", f"the first payment, {first}, is due {days} days of interest, since {issue}"
