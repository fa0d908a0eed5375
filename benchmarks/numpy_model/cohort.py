"""One step of the pool: cash interest, one cohort's month, recoveries."""

from __future__ import annotations

import numpy as np

from benchmarks.numpy_model.rates import Rates
from benchmarks.numpy_model.state import State
from benchmarks.numpy_model.tables import Array, Tables

PAYMENT, YIELD, DILUTION, UNPAID_SHARE, COMMINGLED_STEPS, CASH_RATE, PRICE, LAG = range(8)
"""Columns of `Tables.month`."""


def earn_on_cash(state: State, tables: Tables, t: int) -> None:
    """Interest on all cash at the opening of the step, to income."""
    rate = tables.month[t, CASH_RATE]
    if rate == 0.0:
        return
    interest = rate * (state.account.sum(axis=0) + state.income_collected + state.principal_collected)
    state.cash_interest += interest
    state.income_collected += interest


def advance(state: State, tables: Tables, rates: Rates, t: int, c: int) -> None:
    """Transitions, scheduled payment, prepayment, dilution of cohort c; collections reach the deal."""
    payment, multiple, dilution, unpaid_share = tables.month[t, :4]
    before = state.performing[c]
    stays = 1.0 - rates.entry
    stays[stays < 1e-9] = 0.0
    alive = before * stays
    entered = before - alive
    due, fee = state.profile.ahead(t, c)
    due, fee = due * stays[:, None], fee * stays[:, None]
    if tables.sizes.ladder:
        default, at_once, late_fee, late_charge, cured = _transitions(state, tables, rates, c, entered, alive, due, fee)
        growth = 1.0 + (cured - at_once) / np.where(_empty(tables, alive), 1.0, alive)
        alive += cured - at_once
        scheduled, fee_due = np.minimum(due[:, 0] * growth, alive), fee[:, 0] * growth
    else:
        default, at_once, late_fee, late_charge, growth = entered, 0.0, 0.0, 0.0, 1.0
        scheduled, fee_due = np.minimum(due[:, 0], alive), fee[:, 0]
    paid = payment * scheduled if payment != 1.0 else scheduled
    alive -= paid
    early = alive * rates.prepayment
    alive -= early
    rest = (1.0 - rates.prepayment) * (1.0 - dilution)
    refund = alive * dilution
    alive -= refund
    state.performing[c] = alive
    if payment == 1.0:
        state.profile.roll(c, stays * growth * rest, None, None)
    else:
        state.profile.roll(c, stays * growth * rest, (scheduled - paid) * rest, (1.0 - payment) * fee_due * rest)
    lost = default.sum(axis=0)
    out = (at_once + paid + early + refund).sum(axis=0)
    fees = multiple * (payment * fee_due + late_fee).sum(axis=0) + late_charge
    unpaid = unpaid_share * refund.sum(axis=0) if dilution else 0.0
    state.defaulted += lost
    state.recoverable += (default * rates.recovery).sum(axis=0)
    state.paid += out - refund.sum(axis=0) if dilution else out
    state.dilution_lost += unpaid
    lost_share = _lost_share(tables, t, c)
    state.borrower_income += fees * (1.0 - lost_share)
    state.balance = state.balance - lost - out
    collect(state, out - unpaid, fees, lost_share)


def _transitions(
    state: State, tables: Tables, rates: Rates, c: int, entered: Array, alive: Array, due: Array, fee: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Ladder: (default, cures paid at once, their fees, late charges, cures)."""
    m1, m2, m3 = state.late[c]
    r1, r2, default = m1 * rates.roll[0], m2 * rates.roll[1], m3 * rates.roll[2]
    c1, c2, c3 = m1 - r1, m2 - r2, m3 - default
    cured = c1 + c2 + c3
    empty = _empty(tables, alive)
    inverse = 1.0 / np.where(empty, 1.0, alive)
    due_2 = due[:, 0] + due[:, 1]
    at_once = c1 * np.minimum(due[:, 0] * inverse, 1.0)
    at_once += c2 * np.minimum(due_2 * inverse, 1.0)
    at_once += c3 * np.minimum((due_2 + due[:, 2]) * inverse, 1.0)
    fee_2 = fee[:, 0] + fee[:, 1]
    late_fee = (c1 * fee[:, 0] + c2 * fee_2 + c3 * (fee_2 + fee[:, 2])) * inverse
    if empty.any():
        at_once[empty] = cured[empty]
        late_fee[empty] = 0.0
    charge = tables.late_charge
    late_charge = charge[0] * c1.sum(axis=0) + charge[1] * c2.sum(axis=0) + charge[2] * c3.sum(axis=0)
    state.late[c, 0], state.late[c, 1], state.late[c, 2] = entered, r1, r2
    return default, at_once, late_fee, late_charge, cured


def _empty(tables: Tables, alive: Array) -> Array:
    return alive < 1e-9 * tables.cut_off


def _lost_share(tables: Tables, t: int, c: int) -> float:
    """Share of a step's collections lost: those of the month's first days."""
    return float(min(1.0, max(0.0, tables.month[t, COMMINGLED_STEPS] - c)))


def collect(state: State, principal: Array, income: Array | float, lost_share: float) -> None:
    """Collections reach the deal, less the commingled share."""
    if lost_share:
        state.commingled += lost_share * principal
        principal, income = principal * (1.0 - lost_share), income * (1.0 - lost_share)
    state.principal_collected += principal
    state.income_collected += income


def collect_recoveries(state: State, tables: Tables, t: int) -> None:
    """At the month's last step: what falls due of the last L months' recoverable amounts."""
    if state.recovery_ring:
        months = len(state.recovery_ring)
        recovered = tables.lag[:months][::-1] @ np.array(state.recovery_ring)
        state.recovered += recovered
        collect(state, recovered, 0.0, _lost_share(tables, t, tables.sizes.n_cohort - 1))
    state.recovery_ring.append(state.recoverable)
    if len(state.recovery_ring) > len(tables.lag):
        state.recovery_ring.pop(0)


def count_idle_days(state: State, tables: Tables) -> None:
    """Days in a row with principal cash above its share of the pool; the month's most."""
    idle = state.account[1] > tables.contract.deal[2] * state.balance + 1e-9 * tables.cut_off
    state.idle_days = (state.idle_days + 30.0 / tables.sizes.n_cohort) * idle
    state.idle_most = np.maximum(state.idle_most, state.idle_days)
