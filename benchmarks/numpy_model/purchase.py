"""Revolving purchases: at each step from collections, and at payment dates from an account."""

from __future__ import annotations

import numpy as np

from benchmarks.numpy_model.cohort import LAG, PRICE
from benchmarks.numpy_model.state import ALL, State
from benchmarks.numpy_model.tables import Array, Tables

PRINCIPAL = 1


def buy_with_collections(state: State, tables: Tables, t: int, c: int) -> None:
    """On revolving paths collected principal becomes available, after the purchase lag, and buys."""
    free_locked(state, tables, t, c)
    revolving = np.flatnonzero(state.phase == 0)
    paths: slice | Array = ALL if revolving.size == state.n else revolving
    if not revolving.size:
        return
    moved = state.principal_collected[paths]
    state.account[PRINCIPAL, paths] += moved
    n_lock = len(state.lock_ring)
    if n_lock > 1:
        step = t * tables.sizes.n_cohort + c
        lag = int(tables.month[t, LAG])
        if lag:
            state.lock_ring[(step + lag) % n_lock, paths] += moved
            state.locked[paths] += moved
    state.principal_collected[paths] = 0.0
    state.account[PRINCIPAL, paths] -= buy(state, tables, t, c, PRINCIPAL, state.account[PRINCIPAL, paths], paths)


def free_locked(state: State, tables: Tables, t: int, c: int) -> None:
    """Principal whose purchase lag ends at this step may buy again."""
    n_lock = len(state.lock_ring)
    if n_lock > 1:
        slot = (t * tables.sizes.n_cohort + c) % n_lock
        state.locked -= state.lock_ring[slot]
        state.lock_ring[slot] = 0.0


def buy(state: State, tables: Tables, t: int, c: int, source: int, cash: Array, paths: slice | Array) -> Array:
    """Buy with an account's cash on some paths; returns what it cost."""
    price = tables.month[t, PRICE]
    if source == PRINCIPAL:
        held = state.retained[paths] + np.maximum(
            state.need[paths] - tables.contract.deal[4] * state.income_collected[paths], 0.0
        )
        if len(state.lock_ring) > 1:
            held = np.maximum(held, state.locked[paths])
        cash = np.maximum(cash - held, 0.0)
    face = np.minimum(cash / price, state.supply_left[paths])
    amount = tables.mix[t] * face
    if tables.sizes.limits:
        segment = (state.performing.sum(axis=0) + state.late.sum(axis=(0, 1)))[:, paths]
        room = tables.limit * (state.balance[paths] + face) - segment
        amount = np.minimum(amount, np.maximum(room, 0.0))
    state.performing[c][:, paths] += amount
    state.profile.add(t, c, amount, paths)
    bought = amount.sum(axis=0)
    cost = price * bought
    state.supply_left[paths] -= bought
    state.balance[paths] += bought
    state.total_bought[paths] += bought
    if source != PRINCIPAL or price != 1.0:
        state.book((cost if source == PRINCIPAL else 0.0) - bought, paths)
    return np.asarray(cost)
