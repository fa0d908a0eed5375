"""A ladder of any length: what of each late bucket rolls on, cures, pays its way down or stays (step 1 of the page)."""

from __future__ import annotations

from .jit import aside, stage
from .lanes import HALF, WIDTH, fma, larger, smaller, where_less
from .pool import EMPTY, WIPED
from .records import Memory, alike, half
from .seasoning import fallen_due, next_slot, slot_of
from .staged_rows import LATE, N_KEPT, RING
from .typed import Lanes

MOST_BUCKETS = 6


@stage
def climb(
    m: Memory,
    k: int,
    t: int,
    c: int,
    s: int,
    i: int,
    now: int,
    far: int,
    entered: Lanes,
    due: Lanes,
    fee: Lanes,
    per_unit: Lanes,
) -> tuple[Lanes, Lanes, Lanes, Lanes, Lanes, Lanes]:
    """The buckets of row s in stage i, on opening balances, from the last down; what has entered comes to the first.

    `now`, `far`: slots of this step and of the last bucket; `due`, `fee`: what the first has. `per_unit`: one over the
    performing balance, 0 where that is empty. Returns default; what cures; of it what has fallen due, principal and fees; all
    months that it was late, added up; what the others pay. Principal that has fallen due, and fees (those of the others
    too), are before `per_unit`.
    """
    none, own = alike(entered, 0.0), m.staged[c, s]
    loss, cures, months, coming, lower, waited, lowered = entered, none, none, none, none, none, none
    own_due, own_fee, early_due, early_fee, row = none, none, none, none, far
    share_1, share_2, twice_fee = _falls_due(m, c, s, i, now, due, fee, per_unit)
    for b in range(MOST_BUCKETS - 1, -1, -1):
        if b < m.p.n_bucket:
            late = own[LATE + b]
            rolled = _rolled(m, k, t, s, b, late)
            if b == m.p.n_bucket - 1:
                loss = rolled
            else:
                own[LATE + b + 1] = rolled + coming
            coming, rest = lower, late - rolled
            if m.p.n_down > 0:
                waits = rest * m.t.ladder[b, 1]
                coming, waited = fma(waits, 1.0 - share_1, coming), waited + waits
                if m.p.n_down > 1:
                    downs = rest * m.t.ladder[b, 2]
                    waits, lower, lowered = waits + downs, downs * (1.0 - share_2), lowered + downs
                if m.p.n_down > 2:
                    coming, waits = coming + m.coming[s, b], waits + m.going[s, b]
                rest = rest - waits
            cures = cures + rest
            months = months + cures  # a month late once, two twice ..
            if b > 0:  # each slot from the second on has fallen due of all that has been late as long, or longer
                own_due, own_fee = fma(own[row], cures, own_due), fma(own[row + N_KEPT], cures, own_fee)
                if i > 0:
                    early_due = fma(_earlier(m, c, s, i, row), cures, early_due)
                    early_fee = fma(_earlier(m, c, s, i, row + N_KEPT), cures, early_fee)
                row = row - 1 if row > RING else RING + m.p.n_ring - 1
    if m.p.n_bucket > 0:
        own[LATE] = entered + coming
    fallen = _over(m, c, s, i, own_due, early_due, due * cures)
    fees = _over(m, c, s, i, own_fee, early_fee, fee * cures)
    if m.p.n_down == 0:
        return loss, cures, fallen, fees, months, none
    paid, fees = fma(waited, share_1, lowered * share_2), fma(waited, fee, fma(lowered, twice_fee, fees))
    if m.p.n_down > 2:
        paid, fees = paid + m.far_down[s, 0], fees + m.far_down[s, 1]
    return loss, cures, fallen, fees, months, paid


@stage
def _falls_due(
    m: Memory, c: int, s: int, i: int, now: int, due: Lanes, fee: Lanes, per_unit: Lanes
) -> tuple[Lanes, Lanes, Lanes]:
    """Of the performing balance what the first slot is and what the first two are; fees of both. 0 where nothing pays its
    way one bucket, two buckets down."""
    share_1 = share_2 = twice_fee = alike(due, 0.0)
    if m.p.n_down > 0:
        share_1 = smaller(due * per_unit, 1.0)
    if m.p.n_down > 1:
        row = next_slot(m, now)
        share_2 = smaller(fallen_due(m, c, s, i, row, due) * per_unit, 1.0)
        twice_fee = fallen_due(m, c, s, i, row + N_KEPT, fee)
    return share_1, share_2, twice_fee


@stage
def _earlier(m: Memory, c: int, s: int, i: int, row: int) -> Lanes:
    """A row of `Staged` of the stages before stage i: as it is of one, over Phi of several."""
    own, earlier = m.staged[c, s], m.staged[c, s - i][row]
    if i > 1:
        earlier = own.mixed_1 * earlier + own.mixed_2 * m.staged[c, s - i + 1][row]
    if i > 2:
        earlier = fma(own.mixed_3, m.staged[c, s - i + 2][row], earlier)
    return earlier


@stage
def _over(m: Memory, c: int, s: int, i: int, own: Lanes, earlier: Lanes, so_far: Lanes) -> Lanes:
    """Over Phi, sums of rows of stage i and of `_earlier`, added to what came before them."""
    fallen = fma(own, m.cohort[c, s].survival, so_far)
    if i == 1:
        fallen = fma(earlier, m.staged[c, s].mixed_1, fallen)
    return fallen + earlier if i > 1 else fallen


@stage
def _rolled(m: Memory, k: int, t: int, s: int, b: int, late: Lanes) -> Lanes:
    """What of a bucket rolls on."""
    rate = b + 1 if b < 3 else b + 3
    if m.p.even_late == 1:
        return late * m.t.link[k, t, 0, rate][0]
    return late * m.acting[s][rate]


@stage
def over_performing(m: Memory, before: Lanes, performing: Lanes) -> Lanes:
    """One over a row's performing balance before entry, 0 where it is empty after it."""
    empty = EMPTY * m.t.deal.cut_off
    return where_less(performing, empty, 0.0, 1.0 / larger(before, empty))


@aside
def pay_far_down(m: Memory, k: int, t: int, c: int) -> None:
    """Before a step's rows, where something pays its way two buckets down or more: what goes from each bucket and comes to
    each, what is paid of principal, and fees (before `per_unit`)."""
    for s in range(m.p.n_segment):
        for q in range(0, WIDTH, HALF):
            _pay_far_down(half(m, q), k, t, c, s)


@stage
def _pay_far_down(m: Memory, k: int, t: int, c: int, s: int) -> None:
    """The same of a row."""
    before, keep = m.cohort[c, s].performing, 1.0 - m.acting[s].entry
    per_unit = over_performing(m, before, before * where_less(keep, WIPED, 0.0, keep))
    none, i = alike(before, 0.0), s % m.p.n_stage
    due, fee, row = none, none, slot_of(m, t, 1)
    m.far_down[s, 0], m.far_down[s, 1] = none, none
    for b in range(m.p.n_bucket):
        m.coming[s, b], m.going[s, b] = none, none
    for down in range(m.p.n_down):
        due, fee = fallen_due(m, c, s, i, row, due), fallen_due(m, c, s, i, row + N_KEPT, fee)
        row, share = next_slot(m, row), smaller(due * per_unit, 1.0)
        for b in range(down if down > 1 else m.p.n_bucket, m.p.n_bucket):
            late = m.staged[c, s][LATE + b]
            part = (late - _rolled(m, k, t, s, b, late)) * m.t.ladder[b, 1 + down]
            pays = part * share
            m.going[s, b] = m.going[s, b] + part
            m.coming[s, b - down] = m.coming[s, b - down] + (part - pays)
            m.far_down[s, 0] = m.far_down[s, 0] + pays
            m.far_down[s, 1] = fma(part, fee, m.far_down[s, 1])
