"""What a month costs: interest on the notes and fees."""

from __future__ import annotations

from .codes import INTEREST_INCOME_BASE, NOTES_BASE, OF_ALL_NOTES, OF_SOME_NOTES, POOL_BASE
from .formulas import set_levels, value_of
from .jit import aside, stage
from .lanes import fma, splat
from .records import Memory
from .rows import positive
from .short_rate import floating_coupon
from .typed import Lanes


@stage
def coupon(m: Memory, k: int, t: int, n: int) -> Lanes:
    """Determination 1: coupon x fraction of the period, with the step-up of a trigger that had tripped before it."""
    if m.p.random_rate == 1 and m.t.rate_note[n].floats > 0.5:
        return floating_coupon(m, k, t, n)
    rate = splat(m.t.accrual[k, t, n])
    trigger = m.t.step_up_trigger[n]
    if trigger >= 0:
        rate = fma(m.trigger[trigger].on, m.t.step_up[k, t, n], rate)
    return rate


@stage
def bears_interest(m: Memory, n: int) -> Lanes:
    """Determination 1: the balance of a note, with its unpaid interest where that bears interest too."""
    note = m.note[n]
    balance = note.outstanding
    if m.p.interest_on_unpaid == OF_ALL_NOTES:
        balance = balance + note.unpaid
    elif m.p.interest_on_unpaid == OF_SOME_NOTES:
        balance = balance + note.unpaid * m.t.on_unpaid[n]
    return balance


@stage
def fee_of_month(m: Memory, k: int, t: int, f: int, notes: Lanes, pool: Lanes, income: Lanes) -> Lanes:
    """Determination 2: a month's fee on its base; 0 for one by a formula (see `charge_by_formula`)."""
    amount, base = splat(m.t.fee_rate[k, t, f]), m.t.fee_base[f]
    if base == NOTES_BASE:
        amount = amount * notes
    elif base == POOL_BASE:
        amount = amount * pool
    elif base == INTEREST_INCOME_BASE:
        amount = amount * income
    return amount


@aside
def charge_by_formula(m: Memory, k: int, t: int) -> Lanes:
    """Determination 2, after 3: fees by a formula fall due beside what was unpaid of them. All that they come to."""
    set_levels(m, k, t)
    costs = splat(0.0)
    for f in range(m.p.n_fee):
        if m.t.fee_formula[f] >= 0:
            fee, amount = m.fee[f], positive(value_of(m, t, m.t.fee_formula[f]))
            costs = costs + amount
            fee.left += amount
            if m.p.traced == 1:
                fee.current = amount
                fee.due = fee.left
    return costs
