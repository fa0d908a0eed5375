"""The path loop, and what each path came to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from benchmarks.numpy_model.tables import Array
from benchmarks.scalar_model.deal import accrue, pay, set_need, sweep, test_triggers
from benchmarks.scalar_model.pool import advance, buy_with_collections, count_idle_days, recover, set_rates
from benchmarks.scalar_model.tables import (
    BALANCE,
    BORROWER,
    CASH_INTEREST,
    DEFAULTED,
    EARLY,
    LOST,
    OUTSTANDING,
    RECOVERED,
    SHORT,
    START,
    SUPPLY,
    TIME,
    TOTAL_BOUGHT,
    TOTAL_DEFAULTED,
    TOTAL_INCOME,
    TOTAL_RECOVERED,
    ScalarTables,
    path_of,
    record,
)


def simulate(tables: ScalarTables, normals: Array) -> tuple[Array, Array]:
    """Outcome (8 N + 6, n) in the order of the tally and cash (T, N, n), on innovations (T, F, n)."""
    n, n_note = normals.shape[2], len(tables.original)
    outcome = np.empty((n, 8 * n_note + 6))
    received = np.empty((n, len(tables.years), n_note))
    _run(record(tables), record(path_of(tables)), np.ascontiguousarray(normals.transpose(2, 0, 1)), outcome, received)
    return outcome.T, received.transpose(1, 2, 0)


@njit
def _run(tables: Any, path: Any, normals: Any, outcome: Any, received: Any) -> None:
    d, p = tables[0], path[0]
    for i in range(len(normals)):
        _open(d, p)
        for t in range(normals.shape[1]):
            set_rates(d, p, normals[i, t], t)
            p.x[START] = p.x[BALANCE]
            for flow in (DEFAULTED, RECOVERED, LOST, BORROWER, CASH_INTEREST):
                p.x[flow] = 0.0
            set_need(d, p, t)
            p.x[SUPPLY] = d.supply[t]
            advance(d, p, t)
            recover(d, p, t)
            if t < d.n_revolving:
                buy_with_collections(d, p, t)
            count_idle_days(d, p)
            accrue(d, p, t)
            test_triggers(d, p, t)
            sweep(d, p)
            pay(d, p, t)
        _finish(d, p, outcome[i])
        received[i] = p.received


@njit
def _open(d: Any, p: Any) -> None:
    p.x[:] = 0.0
    p.note[:] = 0.0
    p.fee[:] = 0.0
    p.count[:] = 0.0
    p.recoverable[:] = 0.0
    p.account[:] = d.opening_cash
    p.note[OUTSTANDING] = d.original
    p.x[BALANCE] = d.opening.sum()
    for s in range(len(p.alive)):
        p.alive[s] = d.opening[s, 0]
        p.late[s] = d.opening[s, 1:]
        for kind in range(2):
            for r in range(p.slot.shape[2]):
                p.slot[kind, s, r] = p.alive[s] * d.open_profile[kind, s, r]


@njit
def _finish(d: Any, p: Any, out: Any) -> None:
    n_note = len(d.original)
    for n in range(n_note):
        original = d.original[n]
        multiple = p.received[:, n].sum() / original
        share = p.note[OUTSTANDING, n] / original
        loss = 1.0 - multiple if d.residual[n] > 0.0 else share
        loss = 0.0 if loss < 1e-9 else 1.0 if loss > 1.0 - 1e-12 else loss
        price = 0.0
        for t in range(len(d.years)):
            price += d.discount[t, n] * p.received[t, n]
        row = out[8 * n : 8 * n + 8]
        row[0], row[1], row[2] = loss, 1.0 if loss > 0.0 else 0.0, p.note[SHORT, n]
        row[3], row[4] = p.note[TIME, n] / original, 1.0 - share
        row[5], row[6], row[7] = _internal_rate(d, p, n, multiple), price / original, multiple
    pool = out[8 * n_note :]
    cut_off = d.scalars[0]
    pool[0] = p.x[TOTAL_DEFAULTED] / cut_off
    pool[1] = (p.x[TOTAL_DEFAULTED] - p.x[TOTAL_RECOVERED]) / cut_off
    pool[2] = 1.0 if p.x[EARLY] > 0.0 else 0.0
    pool[3], pool[4] = p.x[TOTAL_BOUGHT] / cut_off, p.x[TOTAL_INCOME] / cut_off
    pool[5] = p.x[TOTAL_RECOVERED] / cut_off


@njit
def _internal_rate(d: Any, p: Any, n: int, multiple: float) -> float:
    """Newton on the logarithm of the present value, on the real payment dates."""
    if multiple < 1e-9:
        return -1.0
    x = 0.5 * math.log(multiple) if d.residual[n] > 0.0 else d.guess[n]
    for _ in range(20):
        value = slope = 0.0
        for t in range(len(d.years)):
            present = p.received[t, n] * math.exp(-x * d.years[t])
            value += present
            slope += d.years[t] * present
        value = max(value, 1e-9)
        step = math.log(value / d.original[n]) / max(slope / value, 0.05)
        x = min(4.0, max(-25.0, x + step))
        if abs(step) < 1e-9:
            break
    return min(math.exp(x) - 1.0, 10.0)
