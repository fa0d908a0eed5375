"""Inputs by month without any scenario, the rates they mean for one path, and the supply of receivables."""

import math
from typing import NamedTuple

import numpy as np

from oracle.stages import in_month, stage_entry, stage_prepayment
from stress.assemble.months import MonthInputs

HELD = 0.99
"""No monthly rate of entry or prepayment is larger."""


class Rates(NamedTuple):
    """Conditional rates of one path, by month and segment; a bucket is M1, M2, M3."""

    entry: list[list[float]]
    roll: list[list[list[float]]]
    smm: list[list[float]]
    recovery: list[list[float]]


def base_coupon(deal, note, month: int, tripped: bool, stepped: bool = True) -> float:
    """Coupon of a note without shocks, step-up included (if stepped), within its cap and floor and never negative."""
    if note.residual and not stepped:
        return note.discount_rate
    coupon = note.coupon + (index_level(deal.indices[note.index], month) if note.index is not None else 0.0)
    up = note.step_up
    if stepped and up is not None and (tripped if up.from_month is None else month >= up.from_month):
        coupon += up.add
    coupon = coupon if note.cap is None else min(coupon, note.cap)
    coupon = coupon if note.floor is None else max(coupon, note.floor)
    return max(coupon, 0.0)


def index_level(index, month: int) -> float:
    """Level of an index: constant, or by month until the next month that is given."""
    if isinstance(index, float):
        return index
    return [level for start, level in index.by_month if start <= month][-1]


def base_months(deal, pool) -> MonthInputs:
    """Each month's inputs of a deal and pool when nothing is shocked."""
    last = deal.legal_maturity_months

    def by_month(value: float) -> np.ndarray:
        return np.full(last, float(value))

    def by_segment(values: list) -> np.ndarray:
        return np.array([values] * last, dtype=float)

    def by_note(tripped: bool, stepped: bool = True) -> np.ndarray:
        return np.array([[base_coupon(deal, x, t, tripped, stepped) for x in deal.notes] for t in range(1, last + 1)])

    def by_row(rate) -> np.ndarray:
        return np.array([[rate(s, i, t) for s, i in rows] for t in range(1, last + 1)], dtype=float)

    def of_curve(rate, words) -> np.ndarray:
        return np.array([in_month(rate, words, t) for t in range(1, last + 1)], dtype=float)

    def recovery(s: int, i: int, t: int) -> float:
        return in_month(pool.segments[s].recovery, pool.segments[s].recovery_curve, t)

    rows = [(s, i) for s in range(len(pool.segments)) for i in range(max(1, len(pool.stages)))]
    roll = [bucket.rolls for bucket in pool.buckets]
    roll += [0.0] * (3 - len(roll))
    paid = pool.payment_rate
    return MonthInputs(
        entry=by_row(lambda s, i, t: min(HELD, stage_entry(pool, s, i, t))),
        roll=by_segment([roll for _ in rows]),
        smm=by_row(lambda s, i, t: min(HELD, stage_prepayment(pool, s, i, t))),
        recovery=by_row(recovery),
        rho=by_month(pool.dependence.rho),
        payment=by_month(1.0),
        yield_multiple=by_month(1.0),
        fee_free_share=by_month(pool.fee_free_share),
        apr_cap=by_month(math.inf),
        apr_change=by_month(0.0),
        mix=by_segment([s.share if s.new_share is None else s.new_share for s in pool.segments]),
        originations=by_month(1.0),
        lag_days=by_month(0.0),
        outage_days=by_month(0.0),
        dilution=of_curve(pool.dilution, pool.dilution_curve),
        dilution_unpaid=by_month(pool.dilution_unpaid_share),
        commingled=by_month(0.0),
        successor_fee=by_month(0.0),
        cash_rate=by_month(pool.cash_rate),
        coupon=by_note(False),
        coupon_up=by_note(True),
        coupon_plain=by_note(False, stepped=False),
        note_spread=by_month(0.0),
        payment_rate=None if paid is None else of_curve(paid.monthly, paid.monthly_curve),
    )


def unconditional(months: MonthInputs) -> Rates:
    """The rates of the deterministic run: unconditional, correlation 0."""
    return Rates(months.entry.tolist(), months.roll.tolist(), months.smm.tolist(), months.recovery.tolist())


def supply_of(
    need: list[list[float]], pool, months: MonthInputs, eligible: list[float] | None = None
) -> list[list[float]]:
    """Eligible receivables offered at each step: the need x the multiple x originations x the eligible share.

    An unlimited supply never binds, except in a month whose originations are cut. Nothing is offered on outage days.
    """
    eligible = [1.0] * len(need) if eligible is None else eligible
    unlimited = pool.supply.unlimited or pool.supply.multiple is None
    multiple = 1.2 if unlimited else pool.supply.multiple
    out = []
    for t, (bought, share) in enumerate(zip(need, eligible, strict=True)):
        originations, closed = float(months.originations[t]), float(months.outage_days[t])
        free = unlimited and originations >= 1.0 and share > 0.0
        offered = [math.inf if free else x * multiple * originations * share for x in bought]
        out.append([0.0 if c < closed * len(bought) / 30.0 else x for c, x in enumerate(offered)])
    return out
