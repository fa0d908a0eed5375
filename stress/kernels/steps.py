"""The steps of a priority of payments other than those that repay notes, each on the lanes of the mask."""

from __future__ import annotations

from .allocation import reinvest
from .cash import move_deficiency
from .codes import NO_LIMIT, PAY_FEE, PRINCIPAL, TOP_UP, TRANSFER
from .formulas import value_of
from .jit import aside, stage
from .lanes import anywhere, larger, smaller, splat, where_less
from .purchases import buy
from .records import Memory
from .rows import positive
from .step_cash import leaves, note_step, set_cap, set_target, under_cap
from .typed import Lanes


@stage
def _owed(m: Memory, x: int) -> Lanes:
    """What a step on a fee or on the interest of one note has to pay."""
    step = m.t.step[x]
    return m.fee[step.index].left if step.kind == PAY_FEE else m.note[step.index].unpaid


@stage
def _settle(m: Memory, x: int, t: int, left: Lanes, amount: Lanes) -> None:
    """A fee or the interest of a note has been paid by `amount`; `left` of it stays."""
    step = m.t.step[x]
    if step.kind == PAY_FEE:
        fee = m.fee[step.index]
        fee.left = left
        m.cash.cash_out += amount
        if m.p.fee_years == 1:
            _count_in_year(m, x, amount)
    else:
        note = m.note[step.index]
        note.unpaid = left
        m.log[t, step.index] += amount


@aside
def _count_in_year(m: Memory, x: int, amount: Lanes) -> None:
    """Payment 2: what a step with a cap has paid of a fee."""
    step = m.t.step[x]
    if step.cap >= 0 or m.t.step_value[x].limit < NO_LIMIT:
        m.paid_this_year[step.index] += amount


@stage
def pay_in_full(m: Memory, x: int, t: int) -> bool:
    """Payment 2: pay the fees and interest of a run of steps from one account, if that suffices on all lanes; else pay nothing.

    The same subtractions in the same order as step by step, so the same bits.
    """
    end, source = x + m.t.in_full[x], m.t.step[x].source
    on, money = m.cash.mask, m.account[source]
    i = x
    while i < end:
        money = money - positive(_owed(m, i)) * on
        i += m.t.step[i].members
    if anywhere(-money):
        return False
    m.account[source] = money
    out = m.cash.cash_out
    i = x
    while i < end:
        step, owed = m.t.step[i], _owed(m, i)
        amount = positive(owed) * on
        if step.kind == PAY_FEE:
            fee = m.fee[step.index]
            fee.left = owed - amount
            out = out + amount
        else:
            note = m.note[step.index]
            note.unpaid = owed - amount
            m.log[t, step.index] += amount
        note_step(m, i, amount)
        i += step.members
    m.cash.cash_out = out
    return True


@stage
def pay_due(m: Memory, x: int, t: int) -> None:
    """Payment 2: pay a fee or interest, row after row until nothing is left; from principal it is lent (Payment 5)."""
    limit, on, capped = m.t.step_value[x].limit, m.cash.mask, set_cap(m, x, t)
    for i in range(m.t.step[x].members):
        source, owed = m.t.step[x + i].source, _owed(m, x)
        amount = smaller(owed, m.account[source])
        if limit < NO_LIMIT or capped:
            amount = under_cap(m, x + i, i, amount)
        amount = positive(amount) * on
        left = owed - amount
        _settle(m, x, t, left, amount)
        leaves(m, x + i, source, amount)
        if m.t.of_principal[source] == 1:
            move_deficiency(m, amount)
        if not anywhere(left * on):
            break


@stage
def pay_together(m: Memory, x: int, t: int) -> None:
    """Payment 3: pay the interest of several notes from one source, each the same share of what is still due to it."""
    step = m.t.step[x]
    first, last, source = step.first_member, step.first_member + step.members, step.source
    due = splat(0.0)
    for i in range(first, last):
        due = due + m.note[m.t.member[i]].unpaid
    share = m.account[source] / where_less(due, 1e-300, 1.0, due)
    share = where_less(share, 1.0, positive(share), 1.0) * m.cash.mask
    paid = splat(0.0)
    for i in range(first, last):
        n = m.t.member[i]
        note = m.note[n]
        amount = note.unpaid * share
        paid = paid + amount
        note.unpaid -= amount
        m.log[t, n] += amount
    leaves(m, x, source, paid)
    if m.t.of_principal[source] == 1:
        move_deficiency(m, paid)


@stage
def cover_defaults(m: Memory, x: int) -> None:
    """Payment 6: move income to principal up to the deficiency (of all notes, or above those junior to one)."""
    source, note = m.t.step[x].source, m.t.step[x].index
    deficiency = m.cash.deficiency
    if note >= 0:
        for n in range(note + 1, m.p.n_note):
            deficiency = deficiency - m.note[n].outstanding
        deficiency = positive(deficiency)
    amount = smaller(deficiency, m.account[source]) * m.cash.mask
    if not anywhere(amount):
        return
    m.account[source] -= amount
    m.account[PRINCIPAL] += amount
    note_step(m, x, amount)
    move_deficiency(m, -amount)


@stage
def _target(m: Memory, x: int, t: int) -> Lanes:
    """Payment 4, a reserve's target: a formula, or the largest of its parts, at least the floor."""
    if m.t.step[x].target >= 0:
        set_target(m, x, t)
        return m.cash.target
    value, target = m.t.step_value[x], splat(m.t.step_target[x, t])
    if value.share_of_pool > 0.0:
        target = larger(target, m.pool.balance * value.share_of_pool)
    if value.share_of_notes > 0.0:
        notes = splat(0.0)
        for n in range(m.p.n_note):
            if m.t.residual[n] < 0.5:
                notes = notes + m.note[n].outstanding
        target = larger(target, notes * value.share_of_notes)
    if value.months_of_senior_cost > 0.0:
        target = larger(target, m.cash.senior_cost * value.months_of_senior_cost)
    return larger(target, value.floor)


@stage
def move(m: Memory, x: int, t: int) -> None:
    """Payment 3, between accounts: top up to a target, release what is above it, or transfer."""
    step, value = m.t.step[x], m.t.step_value[x]
    source, to = step.source, step.to
    amount = m.account[source]
    if step.kind == TRANSFER:
        amount = amount * value.share_moved
        if step.index == 0:
            set_cap(m, x, t)
        if value.limit < NO_LIMIT or step.cap >= 0:
            amount = under_cap(m, x, step.index, amount)
    elif step.kind == TOP_UP:
        amount = smaller(_target(m, x, t) - m.account[to], amount)
    else:
        amount = amount - _target(m, x, t)
    amount = positive(amount) * m.cash.mask
    if not anywhere(amount):
        return
    m.account[source] -= amount
    m.account[to] += amount
    note_step(m, x, amount)
    from_principal, to_principal = m.t.of_principal[source] == 1, m.t.of_principal[to] == 1
    if from_principal and not to_principal:
        move_deficiency(m, amount)
    elif to_principal and not from_principal:
        move_deficiency(m, -amount)


@stage
def receive(m: Memory, x: int, t: int) -> None:
    """Payment 2: a party outside the deal pays into an account."""
    step = m.t.step[x]
    amount = positive(value_of(m, t, step.cap)) * m.cash.mask
    if not anywhere(amount):
        return
    m.account[step.to] += amount
    m.received[step.index] += amount
    m.cash.cash_in += amount
    note_step(m, x, amount)
    if m.t.of_principal[step.to] == 1:
        move_deficiency(m, -amount)


@stage
def pay_party(m: Memory, x: int, t: int) -> None:
    """Payment 2: pay a party outside the deal, at most the step's amount from all its sources."""
    step = m.t.step[x]
    if step.index == 0:
        set_cap(m, x, t)
    amount = positive(under_cap(m, x, step.index, m.account[step.source])) * m.cash.mask
    if not anywhere(amount):
        return
    m.paid[step.to] += amount
    m.cash.cash_out += amount
    leaves(m, x, step.source, amount)
    if m.t.of_principal[step.source] == 1:
        move_deficiency(m, amount)


@stage
def purchase(m: Memory, k: int, now: int, c: int, x: int) -> None:
    """Payment 2: buy receivables at the payment date, or a series from the seller of its trust."""
    source = m.t.step[x].source
    note_step(m, x, m.account[source])
    if m.p.trust == 1:
        reinvest(m, now, source)
    else:
        buy(m, k, now, c, source)
    note_step(m, x, -m.account[source])
