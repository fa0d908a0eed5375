"""Opening state: a path at closing, or one that begins in mid-life, each of its rows as the tables have it."""

from __future__ import annotations

from .allocation import open_trust
from .cash import principal_cash
from .formulas import set_levels
from .jit import aside, stage
from .lanes import fma, splat, store
from .layout import LANES
from .records import Memory
from .seasoning import open_seasoned
from .short_rate import open_rate
from .space import clear_records, fill_records
from .staged_rows import LATE
from .tables import N_PARAMETER


@aside
def open_later(m: Memory, k: int) -> None:
    """Opening state: all rows that last from month to month, from `condition` to `log`, and the levels of its month."""
    for i in range(m.p.n_start_row):
        store(m.w, m.p.of_condition + i * LANES, splat(m.t.start_row[i]))
    if m.p.random_rate == 1:
        open_rate(m, k)
    set_levels(m, k, m.p.n_before - 1)
    fill_records(m)


@aside
def draw_levels(m: Memory, b: int) -> None:
    """Opening state: levels of the factors in its month, drawn from what reports tell of them."""
    t = m.p.n_before - 1
    for i in range(m.p.n_factor):
        level = splat(m.t.start_law[i, 0])
        for j in range(N_PARAMETER):
            level = fma(m.parameters[b, j], m.t.start_law[i, 1 + j], level)
        for j in range(i + 1):
            level = fma(m.panel[b, t, j], m.t.start_law[i, 1 + N_PARAMETER + j], level)
        m.factor[i] = level


@aside
def open_at_closing(m: Memory, k: int) -> None:
    """The deal and its pool at closing."""
    none = splat(0.0)
    for i in range(m.p.of_cash, m.p.of_log, LANES):
        store(m.w, i, none)
    clear_records(m)
    m.pool.balance = none
    for c in range(m.p.n_cohort):
        for s in range(m.p.n_segment):
            _open_cohort(m, c, s)
            if m.p.seasoned == 1:
                open_seasoned(m, k, c, s)
            _open_instalments(m, k, c, s)
    notes, cash = none, none
    for n in range(m.p.n_note):
        note, size = m.note[n], m.t.opening_note[n]
        note.outstanding = splat(size)
        note.principal_time = splat(size * m.t.years[0].paid)
        notes = notes + size
    for a in range(m.p.n_account):
        m.account[a] = splat(m.t.opening_cash[a])
        cash = cash + m.t.opening_cash[a]
    m.cash.cash_in = cash
    m.cash.gap = notes - m.pool.balance - principal_cash(m)
    if m.p.trust == 1:
        open_trust(m, notes)


@stage
def _open_cohort(m: Memory, c: int, s: int) -> None:
    """What of a segment is in a cohort: paying as agreed, and late by bucket."""
    cohort, segment, pool = m.cohort[c, s], m.segment[s], m.pool
    performing, m1 = m.t.opening[c, s, 0], m.t.opening[c, s, 1]
    m2, m3 = m.t.opening[c, s, 2], m.t.opening[c, s, 3]
    cohort.performing, cohort.late_1 = splat(performing), splat(m1)
    cohort.late_2, cohort.late_3 = splat(m2), splat(m3)
    pool.balance = pool.balance + performing + m1 + m2 + m3
    segment.balance = segment.balance + performing + m1 + m2 + m3
    for bucket in range(m.p.n_bucket):
        held = m.t.opening[c, s, 1 + bucket]
        m.staged[c, s][LATE + bucket] = splat(held)
        if bucket > 2:
            pool.balance += held
            segment.balance += held
    if m.p.n_bucket > 0:
        cohort.late_1, cohort.late_2, cohort.late_3 = splat(0.0), splat(0.0), splat(0.0)


@stage
def _open_instalments(m: Memory, k: int, c: int, s: int) -> None:
    """What of the next three months is known at closing: principal due and fees of loans that pay as agreed."""
    cohort = m.cohort[c, s]
    performing = m.t.opening[c, s, 0]
    cohort.survival = splat(1.0)
    cohort.due_1 = splat(performing * m.t.open_due[k, 0, s, 1])
    cohort.fee_1 = splat(performing * m.t.open_fee[k, 0, s, 1])
    cohort.due_2 = splat(performing * m.t.open_due[k, 0, s, 2])
    cohort.fee_2 = splat(performing * m.t.open_fee[k, 0, s, 2])
    cohort.due_3 = splat(performing * m.t.open_due[k, 0, s, 3])
    cohort.fee_3 = splat(performing * m.t.open_fee[k, 0, s, 3])
