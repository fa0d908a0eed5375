"""How often 95% intervals hold the truth: many independent runs of a large pool, whose closed form is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from stress import engine, measures
from stress.analytic import loss_es, loss_quantile, tranche_el, tranche_pd
from stress.assemble.calendar import calendar_of
from stress.counting.counted import joined
from stress.inputs.job import Job
from stress.kernels.memory import Packed
from stress.results.build import counted
from stress.validation.check import Finding
from stress.validation.one_period import one_period_job

P, RHO = 0.08, 0.05
ATTACH, DETACH = 0.12, 0.18
"""Mezzanine note between these default rates; the senior above, the residual below."""
PATHS, REPLICATIONS = 4_096, 1_000
STATED, BAND = 0.95, 0.02
"""Coverage that the intervals state, and how far the share that is found may lie from it."""
SOBOL_BAND = 0.03
"""Wider for Sobol points: errors of 16 replicates have heavy tails (means) or count a few paths (probabilities)."""


class Case(NamedTuple):
    """A measure whose interval is tried: its true value and where it is read."""

    what: str
    truth: float
    take: Callable[[xr.Dataset], xr.Dataset]
    tail: bool = False
    """A quantile or a tail mean."""


def cases() -> tuple[Case, ...]:
    """Mean, probability, quantile and expected shortfall, of notes and of the pool."""

    def note(measure: Callable[..., xr.Dataset], name: str) -> Callable[[xr.Dataset], xr.Dataset]:
        return lambda ds: measure(ds).sel(tranche=name)

    return (
        Case("expected loss, mezzanine", float(tranche_el(ATTACH, DETACH, P, RHO)), note(measures.expected_loss, "B")),
        Case("expected loss, senior", float(tranche_el(DETACH, 1.0, P, RHO)), note(measures.expected_loss, "A")),
        Case("mean default rate", P, lambda ds: measures.mean(ds, "mean_default")),
        Case("probability of loss, mezzanine", float(tranche_pd(ATTACH, P, RHO)), note(measures.loss_probability, "B")),
        Case("probability of loss, senior", float(tranche_pd(DETACH, P, RHO)), note(measures.loss_probability, "A")),
        Case("99% quantile of defaults", float(loss_quantile(0.99, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.99)[0], True),
        Case("95% quantile of defaults", float(loss_quantile(0.95, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.95)[0], True),
        Case("99% expected shortfall of defaults", float(loss_es(0.99, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.99)[1], True),
        Case("95% expected shortfall of defaults", float(loss_es(0.95, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.95)[1], True),
    )  # fmt: skip


def plain(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose 95% interval holds the closed form."""
    return _covered("plain", replications, band)


def importance(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """The same with importance sampling: weighted counts, means and tails."""
    return _covered("importance", replications, band)


def sobol(replications: int = REPLICATIONS, band: float = SOBOL_BAND) -> Iterator[Finding | str]:
    """The same with scrambled Sobol points, a scramble for each seed: means and probabilities by their 16 replicates.

    Intervals of quantiles and tail means are those of plain paths: they must not hold the truth less often than stated.
    """
    tried, shares, error = _shares("sobol", replications)
    for case, share in zip(tried, shares, strict=True):
        yield Finding(case.what, STATED, min(float(share), STATED) if case.tail else float(share), band, error)
    mean = shares[[not case.tail for case in tried]]
    tails = shares[[case.tail for case in tried]]
    yield (
        f"{mean.min():.1%} to {mean.max():.1%} of {replications:,} intervals of means and probabilities hold the "
        f"truth, at least {tails.min():.1%} of those of quantiles and tail means"
    )


def _covered(estimator: Literal["plain", "importance"], replications: int, band: float) -> Iterator[Finding | str]:
    tried, shares, error = _shares(estimator, replications)
    for case, share in zip(tried, shares, strict=True):
        yield Finding(case.what, STATED, float(share), band, error)
    held = f"{shares.min():.1%} to {shares.max():.1%} of {replications:,} intervals"
    yield f"{held} hold the truth, {len(tried)} measures"


def _shares(estimator: str, replications: int) -> tuple[tuple[Case, ...], NDArray[np.float64], float]:
    """Measures, the share of runs whose interval holds the truth of each, and the standard error of a share."""
    job = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=PATHS)
    job = job.model_copy(update={"estimator": estimator})
    packed, tried = engine.packed_of(job), cases()
    hits = np.zeros(len(tried))
    for seed in range(replications):
        one = job.model_copy(update={"seed": seed})
        ds = _run(engine.packed_of(one) if estimator == "sobol" else packed, one)  # points depend on the seed
        for k, case in enumerate(tried):
            answer = case.take(ds)
            hits[k] += answer["low"].item() <= case.truth <= answer["high"].item()
    return tried, hits / replications, float(np.sqrt(STATED * (1.0 - STATED) / replications))


def _run(packed: Packed, job: Job) -> xr.Dataset:
    """What a run counted, as the measures read it."""
    tally = joined(engine.count(packed, job, threads=1)).tally()
    notes, dates = [note.name for note in job.deal.notes], calendar_of(job.deal).collection_end
    attrs: dict[str, str | int | float] = {"seed": str(job.seed), "paths": job.paths, "estimator": job.estimator}
    return counted(tally._asdict(), ["base"], notes, [], np.array(dates, "datetime64[ns]"), attrs)
