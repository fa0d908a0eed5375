"""A chunk of paths through one scenario, month by month and step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.numpy_model.cohort import advance, collect_recoveries, count_idle_days, earn_on_cash
from benchmarks.numpy_model.determination import accrue, clean_up, retain, set_need, sweep_collections
from benchmarks.numpy_model.outcome import outcome_of
from benchmarks.numpy_model.priority import pay
from benchmarks.numpy_model.profile import Profile, ScaledPurchases
from benchmarks.numpy_model.purchase import buy_with_collections, free_locked
from benchmarks.numpy_model.rates import next_factor, rates_of
from benchmarks.numpy_model.state import State
from benchmarks.numpy_model.tables import Array, Tables
from benchmarks.numpy_model.triggers import test_triggers

FAN_SHARE = 16
"""One path in 16 keeps its months for the fans, as in the engine."""


class Chunk(NamedTuple):
    """What a chunk of n paths came to."""

    outcome: Array
    """(8 N + 6, n)"""
    received: Array
    """(T, N, n) cash of each note by payment."""
    month_sum: Array
    """(T, 5 + N) sums over paths of the month quantities."""
    fan: Array
    """(T, 5 + N, n / 16) month quantities of the first paths."""


def simulate(tables: Tables, normals: Array, profile: Callable[[Tables, int], Profile] = ScaledPurchases) -> Chunk:
    """Simulate n paths on given innovations (T, F, n)."""
    sizes = tables.sizes
    n = normals.shape[2]
    state = State(tables, n, profile)
    months = np.empty((5 + sizes.n_note, n))
    month_sum = np.zeros((sizes.n_month, 5 + sizes.n_note))
    fan = np.zeros((*month_sum.shape, n // FAN_SHARE))
    for t in range(sizes.n_month):
        state.factor = next_factor(tables, state.factor, normals[t], t)
        rates = rates_of(tables, state.factor, t)
        state.start_month()
        set_need(state, tables, t)
        for c in range(sizes.n_cohort):
            state.supply_left = np.full(n, tables.supply[t, c])
            earn_on_cash(state, tables, t)
            advance(state, tables, rates, t, c)
            last = c == sizes.n_cohort - 1
            if last:
                collect_recoveries(state, tables, t)
            if sizes.buys_each_step and t < sizes.n_revolving:
                buy_with_collections(state, tables, t, c)
            elif t == sizes.n_revolving:
                free_locked(state, tables, t, c)
            count_idle_days(state, tables)
            if last:
                accrue(state, tables, t)
                test_triggers(state, tables, t)
                clean_up(state, tables)
                retain(state, tables)
                sweep_collections(state)
                _record_pool(months, state, tables)
                month_sum[t, :4], fan[t, :4] = months[:4].sum(axis=1), months[:4, : fan.shape[2]]
            period = _period(tables, t, c)
            if period >= 0:
                pay(state, tables, period, t, c)
                _record_payment(months, state, tables)
                month_sum[period, 4:], fan[period, 4:] = months[4:].sum(axis=1), months[4:, : fan.shape[2]]
    return Chunk(outcome_of(state, tables), state.received, month_sum, fan)


def _period(tables: Tables, t: int, c: int) -> int:
    """The period that is paid at step (t, c); -1 where none is."""
    sizes = tables.sizes
    if c == sizes.n_cohort - 1 and (sizes.payment_step < 0 or t == sizes.n_month - 1):
        return t
    return t - 1 if t > 0 and c == sizes.payment_step else -1


def _record_pool(months: Array, state: State, tables: Tables) -> None:
    months[0] = state.total_defaulted / tables.cut_off
    months[1] = (state.total_defaulted - state.total_recovered) / tables.cut_off
    months[2] = state.excess[0]
    months[3] = state.balance / tables.cut_off


def _record_payment(months: Array, state: State, tables: Tables) -> None:
    months[4] = state.account.sum(axis=0) / tables.cut_off
    months[5:] = state.outstanding / tables.contract.original[:, None]
