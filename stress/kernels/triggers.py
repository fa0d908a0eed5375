"""The month-end determination: accruals, fees due, excess spread, triggers, phase, clean-up."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, fma, load, splat, store, where_less
from stress.kernels.layout import (
    ACCRUED,
    ALIVE,
    BALANCE,
    CASH_IN,
    CASH_INTEREST,
    CLEAN_UP,
    COMMINGLED,
    COMMINGLED_INCOME,
    CURED,
    CUT_OFF,
    DEFAULTED,
    DEFICIENCY,
    DILUTION_LOST,
    EARLY_MONTH,
    EXCESS,
    EXCESS_BEFORE,
    EXCESS_TWO_BEFORE,
    FEE_3,
    FEE_CURRENT,
    FEE_DUE,
    FEE_INCOME,
    FEE_LEFT,
    GAP,
    IDLE_MOST,
    INCOME,
    INCOME_COLLECTED,
    LANES,
    LATE_1,
    LATE_2,
    LATE_3,
    LATE_CHARGE,
    MONTH_START,
    NEED,
    NET_INCOME,
    OUTSTANDING,
    PERFORMING,
    PHASE,
    PREPAID,
    PRINCIPAL,
    PRINCIPAL_COLLECTED,
    RECOVERED,
    RETAINED,
    SCHEDULED,
    SENIOR_COST,
    TOTAL_BOUGHT,
    TOTAL_DEFAULTED,
    TOTAL_INCOME,
    TOTAL_RECOVERED,
    TRIGGER_COUNT,
    TRIGGER_MONTH,
    TRIGGER_ON,
    TRIGGER_TEST,
    TRIGGER_VALUE,
    UNPAID,
    WORST_BALANCE,
    WORST_DEFICIENCY,
    WORST_NEGATIVE,
)
from stress.kernels.purchases import move_deficiency
from stress.kernels.rows import add_to, keep_worst

SMALL_POOL = 1e-3
"""Share of the cut-off balance below which a pool has no excess spread worth the name: it is 0."""
NAN = float("nan")


@stage
def total_pool(m: Any) -> None:
    """Add the cohorts up; the running balance must agree (law 1) and nothing may be negative."""
    w, p = m.w, m.p
    inverse = 1.0 / m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, WIDTH):
        pool = p.pool + q
        alive, one, two, three, lowest = splat(0.0), splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for i in range(p.n_cohort * p.n_segment):
            at = p.cohort + i * p.cohort_stride + q
            balance = load(w, at + ALIVE * LANES)
            lowest = where_less(balance, lowest, balance, lowest)
            alive = alive + balance
            one = one + load(w, at + (ALIVE + 1) * LANES)
            two = two + load(w, at + (ALIVE + 2) * LANES)
            three = three + load(w, at + (ALIVE + 3) * LANES)
        store(w, pool + PERFORMING * LANES, alive)
        store(w, pool + LATE_1 * LANES, one)
        store(w, pool + LATE_2 * LANES, two)
        store(w, pool + LATE_3 * LANES, three)
        error = (alive + one + two + three - load(w, pool + BALANCE * LANES)) * inverse
        keep_worst(w, p.cash + WORST_BALANCE * LANES + q, error)
        keep_worst(w, p.cash + WORST_NEGATIVE * LANES + q, lowest * inverse)


@stage
def _coupon(m: Any, k: Any, t: Any, n: Any, q: Any) -> Any:
    """Coupon x fraction of the period, with the step-up of a trigger that had tripped before it."""
    p = m.p
    at = (k * p.n_month + t) * p.n_note + n
    coupon = splat(m.f[p.at_accrual + at])
    trigger = m.g[p.at_step_up_trigger + n]
    if trigger >= 0:
        on = load(m.w, p.trigger + (TRIGGER_ON * p.n_trigger + trigger) * LANES + q)
        coupon = fma(on, m.f[p.at_step_up + at], coupon)
    return coupon


@stage
def accrue(m: Any, k: Any, t: Any) -> None:
    """Interest and fees of the month, deficiency, excess spread, totals."""
    w, p = m.w, m.p
    tiny = SMALL_POOL * m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, WIDTH):
        pool = p.pool + q
        interest, notes = splat(0.0), splat(0.0)
        for n in range(p.n_note):
            balance = load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
            notes = notes + balance
            if p.interest_on_unpaid == 1:
                balance = balance + load(w, p.note + (UNPAID * p.n_note + n) * LANES + q)
            accrued = balance * _coupon(m, k, t, n, q)
            interest = interest + accrued
            add_to(w, p.note + (ACCRUED * p.n_note + n) * LANES + q, accrued)
        base_income = load(w, pool + FEE_INCOME * LANES) + load(w, pool + LATE_CHARGE * LANES)
        base_income = base_income - load(w, pool + COMMINGLED_INCOME * LANES)
        start = load(w, pool + MONTH_START * LANES)
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
            fee = p.fee + f * LANES + q
            costs = costs + amount
            due = fma(load(w, fee + FEE_LEFT * p.n_fee * LANES), m.f[p.at_fee_carry + f], amount)
            store(w, fee + FEE_LEFT * p.n_fee * LANES, due)
            if p.traced == 1:
                store(w, fee + FEE_CURRENT * p.n_fee * LANES, amount)
                store(w, fee + FEE_DUE * p.n_fee * LANES, due)
        store(w, p.cash + SENIOR_COST * LANES + q, costs + interest)
        defaulted, recovered = load(w, pool + DEFAULTED * LANES), load(w, pool + RECOVERED * LANES)
        change = defaulted + load(w, pool + DILUTION_LOST * LANES) + load(w, pool + COMMINGLED * LANES) - recovered
        move_deficiency(m, change, q)
        add_to(w, pool + TOTAL_DEFAULTED * LANES, defaulted)
        add_to(w, pool + TOTAL_RECOVERED * LANES, recovered)
        add_to(w, pool + TOTAL_INCOME * LANES, base_income)
        income = base_income + load(w, pool + CASH_INTEREST * LANES)
        spread = (income - costs - interest - defaulted + recovered) * 12.0
        spread = spread / where_less(start, tiny, 1.0, start)
        store(w, pool + EXCESS_TWO_BEFORE * LANES, load(w, pool + EXCESS_BEFORE * LANES))
        store(w, pool + EXCESS_BEFORE * LANES, load(w, pool + EXCESS * LANES))
        store(w, pool + EXCESS * LANES, where_less(start, tiny, 0.0, spread))
        store(w, p.default_ring + (t % p.n_write_off) * LANES + q, defaulted)
        assets = load(w, pool + BALANCE * LANES) + load(w, p.account + PRINCIPAL * LANES + q)
        assets = assets + load(w, p.cash + PRINCIPAL_COLLECTED * LANES + q)
        error = notes - assets - load(w, p.cash + GAP * LANES + q)
        keep_worst(w, p.cash + WORST_DEFICIENCY * LANES + q, error * (1.0 / m.f[p.at_scalars + CUT_OFF]))


@stage
def observe(m: Any, observable: Any, denominator: Any, q: Any) -> Any:
    """Value of an observable, in the order of `layout.OBSERVABLES`."""
    w, p = m.w, m.p
    cut_off = m.f[p.at_scalars + CUT_OFF]
    pool = p.pool + q
    base = splat(cut_off)
    if denominator == 1:
        base = base + load(w, pool + TOTAL_BOUGHT * LANES)
    elif denominator == 2:
        base = load(w, pool + BALANCE * LANES)
    balance = load(w, pool + BALANCE * LANES)
    value = splat(0.0)
    if observable == 0:
        value = load(w, pool + TOTAL_DEFAULTED * LANES)
    elif observable == 1:
        value = load(w, pool + TOTAL_DEFAULTED * LANES) - load(w, pool + TOTAL_RECOVERED * LANES)
    elif observable == 2:
        value, base = load(w, pool + EXCESS * LANES), splat(1.0)
    elif observable == 3:
        value = load(w, pool + EXCESS * LANES) + load(w, pool + EXCESS_BEFORE * LANES)
        value, base = value + load(w, pool + EXCESS_TWO_BEFORE * LANES), splat(3.0)
    elif observable == 4:
        value, base = load(w, pool + IDLE_MOST * LANES), splat(1.0)
    elif observable <= 7 and observable >= 5:  # days past due over current + M1..M3 + the stock not written off
        for i in range(p.n_write_off):
            value = value + load(w, p.default_ring + i * LANES + q)
        base = balance + value
        if observable <= 6:
            value = value + load(w, pool + LATE_3 * LANES)
        if observable == 5:
            value = value + load(w, pool + LATE_2 * LANES)
    elif observable == 8:
        value, base = balance, splat(cut_off)
    elif observable == 9:
        value = load(w, pool + SCHEDULED * LANES) + load(w, pool + PREPAID * LANES) + load(w, pool + CURED * LANES)
        base = load(w, pool + MONTH_START * LANES)
    elif observable == 10:
        value = load(w, p.note + UNPAID * p.n_note * LANES + q)
        base = splat(m.f[p.at_original + 0])
    elif observable == 11:
        value = load(w, p.cash + DEFICIENCY * LANES + q)
    else:
        size = 0.0
        for n in range(p.n_note):
            if m.f[p.at_residual + n] < 0.5:
                size += m.f[p.at_opening_note + n]
                value = value + load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
        return value * (1.0 / max(size, 1e-300))
    if denominator == 0 and (observable <= 1 or observable == 8 or observable == 11):
        return value * (1.0 / cut_off)
    tiny = 1e-9 * cut_off
    if observable == 2 or observable == 3 or observable == 4:
        tiny = 0.0
    return where_less(base, tiny, 0.0, value / where_less(base, tiny, 1.0, base))


@stage
def test_triggers(m: Any, t: Any) -> None:
    """Test every trigger of the month; the phase becomes the later of the present one and what trips."""
    w, p = m.w, m.p
    n_trigger = p.n_trigger
    for q in range(0, LANES, WIDTH):
        row = p.pool + PHASE * LANES + q
        phase = load(w, row)
        if t >= p.n_revolving:
            phase = where_less(phase, 0.5, 1.0, phase)
        was_revolving = where_less(phase, 0.5, 1.0, 0.0)
        for g in range(n_trigger):
            limit = m.f[p.at_threshold + g * p.n_month + t]
            exists = m.g[p.at_trigger + 6 * g] != 3 or t >= 2
            if (limit != limit or not exists) and p.traced == 0:
                continue
            at = p.trigger + g * LANES + q
            stride = n_trigger * LANES
            value = observe(m, m.g[p.at_trigger + 6 * g], m.g[p.at_trigger + 6 * g + 1], q)
            store(w, at + TRIGGER_VALUE * stride, value if exists else splat(NAN))
            if limit != limit or not exists:
                continue
            over = where_less(limit, value, 1.0, 0.0)
            if m.g[p.at_trigger + 6 * g + 2] == 0:
                over = where_less(value, limit, 1.0, 0.0)
            count = (load(w, at + TRIGGER_COUNT * stride) + 1.0) * over
            store(w, at + TRIGGER_COUNT * stride, count)
            tripped = where_less(count, float(m.g[p.at_trigger + 6 * g + 3]) - 0.5, 0.0, 1.0)
            first = load(w, at + TRIGGER_MONTH * stride)
            store(w, at + TRIGGER_MONTH * stride, where_less(first, 0.5, tripped * (t + 1.0), first))
            on = load(w, at + TRIGGER_ON * stride)
            latched = where_less(on, 0.5, tripped, 1.0)
            if m.g[p.at_trigger + 6 * g + 5] == 1:
                latched = tripped
            store(w, at + TRIGGER_ON * stride, latched)
            effect = tripped * float(m.g[p.at_trigger + 6 * g + 4])
            phase = where_less(phase, effect, effect, phase)
        early = load(w, p.cash + EARLY_MONTH * LANES + q)
        now = was_revolving * where_less(phase, 1.5, 0.0, t + 1.0)
        store(w, p.cash + EARLY_MONTH * LANES + q, where_less(early, 0.5, now, early))
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
        for q in range(0, LANES, WIDTH):
            met = splat(1.0)
            for y in range(first, first + count):
                met = met * _holds(m, t, y, q)
            store(m.w, p.condition + x * LANES + q, met)


@stage
def _holds(m: Any, t: Any, y: Any, q: Any) -> Any:
    """1 on the lanes where a test holds: an observable on its side of the limit, a trigger tripped or not."""
    w, p = m.w, m.p
    observable, side, limit = m.g[p.at_test + 2 * y], m.g[p.at_test + 2 * y + 1], m.f[p.at_test_limit + y]
    if observable >= TRIGGER_TEST:
        on = load(w, p.trigger + (TRIGGER_ON * p.n_trigger + observable - TRIGGER_TEST) * LANES + q)
        return on if side == 1 else splat(1.0) - on
    if observable == 3 and t < 2:
        return splat(0.0)
    value = observe(m, observable, 0, q)
    return where_less(limit, value, 1.0, 0.0) if side == 1 else where_less(value, limit, 1.0, 0.0)


@stage
def clean_up(m: Any) -> None:
    """Sell what is left of the pool at par once it is below the clean-up factor and the deal amortizes."""
    w, p = m.w, m.p
    if m.f[p.at_scalars + CLEAN_UP] <= 0.0:
        return
    for q in range(0, LANES, WIDTH):
        balance = load(w, p.pool + BALANCE * LANES + q)
        keep = where_less(balance, m.f[p.at_scalars + CLEAN_UP] * m.f[p.at_scalars + CUT_OFF], 0.0, 1.0)
        keep = where_less(load(w, p.pool + PHASE * LANES + q), 0.5, 1.0, keep)
        sold = balance - balance * keep
        for i in range(p.n_cohort * p.n_segment):
            at = p.cohort + i * p.cohort_stride + q
            for row in range(FEE_3 + 1):
                if row != 4:  # the survival scale stays; the opening tail is cut by it below
                    store(w, at + row * LANES, load(w, at + row * LANES) * keep)
                else:
                    scale = load(w, at + row * LANES) * keep
                    store(w, at + row * LANES, where_less(scale, 1e-200, 1e-200, scale))
        for s in range(p.n_segment):
            row = p.segment + s * LANES + q
            store(w, row, load(w, row) * keep)
        for row in (PERFORMING, LATE_1, LATE_2, LATE_3, BALANCE):
            store(w, p.pool + row * LANES + q, load(w, p.pool + row * LANES + q) * keep)
        add_to(w, p.cash + PRINCIPAL_COLLECTED * LANES + q, sold)
        add_to(w, p.cash + CASH_IN * LANES + q, sold)


@stage
def set_need(m: Any, k: Any, t: Any) -> None:
    """At the month's start: senior costs of the period that may be paid from principal."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        need, notes = splat(0.0), splat(0.0)
        for n in range(p.n_note):
            note = p.note + n * LANES + q
            balance = load(w, note + OUTSTANDING * p.n_note * LANES)
            notes = notes + balance
            unpaid = load(w, note + UNPAID * p.n_note * LANES)
            owed = load(w, note + ACCRUED * p.n_note * LANES)
            if t > 0:  # what is paid at the last period's payment date is not owed here, or still waits there
                owed = owed * (1.0 - m.f[p.at_payable + (t - 1) * p.n_note + n])
            if p.payment_step < 0:
                owed = owed + unpaid
            if p.interest_on_unpaid == 1:
                balance = balance + unpaid
            owed = fma(balance, _coupon(m, k, t, n, q), owed)
            need = fma(owed, m.f[p.at_senior_note + n], need)
        for i in range(p.n_fee):
            base = m.g[p.at_fee_base + i]
            amount = splat(m.f[p.at_fee_rate + (k * p.n_month + t) * p.n_fee + i])
            if base == 0:
                amount = amount * notes
            elif base == 1:
                amount = amount * load(w, p.pool + BALANCE * LANES + q)
            elif base == 2:
                amount = splat(0.0)
            fee = p.fee + i * LANES + q
            if p.payment_step < 0:
                amount = fma(load(w, fee + FEE_LEFT * p.n_fee * LANES), m.f[p.at_fee_carry + i], amount)
            need = fma(amount, m.f[p.at_senior_fee + i], need)
        store(w, p.cash + NEED * LANES + q, need)


@stage
def retain(m: Any) -> None:
    """At the determination: what the month's income leaves uncovered of its senior costs waits for the payment date."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        income = load(w, p.cash + INCOME_COLLECTED * LANES + q) * m.f[p.at_scalars + NET_INCOME]
        short = load(w, p.cash + NEED * LANES + q) - income
        store(w, p.cash + RETAINED * LANES + q, where_less(short, 0.0, 0.0, short))
        store(w, p.cash + NEED * LANES + q, 0.0)


@stage
def sweep_collections(m: Any) -> None:
    """What the month collected becomes available for its payment date."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        for account, collected in ((INCOME, INCOME_COLLECTED), (PRINCIPAL, PRINCIPAL_COLLECTED)):
            row = p.cash + collected * LANES + q
            add_to(w, p.account + account * LANES + q, load(w, row))
            store(w, row, 0.0)
