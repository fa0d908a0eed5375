"""What the steps of a priority of payments share: cash that leaves, a cap and a target before the first source pays."""

from __future__ import annotations

from .formulas import value_of
from .jit import stage
from .lanes import smaller, splat
from .records import Memory
from .rows import positive
from .typed import Lanes


@stage
def leaves(m: Memory, x: int, source: int, amount: Lanes) -> None:
    """Cash leaves the deal from an account."""
    m.account[source] -= amount
    note_step(m, x, amount)


@stage
def note_step(m: Memory, x: int, amount: Lanes) -> None:
    """Keep what a step paid where a cap or a replay asks for it."""
    if m.p.keeps_steps == 1:
        m.step_paid[x] += amount


@stage
def set_cap(m: Memory, x: int, t: int) -> bool:
    """Formulas: a step's cap, before its first source pays. Whether it has one that is a formula."""
    formula = m.t.step[x].cap
    if formula >= 0:
        m.cash.cap = value_of(m, t, formula)
    return formula >= 0


@stage
def under_cap(m: Memory, x: int, before: int, amount: Lanes) -> Lanes:
    """At most the step's cap less what its earlier sources paid."""
    left = m.cash.cap if m.t.step[x].cap >= 0 else splat(m.t.step_value[x].limit)
    for i in range(1, before + 1):
        left = left - m.step_paid[x - i]
    return smaller(amount, left)


@stage
def set_target(m: Memory, x: int, t: int) -> None:
    """Formulas: a step's target, before its first source pays; never below 0."""
    if m.t.step[x].index == 0:
        m.cash.target = positive(value_of(m, t, m.t.step[x].target))
