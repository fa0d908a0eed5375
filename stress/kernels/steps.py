"""The steps of a priority of payments, each under a mask of lanes."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, anywhere, load, splat, store, where_less
from stress.kernels.layout import (
    BALANCE,
    DEFICIENCY,
    LANES,
    MASK,
    NO_LIMIT,
    OUTSTANDING,
    PRINCIPAL,
    SENIOR_COST,
    STEP_MASK,
    TOP_UP,
    TRANSFER,
    UNPAID,
)
from stress.kernels.purchases import buy, move_deficiency
from stress.kernels.rows import add_to


@stage
def unpaid_row(m: Any, note: Any) -> Any:
    """Row of the interest that is due on a note and not paid yet."""
    return m.p.note + (UNPAID * m.p.n_note + note) * LANES


@stage
def received_row(m: Any, t: Any, note: Any) -> Any:
    """Row of the cash that a note receives for period t."""
    return m.p.log + (t * m.p.n_note + note) * LANES


@stage
def narrow_to_condition(m: Any, x: Any) -> None:
    """Narrow the phase's lanes to those on which the step's condition held at the determination."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        met = load(w, p.condition + x * LANES + q)
        store(w, p.cash + STEP_MASK * LANES + q, met * load(w, p.cash + MASK * LANES + q))


@stage
def _leaves(m: Any, x: Any, source: Any, amount: Any, q: Any) -> None:
    """Cash leaves the deal from an account."""
    w, p = m.w, m.p
    row = p.account + source * LANES + q
    store(w, row, load(w, row) - amount)
    _note_step(m, x, amount, q)


@stage
def _note_step(m: Any, x: Any, amount: Any, q: Any) -> None:
    """Keep what a step paid where a cap or a replay asks for it."""
    if m.p.keeps_steps == 1:
        add_to(m.w, m.p.step + x * LANES + q, amount)


@stage
def pay_due(m: Any, x: Any, rows: Any, mask: Any, due: Any, receiver: Any) -> None:
    """Pay a fee or interest, row after row until nothing is left; from principal it is lent and booked as a deficiency."""
    w, p = m.w, m.p
    cap = m.f[p.at_step_value + 8 * x + 0]
    for i in range(rows):
        source = m.g[p.at_step + 8 * (x + i) + 2]
        short = splat(0.0)
        for q in range(0, LANES, WIDTH):
            owed = load(w, due + q)
            cash = load(w, p.account + source * LANES + q)
            amount = where_less(owed, cash, owed, cash)
            if cap < NO_LIMIT:
                amount = _under_cap(m, x + i, i, amount, q)
            amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask + q)
            left = owed - amount
            store(w, due + q, left)
            add_to(w, receiver + q, amount)
            _leaves(m, x + i, source, amount, q)
            if source == PRINCIPAL:
                move_deficiency(m, amount, q)
            short = short + left * load(w, mask + q)
        if not anywhere(short):
            break


@stage
def pay_together(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Pay the interest of several notes from one source, each the same share of what is still due to it."""
    w, p = m.w, m.p
    first = m.g[p.at_step + 8 * x + 6]
    last = first + m.g[p.at_step + 8 * x + 7]
    for q in range(0, LANES, WIDTH):
        due = splat(0.0)
        for i in range(first, last):
            due = due + load(w, unpaid_row(m, m.g[p.at_member + i]) + q)
        share = load(w, p.account + source * LANES + q) / where_less(due, 1e-300, 1.0, due)
        share = where_less(share, 1.0, where_less(share, 0.0, 0.0, share), 1.0) * load(w, mask + q)
        paid = splat(0.0)
        for i in range(first, last):
            note = m.g[p.at_member + i]
            amount = load(w, unpaid_row(m, note) + q) * share
            paid = paid + amount
            add_to(w, unpaid_row(m, note) + q, amount * -1.0)
            add_to(w, received_row(m, t, note) + q, amount)
        _leaves(m, x, source, paid, q)
        if source == PRINCIPAL:
            move_deficiency(m, paid, q)


@stage
def _under_cap(m: Any, x: Any, before: Any, amount: Any, q: Any) -> Any:
    """At most the step's cap less what its earlier sources paid."""
    left = splat(m.f[m.p.at_step_value + 8 * x])
    for i in range(1, before + 1):
        left = left - load(m.w, m.p.step + (x - i) * LANES + q)
    return where_less(amount, left, amount, left)


@stage
def cover_defaults(m: Any, x: Any, source: Any, note: Any, mask: Any) -> None:
    """Move income to principal up to the deficiency (of all notes, or above those junior to one)."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        deficiency = load(w, p.cash + DEFICIENCY * LANES + q)
        if note >= 0:
            for n in range(note + 1, p.n_note):
                deficiency = deficiency - load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
            deficiency = where_less(deficiency, 0.0, 0.0, deficiency)
        cash = load(w, p.account + source * LANES + q)
        amount = where_less(deficiency, cash, deficiency, cash) * load(w, mask + q)
        if not anywhere(amount):
            continue
        store(w, p.account + source * LANES + q, cash - amount)
        add_to(w, p.account + PRINCIPAL * LANES + q, amount)
        _note_step(m, x, amount, q)
        move_deficiency(m, amount * -1.0, q)


@stage
def _target(m: Any, x: Any, t: Any, q: Any) -> Any:
    """Reserve target: the largest of its parts, at least the floor."""
    w, p = m.w, m.p
    target = splat(m.f[p.at_step_target + x * p.n_month + t])
    if m.f[p.at_step_value + 8 * x + 1] > 0.0:
        part = load(w, p.pool + BALANCE * LANES + q) * m.f[p.at_step_value + 8 * x + 1]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 2] > 0.0:
        notes = splat(0.0)
        for n in range(p.n_note):
            notes = notes + load(w, p.note + (OUTSTANDING * p.n_note + n) * LANES + q)
        part = notes * m.f[p.at_step_value + 8 * x + 2]
        target = where_less(target, part, part, target)
    if m.f[p.at_step_value + 8 * x + 3] > 0.0:
        part = load(w, p.cash + SENIOR_COST * LANES + q) * m.f[p.at_step_value + 8 * x + 3]
        target = where_less(target, part, part, target)
    return where_less(target, m.f[p.at_step_value + 8 * x + 5], m.f[p.at_step_value + 8 * x + 5], target)


@stage
def move(m: Any, x: Any, t: Any, kind: Any, source: Any, to: Any, mask: Any) -> None:
    """Between accounts: top up to a target, release what is above it, or transfer."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        amount = cash
        if kind == TRANSFER:
            amount = cash * m.f[p.at_step_value + 8 * x + 6]
            if m.f[p.at_step_value + 8 * x] < NO_LIMIT:
                amount = _under_cap(m, x, m.g[p.at_step + 8 * x + 1], amount, q)
        elif kind == TOP_UP:
            room = _target(m, x, t, q) - load(w, p.account + to * LANES + q)
            amount = where_less(room, cash, room, cash)
        else:
            amount = cash - _target(m, x, t, q)
        amount = where_less(amount, 0.0, 0.0, amount) * load(w, mask + q)
        if not anywhere(amount):
            continue
        store(w, p.account + source * LANES + q, cash - amount)
        add_to(w, p.account + to * LANES + q, amount)
        _note_step(m, x, amount, q)
        if source == PRINCIPAL and to != PRINCIPAL:
            move_deficiency(m, amount, q)
        elif to == PRINCIPAL and source != PRINCIPAL:
            move_deficiency(m, amount * -1.0, q)


@stage
def purchase(m: Any, k: Any, now: Any, c: Any, x: Any, source: Any, mask: Any) -> None:
    """Buy receivables at the payment date."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        _note_step(m, x, load(w, p.account + source * LANES + q), q)
    buy(m, k, now, c, source, mask)
    for q in range(0, LANES, WIDTH):
        _note_step(m, x, load(w, p.account + source * LANES + q) * -1.0, q)


@stage
def _room(m: Any, x: Any, t: Any, q: Any) -> Any:
    """Balance of a step's notes above their target."""
    w, p = m.w, m.p
    room = splat(0.0)
    for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
        room = room + load(w, p.note + (OUTSTANDING * p.n_note + m.g[p.at_member + i]) * LANES + q)
    room = room - m.f[p.at_step_target + x * p.n_month + t]
    return where_less(room, 0.0, 0.0, room)


@stage
def _redeem(m: Any, t: Any, note: Any, amount: Any, q: Any) -> None:
    add_to(m.w, m.p.note + (OUTSTANDING * m.p.n_note + note) * LANES + q, amount * -1.0)
    add_to(m.w, received_row(m, t, note) + q, amount)


@stage
def pay_sequential(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes one after another."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        room = _room(m, x, t, q)
        left = where_less(room, cash, room, cash) * load(w, mask + q)
        if not anywhere(left):
            continue
        paid = left
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            note = m.g[p.at_member + i]
            balance = load(w, p.note + (OUTSTANDING * p.n_note + note) * LANES + q)
            amount = where_less(balance, left, balance, left)
            left = left - amount
            _redeem(m, t, note, amount, q)
        paid = paid - left
        _leaves(m, x, source, paid, q)
        if source != PRINCIPAL:
            move_deficiency(m, paid * -1.0, q)


@stage
def pay_pro_rata(m: Any, x: Any, t: Any, source: Any, mask: Any) -> None:
    """Repay the step's notes by balance."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        room = _room(m, x, t, q)
        budget = where_less(room, cash, room, cash) * load(w, mask + q)
        if not anywhere(budget):
            continue
        balances = splat(0.0)
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            balances = balances + load(w, p.note + (OUTSTANDING * p.n_note + m.g[p.at_member + i]) * LANES + q)
        share = budget / where_less(balances, 1e-300, 1.0, balances)
        share = where_less(share, 1.0, share, 1.0)
        paid = splat(0.0)
        for i in range(m.g[p.at_step + 8 * x + 6], m.g[p.at_step + 8 * x + 6] + m.g[p.at_step + 8 * x + 7]):
            note = m.g[p.at_member + i]
            amount = load(w, p.note + (OUTSTANDING * p.n_note + note) * LANES + q) * share
            paid = paid + amount
            _redeem(m, t, note, amount, q)
        _leaves(m, x, source, paid, q)
        if source != PRINCIPAL:
            move_deficiency(m, paid * -1.0, q)


@stage
def pay_residual(m: Any, x: Any, t: Any, note: Any, source: Any, mask: Any) -> None:
    """All that is left: principal of the residual note first, then yield."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        amount = load(w, p.account + source * LANES + q) * load(w, mask + q)
        if not anywhere(amount):
            continue
        row = p.note + (OUTSTANDING * p.n_note + note) * LANES + q
        balance = load(w, row)
        repaid = where_less(balance, amount, balance, amount)
        store(w, row, balance - repaid)
        add_to(w, received_row(m, t, note) + q, amount)
        _leaves(m, x, source, amount, q)
        if source == PRINCIPAL:
            move_deficiency(m, amount - repaid, q)
        else:
            move_deficiency(m, repaid * -1.0, q)
