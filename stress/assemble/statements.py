"""Loans whose interest has a calendar: floating rates, actual days, a long first period. Payment by payment."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.analytic.amortization import level_payment
from stress.arrays import Array
from stress.assemble.by_identity import by_identity
from stress.assemble.monthly import MonthInputs
from stress.inputs.deal import Deal
from stress.inputs.deal.dates import collection_ends
from stress.inputs.deal.index import levels
from stress.inputs.pool import Floating, Plan, Pool, Segment


class Price(NamedTuple):
    """What a month's new receivables cost their borrowers, beside the pool's own terms."""

    fee_free_share: float
    """Of the steady-state balance."""
    apr_cap: float = np.inf
    """On the APR of rate and fee together."""
    apr_change: float = 0.0
    """Added to the rate; to the APR of the flat fee where there is no rate."""


class Times(NamedTuple):
    """What the interest of a month depends on."""

    days: Array
    """(T,) days of each collection period."""
    level: Mapping[str, Array]
    """(T,) level of each of the deal's indices under the scenario; the last one holds on."""
    at_closing: Mapping[str, float]
    """Level of month 1 in the deal itself: how far opening loans have been repaid."""


class Statement(NamedTuple):
    """What a loan still pays, instalment by instalment, per unit of what it owes."""

    due: Array
    """(n,) principal."""
    interest: Array
    """(n,) interest."""


def times_of(deal: Deal, months: MonthInputs | None = None) -> Times:
    """Dates and index levels of a deal, as a scenario moves them where one is given."""
    own = _own_times(deal)
    if months is None or months.index_level is None:
        return own
    return own._replace(level={name: months.index_level[:, i] for i, name in enumerate(deal.indices)})


@by_identity
def _own_times(deal: Deal) -> Times:
    ends = (deal.closing_date, *collection_ends(deal))
    level = {name: np.array(levels(index, deal.legal_maturity_months)) for name, index in deal.indices.items()}
    days = np.array([(b - a).days for a, b in pairwise(ends)], np.float64)
    return Times(days, level, {name: float(by_month[0]) for name, by_month in level.items()})


def has_calendar(plan: Plan) -> bool:
    """Whether the interest of a plan depends on the month in which it falls due."""
    return plan.floating is not None or plan.day_count != "30/360" or plan.first_period_days != 30


def fixed(plan: Plan, times: Times | None) -> Plan:
    """A floating plan at the rate of its index at closing; others as they are."""
    if plan.floating is None or times is None:
        return plan
    rate = float(_within(plan.floating, times.at_closing[plan.floating.index] + plan.floating.margin))
    return plan.model_copy(update={"floating": None, "apr": max(rate, 0.0)})


def at_closing(pool: Pool, times: Times | None) -> Pool:
    """The pool with its floating plans at their rates at closing."""
    if all(plan.floating is None for plan in pool.plans):
        return pool
    return pool.model_copy(update={"plans": tuple(fixed(plan, times) for plan in pool.plans)})


def statement(
    segment: Segment, plan: Plan, times: Times, first: int, age: int = 0, price: Price | None = None
) -> Statement:
    """A loan that has paid `age` instalments and pays the next in month `first` (from 0), to its end."""
    month = np.minimum(first + np.arange(plan.term - age), len(times.days) - 1)
    rate = _rates(segment, plan, times, month, age, price)
    share = np.full(len(month), 1.0 / 12.0)
    if plan.day_count != "30/360":
        share = times.days[month] / plan.year_days
    if age == 0 and plan.first_period_days != 30:
        share[0] = plan.first_period_days / plan.year_days
    due, balance = _principal(plan, age, rate.tolist(), (rate * share).tolist())
    return Statement(np.array(due), rate * share * np.array(balance))


def _rates(segment: Segment, plan: Plan, times: Times, month: Array, age: int, price: Price | None) -> Array:
    """Annual rate of each instalment: of its last reset, moved and capped as the price of a purchase says."""
    change, cap = (0.0, np.inf) if price is None else (price.apr_change, price.apr_cap)
    if plan.floating is None:
        rate = np.full(len(month), segment.rate_of(plan) or 0.0) + change
    else:
        number = age + np.arange(len(month))
        reset = np.maximum(number - number % plan.floating.reset_months - age, 0)
        level = times.level[plan.floating.index][month[reset]]
        rate = _within(plan.floating, level + plan.floating.margin + change)
    return np.asarray(np.minimum(np.maximum(rate, 0.0), cap))


def _within(floating: Floating, rate: ArrayLike) -> Array:
    """Rates within floor and cap."""
    low = -np.inf if floating.floor is None else floating.floor
    return np.asarray(np.clip(rate, low, np.inf if floating.cap is None else floating.cap), np.float64)


def _principal(plan: Plan, age: int, rate: list[float], accrues: list[float]) -> tuple[list[float], list[float]]:
    """Principal of each instalment and the balance before it."""
    left, grace = plan.term - age, max(0, (plan.interest_only_months or 0) - age)
    over = left if plan.amortization_months is None else plan.amortization_months - age
    every = plan.term + 1 if plan.floating is None else plan.floating.reset_months
    payment, owed, due, balance = 0.0, 1.0, [], []
    for r in range(left):
        balance.append(owed)
        if r == grace or (r > grace and (age + r) % every == 0):
            payment = owed * float(level_payment(rate[r], over - r))
        if r == left - 1:
            paid = owed
        elif plan.kind == "equal_principal":
            paid = 1.0 / left
        elif plan.kind == "bullet" or r < grace:
            paid = 0.0
        else:
            paid = min(max(payment - accrues[r] * owed, 0.0), owed)
        due.append(paid)
        owed -= paid
    return due, balance
