"""A random short rate: its state, what it adds to every index, the discount factor of the path (Short rate, in `kernels`)."""

from __future__ import annotations

from typing import Any

from .codes import SHIFT, SHORT_RATE, STATE
from .elementary import exponential
from .jit import aside
from .lanes import fma, larger, smaller, splat
from .layout import ENTRY
from .philox import draw_normals
from .records import Memory
from .typed import Lanes


@aside
def draw_rates(m: Memory, blocks: int, start: int, seed: Any) -> None:
    """A panel's own normals of the rate, one a month."""
    draw_normals(m.w, m.p.of_rate_normal, blocks, m.p.n_month, 1, start, seed, int(SHORT_RATE))


@aside
def open_rate(m: Memory, k: int) -> None:
    """Opening state: what the rate adds to every index in its month, which a payment still to come looks at."""
    step = m.t.rate_step[k, m.p.n_before - 1]
    growth = exponential(fma(m.short[STATE], step.fraction, splat(step.convexity)))
    m.short[SHIFT] = (growth - 1.0) * step.scale


@aside
def move_rate(m: Memory, b: int, k: int, t: int) -> None:
    """Short rate of month t, and the factor that brings the payment of period t to issue."""
    step, law = m.t.rate_step[k, t], m.t.rate_law[k]
    shock = m.rate_normal[b, t] * law.own
    first = m.t.factor_of[ENTRY, 0]
    for j in range(first + 1):
        shock = fma(m.panel[b, t, j], m.t.cholesky[k, first, j] * law.correlation, shock)
    state = fma(shock, step.push, m.short[STATE] * step.keep)
    growth = exponential(fma(state, step.fraction, splat(step.convexity)))
    m.short[STATE] = state
    m.short[SHIFT] = (growth - 1.0) * step.scale
    before = splat(1.0)
    if t > m.p.n_before:
        before = m.path_discount[t - 1]
    elif t > 0:  # a payment of the month of the state may still be to come
        m.path_discount[t - 1] = before
    m.path_discount[t] = before / fma(growth, step.base, splat(step.spread))


@aside
def floating_coupon(m: Memory, k: int, t: int, n: int) -> Lanes:
    """Determination 1: coupon x fraction of a note on an index that the short rate moves, within its cap and floor."""
    note = m.t.rate_note[n]
    rate = m.short[SHIFT] + m.t.rate_level[k, t, n]
    trigger = m.t.step_up_trigger[n]
    if trigger >= 0:
        rate = fma(m.trigger[trigger].on, note.step_up, rate)
    return larger(smaller(rate, note.cap), note.floor) * m.t.note_fraction[t, n]


@aside
def cash_rate(m: Memory, k: int, rate: float) -> Lanes:
    """Step 0: what cash earns a step where the short rate moves it, never below 0."""
    return larger(fma(m.short[SHIFT], m.t.rate_law[k].cash, splat(rate)), 0.0)
