"""What a unit of receivables pays by month: plans, the seasoned opening pool, and new purchases."""

from __future__ import annotations

import math
from typing import NamedTuple


class Profile(NamedTuple):
    """Principal and fee falling due 1, 2, 3, ... steps ahead, per unit of balance."""

    due: list[float]
    fee: list[float]


def flat_payment(annual_rate: float, term: int) -> float:
    """Level payment per unit of principal at an APR of 12 x the monthly rate."""
    i = annual_rate / 12.0
    return 1.0 / term if i == 0.0 else i / -math.expm1(-term * math.log1p(i))  # 1 - (1 + i)^-n, also where i is tiny


def flat_plan_apr(fee: float, term: int) -> float:
    """APR (12 x monthly IRR) of a flat plan that pays fee + 1/term a month."""
    low, high = 0.0, 12.0 * (fee * term + 1e-9)
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if flat_payment(middle, term) < fee + 1.0 / term else (low, middle)
    return 0.5 * (low + high)


def capped_fee(fee: float, term: int, apr_cap: float, apr_change: float = 0.0) -> float:
    """Flat monthly fee that a move of the APR and then a cap on it leave."""
    if apr_change:
        fee = flat_payment(max(flat_plan_apr(fee, term) + apr_change, 0.0), term) - 1.0 / term
    return fee if math.isinf(apr_cap) else min(fee, flat_payment(apr_cap, term) - 1.0 / term)


def plan_mix(pool, s: int) -> list[float]:
    """Shares of originations by plan of a segment."""
    own = pool.segments[s].plan_share
    return [p.share for p in pool.plans] if own is None else list(own)


def extra_fee_free(pool, s: int, fee_free_share: float) -> float:
    """Fee-free share of the balance of the plans that may bear fees: always-fee-free plans count first."""
    balance = [w * (p.term + 1) / 2.0 for w, p in zip(plan_mix(pool, s), pool.plans, strict=True)]
    free = sum(b for b, p in zip(balance, pool.plans, strict=True) if p.always_fee_free) / sum(balance)
    return 0.0 if free >= 1.0 else max(0.0, (fee_free_share - free) / (1.0 - free))


def plan_fees(pool, s: int, fee_free_share: float, apr_cap: float, apr_change: float = 0.0) -> list[float]:
    """Flat monthly fee of each plan of a segment, net of what is fee-free."""
    bearing = 1.0 - extra_fee_free(pool, s, fee_free_share)
    gross = pool.segments[s].monthly_fee
    return [0.0 if p.always_fee_free else bearing * capped_fee(gross, p.term, apr_cap, apr_change) for p in pool.plans]


def opening_profile(pool, s: int, slots: int) -> Profile:
    """The opening pool of a segment per unit of performing balance."""
    if any(x.segment in (None, pool.segments[s].name) for x in pool.opening):
        return opening_by_line(pool, s, slots)
    return seasoned(pool, s, slots)


def seasoned(pool, s: int, slots: int) -> Profile:
    """Steady state of the plan mix: as many receivables of a plan with 1, 2, .., n instalments left."""
    due, fee, balance = [0.0] * slots, [0.0] * slots, 0.0
    fees = plan_fees(pool, s, pool.fee_free_share, math.inf)
    for weight, plan, flat in zip(plan_mix(pool, s), pool.plans, fees, strict=True):
        n = plan.term
        balance += weight * (n + 1) / 2.0
        for i in range(1, n + 1):
            due[i - 1] += weight * (n - i + 1) / n
            fee[i - 1] += weight * flat * (n - i + 1)
    return Profile([d / balance for d in due], [f / balance for f in fee])


def opening_by_line(pool, s: int, slots: int) -> Profile:
    """An opening pool given by remaining term; the fee is charged on the original principal."""
    due, fee = [0.0] * slots, [0.0] * slots
    bearing = 1.0 - extra_fee_free(pool, s, pool.fee_free_share)
    free_terms = {p.term for p in pool.plans if p.always_fee_free}
    lines = [x for x in pool.opening if x.segment in (None, pool.segments[s].name)]
    whole = sum(x.share for x in lines)
    for line in lines:
        flat = 0.0 if line.term in free_terms else bearing * pool.segments[s].monthly_fee
        flat = flat if line.monthly_fee is None else line.monthly_fee
        for j in range(line.remaining):
            due[line.first_due - 1 + j] += line.share / whole / line.remaining
            fee[line.first_due - 1 + j] += line.share / whole * line.term / line.remaining * flat
    return Profile(due, fee)


def purchase_profile(pool, s: int, months, t: int, last: int, slots: int) -> tuple[float, Profile | None]:
    """Eligible share of the receivables of a segment offered in month t, and their profile a unit (None on cards)."""
    if pool.payment_rate is not None:
        return 1.0, None
    due, fee, eligible = [0.0] * slots, [0.0] * slots, 0.0
    price = (float(part[t - 1]) for part in (months.fee_free_share, months.apr_cap, months.apr_change))
    fees = plan_fees(pool, s, *price)
    for weight, plan, flat in zip(plan_mix(pool, s), pool.plans, fees, strict=True):
        n = plan.term
        if t + n + pool.eligibility.months_before_legal_maturity > last:
            continue
        share = min(weight, pool.eligibility.plan_limit.get(str(n), 1.0))
        eligible += share
        for i in range(n):
            due[i] += share / n
            fee[i] += share * flat
    if eligible <= 0.0:
        return 0.0, Profile(due, fee)
    return eligible, Profile([d / eligible for d in due], [f / eligible for f in fee])
