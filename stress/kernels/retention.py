"""Retention: what purchases from principal leave for senior costs."""

from __future__ import annotations

from .accrual import bears_interest, coupon, fee_of_month
from .codes import INCOME
from .jit import aside, stage
from .lanes import fma, splat
from .records import Memory
from .rows import positive
from .typed import Lanes


@aside
def set_need(m: Memory, k: int, t: int) -> None:
    """Retention 1, at the month's start: senior costs of the period that may be paid from principal."""
    need, notes, none = splat(0.0), splat(0.0), splat(0.0)
    for n in range(m.p.n_note):
        note = m.note[n]
        owed = note.accrued
        notes = notes + note.outstanding
        if t > 0:  # what is paid at the last period's payment date is not owed here, or still waits there
            owed = owed * (1.0 - m.t.payable[0, t - 1, n])
        if m.p.payment_step < 0:
            owed = owed + note.unpaid
        need = fma(fma(bears_interest(m, n), coupon(m, k, t, n), owed), m.t.senior_note[n], need)
    for f in range(m.p.n_fee):
        amount = fee_of_month(m, k, t, f, notes, m.pool.balance, none)
        if t <= m.p.first_payment:
            amount = amount + m.fee[f].left
        elif m.p.payment_step < 0:
            amount = fma(m.fee[f].left, m.t.fee_carry[f], amount)
        need = fma(amount, m.t.senior_fee[f], need)
    if 0 < t <= m.p.first_payment:
        need = need - m.account[INCOME] * m.t.deal.net_income
    m.cash.need = need


@stage
def _uncovered(m: Memory) -> Lanes:
    """What the income collected in the month leaves uncovered of its need."""
    return positive(m.cash.need - m.cash.income_collected * m.t.deal.net_income)


@stage
def retained(m: Memory) -> Lanes:
    """Retention 2: principal that a purchase leaves: for the period awaiting payment, and for this one beyond its income."""
    return m.cash.retained + _uncovered(m)


@stage
def retain(m: Memory) -> None:
    """Retention 3, at the determination: what is uncovered waits for the payment date."""
    m.cash.retained = _uncovered(m)
    m.cash.need = splat(0.0)
