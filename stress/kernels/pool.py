"""The receivables pool: one month of a cohort (steps 1-4 of the accounting page)."""

from __future__ import annotations

from .cash import collect, lost_share
from .jit import stage
from .lanes import HALF, NARROW, WIDTH, fma, larger, smaller, where_less
from .lanes import splat_narrow as splat
from .layout import LANES, RECOVERY, ROLL_1, ROLL_2, ROLL_3
from .records import Memory, alike, half, narrow
from .rows import positive

EMPTY = 1e-9
"""Share of the cut-off balance below which a segment counts as empty: what rounding leaves after the last instalment.
At 1e-12 the rounding of a balance that was paid down decided how cures split, by up to 5e-9 of the cut-off balance."""
WIPED = 1e-9
"""An entry rate within this of 1 takes everything."""
SURVIVAL_FLOOR = 1e-200


@stage
def advance_cohort(m: Memory, k: int, t: int, c: int) -> None:
    """Transitions, scheduled payment, prepayment, dilution; collections to their accounts.

    One long expression on eight lanes at a time: what it has at work fits the registers.
    """
    month = m.t.month[k, t]
    payment, dilution = month.payment, month.dilution
    defers, dilutes = payment != 1.0, dilution > 0.0  # few months do, and what they do is some of the work
    late_1, late_2, late_3 = m.t.late_charge[0], m.t.late_charge[1], m.t.late_charge[2]
    even_1, even_2 = m.t.link[k, t, 0, ROLL_1][0], m.t.link[k, t, 0, ROLL_2][0]
    even_3, even_recovery = m.t.link[k, t, 0, ROLL_3][0], m.t.link[k, t, 0, RECOVERY][0]
    empty = EMPTY * m.t.deal.cut_off
    for q in range(0, LANES, NARROW):
        defaulted, scheduled, prepaid, cured = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        diluted, fees, late, recoverable = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for s in range(m.p.n_segment):
            rate, cohort = narrow(m.acting[s], q), narrow(m.cohort[c, s], q)
            before = cohort.performing
            # 1. transitions
            keep = splat(1.0) - rate.entry
            stays = where_less(keep, WIPED, 0.0, keep)
            performing = before * stays
            entered = before - performing
            due_1, due_2, due_3 = cohort.due_1, cohort.due_2, cohort.due_3
            fee_1, fee_2, fee_3 = cohort.fee_1, cohort.fee_2, cohort.fee_3
            # the slots are as they were before entry: what they are of P is the same after it
            per_unit = where_less(performing, empty, 0.0, splat(1.0) / larger(before, empty))
            m1, m2, m3 = cohort.late_1, cohort.late_2, cohort.late_3
            if m.p.even_late == 1:
                roll_1, roll_2, roll_3 = m1 * even_1, m2 * even_2, m3 * even_3
            else:
                roll_1, roll_2, roll_3 = m1 * rate.roll_1, m2 * rate.roll_2, m3 * rate.roll_3
            loss = roll_3 if m.p.ladder == 1 else entered + roll_3
            cure_1, cure_2, cure_3 = m1 - roll_1, m2 - roll_2, m3 - roll_3
            cure_23 = cure_2 + cure_3
            cures = cure_1 + cure_23
            fallen_due = fma(due_3, cure_3, fma(due_2, cure_23, due_1 * cures))
            rejoins = positive(fma(fallen_due, -per_unit, where_less(performing, empty, 0.0, cures)))
            at_once = cures - rejoins
            fallen_fee = fma(fee_3, cure_3, fma(fee_2, cure_23, fee_1 * cures))
            fees = fma(fallen_fee, per_unit, fees)
            late = fma(cure_1, late_1, fma(cure_2, late_2, fma(cure_3, late_3, late)))
            cohort.late_1 = entered if m.p.ladder == 1 else splat(0.0)
            cohort.late_2 = roll_1
            cohort.late_3 = roll_2
            left = fma(rejoins, per_unit, stays)
            performing = performing + rejoins
            # 2. scheduled payment, 3. prepayment, 4. dilution
            smm = rate.prepayment
            stayed = splat(1.0) - smm
            rest = stayed * (1.0 - dilution) if dilutes else stayed
            carry = left * rest
            due, fee = smaller(due_1 * left, performing), fee_1 * left
            if defers:
                paid = due * payment
                fees = fma(fee, payment, fees)
                cohort.due_1 = fma(due_2, carry, (due - paid) * rest)
                cohort.fee_1 = fma(fee_1, 1.0 - payment, fee_2) * carry
            else:
                paid = due
                fees = fees + fee
                cohort.due_1 = due_2 * carry
                cohort.fee_1 = fee_2 * carry
            cohort.due_2 = due_3 * carry
            cohort.fee_2 = fee_3 * carry
            performing = performing - paid
            early, refund = performing * smm, splat(0.0)
            if dilutes:
                refund = performing * (stayed * dilution)
                diluted = diluted + refund
            cohort.performing = performing * rest
            cohort.survival = larger(cohort.survival * (larger(left, WIPED) * rest), SURVIVAL_FLOOR)
            if m.p.limits == 1:
                segment = narrow(m.segment[s], q)
                segment.balance -= loss + at_once + paid + early + refund
            defaulted = defaulted + loss
            if m.p.even_late == 1:
                recoverable = fma(loss, even_recovery, recoverable)
            else:
                recoverable = fma(loss, rate.recovery, recoverable)
            scheduled, prepaid, cured = scheduled + paid, prepaid + early, cured + at_once
        pool, cash = narrow(m.pool, q), narrow(m.cash, q)
        unpaid = diluted * month.unpaid_share
        fees = fees * month.yield_multiple
        leaves = scheduled + prepaid + cured + diluted
        pool.balance -= leaves + defaulted
        collect(pool, cash, leaves - unpaid, fees + late, lost_share(m, k, t, c))
        if c > 0:  # the first step of a month stores, the others add
            defaulted, recoverable = defaulted + pool.defaulted, recoverable + pool.recoverable
            fees, late = fees + pool.fee_income, late + pool.late_charge
        pool.defaulted, pool.recoverable = defaulted, recoverable
        pool.fee_income, pool.late_charge = fees, late
        if dilutes:
            pool.diluted += diluted
            pool.dilution_lost += unpaid
        if m.p.uses_payments == 1:
            if c > 0:
                scheduled, prepaid, cured = scheduled + pool.scheduled, prepaid + pool.prepaid, cured + pool.cured
            pool.scheduled, pool.prepaid, pool.cured = scheduled, prepaid, cured
    if m.p.constant_payment == 0:
        _pull(m, k, t, c)


@stage
def _pull(m: Memory, k: int, t: int, c: int) -> None:
    """What falls due three months ahead: of the opening pool, and of each month's purchases by what survives of them."""
    first = max(0, t + 3 - m.p.longest)
    # with due days of their own, purchases may fall due in the month in which they are bought
    last = min(t if m.p.n_delay == 1 else t + 1, m.p.n_history)
    own = c if m.p.n_opened > 1 else 0
    for s in range(m.p.n_segment):
        for q in range(0, WIDTH, HALF):
            if m.p.n_delay == 1:
                _pull_half(half(m, q), k, t, c, s, own, first, last, 1)
            else:
                _pull_half(half(m, q), k, t, c, s, own, first, last, m.p.n_delay)


@stage
def _pull_half(m: Memory, k: int, t: int, c: int, s: int, own: int, first: int, last: int, n_delay: int) -> None:
    """What a segment has due, from the opening pool and the purchases of some months, on half of the lanes."""
    cohort, opening = m.cohort[c, s], m.t.opening[c, s, 0]
    survival = cohort.survival
    due = alike(survival, m.t.open_due[k, own, s, t + 4] * opening)
    fee = alike(survival, m.t.open_fee[k, own, s, t + 4] * opening)
    for j in range(first, last):
        for delay in range(n_delay):
            bought, share = m.history[c, s, j, delay], m.t.pull[k, t, s, j, delay]
            due = fma(bought, share.due, due)
            fee = fma(bought, share.fee, fee)
    cohort.due_3 = due * survival
    cohort.fee_3 = fee * survival
