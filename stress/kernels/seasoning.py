"""Stages of a receivable's life, without a vintage: all that was bought is carried in as many rows as there are stages.

What a purchase b of month j is in each stage by month t is Phi(t) Phi(j)^-1 b e_1, with Phi the product of the months'
survivals and moves, a lower triangle that is the same for all vintages. Kept are Phi, its diagonal as `Cohort.survival`
and the rest as `Staged.mixed_1` and on, and h = Phi(j)^-1 b e_1 (`Scratch.history`, one row a stage). What falls due
within the slots that the ladder looks at is kept over Phi too (`Staged.due_0` and on): a month moves Phi, not the
slots. A first stage that empties faster than the second makes h large and their difference small: every n_rebase months
h becomes Phi h, and Phi starts again at 1. Of the opening pool, whose stages differ by slot, Phi itself is kept
(`since`).
"""

from __future__ import annotations

from .jit import aside, stage
from .lanes import HALF, WIDTH, anywhere, fma, larger, splat
from .pool import SURVIVAL_FLOOR
from .records import Memory, alike, half
from .staged_rows import MIXED, N_KEPT, RING
from .typed import Lanes


@stage
def slot_of(m: Memory, t: int, r: int) -> int:
    """The row of `Staged` with the principal that falls due at the r-th step from month t on, 1 the step of t itself."""
    return RING + (t + r) % m.p.n_ring


@stage
def next_slot(m: Memory, row: int) -> int:
    """The row of the slot after another's."""
    return row + 1 if row < RING + m.p.n_ring - 1 else RING


@stage
def fallen_due(m: Memory, c: int, s: int, i: int, row: int, so_far: Lanes) -> Lanes:
    """What a row of `Staged`, over Phi, comes to in stage i of row s, added to what was due before it."""
    own = m.staged[c, s]
    so_far = fma(m.cohort[c, s].survival, own[row], so_far)
    if i > 0:
        so_far = fma(own.mixed_1, m.staged[c, s - i][row], so_far)
    if i > 1:
        so_far = fma(own.mixed_2, m.staged[c, s - i + 1][row], so_far)
    if i > 2:
        so_far = fma(own.mixed_3, m.staged[c, s - i + 2][row], so_far)
    return so_far


@stage
def survive(m: Memory, c: int, s: int, i: int, left: Lanes) -> None:
    """A row of Phi after its stage's month: the share `left` survives, part of it moves on, and what has left the stage
    before arrives."""
    cohort, own, on = m.cohort[c, s], m.staged[c, s], m.t.moves_on[i]
    goes, stays = left * on, left * (1.0 - on)
    last = i == m.p.n_stage - 1
    for j in range(i):
        share = own[MIXED + j]
        own[MIXED + j] = fma(share, stays, m.moving[j])
        if not last:
            m.moving[j] = share * goes
    survival = cohort.survival
    cohort.survival = larger(survival * stays, SURVIVAL_FLOOR)
    if not last:
        m.moving[i] = survival * goes


@aside
def look_ahead(m: Memory, k: int, t: int, c: int) -> None:
    """After a cohort's step: what was put off joins the next slot, and one more slot comes within those kept."""
    put_off = 1.0 - m.t.month[k, t].payment
    gone = slot_of(m, t, 1)
    for s in range(m.p.n_segment):
        if put_off != 0.0:
            for row in range(0, 2 * N_KEPT, N_KEPT):
                own = m.staged[c, s]
                own[slot_of(m, t, 2) + row] = fma(own[gone + row], put_off, own[slot_of(m, t, 2) + row])
        for q in range(0, WIDTH, HALF):
            _pull(half(m, q), k, t, c, s, gone)
    begins_again = (t + 1) % m.p.n_rebase == 0
    if m.p.n_stage > 1 and begins_again:
        for w in range(m.p.n_whole):
            _rebase(m, t, c, w)


@stage
def _bought_until(m: Memory, t: int) -> int:
    """The end of the purchase months that have settled at a step of month t."""
    return min(t if m.p.n_delay == 1 else t + 1, m.p.n_history)


@stage
def _pull(m: Memory, k: int, t: int, c: int, s: int, row: int) -> None:
    """Principal and fee that enter the last slot kept, over Phi: of the opening pool and of each purchase."""
    month, w, i = t + 1 + m.p.n_ring, s // m.p.n_stage, s % m.p.n_stage
    own = c if m.p.n_opened > 1 else 0
    due = fee = alike(m.cohort[c, s].survival, 0.0)
    for j in range(i + 1):
        due_then, fee_then = m.t.open_due[k, own, s - i + j, month], m.t.open_fee[k, own, s - i + j, month]
        if due_then != 0.0 or fee_then != 0.0:
            opened = m.since[c, s, j] * m.t.opening[c, s - i + j, 0]
            due, fee = fma(opened, due_then, due), fma(opened, fee_then, fee)
    for j in range(max(0, t + m.p.n_ring - m.p.longest), _bought_until(m, t)):
        for delay in range(m.p.n_delay):
            bought, share = m.history[c, s, j, delay], m.t.pull[k, t, w, j, delay]
            due, fee = fma(bought, share.due, due), fma(bought, share.fee, fee)
    m.staged[c, s][row] = due
    m.staged[c, s][row + N_KEPT] = fee


@stage
def _rebase(m: Memory, t: int, c: int, w: int) -> None:
    """Histories, the ring and the opening pool become what survives of them; Phi starts again at 1."""
    first = w * m.p.n_stage
    for i in range(m.p.n_stage - 1, -1, -1):
        row, survival = first + i, m.cohort[c, first + i].survival
        for j in range(max(0, t + m.p.n_ring - m.p.longest), _bought_until(m, t)):
            for delay in range(m.p.n_delay):
                held = m.history[c, row, j, delay] * survival
                for before in range(i):
                    held = fma(m.staged[c, row][MIXED + before], m.history[c, first + before, j, delay], held)
                m.history[c, row, j, delay] = held
        for slot in range(RING, MIXED):
            m.staged[c, row][slot] = fallen_due(m, c, row, i, slot, splat(0.0))
        for column in range(i + 1):
            held = m.since[c, row, column] * survival
            for before in range(column, i):
                held = fma(m.staged[c, row][MIXED + before], m.since[c, first + before, column], held)
            m.since[c, row, column] = held
    for i in range(m.p.n_stage):
        m.cohort[c, first + i].survival = splat(1.0)
        for before in range(i):
            m.staged[c, first + i][MIXED + before] = splat(0.0)


@stage
def open_seasoned(m: Memory, k: int, c: int, s: int) -> None:
    """At closing: nothing has moved yet, and the ring holds the opening pool's next slots."""
    m.since[c, s, s % m.p.n_stage] = splat(1.0)
    for r in range(1, 1 + m.p.n_ring):
        m.staged[c, s][slot_of(m, 0, r)] = splat(m.t.opening[c, s, 0] * m.t.open_due[k, 0, s, r])
        m.staged[c, s][slot_of(m, 0, r) + N_KEPT] = splat(m.t.opening[c, s, 0] * m.t.open_fee[k, 0, s, r])


@aside
def settle_in_stages(m: Memory, k: int, t: int, c: int) -> None:
    """Before a cohort's step: what it bought since the last one (last month or, in another's steps, this month) joins the
    first stage, over Phi: the histories of all stages, and the slots kept."""
    for month in range(max(0, t - 1), min(t if m.p.n_cohort == 1 else t + 1, m.p.n_history)):
        for w in range(m.p.n_whole):
            for delay in range(m.p.n_delay):
                unsettled = m.unsettled[c, w * m.p.n_stage, month % 2, delay]
                if anywhere(unsettled):
                    _remember(m, k, t, c, w, month, delay, unsettled)
                    m.unsettled[c, w * m.p.n_stage, month % 2, delay] = splat(0.0)


@stage
def _remember(m: Memory, k: int, t: int, c: int, w: int, month: int, delay: int, bought: Lanes) -> None:
    """A purchase, over Phi."""
    held = bought
    for i in range(m.p.n_stage):
        s = w * m.p.n_stage + i
        if i > 0:
            held = splat(0.0)
            for j in range(i):
                held = held - m.staged[c, s][MIXED + j] * m.moving[j]
        held = held / m.cohort[c, s].survival
        m.moving[i] = held
        m.history[c, s, month, delay] += held
        for r in range(1, 1 + m.p.n_ring):
            for part in range(2):
                row, due = slot_of(m, t, r) + N_KEPT * part, _first_due(m, k, w, month, delay, r, part)
                m.staged[c, s][row] = fma(held, due, m.staged[c, s][row])


@stage
def _first_due(m: Memory, k: int, w: int, month: int, delay: int, r: int, part: int) -> float:
    """What a purchase has due in slot r, per unit."""
    if r <= 3:
        return m.t.first_due[k, month, w, delay][3 * part + r - 1]
    return m.t.first_beyond[k, month, w, delay, (m.p.n_ring - 3) * part + r - 4]
