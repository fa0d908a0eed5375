"""Instalment plans merged into what falls due: principal and fee by slots ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.analytic.instalment import flat_fee_apr, flat_fee_of_apr
from stress.inputs.pool import Pool, Segment

Array = NDArray[np.float64]


class Profile(NamedTuple):
    """Receivables of a segment, per unit of principal; slot r is paid r steps ahead, index 0 is unused."""

    due: Array
    """(R,) principal."""
    fee: Array
    """(R,) flat fees."""
    eligible: float
    """Share of the plan mix that may be bought; the rest of the supply is not eligible."""


def fee_free_share_of_fee_plans(pool: Pool, segment: Segment, fee_free_share: float) -> float:
    """Fee-free balance share of the plans that may bear a fee, given the segment's."""
    weight = plan_share(pool, segment) * np.array([(p.term + 1) / 2.0 for p in pool.plans])
    free = np.array([p.always_fee_free for p in pool.plans])
    always = float(weight[free].sum() / weight.sum())
    return float(np.clip((fee_free_share - always) / (1.0 - always), 0.0, 1.0)) if always < 1.0 else 0.0


def plan_share(pool: Pool, segment: Segment) -> Array:
    """Share of each plan in a segment's originations."""
    return np.array(segment.plan_share if segment.plan_share is not None else [p.share for p in pool.plans])


def plan_fee(pool: Pool, segment: Segment, fee_free_share: float, apr_cap: float, apr_change: float = 0.0) -> Array:
    """Average monthly flat fee of each plan on original principal, fee-free receivables included.

    The APR of receivables that bear a fee moves by `apr_change`, not below 0, and is then held at `apr_cap`.
    """
    bearing = 1.0 - fee_free_share_of_fee_plans(pool, segment, fee_free_share)
    fee = [
        0.0 if p.always_fee_free else bearing * _repriced(segment.monthly_fee, p.term, apr_cap, apr_change)
        for p in pool.plans
    ]
    return np.array(fee)


def _repriced(fee: float, term: int, apr_cap: float, apr_change: float) -> float:
    """A flat fee after a move of its APR and under a cap on it."""
    if apr_change:
        fee = float(flat_fee_of_apr(max(float(flat_fee_apr(fee, term)) + apr_change, 0.0), term))
    return min(fee, float(flat_fee_of_apr(apr_cap, term))) if np.isfinite(apr_cap) else fee


def new_profile(
    pool: Pool,
    segment: Segment,
    n_slot: int,
    fee_free_share: float,
    apr_cap: float = np.inf,
    months_left: int | None = None,
    apr_change: float = 0.0,
) -> Profile:
    """What a unit of new principal pays. `months_left`: only plans that end by then are eligible."""
    if pool.payment_rate is not None:
        return card_profile(pool.payment_rate.monthly, pool.payment_rate.annual_yield, n_slot)
    share, fee = plan_share(pool, segment), plan_fee(pool, segment, fee_free_share, apr_cap, apr_change)
    limit = np.array([pool.eligibility.plan_limit.get(str(p.term), 1.0) for p in pool.plans])
    bought = np.minimum(share, limit)
    if months_left is not None:
        bought = bought * [p.term <= months_left for p in pool.plans]
    eligible = float(bought.sum())
    due, fees = np.zeros(n_slot), np.zeros(n_slot)
    for weight, plan, flat in zip(bought / max(eligible, 1e-300), pool.plans, fee, strict=True):
        due[1 : plan.term + 1] += weight / plan.term
        fees[1 : plan.term + 1] += weight * flat
    return Profile(due, fees, eligible)


def opening_profile(pool: Pool, segment: Segment, n_slot: int) -> Profile:
    """What a unit of performing opening balance pays: the seasoned (length-biased) steady state, or the given lines."""
    if pool.payment_rate is not None:
        return card_profile(pool.payment_rate.monthly, pool.payment_rate.annual_yield, n_slot)
    fee = plan_fee(pool, segment, pool.fee_free_share, np.inf)
    due, fees = np.zeros(max(n_slot, 80)), np.zeros(max(n_slot, 80))
    lines = pool.opening_of(segment)
    if lines:
        fee_of = {p.term: f for p, f in zip(pool.plans, fee, strict=True)}
        for line in lines:
            flat = fee_of[line.term] if line.monthly_fee is None else line.monthly_fee
            slots = slice(line.first_due, line.first_due + line.remaining)
            due[slots] += line.share / line.remaining
            fees[slots] += line.share * line.term / line.remaining * flat
    else:
        share = plan_share(pool, segment)
        for weight, plan, flat in zip(share, pool.plans, fee, strict=True):
            left = plan.term - np.arange(plan.term)
            due[1 : plan.term + 1] += weight * left / plan.term
            fees[1 : plan.term + 1] += weight * left * flat
    total = due.sum()
    return Profile(due[:n_slot] / total, fees[:n_slot] / total, 1.0)


def card_profile(rate: float, annual_yield: float, n_slot: int) -> Profile:
    """What a unit of balance pays at a constant monthly payment rate, finance charges on what is left."""
    left = np.zeros(n_slot)
    left[1:] = (1.0 - rate) ** np.arange(n_slot - 1)
    return Profile(rate * left, annual_yield / 12.0 * left, 1.0)
