"""Notes written down by principal that is lost, and up again by what comes back: no cash moves (Payment 9)."""

from __future__ import annotations

from .cash import move_deficiency
from .codes import NO_LIMIT
from .jit import aside, stage
from .lanes import anywhere, smaller, splat
from .records import Memory
from .rows import positive
from .step_cash import note_step, set_cap, under_cap
from .typed import Lanes


@aside
def write_down(m: Memory, x: int, t: int) -> None:
    """Payment 9: the step's notes, one after another, by the deficiency as it stands."""
    step = m.t.step[x]
    budget = _budget(m, x, t, m.cash.deficiency)
    if not anywhere(budget):
        return
    left = budget
    for i in range(step.first_member, step.first_member + step.members):
        n = m.t.member[i]
        amount = smaller(m.note[n].outstanding, left)
        left = left - amount
        _write(m, t, n, amount)
    note_step(m, x, budget - left)
    move_deficiency(m, left - budget)


@aside
def write_up(m: Memory, x: int, t: int) -> None:
    """Payment 9: the step's notes, one after another, by the surplus or what corrects an estimate, up to what each has been
    written down by."""
    step = m.t.step[x]
    budget = _budget(m, x, t, m.surplus[0] if step.index == 0 else splat(NO_LIMIT))
    if not anywhere(budget):
        return
    left = budget
    for i in range(step.first_member, step.first_member + step.members):
        n = m.t.member[i]
        amount = smaller(m.written[n], left)
        left = left - amount
        _write(m, t, n, -amount)
    note_step(m, x, budget - left)
    move_deficiency(m, budget - left)


@stage
def _budget(m: Memory, x: int, t: int, amount: Lanes) -> Lanes:
    """At most the step's amount, on the lanes of the mask."""
    if set_cap(m, x, t) or m.t.step_value[x].limit < NO_LIMIT:
        amount = under_cap(m, x, 0, amount)
    return positive(amount) * m.cash.mask


@stage
def _write(m: Memory, t: int, n: int, down: Lanes) -> None:
    """A note down by an amount that is no repayment: neither its life nor a replay counts it as one."""
    note = m.note[n]
    note.outstanding -= down
    m.written[n] += down
    note.principal_time -= down * m.t.years[t].paid
    if m.p.traced == 1:
        note.principal_paid -= down
