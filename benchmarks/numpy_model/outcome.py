"""What paths came to, in the order of `stress.kernels.tally`: per note, then for the pool."""

from __future__ import annotations

import numpy as np

from benchmarks.numpy_model.state import State
from benchmarks.numpy_model.tables import Array, Tables


def outcome_of(state: State, tables: Tables) -> Array:
    """(8 N + 6, n): NOTE_QUANTITIES of each note, then POOL_QUANTITIES."""
    contract = tables.contract
    original = contract.original[:, None]
    multiple = state.received.sum(axis=0) / original
    share = state.outstanding / original
    loss = np.where(contract.residual[:, None] > 0.0, 1.0 - multiple, share)
    loss[loss < 1e-9] = 0.0
    loss[loss > 1.0 - 1e-12] = 1.0
    irr = np.array([_internal_rate(state, tables, note, multiple[note]) for note in range(len(share))])
    price = np.einsum("tm,tmn->mn", tables.discount, state.received) / original
    notes = np.stack(
        [loss, loss > 0.0, state.shortfall, state.principal_time / original, 1.0 - share, irr, price, multiple], axis=1
    )
    pool = [
        state.total_defaulted,
        state.total_defaulted - state.total_recovered,
        (state.early_in > 0) * tables.cut_off,
        state.total_bought,
        state.total_income,
        state.total_recovered,
    ]
    return np.concatenate([notes.reshape(-1, state.n), np.array(pool) / tables.cut_off])


def _internal_rate(state: State, tables: Tables, note: int, multiple: Array) -> Array:
    """Effective annual IRR at par by Newton on the logarithm of the present value, on the real payment dates."""
    cash, original, years = state.received[:, note], tables.contract.original[note], tables.years
    x = np.full(state.n, tables.contract.guess[0, note])
    if tables.contract.residual[note] > 0.0:
        x = 0.5 * np.log(np.maximum(multiple, 1e-9))
    todo = np.flatnonzero(multiple >= 1e-9)
    for _ in range(20):
        value = cash[:, todo] * np.exp(-years[:, None] * x[todo])
        present = np.maximum(value.sum(axis=0), 1e-9)
        step = np.log(present / original) / np.maximum(years @ value / present, 0.05)
        x[todo] = np.clip(x[todo] + step, -25.0, 4.0)
        todo = todo[np.abs(step) > 1e-9]
        if not todo.size:
            break
    return np.where(multiple < 1e-9, -1.0, np.minimum(np.exp(x) - 1.0, 10.0))
