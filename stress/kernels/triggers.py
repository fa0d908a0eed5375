"""Determination 6-7: the tests of triggers and conditions, and the phase that follows from them."""

from __future__ import annotations

from .codes import AFTER_PAYMENT, CUT_OFF, EXCESS_SPREAD_3M, FORMULA_TEST, TRIGGER_TEST
from .formulas import value_of
from .jit import aside, stage
from .lanes import anywhere, larger, splat, where_less
from .observables import observe
from .records import Memory
from .typed import Lanes

NAN = float("nan")


@aside
def test_triggers(m: Memory, t: int, when: int) -> None:
    """Determination 6, Payment 10: test every trigger of its time; the phase becomes the latest of what the calendar, those
    that last and the curable ones give: at once, or after the payment."""
    pool, cash = m.pool, m.cash
    if t >= m.p.n_revolving:
        cash.lasting = larger(cash.lasting, 1.0)
    for g in range(m.p.n_trigger):
        if m.t.trigger[g].when == when:
            _test(m, g, t)
    phase = cash.lasting
    if m.p.cures == 1:
        for g in range(m.p.n_trigger):
            if m.t.trigger[g].curable == 1:
                phase = larger(phase, m.trigger[g].on * float(m.t.trigger[g].effect))
    if t < m.p.n_revolving:
        now = where_less(pool.phase, 0.5, 1.0, 0.0) * where_less(phase, 1.5, 0.0, t + 1.0)
        if anywhere(now):
            cash.early_month = where_less(cash.early_month, 0.5, now, cash.early_month)
    if when == AFTER_PAYMENT:
        cash.next_phase = phase
    else:
        pool.phase = phase


@stage
def _test(m: Memory, g: int, t: int) -> None:
    """Test a trigger; the lasting phase goes to its effect on the lanes where it trips, unless it can be cured."""
    rule, trigger, limit, cash = m.t.trigger[g], m.trigger[g], m.t.threshold[g, t], m.cash
    exists = rule.observable != EXCESS_SPREAD_3M or t >= m.p.first_payment + 2
    tested = limit == limit and exists
    if not tested and m.p.traced == 0:
        return
    if rule.formula >= 0:
        value = value_of(m, t, rule.formula)
    else:
        value = observe(m, rule.observable, rule.denominator)
    if m.p.traced == 1:
        trigger.value = value if exists else splat(NAN)
    if not tested:
        return
    less, more = (splat(limit), value) if rule.above == 1 else (value, splat(limit))
    breach = where_less(less, more, 1.0, 0.0)
    keeps_count = rule.months > 1 or m.p.traced == 1
    if not anywhere(breach):
        if keeps_count:
            trigger.count = splat(0.0)
        if rule.curable == 1:
            _cure(m, g, breach, breach)
        return
    tripped = breach
    if keeps_count:
        count = (trigger.count + 1.0) * breach
        trigger.count = count
        tripped = where_less(count, rule.months - 0.5, 0.0, 1.0)
    trigger.month = where_less(trigger.month, 0.5, tripped * (t + 1.0), trigger.month)
    if rule.curable == 1:
        _cure(m, g, breach, tripped)
        return
    trigger.on = larger(trigger.on, tripped)
    cash.lasting = larger(cash.lasting, tripped * float(rule.effect))


@stage
def _cure(m: Memory, g: int, breach: Lanes, tripped: Lanes) -> None:
    """Determination 6: a curable trigger holds until its test has passed for its number of months."""
    trigger = m.trigger[g]
    passed = (trigger.passed + 1.0) * (splat(1.0) - breach)
    trigger.passed = passed
    still = where_less(passed, m.t.trigger[g].cure_months - 0.5, trigger.on, 0.0)
    trigger.on = larger(tripped, still)


@stage
def test_conditions(m: Memory, t: int) -> None:
    """Determination 7: whether each conditional step of a phase that some lane is in runs at the coming payment."""
    if m.p.has_conditions == 0:
        return
    for phase in range(4):
        apart = m.pool.phase - float(phase)
        if anywhere(where_less(apart * apart, 0.25, 1.0, 0.0)):
            for x in range(m.t.phase[phase].first, m.t.phase[phase].end):
                _test_conditions_of(m, t, x)


@stage
def _test_conditions_of(m: Memory, t: int, x: int) -> None:
    """A step runs where all of its tests hold."""
    step = m.t.step[x]
    if step.first_test < 0:
        return
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
    if test.observable == FORMULA_TEST:
        return value_of(m, t, test.side)
    if test.observable == EXCESS_SPREAD_3M and t < m.p.first_payment + 2:
        return splat(0.0)
    value = observe(m, test.observable, int(CUT_OFF))
    return where_less(limit, value, 1.0, 0.0) if test.side == 1 else where_less(value, limit, 1.0, 0.0)
