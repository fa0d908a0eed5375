"""Buying receivables: with collections at each step, or with an account at a payment date."""

from __future__ import annotations

from typing import Any

from stress.kernels.codes import PRINCIPAL
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import anywhere, load, splat, store, where_less
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    BOUGHT,
    CASH_OUT,
    COST,
    DEFICIENCY,
    DUE_1,
    GAP,
    HISTORY,
    IDLE_DAYS,
    IDLE_MOST,
    INCOME_COLLECTED,
    LANES,
    LOCKED,
    MASK,
    NEED,
    PERFORMING,
    PHASE,
    PRINCIPAL_COLLECTED,
    RETAINED,
    SCALE,
    SUPPLY_LEFT,
    TOTAL_BOUGHT,
)
from stress.kernels.rows import add_to
from stress.kernels.tables import CUT_OFF, IDLE_SHARE, LAG, NET_INCOME, PRICE


@aside
def buy(m: Any, k: Any, t: Any, c: Any, source: Any, mask: Any) -> None:
    """Buy receivables for cohort c with the cash of an account, on the lanes of a 0/1 row."""
    w, p = m.w, m.p
    price = m.f[p.at_month + (k * p.n_month + t) * 8 + PRICE]
    from_principal = 1.0 if source == PRINCIPAL else 0.0
    account = p.account + source * LANES
    cash = load(w, account)
    if source == PRINCIPAL:
        held = _retained(m)
        if p.n_lock > 1:
            locked = load(w, p.cash + LOCKED)
            held = where_less(held, locked, locked, held)
        cash = cash - held
        cash = where_less(cash, 0.0, 0.0, cash)
    left = load(w, p.cash + SUPPLY_LEFT)
    face = cash * (1.0 / price)
    face = where_less(face, left, face, left) * load(w, mask)
    if not anywhere(face):
        return
    bought = splat(0.0)
    for s in range(p.n_segment):
        amount = face * m.f[p.at_mix + (k * p.n_history + t) * p.n_segment + s]
        if p.limits == 1:
            segment = p.segment + s * LANES
            room = (load(w, p.pool + BALANCE) + face) * m.f[p.at_limit + s] - load(w, segment)
            room = where_less(room, 0.0, 0.0, room)
            amount = where_less(amount, room, amount, room)
            add_to(w, segment, amount)
        _join(m, t, c, s, amount)
        bought = bought + amount
    cost = bought * price
    store(w, account, load(w, account) - cost)
    store(w, p.cash + SUPPLY_LEFT, left - bought)
    add_to(w, p.pool + TOTAL_BOUGHT, bought)
    add_to(w, p.pool + BALANCE, bought)
    if p.traced == 1:
        add_to(w, p.pool + BOUGHT, bought)
        add_to(w, p.pool + COST, cost)
        add_to(w, p.pool + PERFORMING, bought)
    add_to(w, p.cash + CASH_OUT, cost)
    move_deficiency(m, cost * from_principal - bought)


@stage
def _join(m: Any, t: Any, c: Any, s: Any, amount: Any) -> None:
    """New receivables of a segment join the cohorts of their due days, in equal parts."""
    w, p = m.w, m.p
    part = amount * (1.0 / p.n_part)
    for b in range(p.n_part):
        due = p.at_due + (c * p.n_part + b) * 2
        cohort, way = m.g[due], m.g[due + 1]
        at = p.cohort + (cohort * p.n_segment + s) * p.cohort_stride
        add_to(w, at + ALIVE, part)
        add_to(w, at + p.fresh + (t % 2 * p.n_way + way) * LANES, part)


@aside
def settle_purchases(m: Any, k: Any, t: Any, c: Any) -> None:
    """Before a cohort's step: what it bought since the last one (last month or, in another's steps, this month) gets its
    profile, and its place in the history over the survival until now."""
    w, p = m.w, m.p
    for month in range(max(0, t - 1), min(t if p.n_cohort == 1 else t + 1, p.n_history)):
        for s in range(p.n_segment):
            at = p.cohort + (c * p.n_segment + s) * p.cohort_stride
            for way in range(p.n_way):
                row = at + p.fresh + (month % 2 * p.n_way + way) * LANES
                fresh = load(w, row)
                if not anywhere(fresh):
                    continue
                first = p.at_first_due + (((k * p.n_history + month) * p.n_segment + s) * p.n_way + way) * 6
                for slot in range(6):
                    add_to(w, at + DUE_1 + slot * LANES, fresh * m.f[first + slot])
                add_to(w, at + HISTORY + (month * p.n_way + way) * LANES, fresh / load(w, at + SCALE))
                store(w, row, 0.0)


@stage
def _retained(m: Any) -> Any:
    """Principal that purchases leave for senior costs: of the period awaiting payment, and of this one beyond its income."""
    w, cash = m.w, m.p.cash
    income = load(w, cash + INCOME_COLLECTED) * m.f[m.p.at_scalars + NET_INCOME]
    need = load(w, cash + NEED) - income
    return load(w, cash + RETAINED) + where_less(need, 0.0, 0.0, need)


@stage
def move_deficiency(m: Any, change: Any) -> None:
    """Notes less assets by `change`, and the same in the deficiency ledger, which stops at zero."""
    w, p = m.w, m.p
    add_to(w, p.cash + GAP, change)
    ledger = load(w, p.cash + DEFICIENCY) + change
    store(w, p.cash + DEFICIENCY, where_less(ledger, 0.0, 0.0, ledger))


@stage
def buy_with_collections(m: Any, k: Any, t: Any, c: Any) -> None:
    """Step purchase of a revolving path: collected principal becomes available (after the purchase lag) and buys."""
    w, p = m.w, m.p
    step = t * p.n_cohort + c
    lag = int(m.f[p.at_month + (k * p.n_month + t) * 8 + LAG])
    revolving = where_less(load(w, p.pool + PHASE), 0.5, 1.0, 0.0)
    if t >= p.n_revolving:
        revolving = splat(0.0)
    store(w, p.cash + MASK, revolving)
    collected = load(w, p.cash + PRINCIPAL_COLLECTED)
    moved = collected * revolving
    add_to(w, p.account + PRINCIPAL * LANES, moved)
    store(w, p.cash + PRINCIPAL_COLLECTED, collected - moved)
    if p.n_lock > 1:
        freed = p.lock_ring + (step % p.n_lock) * LANES
        locked = load(w, p.cash + LOCKED) - load(w, freed)
        store(w, freed, 0.0)
        if lag > 0:
            add_to(w, p.lock_ring + ((step + lag) % p.n_lock) * LANES, moved)
            locked = locked + moved
        store(w, p.cash + LOCKED, locked)
    buy(m, k, t, c, int(PRINCIPAL), p.cash + MASK)


@stage
def count_idle_days(m: Any) -> None:
    """Days in a row on which principal cash stands above its share of the pool, after the step's purchases; the month's most."""
    w, p = m.w, m.p
    days = 30.0 / p.n_cohort
    share = m.f[p.at_scalars + IDLE_SHARE]
    dust = 1e-9 * m.f[p.at_scalars + CUT_OFF]
    idle = load(w, p.account + PRINCIPAL * LANES)
    limit = load(w, p.pool + BALANCE) * share
    row = p.pool + IDLE_DAYS
    now = where_less(limit + dust, idle, load(w, row) + days, 0.0)
    store(w, row, now)
    most = load(w, p.pool + IDLE_MOST)
    store(w, p.pool + IDLE_MOST, where_less(most, now, now, most))
