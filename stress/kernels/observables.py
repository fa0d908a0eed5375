"""Determination 7: what triggers, conditions and formulas look at."""

from __future__ import annotations

from .codes import (
    CUMULATIVE_DEFAULT,
    CURRENT_POOL,
    CUT_OFF,
    CUT_OFF_PLUS_PURCHASES,
    DEFAULT_STOCK,
    DEFICIENCY,
    EXCESS_SPREAD,
    EXCESS_SPREAD_3M,
    IDLE_CASH_DAYS,
    NOTES_OUTSTANDING,
    OVERDUE_30,
    OVERDUE_90,
    PAYMENT_RATE,
    POOL_FACTOR,
    SENIOR_SHORTFALL,
)
from .jit import stage
from .lanes import splat, where_less
from .records import Memory
from .typed import Lanes


@stage
def observe(m: Memory, observable: int, denominator: int) -> Lanes:
    """Determination 7: the value of an observable."""
    pool, cut_off = m.pool, m.t.deal.cut_off
    if observable == EXCESS_SPREAD:
        return pool.excess
    if observable == EXCESS_SPREAD_3M:
        return (pool.excess + pool.excess_before + pool.excess_two_before) * (1.0 / 3.0)
    if observable == IDLE_CASH_DAYS:
        return pool.idle_most
    if observable == POOL_FACTOR:
        return pool.balance * m.t.deal.per_cut_off
    if observable == SENIOR_SHORTFALL:
        return m.note[0].unpaid * m.t.per_original[0]
    if observable == NOTES_OUTSTANDING:
        return _notes_outstanding(m)
    value, base = splat(0.0), splat(cut_off)
    if denominator == CUT_OFF_PLUS_PURCHASES:
        base = base + pool.total_bought
    elif denominator == CURRENT_POOL:
        base = pool.balance
    if observable == CUMULATIVE_DEFAULT:
        value = pool.total_defaulted
    elif observable == DEFAULT_STOCK:
        value = pool.total_defaulted - pool.total_recovered
    elif observable == DEFICIENCY:
        value = m.cash.deficiency
    elif observable == PAYMENT_RATE:
        value, base = pool.scheduled + pool.prepaid + pool.cured, pool.month_start
    else:  # days past due over current + M1..MB + the stock not written off
        value = _overdue(m, observable)
        base = pool.balance + _stock(m)
    if denominator == CUT_OFF and (
        observable == CUMULATIVE_DEFAULT or observable == DEFAULT_STOCK or observable == DEFICIENCY
    ):
        return value * m.t.deal.per_cut_off
    tiny = 1e-9 * cut_off
    return where_less(base, tiny, 0.0, value / where_less(base, tiny, 1.0, base))


@stage
def _overdue(m: Memory, observable: int) -> Lanes:
    """What is so many days past due, with the stock not written off."""
    value = _stock(m) + m.pool.late_beyond
    if observable != OVERDUE_90:
        value = value + m.pool.late_3
    if observable == OVERDUE_30:
        value = value + m.pool.late_2
    return value


@stage
def _stock(m: Memory) -> Lanes:
    """Defaults that are not written off yet."""
    stock = splat(0.0)
    for i in range(m.p.n_write_off):
        stock = stock + m.default_ring[i]
    return stock


@stage
def _notes_outstanding(m: Memory) -> Lanes:
    """Balance of all notes but the residual one over their balance at closing."""
    value, closing = splat(0.0), 0.0
    for n in range(m.p.n_note):
        if m.t.residual[n] < 0.5:
            closing += m.t.opening_note[n]
            value = value + m.note[n].outstanding
    return value * (1.0 / max(closing, 1e-300))


@stage
def held_by(m: Memory, level: int, n_stage: int) -> Lanes:
    """Balance of a segment in all its stages and qualities."""
    held = splat(0.0)
    for w in range(level, m.p.n_whole, m.p.n_level):
        for i in range(n_stage):
            held = held + m.segment[w * n_stage + i].balance
    return held
