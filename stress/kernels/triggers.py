"""The month-end determination: accruals, fees due, excess spread, triggers, phase, clean-up."""

from __future__ import annotations

from typing import Any

from stress.kernels.codes import INCOME, PRINCIPAL, TRIGGER_TEST
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import anywhere, fma, load, splat, store, where_less
from stress.kernels.layout import (
    ACCRUED,
    ALIVE,
    BALANCE,
    CASH_IN,
    CASH_INTEREST,
    COMMINGLED,
    COMMINGLED_INCOME,
    CURED,
    DEFAULTED,
    DEFICIENCY,
    DILUTION_LOST,
    EARLY_MONTH,
    EXCESS,
    EXCESS_BEFORE,
    EXCESS_TWO_BEFORE,
    FEE_CURRENT,
    FEE_DUE,
    FEE_INCOME,
    FEE_LEFT,
    FEE_ROWS,
    GAP,
    IDLE_MOST,
    INCOME_COLLECTED,
    LANES,
    LATE_1,
    LATE_2,
    LATE_3,
    LATE_CHARGE,
    MONTH_START,
    NEED,
    NOTE_ROWS,
    OUTSTANDING,
    PAST_1,
    PAST_2,
    PAST_3,
    PERFORMING,
    PHASE,
    PREPAID,
    PRINCIPAL_COLLECTED,
    RECOVERED,
    RETAINED,
    SCALE,
    SCHEDULED,
    SENIOR_COST,
    TOTAL_BOUGHT,
    TOTAL_DEFAULTED,
    TOTAL_INCOME,
    TOTAL_RECOVERED,
    TRIGGER_COUNT,
    TRIGGER_MONTH,
    TRIGGER_ON,
    TRIGGER_ROWS,
    TRIGGER_VALUE,
    UNPAID,
    WORST_BALANCE,
    WORST_DEFICIENCY,
    WORST_NEGATIVE,
)
from stress.kernels.pool import SCALE_FLOOR
from stress.kernels.purchases import move_deficiency
from stress.kernels.rows import add_to, keep_worst
from stress.kernels.tables import CLEAN_UP, CUT_OFF, NET_INCOME

SMALL_POOL = 1e-3
"""Share of the cut-off balance below which a pool has no excess spread worth the name: it is 0."""
NAN = float("nan")


@stage
def total_pool(m: Any) -> None:
    """Add the cohorts up; the running balance must agree (law 1) and nothing may be negative."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    alive, one, two, three, lowest = splat(0.0), splat(0.0), splat(0.0), splat(0.0), splat(0.0)
    for i in range(p.n_cohort * p.n_segment):
        at = p.cohort + i * p.cohort_stride
        balance = load(w, at + ALIVE)
        lowest = where_less(balance, lowest, balance, lowest)
        alive = alive + balance
        one = one + load(w, at + PAST_1)
        two = two + load(w, at + PAST_2)
        three = three + load(w, at + PAST_3)
    store(w, p.pool + PERFORMING, alive)
    store(w, p.pool + LATE_1, one)
    store(w, p.pool + LATE_2, two)
    store(w, p.pool + LATE_3, three)
    error = (alive + one + two + three - load(w, p.pool + BALANCE)) * inverse
    keep_worst(w, p.cash + WORST_BALANCE, error)
    keep_worst(w, p.cash + WORST_NEGATIVE, lowest * inverse)


@stage
def _coupon(m: Any, k: Any, t: Any, n: Any) -> Any:
    """Coupon x fraction of the period, with the step-up of a trigger that had tripped before it."""
    p = m.p
    at = (k * p.n_month + t) * p.n_note + n
    coupon = splat(m.f[p.at_accrual + at])
    trigger = m.g[p.at_step_up_trigger + n]
    if trigger >= 0:
        on = load(m.w, p.trigger + trigger * TRIGGER_ROWS + TRIGGER_ON)
        coupon = fma(on, m.f[p.at_step_up + at], coupon)
    return coupon


@aside
def accrue(m: Any, k: Any, t: Any) -> None:
    """Interest and fees of the month, deficiency, excess spread, totals."""
    w, p = m.w, m.p
    tiny = SMALL_POOL * m.f[p.at_scalars + CUT_OFF]
    interest, notes = splat(0.0), splat(0.0)
    for n in range(p.n_note):
        balance = load(w, p.note + n * NOTE_ROWS + OUTSTANDING)
        notes = notes + balance
        if p.interest_on_unpaid == 1:
            balance = balance + load(w, p.note + n * NOTE_ROWS + UNPAID)
        if not anywhere(balance):
            continue  # repaid
        accrued = balance * _coupon(m, k, t, n)
        interest = interest + accrued
        add_to(w, p.note + n * NOTE_ROWS + ACCRUED, accrued)
    base_income = load(w, p.pool + FEE_INCOME) + load(w, p.pool + LATE_CHARGE)
    base_income = base_income - load(w, p.pool + COMMINGLED_INCOME)
    start = load(w, p.pool + MONTH_START)
    costs = splat(0.0)
    for f in range(p.n_fee):
        base = m.g[p.at_fee_base + f]
        amount = splat(m.f[p.at_fee_rate + (k * p.n_month + t) * p.n_fee + f])
        if base == 0:
            amount = amount * notes
        elif base == 1:
            amount = amount * start
        elif base == 2:
            amount = amount * base_income
        fee = p.fee + f * FEE_ROWS
        costs = costs + amount
        carry = m.f[p.at_fee_carry + f]
        if t <= p.first_payment:
            carry = 1.0  # nothing was payable yet
        due = fma(load(w, fee + FEE_LEFT), carry, amount)
        store(w, fee + FEE_LEFT, due)
        if p.traced == 1:
            store(w, fee + FEE_CURRENT, amount)
            store(w, fee + FEE_DUE, due)
    store(w, p.cash + SENIOR_COST, costs + interest)
    defaulted, recovered = load(w, p.pool + DEFAULTED), load(w, p.pool + RECOVERED)
    change = defaulted + load(w, p.pool + DILUTION_LOST) + load(w, p.pool + COMMINGLED) - recovered
    move_deficiency(m, change)
    add_to(w, p.pool + TOTAL_DEFAULTED, defaulted)
    add_to(w, p.pool + TOTAL_RECOVERED, recovered)
    add_to(w, p.pool + TOTAL_INCOME, base_income)
    income = base_income + load(w, p.pool + CASH_INTEREST)
    spread = (income - costs - interest - defaulted + recovered) * 12.0
    spread = spread / where_less(start, tiny, 1.0, start)
    store(w, p.pool + EXCESS_TWO_BEFORE, load(w, p.pool + EXCESS_BEFORE))
    store(w, p.pool + EXCESS_BEFORE, load(w, p.pool + EXCESS))
    store(w, p.pool + EXCESS, where_less(start, tiny, 0.0, spread))
    store(w, p.default_ring + (t % p.n_write_off) * LANES, defaulted)
    assets = load(w, p.pool + BALANCE) + load(w, p.account + PRINCIPAL * LANES)
    assets = assets + load(w, p.cash + PRINCIPAL_COLLECTED)
    error = notes - assets - load(w, p.cash + GAP)
    keep_worst(w, p.cash + WORST_DEFICIENCY, error * (1.0 / m.f[p.at_scalars + CUT_OFF]))


@stage
def observe(m: Any, observable: Any, denominator: Any) -> Any:
    """Value of an observable, in the order of `codes.OBSERVABLES`."""
    w, p = m.w, m.p
    cut_off = m.f[p.at_scalars + CUT_OFF]
    if observable == 2:
        return load(w, p.pool + EXCESS)
    if observable == 3:
        spread = load(w, p.pool + EXCESS) + load(w, p.pool + EXCESS_BEFORE) + load(w, p.pool + EXCESS_TWO_BEFORE)
        return spread * (1.0 / 3.0)
    if observable == 4:
        return load(w, p.pool + IDLE_MOST)
    if observable == 8:
        return load(w, p.pool + BALANCE) * (1.0 / cut_off)
    if observable == 10:
        return load(w, p.note + UNPAID) * (1.0 / m.f[p.at_original])
    value, base = splat(0.0), splat(cut_off)
    if denominator == 1:
        base = base + load(w, p.pool + TOTAL_BOUGHT)
    elif denominator == 2:
        base = load(w, p.pool + BALANCE)
    if observable == 0:
        value = load(w, p.pool + TOTAL_DEFAULTED)
    elif observable == 1:
        value = load(w, p.pool + TOTAL_DEFAULTED) - load(w, p.pool + TOTAL_RECOVERED)
    elif observable <= 7:  # days past due over current + M1..M3 + the stock not written off
        for i in range(p.n_write_off):
            value = value + load(w, p.default_ring + i * LANES)
        base = load(w, p.pool + BALANCE) + value
        if observable <= 6:
            value = value + load(w, p.pool + LATE_3)
        if observable == 5:
            value = value + load(w, p.pool + LATE_2)
    elif observable == 9:
        value = load(w, p.pool + SCHEDULED) + load(w, p.pool + PREPAID) + load(w, p.pool + CURED)
        base = load(w, p.pool + MONTH_START)
    elif observable == 11:
        value = load(w, p.cash + DEFICIENCY)
    else:
        size = 0.0
        for n in range(p.n_note):
            if m.f[p.at_residual + n] < 0.5:
                size += m.f[p.at_opening_note + n]
                value = value + load(w, p.note + n * NOTE_ROWS + OUTSTANDING)
        return value * (1.0 / max(size, 1e-300))
    if denominator == 0 and (observable <= 1 or observable == 11):
        return value * (1.0 / cut_off)
    tiny = 1e-9 * cut_off
    return where_less(base, tiny, 0.0, value / where_less(base, tiny, 1.0, base))


@aside
def test_triggers(m: Any, t: Any) -> None:
    """Test every trigger of the month; the phase becomes the later of the present one and what trips."""
    w, p = m.w, m.p
    row = p.pool + PHASE
    phase = load(w, row)
    if t >= p.n_revolving:
        phase = where_less(phase, 0.5, 1.0, phase)
    was_revolving = where_less(phase, 0.5, 1.0, 0.0)
    for g in range(p.n_trigger):
        limit = m.f[p.at_threshold + g * p.n_month + t]
        exists = m.g[p.at_trigger + 6 * g] != 3 or t >= p.first_payment + 2
        if (limit != limit or not exists) and p.traced == 0:
            continue
        at = p.trigger + g * TRIGGER_ROWS
        value = observe(m, m.g[p.at_trigger + 6 * g], m.g[p.at_trigger + 6 * g + 1])
        store(w, at + TRIGGER_VALUE, value if exists else splat(NAN))
        if limit != limit or not exists:
            continue
        over = where_less(limit, value, 1.0, 0.0)
        if m.g[p.at_trigger + 6 * g + 2] == 0:
            over = where_less(value, limit, 1.0, 0.0)
        if not anywhere(over):
            store(w, at + TRIGGER_COUNT, 0.0)
            if m.g[p.at_trigger + 6 * g + 5] == 1:
                store(w, at + TRIGGER_ON, 0.0)
            continue
        count = (load(w, at + TRIGGER_COUNT) + 1.0) * over
        store(w, at + TRIGGER_COUNT, count)
        tripped = where_less(count, float(m.g[p.at_trigger + 6 * g + 3]) - 0.5, 0.0, 1.0)
        first = load(w, at + TRIGGER_MONTH)
        store(w, at + TRIGGER_MONTH, where_less(first, 0.5, tripped * (t + 1.0), first))
        on = load(w, at + TRIGGER_ON)
        latched = where_less(on, 0.5, tripped, 1.0)
        if m.g[p.at_trigger + 6 * g + 5] == 1:
            latched = tripped
        store(w, at + TRIGGER_ON, latched)
        effect = tripped * float(m.g[p.at_trigger + 6 * g + 4])
        phase = where_less(phase, effect, effect, phase)
    early = load(w, p.cash + EARLY_MONTH)
    now = was_revolving * where_less(phase, 1.5, 0.0, t + 1.0)
    store(w, p.cash + EARLY_MONTH, where_less(early, 0.5, now, early))
    store(w, row, phase)


@stage
def test_conditions(m: Any, t: Any) -> None:
    """Whether each conditional step runs at the coming payment: all of its tests hold at the determination."""
    p = m.p
    if p.has_conditions == 0:
        return
    for x in range(p.n_step):
        first, count = m.g[p.at_step + 8 * x + 4], m.g[p.at_step + 8 * x + 5]
        if first < 0:
            continue
        met = splat(1.0)
        for y in range(first, first + count):
            met = met * _holds(m, t, y)
        store(m.w, p.condition + x * LANES, met)


@stage
def _holds(m: Any, t: Any, y: Any) -> Any:
    """1 on the lanes where a test holds: an observable on its side of the limit, a trigger tripped or not."""
    w, p = m.w, m.p
    observable, side, limit = m.g[p.at_test + 2 * y], m.g[p.at_test + 2 * y + 1], m.f[p.at_test_limit + y]
    if observable >= TRIGGER_TEST:
        on = load(w, p.trigger + (observable - TRIGGER_TEST) * TRIGGER_ROWS + TRIGGER_ON)
        return on if side == 1 else splat(1.0) - on
    if observable == 3 and t < p.first_payment + 2:
        return splat(0.0)
    value = observe(m, observable, 0)
    return where_less(limit, value, 1.0, 0.0) if side == 1 else where_less(value, limit, 1.0, 0.0)


@aside
def clean_up(m: Any) -> None:
    """Sell what is left of the pool at par once it is below the clean-up factor and the deal amortizes."""
    w, p = m.w, m.p
    if m.f[p.at_scalars + CLEAN_UP] <= 0.0:
        return
    balance = load(w, p.pool + BALANCE)
    keep = where_less(balance, m.f[p.at_scalars + CLEAN_UP] * m.f[p.at_scalars + CUT_OFF], 0.0, 1.0)
    keep = where_less(load(w, p.pool + PHASE), 0.5, 1.0, keep)
    sold = balance - balance * keep
    for i in range(p.n_cohort * p.n_segment):
        at = p.cohort + i * p.cohort_stride
        for row in range(at + ALIVE, at + SCALE, LANES):
            store(w, row, load(w, row) * keep)
        scale = load(w, at + SCALE) * keep
        store(w, at + SCALE, where_less(scale, SCALE_FLOOR, SCALE_FLOOR, scale))
        for row in range(at + p.fresh, at + p.cohort_stride, LANES):
            store(w, row, load(w, row) * keep)
    for s in range(p.n_segment):
        row = p.segment + s * LANES
        store(w, row, load(w, row) * keep)
    for row in (PERFORMING, LATE_1, LATE_2, LATE_3, BALANCE):
        store(w, p.pool + row, load(w, p.pool + row) * keep)
    add_to(w, p.cash + PRINCIPAL_COLLECTED, sold)
    add_to(w, p.cash + CASH_IN, sold)


@aside
def set_need(m: Any, k: Any, t: Any) -> None:
    """At the month's start: senior costs of the period that may be paid from principal."""
    w, p = m.w, m.p
    need, notes = splat(0.0), splat(0.0)
    for n in range(p.n_note):
        note = p.note + n * NOTE_ROWS
        balance = load(w, note + OUTSTANDING)
        notes = notes + balance
        unpaid = load(w, note + UNPAID)
        owed = load(w, note + ACCRUED)
        if t > 0:  # what is paid at the last period's payment date is not owed here, or still waits there
            owed = owed * (1.0 - m.f[p.at_payable + (t - 1) * p.n_note + n])
        if p.payment_step < 0:
            owed = owed + unpaid
        if p.interest_on_unpaid == 1:
            balance = balance + unpaid
        owed = fma(balance, _coupon(m, k, t, n), owed)
        need = fma(owed, m.f[p.at_senior_note + n], need)
    for i in range(p.n_fee):
        base = m.g[p.at_fee_base + i]
        amount = splat(m.f[p.at_fee_rate + (k * p.n_month + t) * p.n_fee + i])
        if base == 0:
            amount = amount * notes
        elif base == 1:
            amount = amount * load(w, p.pool + BALANCE)
        elif base == 2:
            amount = splat(0.0)
        fee = p.fee + i * FEE_ROWS
        if t <= p.first_payment:
            amount = amount + load(w, fee + FEE_LEFT)
        elif p.payment_step < 0:
            amount = fma(load(w, fee + FEE_LEFT), m.f[p.at_fee_carry + i], amount)
        need = fma(amount, m.f[p.at_senior_fee + i], need)
    if 0 < t <= p.first_payment:
        need = need - load(w, p.account + INCOME * LANES) * m.f[p.at_scalars + NET_INCOME]
    store(w, p.cash + NEED, need)


@stage
def retain(m: Any) -> None:
    """At the determination: what the month's income leaves uncovered of its senior costs waits for the payment date."""
    w, p = m.w, m.p
    income = load(w, p.cash + INCOME_COLLECTED) * m.f[p.at_scalars + NET_INCOME]
    short = load(w, p.cash + NEED) - income
    store(w, p.cash + RETAINED, where_less(short, 0.0, 0.0, short))
    store(w, p.cash + NEED, 0.0)


@stage
def sweep_collections(m: Any) -> None:
    """What the month collected becomes available for its payment date."""
    w, p = m.w, m.p
    for account, collected in ((INCOME, INCOME_COLLECTED), (PRINCIPAL, PRINCIPAL_COLLECTED)):
        row = p.cash + collected
        add_to(w, p.account + account * LANES, load(w, row))
        store(w, row, 0.0)
