"""Notes written down by principal that is lost, and up again by what comes back: no cash moves (Payment 9)."""

from __future__ import annotations

from .cash import move_deficiency
from .codes import NO_LIMIT, WRITE_UP
from .jit import aside, stage
from .lanes import anywhere, smaller, splat, where_less
from .records import Memory
from .rows import positive
from .step_cash import note_step, set_cap, under_cap
from .typed import Lanes


@aside
def write_down(m: Memory, x: int, t: int) -> None:
    """Payment 9: the step's notes, group after group, by the deficiency as it stands."""
    budget = _budget(m, x, t, m.cash.deficiency)
    if anywhere(budget):
        written = _in_turn(m, x, t, budget)
        note_step(m, x, written)
        move_deficiency(m, -written)


@aside
def write_up(m: Memory, x: int, t: int) -> None:
    """Payment 9: the step's notes, group after group, by the surplus or what corrects an estimate, up to what each has been
    written down by."""
    budget = _budget(m, x, t, m.surplus[0] if m.t.step[x].index == 0 else splat(NO_LIMIT))
    if anywhere(budget):
        written = _in_turn(m, x, t, budget)
        note_step(m, x, written)
        move_deficiency(m, written)


@stage
def _in_turn(m: Memory, x: int, t: int, budget: Lanes) -> Lanes:
    """Payment 9: write groups of notes one after another, each by what may be written of its notes; how much in all."""
    step, left = m.t.step[x], budget
    first, last = step.first_member, step.first_member + step.members
    group = last
    while first < last:
        end, room = first + m.t.member[group], splat(0.0)
        for i in range(first, end):
            room = room + _room(m, x, m.t.member[i])
        amount = smaller(room, left)
        left = left - amount
        share = amount / where_less(room, 1e-300, 1.0, room)
        for i in range(first, end):
            n = m.t.member[i]
            _write(m, x, t, n, amount if end == first + 1 else share * _room(m, x, n))
        first, group = end, group + 1
    return budget - left


@stage
def _room(m: Memory, x: int, n: int) -> Lanes:
    """How far a note may be written: down its balance, up what it has been written down by."""
    return m.written[n] if m.t.step[x].kind == WRITE_UP else m.note[n].outstanding


@stage
def _budget(m: Memory, x: int, t: int, amount: Lanes) -> Lanes:
    """At most the step's amount, on the lanes of the mask."""
    if set_cap(m, x, t) or m.t.step_value[x].limit < NO_LIMIT:
        amount = under_cap(m, x, 0, amount)
    return positive(amount) * m.cash.mask


@stage
def _write(m: Memory, x: int, t: int, n: int, amount: Lanes) -> None:
    """A note down or up by an amount that is no repayment: neither its life nor a replay counts it as one."""
    note, down = m.note[n], -amount if m.t.step[x].kind == WRITE_UP else amount
    note.outstanding -= down
    m.written[n] += down
    note.principal_time -= down * m.t.years[t].paid
    if m.p.traced == 1:
        note.principal_paid -= down
