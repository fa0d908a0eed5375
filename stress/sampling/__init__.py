"""Who draws the factors of a run: importance sampling and scrambled Sobol points; plain sampling needs no one.

shifts   means of the innovations given a loss, found by cross-entropy: the mixture of importance sampling
sobol    tables of the scrambled sequences
by_path  what single paths come to, from given normals

Samplers change how a path's factors are drawn, never what is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.kernels.layout import Problem
    from stress.kernels.sampling import Sampler


def sampler_of(job: Job, problem: Problem) -> Sampler | None:
    """The sampler that the job's estimator asks for; None for plain sampling."""
    if job.estimator == "importance":
        from stress.sampling.shifts import shifted_of

        return shifted_of(job)
    if job.estimator == "sobol":
        from stress.sampling.sobol import sobol_of

        return sobol_of(problem, job.seed, job.paths)
    return None
