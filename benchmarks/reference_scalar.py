"""The scalar numba reference as one would run it: chunks of a one-scenario monthly job, losses counted."""

from __future__ import annotations

import numpy as np

from benchmarks.reference_numpy import loss_bin
from benchmarks.scalar_model import ScalarTables, simulate
from stress.kernels.tally import N_BIN

Array = np.ndarray


def run(tables: ScalarTables, n_path: int, chunk: int, seed: int) -> tuple[int, Array, Array]:
    """Simulate at least n_path paths; (paths, loss counts (N + 2, 10002), sums of the outcome (8 N + 6,))."""
    generator = np.random.default_rng(seed)
    n_note, n_month = len(tables.original), len(tables.years)
    rows = [*range(0, 8 * n_note, 8), 8 * n_note, 8 * n_note + 1]
    loss, total = np.zeros((n_note + 2, N_BIN + 2), np.int64), np.zeros(8 * n_note + 6)
    done = 0
    while done < n_path:
        outcome, _ = simulate(tables, generator.standard_normal((n_month, len(tables.cholesky), chunk)))
        total += outcome.sum(axis=1)
        for i, row in enumerate(rows):
            loss[i] += np.bincount(loss_bin(outcome[row]), minlength=N_BIN + 2)
        done += chunk
    return done, loss, total
