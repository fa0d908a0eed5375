"""Buying receivables: with collections at each step, or with an account at a payment date."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, anywhere, load, splat, store, where_less
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    BOUGHT,
    CASH_OUT,
    COST,
    CUT_OFF,
    DEFICIENCY,
    DUE_1,
    GAP,
    HISTORY,
    IDLE_DAYS,
    IDLE_MOST,
    IDLE_SHARE,
    INCOME_COLLECTED,
    LAG,
    LANES,
    LOCKED,
    MASK,
    NEED,
    NET_INCOME,
    PERFORMING,
    PHASE,
    PRICE,
    PRINCIPAL,
    PRINCIPAL_COLLECTED,
    RETAINED,
    SCALE,
    SUPPLY_LEFT,
    TOTAL_BOUGHT,
)
from stress.kernels.rows import add_to


@stage
def buy(m: Any, k: Any, t: Any, c: Any, source: Any, mask: Any) -> None:
    """Buy receivables for cohort c with the cash of an account, on the lanes of a 0/1 row."""
    w, p = m.w, m.p
    price = m.f[p.at_month + (k * p.n_month + t) * 8 + PRICE]
    from_principal = 1.0 if source == PRINCIPAL else 0.0
    for q in range(0, LANES, WIDTH):
        account = p.account + source * LANES + q
        pool = p.pool + q
        cash = load(w, account)
        if source == PRINCIPAL:
            held = _retained(m, q)
            if p.n_lock > 1:
                locked = load(w, p.cash + LOCKED * LANES + q)
                held = where_less(held, locked, locked, held)
            cash = cash - held
            cash = where_less(cash, 0.0, 0.0, cash)
        left = load(w, p.cash + SUPPLY_LEFT * LANES + q)
        face = cash * (1.0 / price)
        face = where_less(face, left, face, left) * load(w, mask + q)
        if not anywhere(face):
            continue
        bought = splat(0.0)
        for s in range(p.n_segment):
            amount = face * m.f[p.at_mix + (k * p.n_history + t) * p.n_segment + s]
            if p.limits == 1:
                segment = p.segment + s * LANES + q
                room = (load(w, pool + BALANCE * LANES) + face) * m.f[p.at_limit + s] - load(w, segment)
                room = where_less(room, 0.0, 0.0, room)
                amount = where_less(amount, room, amount, room)
                add_to(w, segment, amount)
            _join(m, k, t, c, s, amount, q)
            bought = bought + amount
        cost = bought * price
        store(w, account, load(w, account) - cost)
        store(w, p.cash + SUPPLY_LEFT * LANES + q, left - bought)
        add_to(w, pool + BOUGHT * LANES, bought)
        add_to(w, pool + COST * LANES, cost)
        add_to(w, pool + TOTAL_BOUGHT * LANES, bought)
        add_to(w, pool + BALANCE * LANES, bought)
        add_to(w, pool + PERFORMING * LANES, bought)
        add_to(w, p.cash + CASH_OUT * LANES + q, cost)
        move_deficiency(m, cost * from_principal - bought, q)


@stage
def _join(m: Any, k: Any, t: Any, c: Any, s: Any, amount: Any, q: Any) -> None:
    """New receivables of a segment join the cohorts of their due days, in equal parts."""
    w, p = m.w, m.p
    part = amount * (1.0 / p.n_part)
    for b in range(p.n_part):
        due = p.at_due + (c * p.n_part + b) * 2
        cohort, way = m.g[due], m.g[due + 1]
        at = p.cohort + (cohort * p.n_segment + s) * p.cohort_stride + q
        first = p.at_first_due + (((k * p.n_history + t) * p.n_segment + s) * p.n_way + way) * 6
        add_to(w, at + ALIVE * LANES, part)
        for slot in range(6):
            add_to(w, at + (DUE_1 + slot) * LANES, part * m.f[first + slot])
        add_to(w, at + (HISTORY + t * p.n_way + way) * LANES, part / load(w, at + SCALE * LANES))


@stage
def _retained(m: Any, q: Any) -> Any:
    """Principal that purchases leave for senior costs: of the period awaiting payment, and of this one beyond its income."""
    w, cash = m.w, m.p.cash + q
    income = load(w, cash + INCOME_COLLECTED * LANES) * m.f[m.p.at_scalars + NET_INCOME]
    need = load(w, cash + NEED * LANES) - income
    return load(w, cash + RETAINED * LANES) + where_less(need, 0.0, 0.0, need)


@stage
def move_deficiency(m: Any, change: Any, q: Any) -> None:
    """Notes less assets by `change`, and the same in the deficiency ledger, which stops at zero."""
    w, p = m.w, m.p
    cash = p.cash + q
    add_to(w, cash + GAP * LANES, change)
    ledger = load(w, cash + DEFICIENCY * LANES) + change
    store(w, cash + DEFICIENCY * LANES, where_less(ledger, 0.0, 0.0, ledger))


@stage
def buy_with_collections(m: Any, k: Any, t: Any, c: Any) -> None:
    """Step purchase of a revolving path: collected principal becomes available (after the purchase lag) and buys."""
    w, p = m.w, m.p
    step = t * p.n_cohort + c
    lag = int(m.f[p.at_month + (k * p.n_month + t) * 8 + LAG])
    for q in range(0, LANES, WIDTH):
        revolving = where_less(load(w, p.pool + PHASE * LANES + q), 0.5, 1.0, 0.0)
        if t >= p.n_revolving:
            revolving = splat(0.0)
        store(w, p.cash + MASK * LANES + q, revolving)
        collected = load(w, p.cash + PRINCIPAL_COLLECTED * LANES + q)
        moved = collected * revolving
        add_to(w, p.account + PRINCIPAL * LANES + q, moved)
        store(w, p.cash + PRINCIPAL_COLLECTED * LANES + q, collected - moved)
        if p.n_lock > 1:
            freed = p.lock_ring + (step % p.n_lock) * LANES + q
            locked = load(w, p.cash + LOCKED * LANES + q) - load(w, freed)
            store(w, freed, 0.0)
            if lag > 0:
                add_to(w, p.lock_ring + ((step + lag) % p.n_lock) * LANES + q, moved)
                locked = locked + moved
            store(w, p.cash + LOCKED * LANES + q, locked)
    buy(m, k, t, c, PRINCIPAL, p.cash + MASK * LANES)


@stage
def count_idle_days(m: Any) -> None:
    """Days in a row on which principal cash stands above its share of the pool, after the step's purchases; the month's most."""
    w, p = m.w, m.p
    days = 30.0 / p.n_cohort
    share = m.f[p.at_scalars + IDLE_SHARE]
    dust = 1e-9 * m.f[p.at_scalars + CUT_OFF]
    for q in range(0, LANES, WIDTH):
        idle = load(w, p.account + PRINCIPAL * LANES + q)
        limit = load(w, p.pool + BALANCE * LANES + q) * share
        row = p.pool + IDLE_DAYS * LANES + q
        now = where_less(limit + dust, idle, load(w, row) + days, 0.0)
        store(w, row, now)
        most = load(w, p.pool + IDLE_MOST * LANES + q)
        store(w, p.pool + IDLE_MOST * LANES + q, where_less(most, now, now, most))
