"""One compiled entry point: simulate panels of paths under every scenario and count what happened."""

from __future__ import annotations

from typing import Any

from stress.kernels.by_path import settle_path
from stress.kernels.cards import bill
from stress.kernels.cash import collect_recoveries, earn_on_cash
from stress.kernels.codes import PRINCIPAL
from stress.kernels.constants import header_of, table_of
from stress.kernels.count import count_block, flush_months, record_payment, record_pool_month
from stress.kernels.granular import count_transitions
from stress.kernels.jit import aside, kernel, stage
from stress.kernels.lanes import load, splat, store
from stress.kernels.laws import conserve_cash
from stress.kernels.layout import (
    ALIVE,
    BALANCE,
    CASH_IN,
    COST,
    DEFAULTED,
    DUE_1,
    FEE_1,
    GAP,
    IDLE_MOST,
    LANES,
    MONTH_START,
    NOTE_ROWS,
    OUTSTANDING,
    PANEL_BLOCKS,
    PRINCIPAL_TIME,
    RECOVERABLE,
    SCALE,
    SUPPLY_LEFT,
    TOTAL_BOUGHT,
)
from stress.kernels.memory import Memory
from stress.kernels.outcome import finish
from stress.kernels.philox import FACTORS, draw_normals
from stress.kernels.pool import advance_cohort
from stress.kernels.purchases import buy_with_collections, count_idle_days, settle_purchases
from stress.kernels.rates import conditional_rates, move_factors
from stress.kernels.replicates import count_replicate
from stress.kernels.space import space_of
from stress.kernels.tally import N_BATCH, N_MONTH_BATCH
from stress.kernels.triggers import (
    accrue,
    clean_up,
    retain,
    set_need,
    sweep_collections,
    test_conditions,
    test_triggers,
    total_pool,
)
from stress.kernels.waterfall import pay
from stress.kernels.weights import weigh_block


@kernel
def run_panels(
    w: Any,
    f: Any,
    g: Any,
    n: Any,
    header: Any,
    first_panel: Any,
    n_panel: Any,
    n_path: Any,
    seed: Any,
    drawn: Any,
    first_path: Any,
) -> None:
    """Simulate panels first_panel .. first_panel + n_panel - 1 (paths below n_path) and add to the counts.

    The arguments up to `header` are the flat arrays of `memory.Memory`. `drawn` 1: the panel region of `w` already holds
    its normals, whose first lane is path `first_path` (0 otherwise).
    """
    m = Memory(space_of(w), table_of(f), table_of(g), space_of(n), header_of(header))
    w, n, p = m.w, m.n, m.p
    stride = p.n_month * p.n_factor * LANES
    for i in range(first_panel, first_panel + n_panel):
        blocks = min(PANEL_BLOCKS, (n_path - i * PANEL_BLOCKS * LANES + LANES - 1) // LANES)
        if drawn == 0:
            draw_normals(w, p.panel, blocks, p.n_month, p.n_factor, i * PANEL_BLOCKS * LANES, seed, int(FACTORS))
        start = first_path + i * PANEL_BLOCKS * LANES
        if p.by_path == 1:
            _draw_others(m, blocks, start, seed)
        for k in range(p.n_scenario):
            for b in range(blocks):
                block = i * PANEL_BLOCKS + b
                n_alive = min(LANES, n_path - block * LANES)
                for lane in range(LANES):
                    w[p.alive + lane] = w[p.weight + b * LANES + lane] if lane < n_alive else 0.0
                fans = 1 if b == 0 else 0
                _simulate(m, p.panel + b * stride, b, k, fans, start + b * LANES, seed)
                count_block(m, k, block, n_alive)
                if p.weighted == 1:
                    weigh_block(m, k, block, n_alive)
                if p.replicated == 1:
                    count_replicate(m, k, block, n_alive)
                if k == 0:
                    n[p.to_batch_path + block % N_BATCH] += n_alive
                    n[p.to_month_path + i % N_MONTH_BATCH] += n_alive
                    n[p.to_fan_path] += n_alive * fans
            flush_months(m, k, i % N_MONTH_BATCH)


@aside
def _draw_others(m: Any, blocks: Any, start: Any, seed: Any) -> None:
    """A panel's normals beside the factors': `Market.draws` says of which purpose and how many."""
    at = m.p.own
    for row in range(4):
        purpose, n_index, n_item = (
            m.g[m.p.at_draws + 3 * row],
            m.g[m.p.at_draws + 3 * row + 1],
            m.g[m.p.at_draws + 3 * row + 2],
        )
        if row == 1:
            at = m.p.mixing
        elif row == 2:
            at = m.p.parameters
        elif row == 3:
            at = m.p.shocks
        draw_normals(m.w, at, blocks, n_index, n_item, start, seed, purpose)


@stage
def _simulate(m: Any, at: Any, b: Any, k: Any, fans: Any, path: Any, seed: Any) -> None:
    """Block b of a panel (its normals from `at`, its first lane path `path`) through one scenario, step by step."""
    w, p = m.w, m.p
    _open(m, k)
    settle_path(m, b, k)
    for t in range(p.n_month):
        move_factors(m, at + t * p.n_factor * LANES, k, t)
        conditional_rates(m, b, k, t)
        if p.granular == 1:
            count_transitions(m, k, t, path, seed)
        _start_month(m)
        if t < p.n_revolving:
            set_need(m, k, t)
        for c in range(p.n_cohort):
            store(w, p.cash + SUPPLY_LEFT, m.f[p.at_supply + (k * (p.n_month + 1) + t) * p.n_cohort + c])
            earn_on_cash(m, k, t)
            if p.constant_payment == 1:
                bill(m, k, t, c)
            settle_purchases(m, k, t, c)
            advance_cohort(m, k, t, c)
            last = c == p.n_cohort - 1
            if last:
                collect_recoveries(m, k, t)
            # after the last purchases the lag still frees cash for the payment date that follows
            lagging = p.n_lock > 1 and p.payment_step >= 0 and t == p.n_revolving
            if p.buys_each_step == 1 and (t < p.n_revolving or lagging):
                buy_with_collections(m, k, t, c)
            count_idle_days(m)
            if last:
                total_pool(m)
                accrue(m, k, t)
                test_triggers(m, t)
                test_conditions(m, t)
                if t >= p.first_payment:
                    clean_up(m)
                retain(m)
                sweep_collections(m)
            period = -1
            if last and (p.payment_step < 0 or t == p.n_month - 1):
                period = t
            elif t > 0 and c == p.payment_step:
                period = t - 1
            if period >= 0:
                pay(m, k, period, t, c)
                _trace(m, period, p.cash, p.rate)
                _trace(m, period, p.step, p.pool)
                record_payment(m, k, period, fans)
            elif p.n_cohort > 1:
                conserve_cash(m)  # where nothing is paid; a payment checks its own
            if last:
                record_pool_month(m, k, t, fans)
                _trace(m, t, p.pool, p.cash)
                _trace(m, t, p.rate, p.recovery_ring)
            if p.traced == 1:
                w[p.trace + p.n_month * p.cohort + t * p.n_cohort + c] = w[p.pool + TOTAL_BOUGHT]
    finish(m, k)


@aside
def _open(m: Any, k: Any) -> None:
    """The deal and its pool at closing."""
    w, p = m.w, m.p
    for i in range(p.pool, p.log, LANES):
        store(w, i, 0.0)
    balance, notes, cash = splat(0.0), splat(0.0), splat(0.0)
    for c in range(p.n_cohort):
        for s in range(p.n_segment):
            at = p.cohort + (c * p.n_segment + s) * p.cohort_stride
            alive = m.f[p.at_opening + (c * p.n_segment + s) * 4 + 0]
            for bucket in range(4):
                amount = m.f[p.at_opening + (c * p.n_segment + s) * 4 + bucket]
                store(w, at + ALIVE + bucket * LANES, amount)
                balance = balance + amount
                row = p.segment + s * LANES
                store(w, row, load(w, row) + amount)
            store(w, at + SCALE, 1.0)
            for slot in range(3):
                store(
                    w,
                    at + DUE_1 + slot * LANES,
                    alive * m.f[p.at_open_due + (k * p.n_segment + s) * (p.n_month + 5) + (slot + 1)],
                )
                store(
                    w,
                    at + FEE_1 + slot * LANES,
                    alive * m.f[p.at_open_fee + (k * p.n_segment + s) * (p.n_month + 5) + (slot + 1)],
                )
    for n in range(p.n_note):
        store(w, p.note + n * NOTE_ROWS + OUTSTANDING, m.f[p.at_opening_note + n])
        store(w, p.note + n * NOTE_ROWS + PRINCIPAL_TIME, m.f[p.at_opening_note + n] * m.f[p.at_years])
        notes = notes + m.f[p.at_opening_note + n]
    for a in range(p.n_account):
        store(w, p.account + a * LANES, m.f[p.at_opening_cash + a])
        cash = cash + m.f[p.at_opening_cash + a]
    store(w, p.pool + BALANCE, balance)
    store(w, p.cash + CASH_IN, cash)
    store(w, p.cash + GAP, notes - balance - m.f[p.at_opening_cash + PRINCIPAL])


@stage
def _start_month(m: Any) -> None:
    w, p = m.w, m.p
    store(w, p.pool + MONTH_START, load(w, p.pool + BALANCE))
    store(w, p.pool + RECOVERABLE, 0.0)
    store(w, p.pool + IDLE_MOST, 0.0)
    for row in range(DEFAULTED, COST + LANES, LANES):
        store(w, p.pool + row, 0.0)


@stage
def _trace(m: Any, t: Any, begin: Any, end: Any) -> None:
    """Keep rows of a month for a replay."""
    w, p = m.w, m.p
    if p.traced == 1:
        for i in range(begin, end):
            w[p.trace + t * p.cohort + i] = w[i]
