"""Who draws the factors of a run: importance sampling and scrambled Sobol points; plain sampling needs no one.

estimators  which sampler an estimator asks for
shifts   means of the innovations given a loss, found by cross-entropy: the mixture of importance sampling
sobol    tables of the scrambled sequences
pilot    which estimator a job is best served by
by_path  what single paths come to, from given normals

Samplers change how a path's factors are drawn, never what is estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.runs.sampling.estimators import ESTIMATORS, LEAST, normals_of, refuse_misfit, sampler_of, with_estimator

if TYPE_CHECKING:
    from stress.inputs.job import Job

__all__ = ["ESTIMATORS", "LEAST", "Resolved", "normals_of", "refuse_misfit", "resolved", "sampler_of", "with_estimator"]


class Resolved(NamedTuple):
    """A job whose estimator is plain, sobol or importance."""

    job: Job
    why: str
    """Why `auto` chose it; empty where the job names its estimator."""


def resolved(job: Job) -> Resolved:
    """The job with `auto` replaced by the estimator that a pilot finds best; the same on every machine."""
    if job.estimator != "auto":
        return Resolved(job, "")
    from stress.runs.sampling.pilot import choose

    estimator, why = choose(job)
    return Resolved(with_estimator(job, estimator), why)
