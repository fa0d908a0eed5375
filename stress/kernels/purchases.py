"""Buying receivables: with collections at each step, or with an account at a payment date."""

from __future__ import annotations

from .cash import move_deficiency
from .codes import PRINCIPAL
from .jit import aside, stage
from .lanes import anywhere, larger, smaller, splat, where_less
from .observables import held_by
from .records import Memory
from .retention import retained
from .rows import positive
from .typed import Lanes

TINY = 1e-12
"""Share of the cut-off balance below which a limit leaves no room."""


@stage
def buy(m: Memory, k: int, t: int, c: int, source: int) -> None:
    """Purchase, into the first stage of each segment."""
    if m.p.n_stage == 1:
        _buy(m, k, t, c, source, 1)
    else:
        _buy(m, k, t, c, source, m.p.n_stage)


@aside
def _buy(m: Memory, k: int, t: int, c: int, source: int, n_stage: int) -> None:
    """Purchase: buy receivables for cohort c with the cash of an account, on the lanes of the mask."""
    pool, cash, price = m.pool, m.cash, m.t.month[k, t].price
    from_principal = float(m.t.of_principal[source])
    money = m.account[source]
    if source == PRINCIPAL:
        kept = retained(m) if m.p.retains == 1 else splat(0.0)
        if m.p.n_lock > 1:
            kept = larger(kept, cash.locked)
        money = positive(money - kept)
    left = cash.supply_left
    face = smaller(money * (1.0 / price), left) * cash.mask
    if not anywhere(face):
        return
    bought = splat(0.0)
    within = _within_limits(m, k, t, n_stage, face) if m.p.limits == 1 else face
    for w in range(m.p.n_whole):
        amount, s = face * m.t.mix[k, t, w], w * n_stage
        if m.p.limits == 1:
            amount = smaller(amount, _room(m, w, n_stage, within))
            m.segment[s].balance += amount
        _join(m, t, c, s, amount)
        bought = bought + amount
    cost = bought * price
    m.account[source] -= cost
    cash.supply_left = left - bought
    pool.total_bought += bought
    pool.balance += bought
    if m.p.traced == 1:
        pool.bought += bought
        pool.cost += cost
        pool.performing += bought
    cash.cash_out += cost
    move_deficiency(m, cost * from_principal - bought)


@aside
def _within_limits(m: Memory, k: int, t: int, n_stage: int, face: Lanes) -> Lanes:
    """Purchase: the largest sum of which no segment is bought beyond its limit of the pool that it makes.

    From the whole face down. Segments take all that they are offered, what their limit leaves, which falls with the sum, or
    nothing; the sum on which they agree as they stand is the next, or that at which one has no room left, if it is larger.
    So each changes twice at most.
    """
    total, tiny = face, TINY * m.t.deal.cut_off
    for _ in range(2 * m.p.n_whole + 1):
        taken, fixed, shares, empties = splat(0.0), splat(0.0), splat(0.0), splat(0.0)
        for w in range(m.p.n_whole):
            offered, room, limit = face * m.t.mix[k, t, w], _room(m, w, n_stage, total), m.t.limit[w]
            binds = where_less(room, offered, where_less(tiny, room, 1.0, 0.0), 0.0)
            taken = taken + smaller(offered, room)
            fixed = fixed + where_less(binds, 0.5, smaller(offered, room), room - (m.pool.balance + total) * limit)
            shares = shares + binds * limit
            empties = larger(empties, binds * (total - room * (1.0 / max(limit, 1e-300))))
        beyond = total - taken
        if not anywhere(beyond - tiny):
            break
        agreed = (fixed + m.pool.balance * shares) / where_less(shares, 1.0 - tiny, splat(1.0) - shares, 1.0)
        lower = larger(where_less(shares, 1.0 - tiny, agreed, 0.0), empties)
        total = where_less(tiny, beyond, smaller(lower, total), total)
    return total


@stage
def _room(m: Memory, w: int, n_stage: int, total: Lanes) -> Lanes:
    """What the limit of a segment leaves of a purchase of so much in all."""
    return positive((m.pool.balance + total) * m.t.limit[w] - held_by(m, w % m.p.n_level, n_stage))


@stage
def _join(m: Memory, t: int, c: int, s: int, amount: Lanes) -> None:
    """Billing: new receivables of a segment (its first stage) join the cohorts of their due days, in equal parts."""
    part = amount * (1.0 / m.p.n_part)
    for b in range(m.p.n_part):
        due = m.t.due[c, b]
        cohort = m.cohort[due.cohort, s]
        cohort.performing += part
        m.unsettled[due.cohort, s, t % 2, due.delay] += part


@stage
def settle_purchases(m: Memory, k: int, t: int, c: int) -> None:
    """Before a cohort's step: what it bought since the last one (last month or, in another's steps, this month) gets its
    profile, and its place in the history over the survival until now."""
    for month in range(max(0, t - 1), min(t if m.p.n_cohort == 1 else t + 1, m.p.n_history)):
        for s in range(m.p.n_segment):
            for delay in range(m.p.n_delay):
                unsettled = m.unsettled[c, s, month % 2, delay]
                if not anywhere(unsettled):
                    continue
                cohort, first = m.cohort[c, s], m.t.first_due[k, month, s, delay]
                cohort.due_1 += unsettled * first.due_1
                cohort.due_2 += unsettled * first.due_2
                cohort.due_3 += unsettled * first.due_3
                cohort.fee_1 += unsettled * first.fee_1
                cohort.fee_2 += unsettled * first.fee_2
                cohort.fee_3 += unsettled * first.fee_3
                m.history[c, s, month, delay] += unsettled / cohort.survival
                m.unsettled[c, s, month % 2, delay] = splat(0.0)


@stage
def buy_with_collections(m: Memory, k: int, t: int, c: int) -> None:
    """Step 6: on a revolving path collected principal becomes available (after the purchase lag) and buys."""
    cash = m.cash
    revolving = where_less(m.pool.phase, 0.5, 1.0, 0.0)
    if t >= m.p.n_revolving:
        revolving = splat(0.0)
    cash.mask = revolving
    collected = cash.principal_collected
    moved = collected * revolving
    m.account[PRINCIPAL] += moved
    cash.principal_collected = collected - moved
    if m.p.n_lock > 1:
        _lock(m, k, t, c, moved)
    buy(m, k, t, c, int(PRINCIPAL))


@stage
def _lock(m: Memory, k: int, t: int, c: int, moved: Lanes) -> None:
    """What the purchase lag of the month frees and locks at a step."""
    step, lag = t * m.p.n_cohort + c, int(m.t.month[k, t].lag)
    freed = step % m.p.n_lock
    locked = m.cash.locked - m.lock_ring[freed]
    m.lock_ring[freed] = splat(0.0)
    if lag > 0:
        m.lock_ring[(step + lag) % m.p.n_lock] += moved
        locked = locked + moved
    m.cash.locked = locked


@stage
def count_idle_days(m: Memory) -> None:
    """Determination 5: days in a row on which principal cash stands above its share of the pool, after the step's
    purchases; the month's most."""
    pool, deal = m.pool, m.t.deal
    limit = pool.balance * deal.idle_share + 1e-9 * deal.cut_off
    now = where_less(limit, m.account[PRINCIPAL], pool.idle_days + 30.0 / m.p.n_cohort, 0.0)
    pool.idle_days = now
    pool.idle_most = larger(pool.idle_most, now)
