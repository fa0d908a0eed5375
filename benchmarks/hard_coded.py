"""The 24-month deal's priority of payments as straight calls: what the engine would be without a deal as data.

Accounts, notes and fees are numbers in the code, phases are branches, and no step is read from a table. All else of the
kernel is the engine's own: its source is compiled once more around this `pay`.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

import numpy as np

from stress.kernels import block, jit, waterfall
from stress.kernels.codes import INCOME, PRINCIPAL
from stress.kernels.jit import stage
from stress.kernels.lanes import anywhere, load, splat, store, total, where_less
from stress.kernels.layout import (
    CASH_OUT,
    DEFICIENCY,
    FEE_LEFT,
    FEE_ROWS,
    LANES,
    MASK,
    NOTE_ROWS,
    OUTSTANDING,
    PHASE,
    RETAINED,
    UNPAID,
)
from stress.kernels.memory import Workspace
from stress.kernels.purchases import buy, move_deficiency
from stress.kernels.rows import add_to
from stress.kernels.waterfall import close, interest_due

N_NOTE, N_FEE, RESIDUAL = 4, 4, 3
A, B, MEZZANINE = 0, 1, 2


@stage
def pay(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    """Distribute what is available for period t, at step (now, c): the deal's three orders one after another."""
    w, p = m.w, m.p
    interest_due(m, t)
    store(w, p.cash + RETAINED, 0.0)
    phase = load(w, p.pool + PHASE)
    ended, defaulted = total(where_less(0.5, phase, 1.0, 0.0)), total(where_less(2.5, phase, 1.0, 0.0))
    if LANES - ended > 0.5:
        _lanes_between(m, -0.5, 0.5)
        _revolving(m, k, t, now, c)
    if ended - defaulted > 0.5:
        _lanes_between(m, 0.5, 2.5)
        _amortization(m, t)
    if defaulted > 0.5:
        _lanes_between(m, 2.5, 3.5)
        _event_of_default(m, t)
    close(m, t)


@stage
def _lanes_between(m: Any, low: Any, high: Any) -> None:
    phase = load(m.w, m.p.pool + PHASE)
    inside = where_less(phase, high, where_less(low, phase, 1.0, 0.0), 0.0)
    store(m.w, m.p.cash + MASK, inside)


@stage
def _revolving(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    _fees(m)
    _interest(m, t, A)
    _interest(m, t, B)
    _cover_defaults(m)
    _take(m, _unpaid(m, MEZZANINE), _received(m, t, MEZZANINE), INCOME)
    mask = m.p.cash + MASK
    buy(m, k, now, c, INCOME, mask)
    buy(m, k, now, c, PRINCIPAL, mask)


@stage
def _amortization(m: Any, t: Any) -> None:
    _fees(m)
    _interest(m, t, A)
    _interest(m, t, B)
    _interest(m, t, MEZZANINE)
    _repay(m, t, A, RESIDUAL, PRINCIPAL)
    _repay(m, t, A, RESIDUAL, INCOME)
    _residual(m, t)


@stage
def _event_of_default(m: Any, t: Any) -> None:
    _fees(m)
    _interest(m, t, A)
    _repay(m, t, A, B, PRINCIPAL)
    _repay(m, t, A, B, INCOME)
    _interest(m, t, B)
    _repay(m, t, B, MEZZANINE, PRINCIPAL)
    _repay(m, t, B, MEZZANINE, INCOME)
    _interest(m, t, MEZZANINE)
    _repay(m, t, MEZZANINE, RESIDUAL, PRINCIPAL)
    _repay(m, t, MEZZANINE, RESIDUAL, INCOME)
    _residual(m, t)


@stage
def _fees(m: Any) -> None:
    """Value-added tax, trustee, custodian, servicer, from income and then from principal."""
    _fee(m, 0)
    _fee(m, 1)
    _fee(m, 2)
    _fee(m, 3)


@stage
def _fee(m: Any, fee: Any) -> None:
    due, receiver = m.p.fee + fee * FEE_ROWS + FEE_LEFT, m.p.cash + CASH_OUT
    if _take(m, due, receiver, INCOME):
        _take(m, due, receiver, PRINCIPAL)


@stage
def _interest(m: Any, t: Any, note: Any) -> None:
    if _take(m, _unpaid(m, note), _received(m, t, note), INCOME):
        _take(m, _unpaid(m, note), _received(m, t, note), PRINCIPAL)


@stage
def _unpaid(m: Any, note: Any) -> Any:
    return m.p.note + note * NOTE_ROWS + UNPAID


@stage
def _received(m: Any, t: Any, note: Any) -> Any:
    return m.p.log + (t * N_NOTE + note) * LANES


@stage
def _take(m: Any, due: Any, receiver: Any, source: Any) -> Any:
    """Pay what is due from one account; whether something is still left on some lane."""
    w, p = m.w, m.p
    mask = load(w, p.cash + MASK)
    owed, cash = load(w, due), load(w, p.account + source * LANES)
    amount = where_less(owed, cash, owed, cash)
    amount = where_less(amount, 0.0, 0.0, amount) * mask
    left = owed - amount
    store(w, due, left)
    add_to(w, receiver, amount)
    store(w, p.account + source * LANES, cash - amount)
    if source == PRINCIPAL:
        move_deficiency(m, amount)
    return anywhere(left * mask)


@stage
def _cover_defaults(m: Any) -> None:
    w, p = m.w, m.p
    deficiency, cash = load(w, p.cash + DEFICIENCY), load(w, p.account + INCOME * LANES)
    amount = where_less(deficiency, cash, deficiency, cash) * load(w, p.cash + MASK)
    if not anywhere(amount):
        return
    store(w, p.account + INCOME * LANES, cash - amount)
    add_to(w, p.account + PRINCIPAL * LANES, amount)
    move_deficiency(m, amount * -1.0)


@stage
def _repay(m: Any, t: Any, first: Any, last: Any, source: Any) -> None:
    """Notes first..last - 1, one after another."""
    w, p = m.w, m.p
    cash, room = load(w, p.account + source * LANES), splat(0.0)
    for note in range(first, last):
        room = room + load(w, p.note + note * NOTE_ROWS + OUTSTANDING)
    left = where_less(room, cash, room, cash) * load(w, p.cash + MASK)
    if not anywhere(left):
        return
    paid = left
    for note in range(first, last):
        row = p.note + note * NOTE_ROWS + OUTSTANDING
        balance = load(w, row)
        amount = where_less(balance, left, balance, left)
        left = left - amount
        store(w, row, balance - amount)
        add_to(w, _received(m, t, note), amount)
    paid = paid - left
    store(w, p.account + source * LANES, cash - paid)
    if source != PRINCIPAL:
        move_deficiency(m, paid * -1.0)


@stage
def _residual(m: Any, t: Any) -> None:
    _rest(m, t, PRINCIPAL)
    _rest(m, t, INCOME)


@stage
def _rest(m: Any, t: Any, source: Any) -> None:
    w, p = m.w, m.p
    cash = load(w, p.account + source * LANES)
    amount = cash * load(w, p.cash + MASK)
    if not anywhere(amount):
        return
    row = p.note + RESIDUAL * NOTE_ROWS + OUTSTANDING
    balance = load(w, row)
    repaid = where_less(balance, amount, balance, amount)
    store(w, row, balance - repaid)
    add_to(w, _received(m, t, RESIDUAL), amount)
    store(w, p.account + source * LANES, cash - amount)
    if source == PRINCIPAL:
        move_deficiency(m, amount - repaid)
    else:
        move_deficiency(m, repaid * -1.0)


def kernel() -> Any:
    """`run_panels` compiled around this module's `pay`; not cached, for the engine's own stands under its name."""
    name = "benchmarks.hard_coded_block"
    if name not in sys.modules:
        before, directory = waterfall.pay, jit.cache_directory
        waterfall.pay, jit.cache_directory = pay, lambda: None
        try:
            sys.modules[name] = _again(name, str(block.__file__))
        finally:
            waterfall.pay, jit.cache_directory = before, directory
    return sys.modules[name].run_panels


def _again(name: str, file: str) -> ModuleType:
    """A module's source executed once more, under another name."""
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(space: Workspace, first_panel: int, n_panel: int, n_path: int, seed: int) -> None:
    """`alone.run` by the hard-coded kernel."""
    of = space.packed
    arrays = space.scratch, of.f, of.g, space.count, of.header
    kernel()(*arrays, first_panel, n_panel, n_path, np.uint64(seed), 0, 0)
