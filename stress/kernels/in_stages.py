"""The pool by stage and bucket: one month of a cohort whose receivables season or whose ladder is a long one."""

from __future__ import annotations

from .cash import collect, lost_share
from .jit import aside, stage
from .ladder import climb, over_performing, pay_far_down
from .lanes import PART, WIDTH, fma, larger, smaller, where_less
from .layout import RECOVERY
from .pool import EMPTY, WIPED
from .records import Memory, alike, part
from .rows import positive
from .seasoning import fallen_due, look_ahead, slot_of, survive
from .staged_rows import N_KEPT
from .typed import Lanes


@aside
def advance_in_stages(m: Memory, k: int, t: int, c: int) -> None:
    """Steps 1-4 of the accounting page, and the stages' moves after them."""
    if m.p.n_down > 2:
        pay_far_down(m, k, t, c)
    for q in range(0, WIDTH, PART):
        _advance(part(m, q), k, t, c)
    if m.p.constant_payment == 0:
        look_ahead(m, k, t, c)


@stage
def _advance(m: Memory, k: int, t: int, c: int) -> None:
    """Some lanes: every segment through its stages; collections to their accounts."""
    month, pool = m.t.month[k, t], m.pool
    none, now, far = alike(pool.balance, 0.0), slot_of(m, t, 1), slot_of(m, t, m.p.n_bucket)
    if c == 0:  # what the steps of the month add to
        pool.recoverable = none
        if m.p.uses_payments == 1:
            pool.scheduled, pool.prepaid, pool.cured = none, none, none
    defaulted, paid, fees, months = none, none, none, none
    for w in range(m.p.n_whole):
        arriving = none
        for i in range(m.p.n_stage):
            s = w * m.p.n_stage + i
            arriving, loss, leaves, fee, late = _row(m, k, t, c, s, i, now, far, arriving)
            defaulted, paid, fees, months = defaulted + loss, paid + leaves, fees + fee, months + late
            if m.p.even_late == 0:
                pool.recoverable = fma(loss, m.acting[s].recovery, pool.recoverable)
    if m.p.even_late == 1:
        pool.recoverable = fma(defaulted, m.t.link[k, t, 0, RECOVERY][0], pool.recoverable)
    late, fees = months, fees * month.yield_multiple
    pool.balance -= paid + defaulted
    collect(pool, m.cash, paid, fees + late, lost_share(m, k, t, c))
    if c > 0:
        defaulted, fees, late = defaulted + pool.defaulted, fees + pool.fee_income, late + pool.late_charge
    pool.defaulted, pool.fee_income, pool.late_charge = defaulted, fees, late


@stage
def _row(
    m: Memory, k: int, t: int, c: int, s: int, i: int, now: int, far: int, arriving: Lanes
) -> tuple[Lanes, Lanes, Lanes, Lanes, Lanes]:
    """Row s, a segment in stage i. What moves on, what defaults, all principal paid, fees before the yield multiple, late
    charges. `now`, `far`: slots of this step and of the last bucket."""
    month, rate, cohort = m.t.month[k, t], m.acting[s], m.cohort[c, s]
    before, empty, none = cohort.performing, EMPTY * m.t.deal.cut_off, alike(arriving, 0.0)
    # 1. transitions
    keep = 1.0 - rate.entry
    stays = where_less(keep, WIPED, 0.0, keep)
    performing = before * stays
    # the slots are as they were before entry: what they are of P is the same after it
    per_unit = over_performing(m, before, performing)
    due, fee = fallen_due(m, c, s, i, now, none), fallen_due(m, c, s, i, now + N_KEPT, none)
    loss, cures, late_due, late_fees, months, late_paid = climb(
        m, k, t, c, s, i, now, far, before - performing, due, fee, per_unit
    )
    rejoins = positive(fma(late_due, -per_unit, where_less(performing, empty, 0.0, cures)))
    at_once, late_fees = cures - rejoins + late_paid, late_fees * per_unit
    charge = _charge(m, months, at_once + late_fees)
    left = fma(rejoins, per_unit, stays)
    performing = performing + rejoins
    # 2. scheduled payment, 3. prepayment
    paid = smaller(due * left, performing) * month.payment
    fees = fma(fee * left, month.payment, late_fees)
    performing = performing - paid
    early, stayed = performing * rate.prepayment, 1.0 - rate.prepayment
    performing, left = performing - early, larger(left, WIPED) * stayed
    leaves = at_once + paid + early
    if m.p.uses_payments == 1:
        _add_payments(m, paid, early, at_once)
    if month.dilution > 0.0:
        refund, left = performing * month.dilution, left * (1.0 - month.dilution)
        performing = performing - refund
        leaves = leaves + _diluted(m, k, t, s, refund)
    if m.p.limits == 1:
        m.segment[s].balance -= loss + leaves
    # the stages move on
    moved = performing * m.t.moves_on[i] if i < m.p.n_stage - 1 else none
    cohort.performing = performing - moved + arriving
    if m.p.constant_payment == 0:
        survive(m, c, s, i, left)
    return moved, loss, leaves, fees, charge


@stage
def _add_payments(m: Memory, scheduled: Lanes, prepaid: Lanes, cured: Lanes) -> None:
    """What a row pays, where something asks for it by kind."""
    pool = m.pool
    pool.scheduled, pool.prepaid, pool.cured = pool.scheduled + scheduled, pool.prepaid + prepaid, pool.cured + cured


@stage
def _charge(m: Memory, months: Lanes, paid: Lanes) -> Lanes:
    """Late charges: for the months that what cures was late, and a share of what is paid late."""
    charge = months * m.t.late_charge[0]
    if m.t.late_fee[0] > 0.0:
        charge = fma(paid, m.t.late_fee[0], charge)
    return charge


@stage
def _diluted(m: Memory, k: int, t: int, s: int, refund: Lanes) -> Lanes:
    """4. Dilution: what is lost of it leaves the pool here; what is paid."""
    lost = refund * m.t.month[k, t].unpaid_share
    m.pool.diluted += refund
    m.pool.dilution_lost += lost
    m.pool.balance -= lost
    if m.p.limits == 1:
        m.segment[s].balance -= lost
    return refund - lost
