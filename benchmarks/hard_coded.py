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
from stress.kernels.jit import stage
from stress.kernels.lanes import WIDTH, anywhere, load, splat, store, total, where_less
from stress.kernels.layout import (
    CASH_OUT,
    DEFICIENCY,
    FEE_LEFT,
    INCOME,
    LANES,
    MASK,
    OUTSTANDING,
    PHASE,
    PRINCIPAL,
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
    past, last = splat(0.0), splat(0.0)
    for q in range(0, LANES, WIDTH):
        store(w, p.cash + RETAINED * LANES + q, 0.0)
        phase = load(w, p.pool + PHASE * LANES + q)
        past = past + where_less(0.5, phase, 1.0, 0.0)
        last = last + where_less(2.5, phase, 1.0, 0.0)
    ended, defaulted = total(past), total(last)
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
    for q in range(0, LANES, WIDTH):
        phase = load(m.w, m.p.pool + PHASE * LANES + q)
        inside = where_less(phase, high, where_less(low, phase, 1.0, 0.0), 0.0)
        store(m.w, m.p.cash + MASK * LANES + q, inside)


@stage
def _revolving(m: Any, k: Any, t: Any, now: Any, c: Any) -> None:
    _fees(m)
    _interest(m, t, A)
    _interest(m, t, B)
    _cover_defaults(m)
    _take(m, _unpaid(m, MEZZANINE), _received(m, t, MEZZANINE), INCOME)
    mask = m.p.cash + MASK * LANES
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
    due, receiver = m.p.fee + (FEE_LEFT * N_FEE + fee) * LANES, m.p.cash + CASH_OUT * LANES
    if _take(m, due, receiver, INCOME):
        _take(m, due, receiver, PRINCIPAL)


@stage
def _interest(m: Any, t: Any, note: Any) -> None:
    if _take(m, _unpaid(m, note), _received(m, t, note), INCOME):
        _take(m, _unpaid(m, note), _received(m, t, note), PRINCIPAL)


@stage
def _unpaid(m: Any, note: Any) -> Any:
    return m.p.note + (UNPAID * N_NOTE + note) * LANES


@stage
def _received(m: Any, t: Any, note: Any) -> Any:
    return m.p.log + (t * N_NOTE + note) * LANES


@stage
def _take(m: Any, due: Any, receiver: Any, source: Any) -> Any:
    """Pay what is due from one account; whether something is still left on some lane."""
    w, p = m.w, m.p
    short = splat(0.0)
    for q in range(0, LANES, WIDTH):
        mask = load(w, p.cash + MASK * LANES + q)
        owed, cash = load(w, due + q), load(w, p.account + source * LANES + q)
        amount = where_less(owed, cash, owed, cash)
        amount = where_less(amount, 0.0, 0.0, amount) * mask
        left = owed - amount
        store(w, due + q, left)
        add_to(w, receiver + q, amount)
        store(w, p.account + source * LANES + q, cash - amount)
        if source == PRINCIPAL:
            move_deficiency(m, amount, q)
        short = short + left * mask
    return anywhere(short)


@stage
def _cover_defaults(m: Any) -> None:
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        deficiency, cash = load(w, p.cash + DEFICIENCY * LANES + q), load(w, p.account + INCOME * LANES + q)
        amount = where_less(deficiency, cash, deficiency, cash) * load(w, p.cash + MASK * LANES + q)
        if not anywhere(amount):
            continue
        store(w, p.account + INCOME * LANES + q, cash - amount)
        add_to(w, p.account + PRINCIPAL * LANES + q, amount)
        move_deficiency(m, amount * -1.0, q)


@stage
def _repay(m: Any, t: Any, first: Any, last: Any, source: Any) -> None:
    """Notes first..last - 1, one after another."""
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash, room = load(w, p.account + source * LANES + q), splat(0.0)
        for note in range(first, last):
            room = room + load(w, p.note + (OUTSTANDING * N_NOTE + note) * LANES + q)
        left = where_less(room, cash, room, cash) * load(w, p.cash + MASK * LANES + q)
        if not anywhere(left):
            continue
        paid = left
        for note in range(first, last):
            row = p.note + (OUTSTANDING * N_NOTE + note) * LANES + q
            balance = load(w, row)
            amount = where_less(balance, left, balance, left)
            left = left - amount
            store(w, row, balance - amount)
            add_to(w, _received(m, t, note) + q, amount)
        paid = paid - left
        store(w, p.account + source * LANES + q, cash - paid)
        if source != PRINCIPAL:
            move_deficiency(m, paid * -1.0, q)


@stage
def _residual(m: Any, t: Any) -> None:
    _rest(m, t, PRINCIPAL)
    _rest(m, t, INCOME)


@stage
def _rest(m: Any, t: Any, source: Any) -> None:
    w, p = m.w, m.p
    for q in range(0, LANES, WIDTH):
        cash = load(w, p.account + source * LANES + q)
        amount = cash * load(w, p.cash + MASK * LANES + q)
        if not anywhere(amount):
            continue
        row = p.note + (OUTSTANDING * N_NOTE + RESIDUAL) * LANES + q
        balance = load(w, row)
        repaid = where_less(balance, amount, balance, amount)
        store(w, row, balance - repaid)
        add_to(w, _received(m, t, RESIDUAL) + q, amount)
        store(w, p.account + source * LANES + q, cash - amount)
        if source == PRINCIPAL:
            move_deficiency(m, amount - repaid, q)
        else:
            move_deficiency(m, repaid * -1.0, q)


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
