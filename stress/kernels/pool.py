"""The receivables pool: one month of a cohort."""

from __future__ import annotations

from typing import Any

from stress.kernels.cash import collect, lost_share
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import NARROW, fma, where_less
from stress.kernels.lanes import load as load_row
from stress.kernels.lanes import load_narrow as load
from stress.kernels.lanes import splat as wide
from stress.kernels.lanes import splat_narrow as splat
from stress.kernels.lanes import store as store_row
from stress.kernels.lanes import store_narrow as store
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    CURED,
    DEFAULTED,
    DILUTED,
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
    LANES,
    LATE_CHARGE,
    N_RATE,
    PAST_1,
    PAST_2,
    PAST_3,
    PREPAID,
    PREPAYMENT,
    RECOVERABLE,
    RECOVERY,
    ROLL_1,
    ROLL_2,
    ROLL_3,
    SCALE,
    SCHEDULED,
)
from stress.kernels.rows import add_to
from stress.kernels.tables import CUT_OFF, DILUTION, PAYMENT, UNPAID_SHARE, YIELD

_EMPTY = 1e-9
"""Share of the cut-off balance below which a segment counts as empty: what rounding leaves after the last instalment.
At 1e-12 the rounding of a balance that was paid down decided how cures split, by up to 5e-9 of the cut-off balance."""
_WIPED = 1e-9
"""An entry rate within this of 1 takes everything."""
SCALE_FLOOR = 1e-200


@aside
def advance_cohort(m: Any, k: Any, t: Any, c: Any) -> None:
    """One month of one cohort: transitions, scheduled payment, prepayment, dilution; collections to their accounts."""
    w, p = m.w, m.p
    month = p.at_month + (k * p.n_month + t) * 8
    payment, dilution = m.f[month + PAYMENT], m.f[month + DILUTION]
    fee_multiple = m.f[month + YIELD]
    unpaid_share, ladder = 1.0 - payment, float(p.ladder)
    late_1, late_2, late_3 = m.f[p.at_late_charge], m.f[p.at_late_charge + 1], m.f[p.at_late_charge + 2]
    empty = _EMPTY * m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, NARROW):
        defaulted, scheduled, prepaid, cured = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        diluted, fees, late, recoverable = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for s in range(p.n_segment):
            rate = p.acting + s * N_RATE * LANES + q
            at = p.cohort + (c * p.n_segment + s) * p.cohort_stride + q
            before = load(w, at + ALIVE)
            one = load(w, at + PAST_1)
            two = load(w, at + PAST_2)
            three = load(w, at + PAST_3)
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
                load(w, at + DUE_1),
                load(w, at + DUE_2),
                load(w, at + DUE_3),
            )
            fee_1, fee_2, fee_3 = (
                load(w, at + FEE_1),
                load(w, at + FEE_2),
                load(w, at + FEE_3),
            )
            # the slots are as they were before entry: what they are of P is the same after it
            per_unit = where_less(alive, empty, 0.0, splat(1.0) / where_less(alive, empty, 1.0, before))
            fallen_due = fma(due_3, cure_3, fma(due_2, cure_23, due_1 * cures))
            rejoins = fma(fallen_due, per_unit * -1.0, where_less(alive, empty, 0.0, cures))
            rejoins = where_less(rejoins, 0.0, 0.0, rejoins)
            at_once = cures - rejoins
            fallen_fee = fma(fee_3, cure_3, fma(fee_2, cure_23, fee_1 * cures))
            left = fma(rejoins, per_unit, stays)
            alive = alive + rejoins
            # 2. scheduled payment
            due = due_1 * left
            due = where_less(due, alive, due, alive)
            paid = due * payment
            alive = alive - paid
            # 3. prepayment, 4. dilution
            smm = load(w, rate + PREPAYMENT * LANES)
            stayed = splat(1.0) - smm
            rest = stayed * (1.0 - dilution)
            early = alive * smm
            refund = alive * (stayed * dilution)
            alive = alive * rest
            carry = left * rest
            scale = load(w, at + SCALE) * (where_less(keep, _WIPED, _WIPED, left) * rest)
            scale = where_less(scale, SCALE_FLOOR, SCALE_FLOOR, scale)
            store(w, at + ALIVE, alive)
            store(w, at + PAST_1, entered * ladder)
            store(w, at + PAST_2, roll_1)
            store(w, at + PAST_3, roll_2)
            store(w, at + SCALE, scale)
            store(w, at + DUE_1, fma(due_2, carry, (due - paid) * rest))
            store(w, at + DUE_2, due_3 * carry)
            store(w, at + FEE_1, fma(fee_1, unpaid_share, fee_2) * carry)
            store(w, at + FEE_2, fee_3 * carry)
            if p.limits == 1:
                add_to(w, p.segment + s * LANES + q, (loss + at_once + paid + early + refund) * -1.0)
            defaulted = defaulted + loss
            recoverable = fma(loss, load(w, rate + RECOVERY * LANES), recoverable)
            scheduled, prepaid, cured = scheduled + paid, prepaid + early, cured + at_once
            diluted = diluted + refund
            fees = fma(fee_1 * left, payment, fma(fallen_fee, per_unit, fees))
            late = fma(cure_1, late_1, fma(cure_2, late_2, fma(cure_3, late_3, late)))
        pool = p.pool + q
        unpaid = diluted * m.f[month + UNPAID_SHARE]
        fees = fees * fee_multiple
        add_to(w, pool + DEFAULTED, defaulted)
        add_to(w, pool + RECOVERABLE, recoverable)
        add_to(w, pool + SCHEDULED, scheduled)
        add_to(w, pool + PREPAID, prepaid)
        add_to(w, pool + CURED, cured)
        if dilution > 0.0:
            add_to(w, pool + DILUTED, diluted)
            add_to(w, pool + DILUTION_LOST, unpaid)
        add_to(w, pool + FEE_INCOME, fees)
        add_to(w, pool + LATE_CHARGE, late)
        leaves = scheduled + prepaid + cured + diluted
        add_to(w, pool + BALANCE, (leaves + defaulted) * -1.0)
        collect(m, leaves - unpaid, fees + late, lost_share(m, k, t, c), q)
    if p.constant_payment == 0:
        _pull(m, k, t, c)


@stage
def _pull(m: Any, k: Any, t: Any, c: Any) -> None:
    """What falls due three months ahead: of the opening pool, and of each month's purchases by what survives of them."""
    w, p = m.w, m.p
    first = max(0, t + 3 - p.longest) * p.n_way
    # with due days of their own, purchases may fall due in the month in which they are bought
    last = min(t if p.n_way == 1 else t + 1, p.n_history) * p.n_way
    for s in range(p.n_segment):
        at = p.cohort + (c * p.n_segment + s) * p.cohort_stride
        opening = m.f[p.at_opening + (c * p.n_segment + s) * 4]
        slot = (k * p.n_segment + s) * (p.n_month + 5) + t + 4
        due, fee = wide(m.f[p.at_open_due + slot] * opening), wide(m.f[p.at_open_fee + slot] * opening)
        share = p.at_pull + ((k * p.n_month + t) * p.n_segment + s) * p.n_history * p.n_way * 2
        for j in range(first, last):
            bought = load_row(w, at + HISTORY + j * LANES)
            due = fma(bought, m.f[share + 2 * j], due)
            fee = fma(bought, m.f[share + 2 * j + 1], fee)
        scale = load_row(w, at + SCALE)
        store_row(w, at + DUE_3, due * scale)
        store_row(w, at + FEE_3, fee * scale)
