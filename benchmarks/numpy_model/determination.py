"""The end of a month: senior costs to keep cash for, accruals, excess spread, clean-up, collections set free."""

from __future__ import annotations

import numpy as np

from benchmarks.numpy_model.state import State
from benchmarks.numpy_model.tables import Array, Tables

NOTES, POOL, INTEREST_INCOME = range(3)
"""Bases of a fee; any other is a fixed amount."""


def set_need(state: State, tables: Tables, t: int) -> None:
    """At the month's start: senior costs that may be paid from principal. A deal that keeps none has no need."""
    contract, at_once = tables.contract, tables.sizes.payment_step < 0
    need = np.zeros(state.n)
    state.need = need
    if t >= tables.sizes.n_revolving:
        return
    for note in np.flatnonzero(contract.senior_note):
        base = state.outstanding[note] + (state.unpaid[note] if tables.sizes.interest_on_unpaid else 0.0)
        need += tables.accrual[t, note] * base
        if t == 0 or not contract.payable[0, t - 1, note]:
            need += state.accrued[note]
        if at_once:
            need += state.unpaid[note]
    for fee in np.flatnonzero(contract.senior_fee):
        if contract.fee_base[fee] != INTEREST_INCOME:
            need += _fee(state, tables, t, fee, state.balance)
        if at_once and contract.fee_carry[fee]:
            need += state.fee_due[fee] - state.fee_paid[fee]


def _fee(state: State, tables: Tables, t: int, fee: int, pool: Array) -> Array | float:
    base, rate = tables.contract.fee_base[fee], tables.fee_rate[t, fee]
    if base == NOTES:
        return np.asarray(rate * state.outstanding.sum(axis=0))
    if base == POOL:
        return rate * pool
    return rate * state.borrower_income if base == INTEREST_INCOME else float(rate)


def accrue(state: State, tables: Tables, t: int) -> None:
    """Interest and fees of the month, deficiency, excess spread, totals."""
    contract = tables.contract
    base = state.outstanding + state.unpaid if tables.sizes.interest_on_unpaid else state.outstanding
    interest = tables.accrual[t][:, None] * base
    state.accrued += interest
    costs = np.zeros(state.n)
    for fee in range(tables.sizes.n_fee):
        state.fee_current[fee] = _fee(state, tables, t, fee, state.month_start)
        costs += state.fee_current[fee]
    state.fee_due = state.fee_current + contract.fee_carry[:, None] * (state.fee_due - state.fee_paid)
    state.fee_paid[:] = 0.0
    state.book(state.defaulted + state.dilution_lost + state.commingled - state.recovered)
    state.total_defaulted += state.defaulted
    state.total_recovered += state.recovered
    state.total_income += state.borrower_income
    income = state.borrower_income + state.cash_interest
    start, tiny = state.month_start, 1e-3 * tables.cut_off
    spread = 12.0 * (income - costs - interest.sum(axis=0) - state.defaulted + state.recovered)
    state.excess[1:] = state.excess[:-1]
    state.excess[0] = np.where(start < tiny, 0.0, spread / np.where(start < tiny, 1.0, start))
    state.default_ring.append(state.defaulted)
    if len(state.default_ring) > tables.sizes.n_write_off:
        state.default_ring.pop(0)


def clean_up(state: State, tables: Tables) -> None:
    """Sell the rest of a small pool at par once the deal no longer revolves."""
    factor = tables.contract.deal[1]
    if factor <= 0.0:
        return
    sold = np.flatnonzero((state.phase > 0) & (state.balance < factor * tables.cut_off))
    state.principal_collected[sold] += state.balance[sold]
    state.balance[sold] = 0.0
    state.performing[..., sold] = 0.0
    state.late[..., sold] = 0.0
    state.profile.clear(sold)


def retain(state: State, tables: Tables) -> None:
    """What the month's income leaves uncovered of its senior costs waits for the payment date."""
    state.retained = np.maximum(state.need - tables.contract.deal[4] * state.income_collected, 0.0)
    state.need = np.zeros(state.n)


def sweep_collections(state: State) -> None:
    """Collections become available."""
    state.account[0] += state.income_collected
    state.account[1] += state.principal_collected
    state.income_collected, state.principal_collected = np.zeros(state.n), np.zeros(state.n)
