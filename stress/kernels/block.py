"""A block of paths under a scenario: simulated step by step, and counted."""

from __future__ import annotations

from typing import Any

from .allocation import allocate, take_principal
from .by_path import settle_path
from .cards import bill
from .cash import collect_recoveries, conserve_cash, earn_on_cash
from .codes import AT_DETERMINATION
from .count import count_block, hand_over, record_payment, record_pool_month
from .counts import count, leads
from .determination import clean_up, determine, sweep_collections, total_pool
from .formulas import keep_quantities, set_levels, show_quantities
from .granular import count_transitions
from .in_stages import advance_in_stages
from .jit import aside, stage
from .lanes import first, floor, lane_numbers, splat, where_less
from .layout import PANEL_BLOCKS
from .opening import draw_levels, open_at_closing, open_later
from .outcome import finish
from .philox import draw_normals
from .pool import advance_cohort
from .purchases import buy_with_collections, count_idle_days, settle_purchases
from .rates import conditional_rates, move_factors
from .records import Memory
from .replicates import count_replicate
from .retention import retain, set_need
from .seasoning import settle_in_stages
from .short_rate import draw_rates, move_rate
from .tally import N_BATCH, N_MONTH_BATCH
from .triggers import test_conditions, test_triggers
from .waterfall import pay
from .weights import weigh_block


@stage
def run_block(m: Memory, b: int, k: int, block: int, n_path: int, path: int, seed: Any) -> None:
    """Simulate a block under scenario k and count it, or hand it over: number `block` of all, with so many paths, the
    first of them `path`. Its normals are those of block b of the panel in the scratch."""
    fans = 1 if block % PANEL_BLOCKS == 0 else 0
    _set_weights(m, b, n_path)
    _simulate(m, b, k, fans, path, seed)
    if m.p.handed_block > 0:
        hand_over(m, k, block)
        return
    count_block(m, k, block, n_path)
    if m.p.weighted == 1:
        weigh_block(m, k, block, n_path)
    if m.p.replicated == 1:
        count_replicate(m, k, block)
    if k == 0 and leads():
        count(m.n, m.to.batch_path[block % N_BATCH], n_path)
        count(m.n, m.to.month_path[block // PANEL_BLOCKS % N_MONTH_BATCH], n_path)
        count(m.n, m.to.fan_path[0], n_path * fans)


@stage
def draw_beside(m: Memory, blocks: int, start: int, seed: Any) -> None:
    """Of so many blocks, the normals that paths have beside the factors'."""
    if m.p.by_path == 1:
        _draw_others(m, blocks, start, seed)
    if m.p.random_rate == 1 and m.p.given_rate == 0:
        draw_rates(m, blocks, start, seed)


@aside
def _draw_others(m: Memory, blocks: int, start: int, seed: Any) -> None:
    """A panel's normals beside the factors': `Market.draws` says of which purpose and how many."""
    at = m.p.of_own
    for row in range(4):
        draw = m.t.draws[row]
        if row == 1:
            at = m.p.of_mixing_normal
        elif row == 2:
            at = m.p.of_parameters
        elif row == 3:
            at = m.p.of_shocks
        draw_normals(m.w, at, blocks, draw.n_index, draw.n_item, start, seed, draw.purpose)


@aside
def _set_weights(m: Memory, b: int, n_path: int) -> None:
    """What each lane counts: nothing where it has no path."""
    path = where_less(lane_numbers(), float(n_path), 1.0, 0.0)
    weight = m.weight[b] * path
    m.counting.path, m.counting.weight = path, weight
    m.counting.units = floor(weight * float(m.p.unit) + 0.5)


@stage
def _simulate(m: Memory, b: int, k: int, fans: int, path: int, seed: Any) -> None:
    """Block b of a panel (its first lane is path `path`) through one scenario, step by step."""
    if m.p.n_before > 0:
        open_later(m, k)
    else:
        open_at_closing(m, k)
    settle_path(m, b, k)
    if m.p.knows_factors == 2:
        draw_levels(m, b)
    for t in range(m.p.n_stop):
        if t >= m.p.n_before or m.p.knows_factors == 0:
            move_factors(m, b, k, t)
        if t < m.p.n_before:  # data; the factors alone move
            _keep(m, t, m.p.of_factor, m.p.of_path)
            continue
        conditional_rates(m, b, k, t)
        if m.p.random_rate == 1:
            move_rate(m, b, k, t)
        if m.p.granular == 1:
            count_transitions(m, t, path, seed)
        _start_month(m)
        if m.p.retains == 1 and t < m.p.n_revolving:
            set_need(m, k, t)
        for c in range(m.p.n_cohort):
            _step(m, k, t, c, fans)
    finish(m, k)


@stage
def _step(m: Memory, k: int, t: int, c: int, fans: int) -> None:
    """A step (t, c), the determination where it is the month's last, and the payment that follows it."""
    last = c == m.p.n_cohort - 1
    m.cash.supply_left = splat(m.t.supply[k, t, c])
    earn_on_cash(m, k, t)
    _advance(m, k, t, c)
    if last:
        collect_recoveries(m, k, t)
        if m.p.trust == 1:
            allocate(m, k, t)
    # after the last purchases the lag still frees cash for the payment date that follows
    lagging = m.p.n_lock > 1 and m.p.payment_step >= 0 and t == m.p.n_revolving
    if m.p.buys_each_step == 1 and (t < m.p.n_revolving or lagging):
        buy_with_collections(m, k, t, c)
    if m.p.uses_idle == 1:
        count_idle_days(m)
    if last:
        _determine(m, k, t)
    period = -1
    if last and (m.p.payment_step < 0 or t == m.p.n_month - 1):
        period = t
    elif t > m.p.n_paid and c == m.p.payment_step:
        period = t - 1
    _pay(m, k, period, t, c, fans)
    if last:
        if m.p.handed_block == 0:
            record_pool_month(m, k, t, fans)
        _keep(m, t, m.p.of_pool, m.p.of_path)
    if period >= 0 and m.p.tests_payment == 1:
        m.pool.phase = m.cash.next_phase
    if m.p.traced == 1:
        m.total_bought[t, c] = first(m.pool.total_bought)


@stage
def _advance(m: Memory, k: int, t: int, c: int) -> None:
    """The pool through a step: what was bought settles, the cohort of the step pays, rolls and defaults."""
    if m.p.constant_payment == 1:
        bill(m, k, t, c)
    if m.p.seasoned == 1:
        settle_in_stages(m, k, t, c)
        advance_in_stages(m, k, t, c)
    else:
        settle_purchases(m, k, t, c)
        advance_cohort(m, k, t, c)


@stage
def _determine(m: Memory, k: int, t: int) -> None:
    """At the month's end: the pool added up, what is available, triggers and conditions, and what the deal keeps back."""
    total_pool(m)
    determine(m, k, t)
    set_levels(m, k, t)
    if m.p.keeps_quantities == 1:
        keep_quantities(m, t)
    test_triggers(m, t, int(AT_DETERMINATION))
    test_conditions(m, t)
    if m.p.traced == 1:
        show_quantities(m, t)
    if t >= m.p.first_payment:
        clean_up(m, t)
    if m.p.retains == 1:
        retain(m)
    if m.p.trust == 1:
        take_principal(m, k, t)
    sweep_collections(m)


@stage
def _pay(m: Memory, k: int, period: int, t: int, c: int, fans: int) -> None:
    """The payment of a period at step (t, c); below 0 there is none."""
    if period >= 0:
        pay(m, k, period, t, c)
        _keep(m, period, m.p.of_step_paid, m.p.of_pool)
        if m.p.handed_block == 0:
            record_payment(m, k, period, fans)
    elif m.p.n_cohort > 1:
        conserve_cash(m)  # where nothing is paid; a payment checks its own


@stage
def _start_month(m: Memory) -> None:
    """What the steps of the month add to, at zero; the first step stores the rest."""
    pool, none = m.pool, splat(0.0)
    pool.month_start = pool.balance
    if m.p.dilutes == 1:
        pool.diluted, pool.dilution_lost = none, none
    if m.p.commingles == 1:
        pool.commingled, pool.commingled_income = none, none
    if m.p.earns == 1:
        pool.cash_interest = none
    if m.p.traced == 1:
        pool.bought, pool.cost, pool.proceeds = none, none, none
    if m.p.uses_idle == 1:
        pool.idle_most = none


@stage
def _keep(m: Memory, t: int, begin: int, end: int) -> None:
    """Keep rows of a month for a replay."""
    if m.p.traced == 1:
        for i in range(begin, end):
            m.trace[t, i] = m.w[i]
