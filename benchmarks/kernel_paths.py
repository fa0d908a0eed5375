"""Paths of the engine one by one, for the comparisons."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.tables import Problem

Array = np.ndarray


class Paths(NamedTuple):
    """Blocks of paths under one scenario."""

    outcome: Array
    """(8 N + 6, n) in the order of the tally."""
    received: Array
    """(T, N, n) cash of each note by payment."""


def one_scenario(job: Job, k: int) -> tuple[Job, Problem]:
    """The job with its k-th scenario alone."""
    narrowed = job.model_copy(update={"scenarios": (job.scenarios[k],)})
    return narrowed, assemble(narrowed)


def normals_of(problem: Problem, n_block: int, seed: int) -> Array:
    """(T, F, n) innovations of the first blocks, as every run draws them."""
    return np.concatenate([alone.drawn_normals(problem, block, seed) for block in range(n_block)], axis=2)


def simulated(problem: Problem, n_block: int, seed: int) -> Paths:
    """The first blocks of a one-scenario problem."""
    spaces = (alone.run_block(problem, block, seed) for block in range(n_block))
    outcome, received = zip(*((space.outcomes(), space.rows("log")) for space in spaces), strict=True)
    return Paths(np.concatenate(outcome, axis=1), np.concatenate(received, axis=2))
