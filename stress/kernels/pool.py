"""The receivables pool: one cohort's step, collections, recoveries."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import NARROW, fma, where_less
from stress.kernels.lanes import load_narrow as load
from stress.kernels.lanes import splat_narrow as splat
from stress.kernels.lanes import store_narrow as store
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    CASH_IN,
    CASH_INTEREST,
    CASH_RATE,
    COMMINGLED,
    COMMINGLED_INCOME,
    COMMINGLED_STEPS,
    CURED,
    CUT_OFF,
    DEFAULTED,
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
    HISTORY,
    INCOME_COLLECTED,
    LANES,
    LATE_CHARGE,
    N_RATE,
    PAST_1,
    PAST_2,
    PAST_3,
    PAYMENT,
    PREPAID,
    PREPAYMENT,
    PRINCIPAL_COLLECTED,
    RECOVERABLE,
    RECOVERED,
    RECOVERY,
    ROLL_1,
    ROLL_2,
    ROLL_3,
    SCALE,
    SCHEDULED,
    UNPAID_SHARE,
    YIELD,
)
from stress.kernels.rows import add_to

_EMPTY = 1e-9
"""Share of the cut-off balance below which a segment counts as empty: what rounding leaves after the last instalment.
At 1e-12 the rounding of a balance that was paid down decided how cures split, by up to 5e-9 of the cut-off balance."""
_WIPED = 1e-9
"""An entry rate within this of 1 takes everything."""
_SCALE_FLOOR = 1e-200


@stage
def earn_on_cash(m: Any, k: Any, t: Any) -> None:
    """Interest on all cash at the opening of a step, to income."""
    w, p = m.w, m.p
    rate = m.f[p.at_month + (k * p.n_month + t) * 8 + CASH_RATE]
    if rate == 0.0:
        return
    for q in range(0, LANES, NARROW):
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
    first_pull = max(0, t + 3 - p.longest) * p.n_way
    # with due days of their own, purchases may fall due in the month in which they are bought
    last_pull = min(t if p.n_way == 1 else t + 1, p.n_history) * p.n_way
    for q in range(0, LANES, NARROW):
        defaulted, scheduled, prepaid, cured = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        diluted, fees, late, recoverable = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for s in range(p.n_segment):
            rate = p.acting + s * N_RATE * LANES + q
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
            scale = load(w, at + SCALE * LANES) * (where_less(keep, _WIPED, _WIPED, keep) * growth * rest)
            scale = where_less(scale, _SCALE_FLOOR, _SCALE_FLOOR, scale)
            store(w, at + ALIVE * LANES, alive)
            store(w, at + PAST_1 * LANES, entered * ladder)
            store(w, at + PAST_2 * LANES, roll_1)
            store(w, at + PAST_3 * LANES, roll_2)
            store(w, at + SCALE * LANES, scale)
            store(w, at + DUE_1 * LANES, fma(due_2, carry, (due - paid) * rest))
            store(w, at + DUE_2 * LANES, due_3 * carry)
            store(w, at + FEE_1 * LANES, fma(fee_2, carry, fee_due * rest * (1.0 - payment)))
            store(w, at + FEE_2 * LANES, fee_3 * carry)
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
            opening = m.f[p.at_opening + (c * p.n_segment + s) * 4 + 0]
            tail_due = splat(m.f[p.at_open_due + (k * p.n_segment + s) * (p.n_month + 5) + (t + 4)] * opening)
            tail_fee = splat(m.f[p.at_open_fee + (k * p.n_segment + s) * (p.n_month + 5) + (t + 4)] * opening)
            pull = p.at_pull + ((k * p.n_month + t) * p.n_segment + s) * p.n_history * p.n_way * 2
            for j in range(first_pull, last_pull):
                bought = load(w, at + (HISTORY + j) * LANES)
                tail_due = fma(bought, m.f[pull + 2 * j], tail_due)
                tail_fee = fma(bought, m.f[pull + 2 * j + 1], tail_fee)
            store(w, at + DUE_3 * LANES, tail_due * scale)
            store(w, at + FEE_3 * LANES, tail_fee * scale)
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
        _collect(m, leaves - unpaid, fees + late, _lost_share(m, k, t, c), q)


@stage
def _lost_share(m: Any, k: Any, t: Any, c: Any) -> Any:
    """Share of a step's collections lost: all of the month's first steps, the last of them in part."""
    steps = m.f[m.p.at_month + (k * m.p.n_month + t) * 8 + COMMINGLED_STEPS]
    return min(1.0, max(0.0, steps - c))


@stage
def _collect(m: Any, principal: Any, income: Any, lost_share: Any, q: Any) -> None:
    """Collections reach the deal, less the share commingled with the servicer's own cash and lost."""
    w, p = m.w, m.p
    cash = p.cash + q
    lost, income_lost = principal * lost_share, income * lost_share
    principal, income = principal - lost, income - income_lost
    add_to(w, p.pool + COMMINGLED * LANES + q, lost)
    add_to(w, p.pool + COMMINGLED_INCOME * LANES + q, income_lost)
    add_to(w, cash + PRINCIPAL_COLLECTED * LANES, principal)
    add_to(w, cash + INCOME_COLLECTED * LANES, income)
    add_to(w, cash + CASH_IN * LANES, principal + income)


@stage
def collect_recoveries(m: Any, k: Any, t: Any) -> None:
    """At the month's last step: recoveries that fall due; the month's recoverable amount joins the ring."""
    w, p = m.w, m.p
    n_lag = p.n_lag
    lost_share = _lost_share(m, k, t, p.n_cohort - 1)
    for q in range(0, LANES, NARROW):
        falling_due = splat(0.0)
        slot = t % n_lag
        for age in range(min(n_lag, t)):
            slot = slot - 1 if slot > 0 else n_lag - 1
            falling_due = fma(load(w, p.recovery_ring + slot * LANES + q), m.f[p.at_lag + age], falling_due)
        store(w, p.recovery_ring + (t % n_lag) * LANES + q, load(w, p.pool + RECOVERABLE * LANES + q))
        add_to(w, p.pool + RECOVERED * LANES + q, falling_due)
        _collect(m, falling_due, splat(0.0), lost_share, q)
