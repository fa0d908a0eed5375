"""A ladder of any length: what of each late bucket rolls on, cures, pays its way down or stays (step 1 of the page)."""

from __future__ import annotations

from .jit import aside, stage
from .lanes import HALF, WIDTH, fma, larger, smaller, where_less
from .pool import EMPTY, WIPED
from .records import Memory, alike, half
from .typed import Lanes

MOST_BUCKETS = 6


@aside
def climb(m: Memory, k: int, t: int, c: int) -> None:
    """Before a cohort's step: rolls, cures and payments of what is late, on opening balances, to `Scratch.back`."""
    for s in range(m.p.n_segment):
        for q in range(0, WIDTH, HALF):
            _shares_due(half(m, q), k, t, c, s)
            _climb(half(m, q), c, s)


@aside
def join_ladder(m: Memory, c: int) -> None:
    """After it: what has entered stands in M1."""
    for s in range(m.p.n_segment):
        m.late[c, s, 0] += m.back[s].entered


@stage
def _shares_due(m: Memory, k: int, t: int, c: int, s: int) -> None:
    """Principal and fees due in the next 1 .. 6 slots over the performing balance; 0 where that is empty."""
    cohort, empty = m.cohort[c, s], EMPTY * m.t.deal.cut_off
    keep = 1.0 - m.acting[s].entry
    alive = cohort.alive * where_less(keep, WIPED, 0.0, keep)
    per_unit = where_less(alive, empty, 0.0, 1.0 / larger(cohort.alive, empty))
    due, fee = cohort.due_1 * per_unit, cohort.fee_1 * per_unit
    m.due_share[0], m.fee_share[0] = due, fee
    m.due_share[1], m.fee_share[1] = due + cohort.due_2 * per_unit, fee + cohort.fee_2 * per_unit
    m.due_share[2] = m.due_share[1] + cohort.due_3 * per_unit
    m.fee_share[2] = m.fee_share[1] + cohort.fee_3 * per_unit
    later = 1.0
    for r in range(1, MOST_BUCKETS - 2):
        if m.p.constant_payment == 1:
            later = later * (1.0 - m.t.card[k, t].due_1)
            due, fee = cohort.due_3 * later, cohort.fee_3 * later
        else:
            due, fee = _ahead(m, t + r, c, s, 0), _ahead(m, t + r, c, s, 1)
        m.due_share[2 + r] = fma(due, per_unit, m.due_share[1 + r])
        m.fee_share[2 + r] = fma(fee, per_unit, m.fee_share[1 + r])


@stage
def _ahead(m: Memory, slot: int, c: int, s: int, part: int) -> Lanes:
    """A slot beyond the third: what the ring holds, over survival and through the stages."""
    first, here = s - s % m.p.n_stage, slot % m.p.n_ring
    held = m.ring[c, s, here, part]
    for i in range(s - first):
        held = fma(m.mixed[c, s, i], m.ring[c, first + i, here, part], held)
    return held * m.cohort[c, s].scale


@stage
def _climb(m: Memory, c: int, s: int) -> None:
    """Rolls, cures, payments of a segment; the buckets as they are before anything enters."""
    back, last = m.back[s], m.p.n_bucket
    entry, empty = m.acting[s].entry, EMPTY * m.t.deal.cut_off
    none, keep = alike(entry, 0.0), 1.0 - entry
    loss, rejoins, paid, fees, charge = none, none, none, none, none
    gone = where_less(m.cohort[c, s].alive * where_less(keep, WIPED, 0.0, keep), empty, 1.0, 0.0)
    for b in range(last - 1, -1, -1):
        late = m.late[c, s, b]
        rolled = late * m.acting[s][b + 1 if b < 3 else b + 3]
        if b == last - 1:
            loss = rolled
        else:  # nothing else comes to the next bucket: it was before this one
            m.late[c, s, b + 1] = rolled + m.staying[b + 1]
            m.staying[b + 1] = 0.0
        rest = late - rolled
        if m.t.ladder[b, 0] > 0.0:
            cured = rest * m.t.ladder[b, 0]
            at_once = cured * larger(smaller(m.due_share[b], 1.0), gone)
            rejoins, paid = rejoins + (cured - at_once), paid + at_once
            fees, charge = fma(cured, m.fee_share[b], fees), fma(cured, m.t.late_charge[b], charge)
        for down in range(b + 1):
            if m.t.ladder[b, 1 + down] == 0.0:
                continue
            part = rest * m.t.ladder[b, 1 + down]
            pays = part * smaller(m.due_share[down], 1.0)
            paid, fees = paid + pays, fma(part, m.fee_share[down], fees)
            m.staying[b - down] = m.staying[b - down] + (part - pays)
    m.late[c, s, 0] = m.staying[0]
    m.staying[0] = 0.0
    back.loss, back.rejoins, back.paid, back.fee = loss, rejoins, paid, fees
    back.charge = fma(paid + fees, m.t.late_fee[0], charge)
