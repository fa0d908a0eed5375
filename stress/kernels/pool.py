"""The receivables pool: conditional rates of a month, one cohort's step, recoveries, purchases."""

from __future__ import annotations

from typing import Any

from stress.kernels.elementary import normal_cdf
from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, fma, load, splat, store, where_less
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    BOUGHT,
    CASH_IN,
    CASH_INTEREST,
    CASH_OUT,
    CASH_RATE,
    COMMINGLED,
    COMMINGLED_SHARE,
    COST,
    CURED,
    CUT_OFF,
    DEFAULTED,
    DEFICIENCY,
    DILUTED,
    DILUTION,
    DILUTION_LOST,
    DUE_1,
    DUE_2,
    DUE_3,
    ENTRY,
    FEE_1,
    FEE_2,
    FEE_3,
    FEE_INCOME,
    GAP,
    HISTORY,
    IDLE_DAYS,
    IDLE_SHARE,
    INCOME_COLLECTED,
    LAG,
    LANES,
    LATE_CHARGE,
    LOCKED,
    MASK,
    N_RATE,
    NEED,
    NET_INCOME,
    PAST_1,
    PAST_2,
    PAST_3,
    PAYMENT,
    PERFORMING,
    PHASE,
    PREPAID,
    PREPAYMENT,
    PRICE,
    PRINCIPAL,
    PRINCIPAL_COLLECTED,
    RECOVERABLE,
    RECOVERED,
    RECOVERY,
    RETAINED,
    ROLL_1,
    ROLL_2,
    ROLL_3,
    SCALE,
    SCHEDULED,
    SUPPLY_LEFT,
    TASTE_DEGREE,
    TASTE_RANGE,
    TOTAL_BOUGHT,
    UNPAID_SHARE,
    YIELD,
)

_EMPTY = 1e-12
"""Share of the cut-off balance below which a segment counts as empty: what rounding leaves after the last instalment."""
_WIPED = 1e-9
"""An entry rate within this of 1 takes everything."""
_SCALE_FLOOR = 1e-200
_CLAMP = 9.0


@stage
def add_to(w: Any, at: Any, value: Any) -> None:
    """Add lanes to a row."""
    store(w, at, load(w, at) + value)


@stage
def move_factors(m: Any, at: Any, k: Any, t: Any) -> None:
    """Systematic factors of month t: Y_1 = shift + gain L e_1, then Y_t = phi Y_{t-1} + sqrt(1 - phi^2) L e_t."""
    w, p = m.w, m.p
    phi = m.f[p.at_phi + k]
    gain = (1.0 - phi * phi) ** 0.5
    if t == 0:
        phi, gain = 0.0, m.f[p.at_start + 2 * k + 1]
    for q in range(0, LANES, WIDTH):
        for i in range(p.n_factor):
            shock = splat(0.0)
            for j in range(i + 1):
                shock = fma(
                    load(w, at + j * LANES + q), m.f[p.at_cholesky + (k * p.n_factor + i) * p.n_factor + j], shock
                )
            row = p.factor + i * LANES + q
            y = fma(shock, gain, load(w, row) * phi)
            if t == 0:
                y = y + m.f[p.at_start + 2 * k + 0]
            store(w, row, y)


@stage
def conditional_rates(m: Any, own: Any, k: Any, t: Any) -> None:
    """Rates of the month given the factors (Vasicek 2002), by a fitted polynomial or by the normal distribution itself."""
    w, p = m.w, m.p
    for rate in range(N_RATE):
        degree = m.g[p.at_degree + k * N_RATE + rate]
        if degree == 0 and t > 0 and m.g[p.at_steady + k * N_RATE + rate] == 1:
            continue
        factor = p.factor + m.g[p.at_factor_of + rate] * LANES
        for s in range(p.n_segment):
            row = p.rate + (s * N_RATE + rate) * LANES
            link = p.at_link + (((k * p.n_month + t) * p.n_segment + s) * N_RATE + rate) * p.link_width
            if degree == 0:
                for q in range(0, LANES, WIDTH):
                    store(w, row + q, m.f[link])
            elif degree == -1:
                for q in range(0, LANES, WIDTH):
                    store(w, row + q, normal_cdf(fma(load(w, factor + q), m.f[link + 1], splat(m.f[link]))))
            elif degree == -2:
                taste = p.at_taste + ((k * p.n_month + t) * p.n_segment + s) * (TASTE_DEGREE + 1)
                for q in range(0, LANES, WIDTH):
                    e = load(w, own + s * LANES + q)
                    e = where_less(e, TASTE_RANGE, e, TASTE_RANGE)
                    u = where_less(e, -TASTE_RANGE, -TASTE_RANGE, e) * (1.0 / TASTE_RANGE)
                    a = splat(m.f[taste + TASTE_DEGREE])
                    for i in range(TASTE_DEGREE - 1, -1, -1):
                        a = fma(a, u, m.f[taste + i])
                    store(w, row + q, normal_cdf(fma(load(w, factor + q), m.f[link + 1], a)))
            else:
                _polynomial(w, m.f, factor, row, link, degree)


@stage
def _polynomial(w: Any, f: Any, factor: Any, row: Any, link: Any, degree: Any) -> None:
    """Even and odd halves by Horner (two short chains), clamped to [0, 1]. The degree is even."""
    for q in range(0, LANES, WIDTH):
        z = load(w, factor + q)
        z = where_less(z, _CLAMP, z, _CLAMP)
        u = where_less(z, -_CLAMP, -_CLAMP, z) * (1.0 / _CLAMP)
        u2 = u * u
        even, odd = splat(f[link + degree]), splat(f[link + degree - 1])
        for i in range(degree - 2, 0, -2):
            even = fma(even, u2, f[link + i])
            odd = fma(odd, u2, f[link + i - 1])
        p = fma(odd, u, fma(even, u2, f[link]))
        p = where_less(p, 0.0, 0.0, p)
        store(w, row + q, where_less(p, 1.0, p, 1.0))


@stage
def earn_on_cash(m: Any, k: Any, t: Any) -> None:
    """Interest on all cash at the opening of a step, to income."""
    w, p = m.w, m.p
    rate = m.f[p.at_month + (k * p.n_month + t) * 8 + CASH_RATE]
    if rate == 0.0:
        return
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.cash + INCOME_COLLECTED * LANES + q) + load(w, p.cash + PRINCIPAL_COLLECTED * LANES + q)
        for a in range(p.n_account):
            cash = cash + load(w, p.account + a * LANES + q)
        interest = cash * rate
        add_to(w, p.pool + CASH_INTEREST * LANES + q, interest)
        add_to(w, p.cash + INCOME_COLLECTED * LANES + q, interest)
        add_to(w, p.cash + CASH_IN * LANES + q, interest)


@stage
def advance_cohort(m: Any, k: Any, t: Any, c: Any) -> None:
    """One month of one cohort: transitions, scheduled payment, prepayment, dilution; collections to their accounts."""
    w, p = m.w, m.p
    month = p.at_month + (k * p.n_month + t) * 8
    payment, dilution = m.f[month + PAYMENT], m.f[month + DILUTION]
    fee_multiple = m.f[month + YIELD]
    ladder = float(p.ladder)
    empty = _EMPTY * m.f[p.at_scalars + CUT_OFF]
    first_pull = max(0, t + 3 - p.longest)
    last_pull = min(t, p.n_history)
    for q in range(0, LANES, WIDTH):
        defaulted, scheduled, prepaid, cured = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        diluted, fees, late, recoverable = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for s in range(p.n_segment):
            rate = p.rate + s * N_RATE * LANES + q
            at = p.cohort + (c * p.n_segment + s) * p.cohort_stride + q
            before = load(w, at + ALIVE * LANES)
            one = load(w, at + PAST_1 * LANES)
            two = load(w, at + PAST_2 * LANES)
            three = load(w, at + PAST_3 * LANES)
            # 1. transitions
            keep = splat(1.0) - load(w, rate + ENTRY * LANES)
            stays = where_less(keep, _WIPED, 0.0, keep)
            alive = before * stays
            entered = before - alive
            roll_1, roll_2 = one * load(w, rate + ROLL_1 * LANES), two * load(w, rate + ROLL_2 * LANES)
            roll_3 = three * load(w, rate + ROLL_3 * LANES)
            loss = fma(entered, 1.0 - ladder, roll_3)
            cure_1, cure_2, cure_3 = one - roll_1, two - roll_2, three - roll_3
            cure_23 = cure_2 + cure_3
            cures = cure_1 + cure_23
            due_1, due_2, due_3 = (
                load(w, at + DUE_1 * LANES),
                load(w, at + DUE_2 * LANES),
                load(w, at + DUE_3 * LANES),
            )
            fee_1, fee_2, fee_3 = (
                load(w, at + FEE_1 * LANES),
                load(w, at + FEE_2 * LANES),
                load(w, at + FEE_3 * LANES),
            )
            inverse = splat(1.0) / where_less(alive, empty, 1.0, alive)
            per_unit = stays * inverse  # the slots are as they were before entry
            at_once = fma(due_3, cure_3, fma(due_2, cure_23, due_1 * cures)) * per_unit
            at_once = where_less(at_once, cures, at_once, cures)
            at_once = where_less(alive, empty, cures, at_once)
            late_fee = fma(fee_3, cure_3, fma(fee_2, cure_23, fee_1 * cures)) * per_unit
            late_fee = where_less(alive, empty, 0.0, late_fee)
            rejoins = cures - at_once
            growth = fma(rejoins, inverse, splat(1.0))
            alive = alive + rejoins
            left = stays * growth
            # 2. scheduled payment
            due = due_1 * left
            due = where_less(due, alive, due, alive)
            paid = due * payment
            fee_due = fee_1 * left
            fee = fma(fee_due, payment, late_fee)
            alive = alive - paid
            # 3. prepayment, 4. dilution
            smm = load(w, rate + PREPAYMENT * LANES)
            early = alive * smm
            alive = alive - early
            refund = alive * dilution
            alive = alive - refund
            rest = (splat(1.0) - smm) * (1.0 - dilution)
            carry = left * rest
            # survival scale and what enters the third slot
            scale = load(w, at + SCALE * LANES) * where_less(stays, _WIPED, growth * rest * _WIPED, carry)
            scale = where_less(scale, _SCALE_FLOOR, _SCALE_FLOOR, scale)
            opening = m.f[p.at_opening + (c * p.n_segment + s) * 4 + 0]
            tail_due = splat(m.f[p.at_open_due + (k * p.n_segment + s) * (p.n_month + 5) + (t + 4)] * opening)
            tail_fee = splat(m.f[p.at_open_fee + (k * p.n_segment + s) * (p.n_month + 5) + (t + 4)] * opening)
            pull = p.at_pull + ((k * p.n_month + t) * p.n_segment + s) * p.n_history * 2
            for j in range(first_pull, last_pull):
                bought = load(w, at + (HISTORY + j) * LANES)
                tail_due = fma(bought, m.f[pull + 2 * j], tail_due)
                tail_fee = fma(bought, m.f[pull + 2 * j + 1], tail_fee)
            store(w, at + ALIVE * LANES, alive)
            store(w, at + PAST_1 * LANES, entered * ladder)
            store(w, at + PAST_2 * LANES, roll_1)
            store(w, at + PAST_3 * LANES, roll_2)
            store(w, at + SCALE * LANES, scale)
            store(w, at + DUE_1 * LANES, fma(due_2, carry, (due - paid) * rest))
            store(w, at + DUE_2 * LANES, due_3 * carry)
            store(w, at + DUE_3 * LANES, tail_due * scale)
            store(w, at + FEE_1 * LANES, fma(fee_2, carry, fee_due * rest * (1.0 - payment)))
            store(w, at + FEE_2 * LANES, fee_3 * carry)
            store(w, at + FEE_3 * LANES, tail_fee * scale)
            if p.limits == 1:
                add_to(w, p.segment + s * LANES + q, (loss + at_once + paid + early + refund) * -1.0)
            defaulted = defaulted + loss
            recoverable = fma(loss, load(w, rate + RECOVERY * LANES), recoverable)
            scheduled, prepaid, cured = scheduled + paid, prepaid + early, cured + at_once
            diluted, fees = diluted + refund, fees + fee
            late = late + fma(
                cure_3,
                m.f[p.at_late_charge + 2],
                fma(cure_2, m.f[p.at_late_charge + 1], cure_1 * m.f[p.at_late_charge + 0]),
            )
        pool = p.pool + q
        unpaid = diluted * m.f[month + UNPAID_SHARE]
        fees = fees * fee_multiple
        add_to(w, pool + DEFAULTED * LANES, defaulted)
        add_to(w, pool + RECOVERABLE * LANES, recoverable)
        add_to(w, pool + SCHEDULED * LANES, scheduled)
        add_to(w, pool + PREPAID * LANES, prepaid)
        add_to(w, pool + CURED * LANES, cured)
        add_to(w, pool + DILUTED * LANES, diluted)
        add_to(w, pool + DILUTION_LOST * LANES, unpaid)
        add_to(w, pool + FEE_INCOME * LANES, fees)
        add_to(w, pool + LATE_CHARGE * LANES, late)
        leaves = scheduled + prepaid + cured + diluted
        add_to(w, pool + BALANCE * LANES, (leaves + defaulted) * -1.0)
        _collect(m, leaves - unpaid, fees + late, m.f[month + COMMINGLED_SHARE], q)


@stage
def _collect(m: Any, principal: Any, income: Any, lost_share: Any, q: Any) -> None:
    """Collections reach the deal, less the share commingled with the servicer's own cash and lost."""
    w, p = m.w, m.p
    cash = p.cash + q
    lost = principal * lost_share
    principal = principal - lost
    income = income * (1.0 - lost_share)
    add_to(w, p.pool + COMMINGLED * LANES + q, lost)
    add_to(w, cash + PRINCIPAL_COLLECTED * LANES, principal)
    add_to(w, cash + INCOME_COLLECTED * LANES, income)
    add_to(w, cash + CASH_IN * LANES, principal + income)


@stage
def collect_recoveries(m: Any, k: Any, t: Any) -> None:
    """At the month's last step: recoveries that fall due; the month's recoverable amount joins the ring."""
    w, p = m.w, m.p
    n_lag = p.n_lag
    lost_share = m.f[p.at_month + (k * p.n_month + t) * 8 + COMMINGLED_SHARE]
    for q in range(0, LANES, WIDTH):
        falling_due = splat(0.0)
        slot = t % n_lag
        for age in range(min(n_lag, t)):
            slot = slot - 1 if slot > 0 else n_lag - 1
            falling_due = fma(load(w, p.recovery_ring + slot * LANES + q), m.f[p.at_lag + age], falling_due)
        store(w, p.recovery_ring + (t % n_lag) * LANES + q, load(w, p.pool + RECOVERABLE * LANES + q))
        add_to(w, p.pool + RECOVERED * LANES + q, falling_due)
        _collect(m, falling_due, splat(0.0), lost_share, q)


@stage
def buy(m: Any, k: Any, t: Any, c: Any, source: Any, mask: Any) -> None:
    """Buy receivables for cohort c with the cash of an account, on the lanes of a 0/1 row."""
    w, p = m.w, m.p
    price = m.f[p.at_month + (k * p.n_month + t) * 8 + PRICE]
    from_principal = 1.0 if source == PRINCIPAL else 0.0
    for q in range(0, LANES, WIDTH):
        account = p.account + source * LANES + q
        pool = p.pool + q
        cash = load(w, account)
        if source == PRINCIPAL:
            held = _retained(m, q)
            if p.n_lock > 1:
                locked = load(w, p.cash + LOCKED * LANES + q)
                held = where_less(held, locked, locked, held)
            cash = cash - held
            cash = where_less(cash, 0.0, 0.0, cash)
        left = load(w, p.cash + SUPPLY_LEFT * LANES + q)
        face = cash * (1.0 / price)
        face = where_less(face, left, face, left) * load(w, mask + q)
        bought = splat(0.0)
        for s in range(p.n_segment):
            amount = face * m.f[p.at_mix + (k * p.n_history + t) * p.n_segment + s]
            if p.limits == 1:
                segment = p.segment + s * LANES + q
                room = (load(w, pool + BALANCE * LANES) + face) * m.f[p.at_limit + s] - load(w, segment)
                room = where_less(room, 0.0, 0.0, room)
                amount = where_less(amount, room, amount, room)
                add_to(w, segment, amount)
            at = p.cohort + (c * p.n_segment + s) * p.cohort_stride + q
            first = p.at_first_due + ((k * p.n_history + t) * p.n_segment + s) * 6
            add_to(w, at + ALIVE * LANES, amount)
            for slot in range(6):
                add_to(w, at + (DUE_1 + slot) * LANES, amount * m.f[first + slot])
            add_to(w, at + (HISTORY + t) * LANES, amount / load(w, at + SCALE * LANES))
            bought = bought + amount
        cost = bought * price
        store(w, account, load(w, account) - cost)
        store(w, p.cash + SUPPLY_LEFT * LANES + q, left - bought)
        add_to(w, pool + BOUGHT * LANES, bought)
        add_to(w, pool + COST * LANES, cost)
        add_to(w, pool + TOTAL_BOUGHT * LANES, bought)
        add_to(w, pool + BALANCE * LANES, bought)
        add_to(w, pool + PERFORMING * LANES, bought)
        add_to(w, p.cash + CASH_OUT * LANES + q, cost)
        move_deficiency(m, cost * from_principal - bought, q)


@stage
def _retained(m: Any, q: Any) -> Any:
    """Principal that purchases leave for senior costs: of the period awaiting payment, and of this one beyond its income."""
    w, cash = m.w, m.p.cash + q
    income = load(w, cash + INCOME_COLLECTED * LANES) * m.f[m.p.at_scalars + NET_INCOME]
    need = load(w, cash + NEED * LANES) - income
    return load(w, cash + RETAINED * LANES) + where_less(need, 0.0, 0.0, need)


@stage
def move_deficiency(m: Any, change: Any, q: Any) -> None:
    """Notes less assets by `change`, and the same in the deficiency ledger, which stops at zero."""
    w, p = m.w, m.p
    cash = p.cash + q
    add_to(w, cash + GAP * LANES, change)
    ledger = load(w, cash + DEFICIENCY * LANES) + change
    store(w, cash + DEFICIENCY * LANES, where_less(ledger, 0.0, 0.0, ledger))


@stage
def buy_with_collections(m: Any, k: Any, t: Any, c: Any) -> None:
    """Step purchase of a revolving path: collected principal becomes available (after the purchase lag) and buys."""
    w, p = m.w, m.p
    step = t * p.n_cohort + c
    lag = int(m.f[p.at_month + (k * p.n_month + t) * 8 + LAG])
    for q in range(0, LANES, WIDTH):
        revolving = where_less(load(w, p.pool + PHASE * LANES + q), 0.5, 1.0, 0.0)
        if t >= p.n_revolving:
            revolving = splat(0.0)
        store(w, p.cash + MASK * LANES + q, revolving)
        collected = load(w, p.cash + PRINCIPAL_COLLECTED * LANES + q)
        moved = collected * revolving
        add_to(w, p.account + PRINCIPAL * LANES + q, moved)
        store(w, p.cash + PRINCIPAL_COLLECTED * LANES + q, collected - moved)
        if p.n_lock > 1:
            freed = p.lock_ring + (step % p.n_lock) * LANES + q
            locked = load(w, p.cash + LOCKED * LANES + q) - load(w, freed)
            store(w, freed, 0.0)
            if lag > 0:
                add_to(w, p.lock_ring + ((step + lag) % p.n_lock) * LANES + q, moved)
                locked = locked + moved
            store(w, p.cash + LOCKED * LANES + q, locked)
    buy(m, k, t, c, PRINCIPAL, p.cash + MASK * LANES)


@stage
def count_idle_days(m: Any) -> None:
    """Days in a row on which principal cash stands above its share of the pool, after the step's purchases."""
    w, p = m.w, m.p
    days = 30.0 / p.n_cohort
    share = m.f[p.at_scalars + IDLE_SHARE]
    dust = 1e-9 * m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, WIDTH):
        idle = load(w, p.account + PRINCIPAL * LANES + q)
        limit = load(w, p.pool + BALANCE * LANES + q) * share
        row = p.pool + IDLE_DAYS * LANES + q
        store(w, row, where_less(limit + dust, idle, load(w, row) + days, 0.0))


__all__ = [
    "add_to",
    "advance_cohort",
    "buy",
    "buy_with_collections",
    "collect_recoveries",
    "conditional_rates",
    "count_idle_days",
    "earn_on_cash",
    "move_deficiency",
    "move_factors",
]
