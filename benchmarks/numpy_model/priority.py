"""A payment date: the steps of each path's phase, read from the contract and run on arrays.

Where paths stand in different phases, the largest group runs in place under a 0/1 mask; the others are gathered into
ledgers of their own, run through their phase's steps, and put back. Masks for all would run every phase on every path,
gathering all costs more than the mask (both were measured).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.numpy_model.purchase import PRINCIPAL, buy
from benchmarks.numpy_model.state import ALL, State
from benchmarks.numpy_model.tables import Array, Tables
from stress.kernels import codes

ROWS = (
    "account",
    "fee_due",
    "fee_paid",
    "outstanding",
    "interest_due",
    "interest_paid",
    "principal_paid",
    "residual_yield",
    "deficiency",
)


class Ledger:
    """What steps touch, of the paths of one phase; `mask` says which of them a step may move (None: all)."""

    def __init__(self, state: State, paths: slice | Array, mask: Array | None) -> None:
        self.paths, self.mask = paths, mask
        for name in ROWS:
            setattr(self, name, getattr(state, name)[..., paths])

    account: Array
    fee_due: Array
    fee_paid: Array
    outstanding: Array
    interest_due: Array
    interest_paid: Array
    principal_paid: Array
    residual_yield: Array
    deficiency: Array

    def put_back(self, state: State) -> None:
        """Into the state (a slice is a view already)."""
        if isinstance(self.paths, slice):
            return
        for name in ROWS:
            getattr(state, name)[..., self.paths] = getattr(self, name)

    def allowed(self, amount: Array) -> Array:
        """Nothing on paths of another phase; `amount` is a new array."""
        if self.mask is not None:
            amount *= self.mask
        return amount

    def book(self, change: Array) -> None:
        """Move the deficiency, which stops at zero."""
        np.maximum(self.deficiency + change, 0.0, out=self.deficiency)


def pay(state: State, tables: Tables, t: int, now: int, c: int) -> None:
    """Distribute what is available for period t, at step (now, c)."""
    _interest_due(state, tables, t)
    state.retained = np.zeros(state.n)
    steps = [tuple(x) for x in tables.contract.phase]
    phase_of = np.array([steps.index(x) for x in steps])[state.phase]  # phases with the same steps go together
    size = np.bincount(phase_of, minlength=4)
    largest = int(size.argmax())
    for phase in np.flatnonzero(size):
        inside = phase_of == phase
        if size[phase] == state.n:
            ledger = Ledger(state, ALL, None)
        elif phase == largest:
            ledger = Ledger(state, ALL, inside.astype(float))
        else:
            ledger = Ledger(state, np.flatnonzero(inside), None)
        _run_steps(ledger, state, tables, int(phase), t, now, c)
        ledger.put_back(state)
    _close(state, tables, t)


def _run_steps(ledger: Ledger, state: State, tables: Tables, phase: int, t: int, now: int, c: int) -> None:
    contract = tables.contract
    for x in range(*contract.phase[phase]):
        if contract.step[x, 4] >= 0:
            raise NotImplementedError("the NumPy model runs steps without a condition")
        kind = int(contract.step[x, 0])
        if kind == codes.PURCHASE:
            _purchase(ledger, state, tables, x, now, c)
        else:
            STEPS[kind](ledger, tables, x, t)


def _interest_due(state: State, tables: Tables, t: int) -> None:
    payable = tables.contract.payable[:, t]
    now = state.accrued.copy() if payable.all() else state.accrued * payable[state.phase].T
    state.accrued -= now
    state.interest_due = state.unpaid + now
    for paid in (state.interest_paid, state.principal_paid, state.residual_yield):
        paid[:] = 0.0


def _pay_due(ledger: Ledger, tables: Tables, x: int, due: Array, paid: Array) -> None:
    source, cap = tables.contract.step[x, 2], tables.contract.step_value[x, 0]
    owed = due - paid
    if owed.max() <= 0.0:
        return
    cash = ledger.account[source]
    amount = np.minimum(owed, cash)
    if cap < codes.NO_LIMIT:
        raise NotImplementedError("the NumPy model pays fees without a cap")
    amount = ledger.allowed(np.maximum(amount, 0.0))
    paid += amount
    cash -= amount
    if source == PRINCIPAL:
        ledger.deficiency += amount


def _pay_fee(ledger: Ledger, tables: Tables, x: int, t: int) -> None:
    fee = tables.contract.step[x, 1]
    _pay_due(ledger, tables, x, ledger.fee_due[fee], ledger.fee_paid[fee])


def _pay_interest(ledger: Ledger, tables: Tables, x: int, t: int) -> None:
    note = tables.contract.step[x, 1]
    _pay_due(ledger, tables, x, ledger.interest_due[note], ledger.interest_paid[note])


def _cover_defaults(ledger: Ledger, tables: Tables, x: int, t: int) -> None:
    note, source = tables.contract.step[x, 1:3]
    wanted = ledger.deficiency
    if note >= 0:
        wanted = np.maximum(wanted - ledger.outstanding[note + 1 :].sum(axis=0), 0.0)
    amount = ledger.allowed(np.minimum(wanted, ledger.account[source]))
    ledger.account[source] -= amount
    ledger.account[PRINCIPAL] += amount
    ledger.book(-amount)


def _purchase(ledger: Ledger, state: State, tables: Tables, x: int, now: int, c: int) -> None:
    source = int(tables.contract.step[x, 2])
    paths = ledger.paths if ledger.mask is None else np.flatnonzero(ledger.mask)
    if isinstance(ledger.paths, slice):
        ledger.account[source, paths] -= buy(state, tables, now, c, source, ledger.account[source, paths], paths)
        return
    state.deficiency[paths] = ledger.deficiency
    ledger.account[source] -= buy(state, tables, now, c, source, ledger.account[source], paths)
    ledger.deficiency = state.deficiency[paths]


def _pay_principal(ledger: Ledger, tables: Tables, x: int, t: int) -> None:
    source, first, members = tables.contract.step[x, [2, 6, 7]]
    notes = tables.contract.member[first : first + members]
    room = ledger.outstanding[notes].sum(axis=0) - tables.contract.step_target[x, t]
    budget = ledger.allowed(np.minimum(np.maximum(room, 0.0), ledger.account[source]))
    left = budget.copy()
    for note in notes:
        amount = np.minimum(ledger.outstanding[note], left)
        left -= amount
        ledger.outstanding[note] -= amount
        ledger.principal_paid[note] += amount
    paid = budget - left
    ledger.account[source] -= paid
    if source != PRINCIPAL:
        ledger.book(-paid)


def _pay_residual(ledger: Ledger, tables: Tables, x: int, t: int) -> None:
    note, source = tables.contract.step[x, 1:3]
    amount = ledger.allowed(ledger.account[source].copy())
    repaid = np.minimum(ledger.outstanding[note], amount)
    ledger.outstanding[note] -= repaid
    ledger.principal_paid[note] += repaid
    ledger.residual_yield[note] += amount - repaid
    ledger.account[source] -= amount
    ledger.book(amount - repaid if source == PRINCIPAL else -repaid)


STEPS: dict[int, Callable[[Ledger, Tables, int, int], None]] = {
    codes.PAY_FEE: _pay_fee,
    codes.PAY_INTEREST: _pay_interest,
    codes.COVER_DEFAULTS: _cover_defaults,
    codes.PAY_PRINCIPAL: _pay_principal,
    codes.PAY_RESIDUAL: _pay_residual,
}
"""The kinds that the 12 and 24-month deals use."""


def _close(state: State, tables: Tables, t: int) -> None:
    """What stays unpaid, each note's cash, the first month from which assets stay below it."""
    tolerance = 1e-9 * tables.contract.original[:, None]
    state.unpaid = state.interest_due - state.interest_paid
    state.shortfall |= state.unpaid > tolerance
    state.received[t] = state.interest_paid + state.principal_paid + state.residual_yield
    state.principal_time += tables.years[t] * state.principal_paid
    assets = state.account.sum(axis=0) + state.income_collected + state.principal_collected + state.balance
    short = assets + tolerance < np.cumsum(state.outstanding, axis=0)
    state.first_loss = np.where(state.first_loss == 0, t + 1, state.first_loss) * short
