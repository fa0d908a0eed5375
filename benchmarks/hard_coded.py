"""The 24-month deal's priority of payments as straight calls: what the engine would be without a deal as data.

Accounts, notes and fees are numbers in the code, phases are branches, and no step is read from a table. All else of the
kernel is the engine's own: its source is compiled once more around this `pay`.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import numpy as np

from stress.kernels import block, panels, waterfall
from stress.kernels.cash import move_deficiency
from stress.kernels.codes import INCOME, PRINCIPAL
from stress.kernels.entries import run_panels
from stress.kernels.entry import Entry
from stress.kernels.jit import stage
from stress.kernels.lanes import anywhere, smaller, splat, total, where_less
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace
from stress.kernels.purchases import buy
from stress.kernels.records import Memory
from stress.kernels.rows import positive
from stress.kernels.typed import Lanes
from stress.kernels.waterfall import close, interest_due

RESIDUAL = 3
A, B, MEZZANINE = 0, 1, 2
_STRAIGHT = Entry("stress.kernels.hard_coded_panels", "run_panels", " ".join(run_panels.kinds), kept=False)
"""A sibling of the kernels by name, for its imports are theirs."""


@stage
def pay(m: Memory, k: int, t: int, now: int, c: int) -> None:
    """Distribute what is available for period t, at step (now, c): the deal's three orders one after another."""
    interest_due(m, t)
    m.cash.retained = splat(0.0)
    phase = m.pool.phase
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
def _lanes_between(m: Memory, low: float, high: float) -> None:
    phase = m.pool.phase
    m.cash.mask = where_less(phase, high, where_less(low, phase, 1.0, 0.0), 0.0)


@stage
def _revolving(m: Memory, k: int, t: int, now: int, c: int) -> None:
    _fees(m)
    _interest(m, t, A)
    _interest(m, t, B)
    _cover_defaults(m)
    _take_interest(m, t, MEZZANINE, INCOME)
    buy(m, k, now, c, int(INCOME))
    buy(m, k, now, c, int(PRINCIPAL))


@stage
def _amortization(m: Memory, t: int) -> None:
    _fees(m)
    _interest(m, t, A)
    _interest(m, t, B)
    _interest(m, t, MEZZANINE)
    _repay(m, t, A, RESIDUAL, PRINCIPAL)
    _repay(m, t, A, RESIDUAL, INCOME)
    _residual(m, t)


@stage
def _event_of_default(m: Memory, t: int) -> None:
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
def _fees(m: Memory) -> None:
    """Value-added tax, trustee, custodian, servicer, from income and then from principal."""
    _fee(m, 0)
    _fee(m, 1)
    _fee(m, 2)
    _fee(m, 3)


@stage
def _fee(m: Memory, f: int) -> None:
    if _take_fee(m, f, INCOME):
        _take_fee(m, f, PRINCIPAL)


@stage
def _interest(m: Memory, t: int, n: int) -> None:
    if _take_interest(m, t, n, INCOME):
        _take_interest(m, t, n, PRINCIPAL)


@stage
def _take_fee(m: Memory, f: int, source: int) -> bool:
    """Pay a fee from one account; whether something is still left on some lane."""
    fee, mask = m.fee[f], m.cash.mask
    owed = fee.left
    amount = positive(smaller(owed, m.account[source])) * mask
    left = owed - amount
    fee.left = left
    m.cash.cash_out += amount
    _leaves(m, source, amount)
    return anywhere(left * mask)


@stage
def _take_interest(m: Memory, t: int, n: int, source: int) -> bool:
    """Pay the interest of a note from one account; whether something is still left on some lane."""
    note, mask = m.note[n], m.cash.mask
    owed = note.unpaid
    amount = positive(smaller(owed, m.account[source])) * mask
    left = owed - amount
    note.unpaid = left
    m.log[t, n] += amount
    _leaves(m, source, amount)
    return anywhere(left * mask)


@stage
def _leaves(m: Memory, source: int, amount: Lanes) -> None:
    m.account[source] -= amount
    if source == PRINCIPAL:
        move_deficiency(m, amount)


@stage
def _cover_defaults(m: Memory) -> None:
    amount = smaller(m.cash.deficiency, m.account[INCOME]) * m.cash.mask
    if not anywhere(amount):
        return
    m.account[INCOME] -= amount
    m.account[PRINCIPAL] += amount
    move_deficiency(m, -amount)


@stage
def _repay(m: Memory, t: int, first: int, last: int, source: int) -> None:
    """Notes first..last - 1, one after another."""
    room = splat(0.0)
    for n in range(first, last):
        room = room + m.note[n].outstanding
    budget = smaller(room, m.account[source]) * m.cash.mask
    if not anywhere(budget):
        return
    left = budget
    for n in range(first, last):
        note = m.note[n]
        amount = smaller(note.outstanding, left)
        left = left - amount
        note.outstanding -= amount
        m.log[t, n] += amount
    paid = budget - left
    m.account[source] -= paid
    if source != PRINCIPAL:
        move_deficiency(m, -paid)


@stage
def _residual(m: Memory, t: int) -> None:
    _rest(m, t, PRINCIPAL)
    _rest(m, t, INCOME)


@stage
def _rest(m: Memory, t: int, source: int) -> None:
    amount = m.account[source] * m.cash.mask
    if not anywhere(amount):
        return
    note = m.note[RESIDUAL]
    repaid = smaller(note.outstanding, amount)
    note.outstanding -= repaid
    m.log[t, RESIDUAL] += amount
    m.account[source] -= amount
    move_deficiency(m, amount - repaid if source == PRINCIPAL else -repaid)


def kernel() -> Entry:
    """`run_panels` compiled around this module's `pay`."""
    if _STRAIGHT.module not in sys.modules:
        before, run_block = waterfall.pay, block.run_block
        waterfall.pay = pay
        try:
            block.run_block = _again("stress.kernels.hard_coded_block", str(block.__file__)).run_block
            sys.modules[_STRAIGHT.module] = _again(_STRAIGHT.module, str(panels.__file__))
        finally:
            waterfall.pay, block.run_block = before, run_block
    return _STRAIGHT


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
