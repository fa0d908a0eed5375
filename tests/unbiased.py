"""Importance sampling against plain sampling on random jobs: differences in standard errors, and what chance gives."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np
import xarray as xr
from random_pool import flag
from strategies import random_job

import stress
from stress import measures
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.job.parameters import Parameters
from stress.inputs.pool import Copula
from stress.inputs.scenario import Shock

PATHS = 16_384
SEEN = 40
"""Losing (and whole) plain paths from which on a difference in standard errors is near enough normal."""
TAILS = (0.95, 0.99)
COVARIANCE = ((0.09, 0.01, 0.0), (0.01, 0.16, 0.02), (0.0, 0.02, 0.25))
DRAWN = Parameters(version=1, kind="parameters", name="drawn", p=0.03, rho=0.04, phi=0.9, covariance=COVARIANCE)


class Score(NamedTuple):
    """How far one weighted estimate lies from the plain one."""

    job: int
    measure: str
    z: float
    """Over the standard error of the difference of independent runs."""


class Figures(NamedTuple):
    """What the scores of many jobs came to; scores of one job are of a kind, so that jobs count as one draw each."""

    jobs: int
    scores: int
    largest: float
    mean: float
    mean_error: float
    square: float
    """Mean of z^2: 1 where errors are what they say."""
    square_error: float

    def __str__(self) -> str:
        return (
            f"{self.scores:,} estimates of {self.jobs} random jobs: largest |z| {self.largest:.1f}, "
            f"mean z {self.mean:+.2f} ± {self.mean_error:.2f}, mean z² {self.square:.2f} ± {self.square_error:.2f}"
        )


def figures(scores: Sequence[Score]) -> Figures:
    """Largest score; mean and mean square, with errors over jobs."""
    z, job = np.array([s.z for s in scores]), np.array([s.job for s in scores])
    each = [z[job == j] for j in np.unique(job)]

    def over_jobs(values: Sequence[np.ndarray]) -> tuple[float, float]:
        total, size = np.array([v.sum() for v in values]), np.array([v.size for v in values])
        mean = total.sum() / size.sum()
        return float(mean), float(np.sqrt(np.square(total - mean * size).sum()) / size.sum())

    square = over_jobs([np.square(v) for v in each])
    return Figures(len(each), z.size, float(np.abs(z).max()), *over_jobs(each), *square)


def scores_of(seeds: Sequence[int], own_draws: bool = False) -> list[Score]:
    """Scores of the random jobs of some seeds; none of a job that cannot be run."""
    return [score for seed in seeds for score in compared(seed, own_draws)]


def compared(seed: int, own_draws: bool) -> list[Score]:
    """Expected loss, probability of a loss and expected shortfall of every note that loses often enough to tell."""
    job = random_job(Random(seed))
    job = with_own_draws(Random(seed), job) if own_draws else job
    try:
        plain = stress.simulate(job, paths=PATHS, seed=seed)
    except ConfigError:
        return []
    other = stress.simulate(job, paths=PATHS, seed=seed + 10**6, estimator="importance")
    return [Score(seed, name, z) for name, z in _scores(plain, other)]


def with_own_draws(rng: Random, job: Job) -> Job:
    """The job with paths that draw more than factors: t mixing, parameters, heterogeneity, whole borrowers."""
    copula = Copula(kind="t", df=rng.choice((3.0, 6.0))) if flag(rng, 0.6) else None
    update = {"dependence": job.pool.dependence.model_copy(update={"copula": copula})}
    if copula is None or flag(rng, 0.2):
        update["obligors"] = rng.choice((300, 3_000))
    drawn = {"parameters": DRAWN} if flag(rng, 0.6) else {}
    blind = (Shock(target="heterogeneity", set=0.4),) if flag(rng, 0.3) else ()
    cases = tuple(c.model_copy(update={"shocks": (*_without(c.shocks), *blind), **drawn}) for c in job.scenarios)
    return job.model_copy(update={"pool": job.pool.model_copy(update=update), "scenarios": cases})


def _without(shocks: tuple[Shock, ...]) -> tuple[Shock, ...]:
    return tuple(shock for shock in shocks if shock.target != "heterogeneity")


def _scores(plain: xr.Dataset, other: xr.Dataset) -> Iterator[tuple[str, float]]:
    lost = plain["loss_probability"].values * PATHS
    seen = (lost >= SEEN) & (lost <= PATHS - SEEN)
    for name in ("loss_probability", "expected_loss"):
        gap = (other[name] - plain[name]).values
        error = np.hypot(other[f"{name}_se"].values, plain[f"{name}_se"].values)
        yield from ((name, float(z)) for z in (gap[seen] / error[seen]))
    for level in TAILS:
        (at, a), (_, b) = measures.note_tails(plain, level), measures.note_tails(other, level)
        inside = (at["estimate"].values > 0.0) & (a["error"].values > 1e-3)
        error = np.hypot(a["error"].values, b["error"].values)
        gap = (b["estimate"] - a["estimate"]).values
        yield from ((f"ES {level:.0%}", float(z)) for z in (gap[inside] / error[inside]))
