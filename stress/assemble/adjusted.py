"""The adjusted pool: loans that bear less than a hurdle rate at the present value of what they still pay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from stress.analytic.amortization import Schedule
from stress.arrays import Array
from stress.assemble.profiles import line_fee, plan_fee, plan_rate, plan_schedule, plan_share
from stress.assemble.statements import Price
from stress.inputs.pool import Pool, Segment

GONE = 1e-12
"""Scheduled balance over that of closing below which nothing is scheduled any more."""


class _Loan(NamedTuple):
    """Loans of the opening pool that are alike: what they owe, and what a unit of it pays by month from closing."""

    owed: float
    balance: Array
    """(n + 1,) after each month, from closing on."""
    pays: Array
    """(n,) principal, interest and flat fees of each month."""


def adjusted_share(pool: Pool, hurdle: float, n_month: int) -> Array:
    """(T,) the adjusted pool over the pool after each month, as the opening pool is scheduled.

    The value of a loan is the smaller of its balance and its payments discounted at hurdle / 12 a month.
    """
    value, balance = np.zeros(n_month), np.zeros(n_month)
    for segment in pool.segments:
        loans = list(_loans(pool, segment))
        unit = segment.share / sum(loan.owed for loan in loans)
        for loan in loans:
            months = slice(0, min(n_month, len(loan.pays)))
            scheduled = loan.balance[1:]
            worth = np.minimum(scheduled, _discounted(loan.pays, hurdle / 12.0)[1:])
            value[months] += unit * loan.owed * worth[months]
            balance[months] += unit * loan.owed * scheduled[months]
    return np.where(balance > GONE, value / np.maximum(balance, GONE), 1.0)


def _discounted(pays: Array, rate: float) -> Array:
    """(n + 1,) present value, after each month, of what comes later."""
    later = np.zeros(len(pays) + 1)
    for month in range(len(pays), 0, -1):
        later[month - 1] = (later[month] + pays[month - 1]) / (1.0 + rate)
    return later


def _loans(pool: Pool, segment: Segment) -> Iterator[_Loan]:
    """The opening lines, or the steady state of the plan mix."""
    fees = plan_fee(pool, segment, Price(pool.fee_free_share))
    lines = pool.opening_of(segment)
    for line in lines:
        own, age = pool.loan_of(line), line.term - line.remaining
        flat = line_fee(pool, line, fees) / _left(plan_schedule(segment, own), age)
        rest = plan_schedule(segment, own, remaining=line.remaining)
        yield _loan(line.share, rest, plan_rate(segment, own), flat, own.origination_fee * (age == 0), line.first_due)
    if lines:
        return
    for weight, plan, flat in zip(plan_share(pool, segment), pool.plans, fees, strict=True):
        whole = plan_schedule(segment, plan)
        for age in range(plan.term):
            left, rest = _left(whole, age), plan_schedule(segment, plan, remaining=plan.term - age)
            at_first = plan.origination_fee * (age == 0)
            yield _loan(weight * left, rest, plan_rate(segment, plan), flat / left, at_first, 1)


def _left(whole: Schedule, age: int) -> float:
    """What a loan still owes after some instalments, over what was lent."""
    return float(whole.balance[age]) / whole.whole


def _loan(owed: float, rest: Schedule, rate: float, flat: float, at_first: float, first_due: int) -> _Loan:
    """A loan by month; its next instalment falls due in month `first_due`."""
    pays = (rest.due + rate / 12.0 * rest.balance) / rest.whole + flat
    pays[0] += at_first
    balance = np.append(rest.balance / rest.whole, 0.0)
    wait = first_due - 1
    return _Loan(owed, np.append(np.ones(wait), balance), np.append(np.zeros(wait), pays))
