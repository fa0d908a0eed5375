"""Stages of a receivable's life, without a vintage: all that was bought is carried in as many rows as there are stages.

What a purchase b of month j is in each stage by month t is Phi(t) Phi(j)^-1 b e_1, with Phi the product of the months'
survivals and moves, a lower triangle that is the same for all vintages. Kept are Phi = S (1 + U), S the survival of each
stage (`Cohort.scale`) and U strictly lower (`Scratch.mixed`), and h = Phi(j)^-1 b e_1 (`Scratch.history`, one row a
stage). A first stage that empties faster than the second makes h large and their difference small: every n_rebase months
h becomes Phi h, and Phi starts again at 1. Of the opening pool, whose stages differ by slot, Phi itself is kept (`since`).
"""

from __future__ import annotations

from .jit import aside, stage
from .lanes import HALF, WIDTH, fma, larger, splat
from .pool import SCALE_FLOOR
from .records import Memory, alike, half
from .typed import Lanes


@aside
def season(m: Memory, k: int, t: int, c: int) -> None:
    """After a cohort's step: stages move on, and what comes due next is pulled from what was bought."""
    for w in range(m.p.n_whole):
        first = w * m.p.n_stage
        for i in range(m.p.n_stage - 1, 0, -1):
            _move_on(m, c, first, i)
        if m.p.constant_payment == 0:
            _pull(m, k, t, c, w)
            if m.p.n_stage > 1 and (t + 1) % m.p.n_rebase == 0:
                _rebase(m, t, c, w)


@stage
def _move_on(m: Memory, c: int, first: int, i: int) -> None:
    """Stages: a share of stage i - 1 joins stage i, whose own share has gone on already."""
    on = m.t.moves_on[i - 1]
    before, here = m.cohort[c, first + i - 1], m.cohort[c, first + i]
    alive, due_1, due_2 = before.alive * on, before.due_1 * on, before.due_2 * on
    fee_1, fee_2 = before.fee_1 * on, before.fee_2 * on
    here.alive += alive
    here.due_1 += due_1
    here.due_2 += due_2
    here.fee_1 += fee_1
    here.fee_2 += fee_2
    before.alive -= alive
    before.due_1 -= due_1
    before.due_2 -= due_2
    before.fee_1 -= fee_1
    before.fee_2 -= fee_2
    ratio = before.scale * on / here.scale
    for j in range(i - 1):
        m.mixed[c, first + i, j] += ratio * m.mixed[c, first + i - 1, j]
    m.mixed[c, first + i, i - 1] += ratio
    before.scale = larger(before.scale * (1.0 - on), SCALE_FLOOR)


@stage
def _pull(m: Memory, k: int, t: int, c: int, w: int) -> None:
    """What comes within the slots kept goes to the ring; what is three slots ahead leaves it for the cohort."""
    first, ring = w * m.p.n_stage, m.p.n_ring
    _fill(m, k, t, c, w)
    here = (t + 1) % ring
    for i in range(m.p.n_stage):
        cohort = m.cohort[c, first + i]
        due, fee = m.ring[c, first + i, here, 0], m.ring[c, first + i, here, 1]
        for j in range(i):
            share = m.mixed[c, first + i, j]
            due = fma(share, m.ring[c, first + j, here, 0], due)
            fee = fma(share, m.ring[c, first + j, here, 1], fee)
        cohort.due_3 = due * cohort.scale
        cohort.fee_3 = fee * cohort.scale


@stage
def _fill(m: Memory, k: int, t: int, c: int, w: int) -> None:
    """Principal and fee that enter the last slot kept, over survival: of the opening pool and of each purchase."""
    ahead = m.p.n_ring + 2
    begin = max(0, t + ahead - m.p.longest)
    end = min(t if m.p.n_way == 1 else t + 1, m.p.n_history)
    for i in range(m.p.n_stage):
        for q in range(0, WIDTH, HALF):
            _fill_half(half(m, q), k, t, c, w, i, begin, end)


@stage
def _fill_half(m: Memory, k: int, t: int, c: int, w: int, i: int, begin: int, end: int) -> None:
    """What enters the last slot of a stage, on half of the lanes."""
    slot, first = t + 3 + m.p.n_ring, w * m.p.n_stage
    due, fee = _opened(m, k, slot, c, first, i, 0), _opened(m, k, slot, c, first, i, 1)
    for j in range(begin, end):
        for way in range(m.p.n_way):
            bought, share = m.history[c, first + i, j, way], m.t.pull[k, t, w, j, way]
            due = fma(bought, share.due, due)
            fee = fma(bought, share.fee, fee)
    m.ring[c, first + i, t % m.p.n_ring, 0] = due
    m.ring[c, first + i, t % m.p.n_ring, 1] = fee


@stage
def _opened(m: Memory, k: int, slot: int, c: int, first: int, i: int, fee: int) -> Lanes:
    """A slot of the opening pool in stage i over survival since the last rebasing."""
    whole, own = alike(m.since[c, first + i, 0], 0.0), c if m.p.n_opened > 1 else 0
    for j in range(i + 1):
        s = first + j
        due = m.t.open_fee[k, own, s, slot] if fee == 1 else m.t.open_due[k, own, s, slot]
        whole = fma(m.since[c, first + i, j], m.t.opening[c, s, 0] * due, whole)
    return whole


@stage
def _rebase(m: Memory, t: int, c: int, w: int) -> None:
    """Histories, the ring and the opening pool become what survives of them; survival and moves start again at 1."""
    first, ahead = w * m.p.n_stage, m.p.n_ring + 2
    end = min(t if m.p.n_way == 1 else t + 1, m.p.n_history)
    for i in range(m.p.n_stage - 1, -1, -1):
        row, scale = first + i, m.cohort[c, first + i].scale
        for j in range(max(0, t + ahead - m.p.longest), end):
            for way in range(m.p.n_way):
                held = m.history[c, row, j, way]
                for before in range(i):
                    held = fma(m.mixed[c, row, before], m.history[c, first + before, j, way], held)
                m.history[c, row, j, way] = held * scale
        for slot in range(m.p.n_ring):
            for part in range(2):
                held = m.ring[c, row, slot, part]
                for before in range(i):
                    held = fma(m.mixed[c, row, before], m.ring[c, first + before, slot, part], held)
                m.ring[c, row, slot, part] = held * scale
        for column in range(m.p.n_stage):
            held = m.since[c, row, column]
            for before in range(i):
                held = fma(m.mixed[c, row, before], m.since[c, first + before, column], held)
            m.since[c, row, column] = held * scale
    for i in range(m.p.n_stage):
        m.cohort[c, first + i].scale = splat(1.0)
        for before in range(i):
            m.mixed[c, first + i, before] = splat(0.0)


@stage
def open_seasoned(m: Memory, k: int, c: int, s: int) -> None:
    """At closing: nothing has moved yet, and the ring holds the opening pool's slots beyond the third."""
    first = s - s % m.p.n_stage
    m.since[c, s, s - first] = splat(1.0)
    for r in range(1, m.p.n_ring):
        m.ring[c, s, r, 0] = splat(m.t.opening[c, s, 0] * m.t.open_due[k, 0, s, 3 + r])
        m.ring[c, s, r, 1] = splat(m.t.opening[c, s, 0] * m.t.open_fee[k, 0, s, 3 + r])


@stage
def remember(m: Memory, k: int, t: int, c: int, w: int, month: int, way: int, bought: Lanes) -> None:
    """A purchase of a month joins the histories of all stages, and its slots beyond the third join the ring."""
    first = w * m.p.n_stage
    for i in range(m.p.n_stage):
        held = bought / m.cohort[c, first].scale
        if i > 0:
            held = splat(0.0)
            for j in range(i):
                held = held - m.mixed[c, first + i, j] * m.joining[j]
        m.joining[i] = held
        m.history[c, first + i, month, way] += held
        for r in range(1, m.p.n_ring):
            slot = (t + r) % m.p.n_ring
            m.ring[c, first + i, slot, 0] += held * m.t.first_beyond[k, month, w, way, r - 1]
            m.ring[c, first + i, slot, 1] += held * m.t.first_beyond[k, month, w, way, 2 + r]
