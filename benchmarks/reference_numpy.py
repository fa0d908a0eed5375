"""The NumPy reference as one would run it: chunk after chunk of a job, results counted as the engine counts them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.numpy_model import Tables, simulate, tables_of
from benchmarks.numpy_model.profile import Profile, ScaledPurchases
from stress.inputs.job import Job
from stress.kernels.tables import Problem
from stress.kernels.tally import N_BIN

Array = np.ndarray
MakeProfile = Callable[[Tables, int], Profile]


class Counts(NamedTuple):
    """What a run adds up, per scenario."""

    path: int
    loss: Array
    """(K, N + 2, 10002) paths by loss bin: notes, then pool default and net loss."""
    total: Array
    """(K, 8 N + 6) sums of the outcome quantities."""
    month: Array
    """(K, T, 5 + N) sums of the month quantities."""
    fan: list[Array]
    """(T, 5 + N, n / 16) of each chunk and scenario."""


def run(tables: list[Tables], n_path: int, chunk: int, seed: int, profile: MakeProfile = ScaledPurchases) -> Counts:
    """Simulate at least n_path paths under every scenario, in chunks on common random numbers."""
    sizes = tables[0].sizes
    generator = np.random.default_rng(seed)
    loss = np.zeros((len(tables), sizes.n_note + 2, N_BIN + 2), np.int64)
    total = np.zeros((len(tables), 8 * sizes.n_note + 6))
    month = np.zeros((len(tables), sizes.n_month, 5 + sizes.n_note))
    fan, done = [], 0
    while done < n_path:
        normals = generator.standard_normal((sizes.n_month, sizes.n_factor, chunk))
        for k, scenario in enumerate(tables):
            paths = simulate(scenario, normals, profile)
            total[k] += paths.outcome.sum(axis=1)
            month[k] += paths.month_sum
            fan.append(paths.fan)
            rows = [*range(0, 8 * sizes.n_note, 8), 8 * sizes.n_note, 8 * sizes.n_note + 1]
            for i, row in enumerate(rows):
                loss[k, i] += np.bincount(loss_bin(paths.outcome[row]), minlength=N_BIN + 2)
        done += chunk
    return Counts(done, loss, total, month, fan)


def loss_bin(loss: Array) -> Array:
    """Exact atoms at 0 and 1, bins of 1/10,000 between."""
    inside = 1 + np.clip((loss * N_BIN).astype(np.int64), 0, N_BIN - 1)
    return np.where(loss <= 0.0, 0, np.where(loss >= 1.0, N_BIN + 1, inside))


def all_tables(job: Job, problem: Problem) -> list[Tables]:
    """Tables of every scenario of a job."""
    return [tables_of(job, problem, k) for k in range(len(job.scenarios))]


def best_chunk(
    tables: list[Tables], candidates: tuple[int, ...], tries: int, profile: MakeProfile = ScaledPurchases
) -> dict[int, float]:
    """CPU seconds a path by chunk size, the first scenario, best of some tries."""
    seconds = {}
    for chunk in candidates:
        spent = []
        for _ in range(tries):
            start = time.process_time()
            run(tables[:1], chunk, chunk, 1, profile)
            spent.append((time.process_time() - start) / chunk)
        seconds[chunk] = min(spent)
    return seconds
