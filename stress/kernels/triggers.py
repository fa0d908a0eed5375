"""Determination 5-7: what triggers and conditions look at, their tests, and the phase that follows from them."""

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
    TRIGGER_TEST,
)
from .jit import aside, stage
from .lanes import anywhere, larger, splat, where_less
from .records import Memory
from .typed import Lanes

NAN = float("nan")


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
    else:  # days past due over current + M1..M3 + the stock not written off
        value = _stock(m)
        base = pool.balance + value
        if observable != OVERDUE_90:
            value = value + pool.late_3
        if observable == OVERDUE_30:
            value = value + pool.late_2
    if denominator == CUT_OFF and (
        observable == CUMULATIVE_DEFAULT or observable == DEFAULT_STOCK or observable == DEFICIENCY
    ):
        return value * m.t.deal.per_cut_off
    tiny = 1e-9 * cut_off
    return where_less(base, tiny, 0.0, value / where_less(base, tiny, 1.0, base))


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


@aside
def test_triggers(m: Memory, t: int) -> None:
    """Determination 6: test every trigger of the month; the phase becomes the later of the present one and what trips."""
    pool, cash = m.pool, m.cash
    phase = pool.phase
    if t >= m.p.n_revolving:
        phase = where_less(phase, 0.5, 1.0, phase)
    was_revolving = where_less(phase, 0.5, 1.0, 0.0)
    pool.phase = phase
    for g in range(m.p.n_trigger):
        _test(m, g, t)
    now = was_revolving * where_less(pool.phase, 1.5, 0.0, t + 1.0)
    if anywhere(now):
        cash.early_month = where_less(cash.early_month, 0.5, now, cash.early_month)


@aside
def _test(m: Memory, g: int, t: int) -> None:
    """Test a trigger; the phase goes to its effect on the lanes where it trips."""
    rule, trigger, limit, pool = m.t.trigger[g], m.trigger[g], m.t.threshold[g, t], m.pool
    exists = rule.observable != EXCESS_SPREAD_3M or t >= m.p.first_payment + 2
    tested = limit == limit and exists
    if not tested and m.p.traced == 0:
        return
    value = observe(m, rule.observable, rule.denominator)
    if m.p.traced == 1:
        trigger.value = value if exists else splat(NAN)
    if not tested:
        return
    breach = where_less(limit, value, 1.0, 0.0) if rule.above == 1 else where_less(value, limit, 1.0, 0.0)
    keeps_count = rule.months > 1 or m.p.traced == 1
    if not anywhere(breach):
        if keeps_count:
            trigger.count = splat(0.0)
        if rule.curable == 1:
            trigger.on = splat(0.0)
        return
    tripped = breach
    if keeps_count:
        count = (trigger.count + 1.0) * breach
        trigger.count = count
        tripped = where_less(count, rule.months - 0.5, 0.0, 1.0)
    trigger.month = where_less(trigger.month, 0.5, tripped * (t + 1.0), trigger.month)
    trigger.on = tripped if rule.curable == 1 else where_less(trigger.on, 0.5, tripped, 1.0)
    pool.phase = larger(pool.phase, tripped * float(rule.effect))


@stage
def test_conditions(m: Memory, t: int) -> None:
    """Determination 7: whether each conditional step runs at the coming payment: all of its tests hold."""
    if m.p.has_conditions == 0:
        return
    for x in range(m.p.n_step):
        step = m.t.step[x]
        if step.first_test < 0:
            continue
        met = splat(1.0)
        for y in range(step.first_test, step.first_test + step.tests):
            met = met * _holds(m, t, y)
        m.condition[x] = met


@stage
def _holds(m: Memory, t: int, y: int) -> Lanes:
    """1 on the lanes where a test holds: an observable on its side of the limit, a trigger tripped or not."""
    test, limit = m.t.test[y], m.t.test_limit[y]
    if test.observable >= TRIGGER_TEST:
        on = m.trigger[test.observable - TRIGGER_TEST].on
        return on if test.side == 1 else splat(1.0) - on
    if test.observable == EXCESS_SPREAD_3M and t < m.p.first_payment + 2:
        return splat(0.0)
    value = observe(m, test.observable, int(CUT_OFF))
    return where_less(limit, value, 1.0, 0.0) if test.side == 1 else where_less(value, limit, 1.0, 0.0)
