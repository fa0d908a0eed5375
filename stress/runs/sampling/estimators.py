"""Estimators by name, and the sampler that each asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.arrays import Array
    from stress.inputs.job import Job
    from stress.kernels.samplers import Sampler
    from stress.kernels.tables import Problem

ESTIMATORS = ("plain", "sobol", "importance", "auto")
LEAST = 64
"""Paths of a weighted run at least: weights are calibrated again without each batch of 32."""


def with_estimator(job: Job, estimator: str) -> Job:
    """The job with another estimator. Raises ConfigError for one that is not known."""
    if estimator not in ESTIMATORS:
        raise ConfigError(f"estimator {estimator!r}: one of {', '.join(ESTIMATORS)}")
    return job.model_copy(update={"estimator": estimator})


def refuse_misfit(job: Job) -> None:
    """Assemble a job as far as no kernel is needed: `stress check` and a run refuse what is refused here.

    Raises ConfigError where deal, pool, scenarios, clock and estimator do not fit together.
    """
    from stress.assemble.problem import without_supply

    problem = without_supply(job)
    if job.estimator == "importance":
        _refuse_few(job)
    if job.estimator == "sobol":
        from stress.runs.sampling.sobol import bits_of

        bits_of(problem.sizes, job.paths)


def sampler_of(job: Job, problem: Problem) -> Sampler | None:
    """The sampler that the job's estimator asks for; None for plain sampling, which importance sampling comes to where
    no note loses rarely enough to be aimed at. `auto` must be resolved before.

    Raises ConfigError where the paths are too few for the estimator, or too many.
    """
    if job.estimator == "auto":
        raise ValueError("estimator auto: call `resolved` first")
    if job.estimator == "importance":
        _refuse_few(job)
        from stress.runs.sampling.shifts import shifted_of

        return shifted_of(job)
    if job.estimator == "sobol":
        from stress.runs.sampling.sobol import sobol_of

        return sobol_of(problem, job.seed, job.paths)
    return None


def _refuse_few(job: Job) -> None:
    if job.paths < LEAST:
        raise ConfigError(f'estimator = "importance": at least {LEAST} paths, not {job.paths}')


def normals_of(job: Job, problem: Problem, path: int) -> Array | None:
    """(T, F) normals of one path of a job that has a sampler; None of one without."""
    import numpy as np

    from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS

    sampler = sampler_of(job.model_copy(update={"paths": max(job.paths, path + 1)}), problem)
    if sampler is None:
        return None
    shape = (PANEL_BLOCKS, problem.sizes.n_month, problem.sizes.n_factor, LANES)
    panel, weight = np.empty(np.prod(shape)), np.ones(PANEL_PATHS)
    sampler.fill(panel, weight, path // PANEL_PATHS, job.seed)
    block, lane = divmod(path % PANEL_PATHS, LANES)
    return panel.reshape(shape)[block, :, :, lane]
