"""Observables and triggers: which paths change phase at a determination."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.numpy_model.state import State
from benchmarks.numpy_model.tables import Array, Tables


def _share(state: State, tables: Tables, value: Array, base: Array | float) -> Array:
    small = base < 1e-9 * tables.cut_off
    return np.where(small, 0.0, value / np.where(small, 1.0, base))


def _of(amount: Callable[[State], Array]) -> Callable[[State, Tables, int], Array]:
    """An amount over the trigger's denominator."""

    def share(state: State, tables: Tables, denominator: int) -> Array:
        base = (tables.cut_off, tables.cut_off + state.total_bought, state.balance)[denominator]
        return _share(state, tables, amount(state), base)

    return share


def _overdue(first: int) -> Callable[[State, Tables, int], Array]:
    """Late balances from a bucket on, and the recent defaults that are not yet written off."""

    def share(state: State, tables: Tables, _: int) -> Array:
        stock = np.sum(state.default_ring, axis=0)
        return _share(state, tables, state.late[:, first:].sum(axis=(0, 1, 2)) + stock, state.balance + stock)

    return share


OBSERVABLES: tuple[Callable[[State, Tables, int], Array], ...] = (
    _of(lambda state: state.total_defaulted),
    _of(lambda state: state.total_defaulted - state.total_recovered),
    lambda state, tables, _: state.excess[0],
    lambda state, tables, _: state.excess.sum(axis=0) / 3.0,
    lambda state, tables, _: state.idle_most,
    _overdue(1),
    _overdue(2),
    _overdue(3),
    lambda state, tables, _: state.balance / tables.cut_off,
    lambda state, tables, _: _share(state, tables, state.paid, state.month_start),
    lambda state, tables, _: state.unpaid[0] / tables.contract.original[0],
    _of(lambda state: state.deficiency),
)
"""In the order of `stress.kernels.codes.OBSERVABLES`."""


def test_triggers(state: State, tables: Tables, t: int) -> None:
    """The phase becomes the later of the present one and the effects of what trips."""
    phase = np.maximum(state.phase, 1) if t >= tables.sizes.n_revolving else state.phase
    was_revolving = phase == 0
    for g, (observable, denominator, above, months, effect, *_) in enumerate(tables.contract.trigger):
        limit = tables.contract.threshold[g, t]
        if np.isnan(limit) or (observable == 3 and t < 2):
            continue
        value = OBSERVABLES[observable](state, tables, int(denominator))
        breach = value > limit if above else value < limit
        state.count[g] = (state.count[g] + 1) * breach
        tripped = state.count[g] >= months
        if tripped.any():
            state.tripped_in[g] = np.where((state.tripped_in[g] == 0) & tripped, t + 1, state.tripped_in[g])
            phase = np.maximum(phase, effect * tripped)
    now = was_revolving & (phase > 1) & (state.early_in == 0)
    state.early_in[now] = t + 1
    state.phase = phase
