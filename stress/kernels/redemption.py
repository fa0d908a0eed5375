"""The steps that repay notes, each on the lanes of the mask."""

from __future__ import annotations

from .cash import move_deficiency
from .jit import aside, stage
from .lanes import anywhere, smaller, splat, where_less
from .records import Memory
from .rows import positive
from .step_cash import leaves, set_target
from .typed import Lanes


@stage
def _balance(m: Memory, first: int, last: int) -> Lanes:
    """Balance of a step's notes."""
    balance = splat(0.0)
    for i in range(first, last):
        balance = balance + m.note[m.t.member[i]].outstanding
    return balance


@stage
def _room(m: Memory, x: int, t: int, balance: Lanes) -> Lanes:
    """Payment 2: how far the notes of a principal step stand above its target."""
    if m.t.step[x].target >= 0:
        set_target(m, x, t)
        return positive(balance - m.cash.target)
    return positive(balance - m.t.step_target[x, t])


@stage
def _redeem(m: Memory, t: int, n: int, amount: Lanes) -> None:
    note = m.note[n]
    note.outstanding -= amount
    m.log[t, n] += amount


@stage
def pay_sequential(m: Memory, x: int, t: int) -> None:
    """Payment 2: repay the step's notes one after another, down to their target."""
    step = m.t.step[x]
    first, last, source = step.first_member, step.first_member + step.members, step.source
    room = _room(m, x, t, _balance(m, first, last))
    budget = smaller(room, m.account[source]) * m.cash.mask
    if not anywhere(budget):
        return
    left = budget
    for i in range(first, last):
        n = m.t.member[i]
        amount = smaller(m.note[n].outstanding, left)
        left = left - amount
        _redeem(m, t, n, amount)
    _repaid(m, x, source, budget - left)


@stage
def pay_pro_rata(m: Memory, x: int, t: int) -> None:
    """Payment 3: repay the step's notes by balance, down to their target."""
    step = m.t.step[x]
    first, last, source = step.first_member, step.first_member + step.members, step.source
    balances = _balance(m, first, last)
    room = _room(m, x, t, balances)
    budget = smaller(room, m.account[source]) * m.cash.mask
    if not anywhere(budget):
        return
    _repaid(m, x, source, _by_balance(m, t, first, last, budget, balances))


@stage
def _by_balance(m: Memory, t: int, first: int, last: int, amount: Lanes, balances: Lanes) -> Lanes:
    """Payment 3: divide an amount by the balances of notes, which add up to `balances`; what it comes to."""
    share = amount / where_less(balances, 1e-300, 1.0, balances)
    paid = splat(0.0)
    for i in range(first, last):
        n = m.t.member[i]
        part = m.note[n].outstanding * share
        paid = paid + part
        _redeem(m, t, n, part)
    return paid


@aside
def pay_groups(m: Memory, x: int, t: int) -> None:
    """Payment 3: repay groups of the step's notes one after another, each by balance, down to the step's target."""
    step = m.t.step[x]
    first, last, source = step.first_member, step.first_member + step.members, step.source
    left = smaller(_room(m, x, t, _balance(m, first, last)), m.account[source]) * m.cash.mask
    if not anywhere(left):
        return
    paid, group = splat(0.0), last
    while first < last:
        end = first + m.t.member[group]
        balances = _balance(m, first, end)
        amount = smaller(balances, left)
        left = left - amount
        paid = paid + _by_balance(m, t, first, end, amount, balances)
        first, group = end, group + 1
    _repaid(m, x, source, paid)


@stage
def _repaid(m: Memory, x: int, source: int, amount: Lanes) -> None:
    """Payment 5: principal of notes has been paid from an account; from other cash than principal it reduces the deficiency."""
    leaves(m, x, source, amount)
    if m.t.of_principal[source] == 0:
        move_deficiency(m, -amount)


@stage
def pay_residual(m: Memory, x: int, t: int) -> None:
    """Payment 6, all that is left: principal of the residual note first, then yield."""
    n, source = m.t.step[x].index, m.t.step[x].source
    amount = m.account[source] * m.cash.mask
    if not anywhere(amount):
        return
    note = m.note[n]
    repaid = smaller(note.outstanding, amount)
    note.outstanding -= repaid
    m.log[t, n] += amount
    leaves(m, x, source, amount)
    move_deficiency(m, amount - repaid if m.t.of_principal[source] == 1 else -repaid)
