"""Instalment plans merged into what falls due: principal and fee by slots ahead."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from stress.analytic.amortization import Schedule, schedule
from stress.analytic.instalment import flat_fee_apr, flat_fee_of_apr
from stress.arrays import Array
from stress.assemble.stages import card_mix, mix_by_age, n_stage
from stress.assemble.statements import Price, Statement, Times, at_closing, fixed, has_calendar, statement
from stress.inputs.pool import OpeningLine, Plan, Pool, Segment


class Profile(NamedTuple):
    """Receivables of a segment, per unit of principal; slot r is paid r steps ahead, index 0 is unused."""

    due: Array
    """(R,) principal."""
    fee: Array
    """(R,) flat fees and interest."""
    eligible: float
    """Share of the plan mix that may be bought; the rest of the supply is not eligible."""


def fee_free_share_of_fee_plans(pool: Pool, segment: Segment, fee_free_share: float) -> float:
    """Fee-free balance share of the plans that may bear a fee, given the segment's."""
    life = [plan_schedule(segment, p) for p in pool.plans]
    weight = plan_share(pool, segment) * np.array([float(loan.balance.sum()) / loan.whole for loan in life])
    free = np.array([p.always_fee_free for p in pool.plans])
    always = float(weight[free].sum() / weight.sum())
    return float(np.clip((fee_free_share - always) / (1.0 - always), 0.0, 1.0)) if always < 1.0 else 0.0


def plan_share(pool: Pool, segment: Segment) -> Array:
    """Share of each plan in a segment's originations."""
    return np.array(segment.plan_share if segment.plan_share is not None else [p.share for p in pool.plans])


def plan_rate(segment: Segment, plan: Plan, price: Price | None = None) -> float:
    """Interest of a plan per annum, moved and capped where a price says so; 0 where it bears none."""
    rate = segment.rate_of(plan)
    if rate is None:
        return 0.0
    return rate if price is None else min(max(rate + price.apr_change, 0.0), price.apr_cap)


def plan_schedule(segment: Segment, plan: Plan, price: Price | None = None, remaining: int | None = None) -> Schedule:
    """A loan of a plan, new or with some instalments left."""
    left = plan.term if remaining is None else remaining
    paid, rate = plan.term - left, plan_rate(segment, plan, price)
    interest_only = max(0, (plan.interest_only_months or 0) - paid)
    return schedule(plan.kind, rate, left, interest_only, (plan.amortization_months or 0) - paid)


def plan_fee(pool: Pool, segment: Segment, price: Price, times: Times | None = None, month: int = 0) -> Array:
    """Average monthly flat fee of each plan on original principal, fee-free receivables included.

    Where there is no rate, the APR of receivables that bear a fee moves with the price, not below 0. It is lowered
    until rate and fee together keep the cap. The first instalment falls due in `month` (from 0).
    """
    bearing = 1.0 - fee_free_share_of_fee_plans(at_closing(pool, times), segment, price.fee_free_share)
    fee = [0.0 if p.always_fee_free else bearing * _repriced(segment, p, price, times, month) for p in pool.plans]
    return np.array(fee)


def _repriced(segment: Segment, plan: Plan, price: Price, times: Times | None, month: int) -> float:
    """A flat fee after a move of its APR and under a cap on it."""
    fee, bears_interest = segment.monthly_fee, segment.rate_of(plan) is not None or plan.floating is not None
    if price.apr_change and not bears_interest:
        moved = max(_apr_of_fee(fee, plan.term) + price.apr_change, 0.0)
        fee = float(flat_fee_of_apr(moved, plan.term))
    if not np.isfinite(price.apr_cap):
        return fee
    if not bears_interest and not plan.origination_fee:
        return min(fee, float(flat_fee_of_apr(price.apr_cap, plan.term)))
    return min(fee, _fee_within(new_loan(segment, plan, price, times, month), plan.origination_fee, price.apr_cap))


@functools.lru_cache(maxsize=256)
def _apr_of_fee(fee: float, term: int) -> float:
    return float(flat_fee_apr(fee, term))


def _fee_within(loan: Statement, at_first: float, cap: float) -> float:
    """The flat fee that brings a loan to the APR of a cap: what its payments are short of 1 there."""
    value = (1.0 + cap / 12.0) ** -np.arange(1.0, len(loan.due) + 1.0)
    return max(0.0, float(1.0 - value @ (loan.due + loan.interest) - value[0] * at_first) / float(value.sum()))


def new_loan(segment: Segment, plan: Plan, price: Price, times: Times | None = None, month: int = 0) -> Statement:
    """Principal and interest of a new loan per unit of it; its first instalment falls due in `month` (from 0)."""
    if times is not None and has_calendar(plan):
        return statement(segment, plan, times, month, 0, price)
    loan = plan_schedule(segment, plan, price)
    return Statement(loan.due / loan.whole, plan_rate(segment, plan, price) / 12.0 / loan.whole * loan.balance)


def new_profile(
    pool: Pool,
    segment: Segment,
    n_slot: int,
    price: Price,
    months_left: int | None = None,
    times: Times | None = None,
    month: int = 0,
) -> Profile:
    """What a unit of new principal pays by the plans, from `month` (from 0) on. `months_left`: only plans that end by
    then are eligible."""
    share, fee = plan_share(pool, segment), plan_fee(pool, segment, price, times, month)
    if months_left is not None:
        share = share * [p.term <= months_left for p in pool.plans]
    bought = _within_limits(pool, share)
    eligible = float(bought.sum())
    longest = max(n_slot, *(p.term + 1 for p in pool.plans))
    due, fees = np.zeros(longest), np.zeros(longest)
    for weight, plan, flat in zip(bought / max(eligible, 1e-300), pool.plans, fee, strict=True):
        if times is not None and has_calendar(plan):
            loan = statement(segment, plan, times, month, 0, price)
            due[1 : plan.term + 1] += weight * loan.due
            fees[1 : plan.term + 1] += weight * flat + weight * loan.interest
        else:
            schedule, rate = plan_schedule(segment, plan, price), plan_rate(segment, plan, price)
            due[1 : plan.term + 1] += weight / schedule.whole * schedule.due
            fees[1 : plan.term + 1] += weight * flat + weight * (rate / 12.0) / schedule.whole * schedule.balance
        fees[1] += weight * plan.origination_fee
    return Profile(due[:n_slot], fees[:n_slot], eligible)


def _within_limits(pool: Pool, offered: Array) -> Array:
    """The most of each plan that may be bought of what is offered, so that no term is more of it than its limit."""
    terms = [plan.term for plan in pool.plans]
    limit = np.array([pool.eligibility.plan_limit.get(str(term), 1.0) for term in terms])
    together = np.array([sum(o for o, other in zip(offered, terms, strict=True) if other == term) for term in terms])
    first = np.array([term not in terms[:n] for n, term in enumerate(terms)])
    total, held = float(offered.sum()), np.zeros(len(terms), bool)
    while (over := together > limit * total * (1.0 + 1e-12)).sum() > held.sum():
        held, total = over, float(offered[~over].sum() / (1.0 - limit[over & first].sum()))
    return np.where(held, offered * limit * total / np.where(held, together, 1.0), offered)


class _Opening(NamedTuple):
    """What a segment's opening pool pays, by stage (K, R), not yet per unit of balance."""

    due: Array
    fee: Array


def opening_profiles(pool: Pool, segment: Segment, n_slot: int, times: Times | None = None) -> list[Profile]:
    """What a unit of performing opening balance pays, in each stage."""
    if pool.payment_rate is not None:
        return [card_profile(pool.payment_rate.monthly, pool.payment_rate.annual_yield, n_slot)] * n_stage(pool)
    opening = _opening(pool, segment, n_slot, times)
    total = [max(float(due.sum()), 1e-300) for due in opening.due]
    return [
        Profile(due[:n_slot] / whole, fee[:n_slot] / whole, 1.0)
        for due, fee, whole in zip(opening.due, opening.fee, total, strict=True)
    ]


def opening_mix(pool: Pool, segment: Segment, times: Times | None = None) -> Array:
    """(K,) share of each stage in a segment's performing opening balance."""
    if not pool.stages:
        return np.ones(1)
    if pool.payment_rate is not None:
        return card_mix(pool)
    balance = _opening(pool, segment, 0, times).due.sum(axis=1)
    return np.asarray(balance / balance.sum())


def _opening(pool: Pool, segment: Segment, n_slot: int, times: Times | None) -> _Opening:
    """The seasoned (length-biased) steady state, or the given lines."""
    fee, lines = plan_fee(pool, segment, Price(pool.fee_free_share), times), pool.opening_of(segment)
    last = max([plan.term for plan in pool.plans] + [line.first_due + line.remaining for line in lines])
    mix = mix_by_age(pool, max([plan.term for plan in pool.plans] + [line.term for line in lines]))
    shape = (mix.shape[1], max(n_slot, last + 1))
    opening = _Opening(np.zeros(shape), np.zeros(shape))
    if lines:
        for line in lines:
            own, stages = pool.loan_of(line), mix[line.term - line.remaining][:, None]
            _add_line(opening, segment, line, own, line_fee(pool, line, fee), stages, times)
        return opening
    for weight, plan, flat in zip(plan_share(pool, segment), pool.plans, fee, strict=True):
        opening.fee[:, 1] += mix[0] * weight * plan.origination_fee
        if pool.stages or (times is not None and has_calendar(plan)):
            _add_ages(opening, segment, plan, weight, flat, mix, times)
        else:
            loan, slots = plan_schedule(segment, plan), slice(1, plan.term + 1)
            rate = plan_rate(segment, plan) / 12.0
            opening.due[0, slots] += weight * loan.balance / loan.whole
            opening.fee[0, slots] += weight * (plan.term - np.arange(plan.term)) * flat
            opening.fee[0, slots] += weight * rate * np.cumsum(loan.balance[::-1])[::-1] / loan.whole
    return opening


def _add_line(
    opening: _Opening, segment: Segment, line: OpeningLine, own: Plan, flat: float, stages: Array, times: Times | None
) -> None:
    """One opening line: its share of the balance over its remaining instalments."""
    slots, age = slice(line.first_due, line.first_due + line.remaining), line.term - line.remaining
    if times is not None and has_calendar(own):
        loan = statement(segment, own, times, line.first_due - 1, age)
        due, interest = line.share * loan.due, line.share * loan.interest
    else:
        rest = plan_schedule(segment, own, remaining=line.remaining)
        due = line.share / rest.whole * rest.due
        interest = line.share * (plan_rate(segment, own) / 12.0) / rest.whole * rest.balance
    whole = plan_schedule(segment, fixed(own, times))
    opening.due[:, slots] += stages * due
    opening.fee[:, slots] += stages * (line.share * whole.whole / float(whole.balance[age]) * flat)
    opening.fee[:, slots] += stages * interest
    if age == 0:
        opening.fee[:, line.first_due] += stages[:, 0] * line.share * own.origination_fee


def _add_ages(
    opening: _Opening, segment: Segment, plan: Plan, weight: float, flat: float, mix: Array, times: Times | None
) -> None:
    """The steady state of a plan, loans of each age in their stages."""
    loan, rate = plan_schedule(segment, fixed(plan, times)), plan_rate(segment, fixed(plan, times)) / 12.0
    for age in range(plan.term):
        slots, stages = slice(1, plan.term - age + 1), mix[age][:, None]
        if times is not None and has_calendar(plan):
            part, owed = statement(segment, plan, times, 0, age), weight * loan.balance[age] / loan.whole
            opening.due[:, slots] += stages * (owed * part.due)
            opening.fee[:, slots] += stages * (weight * flat + owed * part.interest)
        else:
            opening.due[:, slots] += stages * (weight / loan.whole * loan.due[age:])
            opening.fee[:, slots] += stages * (weight * flat + weight * rate / loan.whole * loan.balance[age:])


def line_fee(pool: Pool, line: OpeningLine, fee: Array) -> float:
    """Flat monthly fee of an opening line on original principal; `fee`: that of each plan."""
    if line.monthly_fee is not None:
        return line.monthly_fee
    plan = pool.plan_of(line)
    return 0.0 if plan is None else float(next(f for p, f in zip(pool.plans, fee, strict=True) if p is plan))


def card_profile(rate: float, annual_yield: float, n_slot: int) -> Profile:
    """What a unit of balance pays at a constant monthly payment rate, finance charges on what is left."""
    left = np.zeros(n_slot)
    left[1:] = (1.0 - rate) ** np.arange(n_slot - 1)
    return Profile(rate * left, annual_yield / 12.0 * left, 1.0)
