"""Which estimator serves a job best: a few paths of each, and what they know about the expected loss of every note.

The same on every machine: errors are measured, costs are not but stand below.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import N_REPLICATE, NOTE_QUANTITIES, Tally, decoded
from stress.runs.sampling.estimators import sampler_of, with_estimator

PATHS = 2**14
"""Paths of each estimator."""
COST = {"plain": 1.0, "sobol": 1.3, "importance": 1.5}
"""Time of a path with one scenario against a plain one, as `benchmarks --case estimators` finds it, rounded up."""
BLIND = 1.0
"""Relative error of what no path showed."""


class Trial(NamedTuple):
    """What the pilot found out about one estimator."""

    estimator: str
    error: float
    """Relative standard error of expected losses at `PATHS` plain paths' time: geometric mean over notes and
    scenarios."""


def choose(job: Job) -> tuple[str, str]:
    """The estimator with the smallest error for its time, and a sentence with the figures."""
    results = trials(job)
    best = min(results, key=lambda trial: trial.error)
    figures = ", ".join(f"{trial.estimator} {100.0 * trial.error:.2g}%" for trial in results)
    return best.estimator, f"relative error of expected losses in a pilot of {PATHS:,} paths: {figures}"


def trials(job: Job) -> list[Trial]:
    """Each estimator's error on the notes that any of them sees lose."""
    errors = {name: _errors(with_estimator(job, name)) for name in COST}
    known = np.any([error < BLIND for error in errors.values()], axis=0)
    if not known.any():
        return [Trial("plain", BLIND)]
    mean = {name: float(np.exp(np.log(np.maximum(error[known], 1e-9)).mean())) for name, error in errors.items()}
    return [Trial(name, mean[name] * COST[name] ** 0.5) for name in COST]


def _errors(job: Job) -> Array:
    """(scenario, note) relative standard error of the expected loss; 1 where no path lost."""
    problem = assemble(job)
    space = Workspace(pack(problem, sampler=sampler_of(job, problem)))
    alone.run(space, 0, PATHS // PANEL_PATHS, PATHS, job.seed)
    tally = space.tally()
    rows = slice(NOTE_QUANTITIES.index("loss"), len(NOTE_QUANTITIES) * problem.sizes.n_note, len(NOTE_QUANTITIES))
    lost = decoded(tally.batch_sum)[:, rows]
    if job.estimator == "sobol":
        lost = lost.reshape(*lost.shape[:2], -1, N_REPLICATE).sum(axis=2)
    if tally.weight_sum.size:
        lost = _explained(lost, tally)
    mean = lost.sum(axis=-1)
    error = lost.std(axis=-1, ddof=1) * lost.shape[-1] ** 0.5
    return np.where(mean > 0.0, np.minimum(error / np.where(mean > 0.0, mean, 1.0), BLIND), BLIND)


def _explained(lost: Array, tally: Tally) -> Array:
    """Weighted sums by batch less what the weights of the batch explain, as calibrated weights do."""
    weight = decoded(tally.weight_sum)[:, 0] - tally.batch_path
    centred = weight - weight.mean()
    if not centred.any():
        return lost
    slope = lost @ centred / (centred @ centred)
    return np.asarray(lost - slope[..., None] * centred)
