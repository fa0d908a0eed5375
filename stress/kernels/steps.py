"""The steps of a priority of payments, each under a mask of lanes."""

from __future__ import annotations

from typing import Any

from stress.kernels.codes import NO_LIMIT, PAY_FEE, PRINCIPAL, TOP_UP, TRANSFER
from stress.kernels.jit import stage
from stress.kernels.lanes import anywhere, load, splat, store, where_less
from stress.kernels.layout import (
    BALANCE,
    CASH_OUT,
    DEFICIENCY,
    FEE_LEFT,
    FEE_ROWS,
    LANES,
    MASK,
    NOTE_ROWS,
    OUTSTANDING,
    SENIOR_COST,
    STEP_MASK,
    UNPAID,
)
from stress.kernels.purchases import buy, move_deficiency
from stress.kernels.rows import add_to


@stage
def unpaid_row(m: Any, note: Any) -> Any:
    """Row of the interest that is due on a note and not paid yet."""
    return m.p.note + note * NOTE_ROWS + UNPAID


@stage
def _due_row(m: Any, x: Any) -> Any:
    """Row of what a step on a fee or on interest has to pay."""
    p, index = m.p, m.g[m.p.at_step + 8 * x + 1]
    if m.g[p.at_step + 8 * x] == PAY_FEE:
        return p.fee + index * FEE_ROWS + FEE_LEFT
    return unpaid_row(m, index)


@stage
def _receiving_row(m: Any, x: Any, t: Any) -> Any:
    """Row of the cash that has left the deal (fees), or that the step's note receives."""
    p = m.p
    if m.g[p.at_step + 8 * x] == PAY_FEE:
        return p.cash + CASH_OUT
    return received_row(m, t, m.g[p.at_step + 8 * x + 1])


@stage
def received_row(m: Any, t: Any, note: Any) -> Any:
    """Row of the cash that a note receives for period t."""
    return m.p.log + (t * m.p.n_note + note) * LANES


@stage
def narrow_to_condition(m: Any, x: Any) -> None:
    """Narrow the phase's lanes to those on which the step's condition held at the determination."""
    w, p = m.w, m.p
    met = load(w, p.condition + x * LANES)
    store(w, p.cash + STEP_MASK, met * load(w, p.cash + MASK))


@stage
def _leaves(m: Any, x: Any, source: Any, amount: Any) -> None:
    """Cash leaves the deal from an account."""
    w, p = m.w, m.p
    row = p.account + source * LANES
    store(w, row, load(w, row) - amount)
    _note_step(m, x, amount)


@stage
def _note_step(m: Any, x: Any, amount: Any) -> None:
    """Keep what a step paid where a cap or a replay asks for it."""
    if m.p.keeps_steps == 1:
        add_to(m.w, m.p.step + x * LANES, amount)


@stage
def pay_in_full(m: Any, x: Any, t: Any) -> Any:
    """Pay the fees and interest of a run of steps from one account, if that suffices on all lanes; else pay nothing.

    The same subtractions in the same order as step by step, so the same bits.
    """
    w, p = m.w, m.p
    end = x + m.g[p.at_in_full + x]
    account = p.account + m.g[p.at_step + 8 * x + 2] * LANES
    on, cash = load(w, p.cash + MASK), load(w, account)
    i = x
    while i < end:
        owed = load(w, _due_row(m, i))
        cash = cash - where_less(owed, 0.0, 0.0, owed) * on
        i += m.g[p.at_step + 8 * i + 7]
    if anywhere(cash * -1.0):
        return False
    store(w, account, cash)
    out = load(w, p.cash + CASH_OUT)
    i = x
    while i < end:
        due = _due_row(m, i)
        owed = load(w, due)
        amount = where_less(owed, 0.0, 0.0, owed) * on
        store(w, due, owed - amount)
        if m.g[p.at_step + 8 * i] == PAY_FEE:
            out = out + amount
        else:
            add_to(w, _receiving_row(m, i, t), amount)
        _note_step(m, i, amount)
        i += m.g[p.at_step + 8 * i + 7]
    store(w, p.cash + CASH_OUT, out)
    return True


@stage
def pay_due(m: Any, x: Any, t: Any, rows: Any, mask: Any) -> None:
    """Pay a fee or interest, row after row until nothing is left; from principal it is lent and booked as a deficiency."""
    w, p = m.w, m.p
    due, receiver = _due_row(m, x), _receiving_row(m, x, t)
    cap = m.f[p.at_step_value + 8 * x + 0]
    for i in range(rows):
        source = m.g[p.at_step + 8 * (x + i) + 2]
        owed = load(w, due)
        cash = load(w, p.account + source * LANES)
        amount = where_less(owed, cash, owed, cash)
        if cap < NO_LIMIT:
            amount = _under_cap(m, x + i, i, amount)
        amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask)
        left = owed - amount
        store(w, due, left)
        add_to(w, receiver, amount)
        _leaves(m, x + i, source, amount)
        if source == PRINCIPAL:
            move_deficiency(m, amount)
        if not anywhere(left * load(w, mask)):
            break


@stage
def pay_together(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Pay the interest of several notes from one source, each the same share of what is still due to it."""
    w, p = m.w, m.p
    first = m.g[p.at_step + 8 * x + 6]
    last = first + m.g[p.at_step + 8 * x + 7]
    due = splat(0.0)
    for i in range(first, last):
        due = due + load(w, unpaid_row(m, m.g[p.at_member + i]))
    share = load(w, p.account + source * LANES) / where_less(due, 1e-300, 1.0, due)
    share = where_less(share, 1.0, where_less(share, 0.0, 0.0, share), 1.0) * load(w, mask)
    paid = splat(0.0)
    for i in range(first, last):
        note = m.g[p.at_member + i]
        amount = load(w, unpaid_row(m, note)) * share
        paid = paid + amount
        add_to(w, unpaid_row(m, note), amount * -1.0)
        add_to(w, received_row(m, t, note), amount)
    _leaves(m, x, source, paid)
    if source == PRINCIPAL:
        move_deficiency(m, paid)


@stage
def _under_cap(m: Any, x: Any, before: Any, amount: Any) -> Any:
    """At most the step's cap less what its earlier sources paid."""
    left = splat(m.f[m.p.at_step_value + 8 * x])
    for i in range(1, before + 1):
        left = left - load(m.w, m.p.step + (x - i) * LANES)
    return where_less(amount, left, amount, left)


@stage
def cover_defaults(m: Any, x: Any, source: Any, note: Any, mask: Any) -> None:
    """Move income to principal up to the deficiency (of all notes, or above those junior to one)."""
    w, p = m.w, m.p
    deficiency = load(w, p.cash + DEFICIENCY)
    if note >= 0:
        for n in range(note + 1, p.n_note):
            deficiency = deficiency - load(w, p.note + n * NOTE_ROWS + OUTSTANDING)
        deficiency = where_less(deficiency, 0.0, 0.0, deficiency)
    cash = load(w, p.account + source * LANES)
    amount = where_less(deficiency, cash, deficiency, cash) * load(w, mask)
    if not anywhere(amount):
        return
    store(w, p.account + source * LANES, cash - amount)
    add_to(w, p.account + PRINCIPAL * LANES, amount)
    _note_step(m, x, amount)
    move_deficiency(m, amount * -1.0)


@stage
def _target(m: Any, x: Any, t: Any) -> Any:
    """Reserve target: the largest of its parts, at least the floor."""
    w, p = m.w, m.p
    target = splat(m.f[p.at_step_target + x * p.n_month + t])
    if m.f[p.at_step_value + 8 * x + 1] > 0.0:
        part = load(w, p.pool + BALANCE) * m.f[p.at_step_value + 8 * x + 1]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 2] > 0.0:
        notes = splat(0.0)
        for n in range(p.n_note):
            if m.f[p.at_residual + n] < 0.5:
                notes = notes + load(w, p.note + n * NOTE_ROWS + OUTSTANDING)
        part = notes * m.f[p.at_step_value + 8 * x + 2]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 3] > 0.0:
        part = load(w, p.cash + SENIOR_COST) * m.f[p.at_step_value + 8 * x + 3]
        target = where_less(target, part, part, target)
    return where_less(target, m.f[p.at_step_value + 8 * x + 5], m.f[p.at_step_value + 8 * x + 5], target)


@stage
def move(m: Any, x: Any, t: Any, kind: Any, source: Any, to: Any, mask: Any) -> None:
    """Between accounts: top up to a target, release what is above it, or transfer."""
    w, p = m.w, m.p
    cash = load(w, p.account + source * LANES)
    amount = cash
    if kind == TRANSFER:
        amount = cash * m.f[p.at_step_value + 8 * x + 6]
        if m.f[p.at_step_value + 8 * x] < NO_LIMIT:
            amount = _under_cap(m, x, m.g[p.at_step + 8 * x + 1], amount)
    elif kind == TOP_UP:
        room = _target(m, x, t) - load(w, p.account + to * LANES)
        amount = where_less(room, cash, room, cash)
    else:
        amount = cash - _target(m, x, t)
    amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask)
    if not anywhere(amount):
        return
    store(w, p.account + source * LANES, cash - amount)
    add_to(w, p.account + to * LANES, amount)
    _note_step(m, x, amount)
    if source == PRINCIPAL and to != PRINCIPAL:
        move_deficiency(m, amount)
    elif to == PRINCIPAL and source != PRINCIPAL:
        move_deficiency(m, amount * -1.0)


@stage
def purchase(m: Any, k: Any, now: Any, c: Any, x: Any, source: Any, mask: Any) -> None:
    """Buy receivables at the payment date."""
    w, p = m.w, m.p
    _note_step(m, x, load(w, p.account + source * LANES))
    buy(m, k, now, c, source, mask)
    _note_step(m, x, load(w, p.account + source * LANES) * -1.0)


@stage
def _room(m: Any, x: Any, t: Any) -> Any:
    """Balance of a step's notes above their target."""
    w, p = m.w, m.p
    room = splat(0.0)
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        room = room + load(w, p.note + m.g[p.at_member + i] * NOTE_ROWS + OUTSTANDING)
    room = room - m.f[p.at_step_target + x * p.n_month + t]
    return where_less(room, 0.0, 0.0, room)


@stage
def _redeem(m: Any, t: Any, note: Any, amount: Any) -> None:
    add_to(m.w, m.p.note + note * NOTE_ROWS + OUTSTANDING, amount * -1.0)
    add_to(m.w, received_row(m, t, note), amount)


@stage
def pay_sequential(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes one after another."""
    w, p = m.w, m.p
    cash = load(w, p.account + source * LANES)
    room = _room(m, x, t)
    left = where_less(room, cash, room, cash) * load(w, mask)
    if not anywhere(left):
        return
    paid = left
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        note = m.g[p.at_member + i]
        balance = load(w, p.note + note * NOTE_ROWS + OUTSTANDING)
        amount = where_less(balance, left, balance, left)
        left = left - amount
        _redeem(m, t, note, amount)
    paid = paid - left
    _leaves(m, x, source, paid)
    if source != PRINCIPAL:
        move_deficiency(m, paid * -1.0)


@stage
def pay_pro_rata(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes by balance."""
    w, p = m.w, m.p
    cash = load(w, p.account + source * LANES)
    room = _room(m, x, t)
    budget = where_less(room, cash, room, cash) * load(w, mask)
    if not anywhere(budget):
        return
    balances = splat(0.0)
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        balances = balances + load(w, p.note + m.g[p.at_member + i] * NOTE_ROWS + OUTSTANDING)
    share = budget / where_less(balances, 1e-300, 1.0, balances)
    share = where_less(share, 1.0, share, 1.0)
    paid = splat(0.0)
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        note = m.g[p.at_member + i]
        amount = load(w, p.note + note * NOTE_ROWS + OUTSTANDING) * share
        paid = paid + amount
        _redeem(m, t, note, amount)
    _leaves(m, x, source, paid)
    if source != PRINCIPAL:
        move_deficiency(m, paid * -1.0)


@stage
def pay_residual(m: Any, x: Any, t: Any, note: Any, source: Any, mask: Any) -> None:
    """All that is left: principal of the residual note first, then yield."""
    w, p = m.w, m.p
    amount = load(w, p.account + source * LANES) * load(w, mask)
    if not anywhere(amount):
        return
    row = p.note + note * NOTE_ROWS + OUTSTANDING
    balance = load(w, row)
    repaid = where_less(balance, amount, balance, amount)
    store(w, row, balance - repaid)
    add_to(w, received_row(m, t, note), amount)
    _leaves(m, x, source, amount)
    if source == PRINCIPAL:
        move_deficiency(m, amount - repaid)
    else:
        move_deficiency(m, repaid * -1.0)
