"""How often 95% intervals hold the truth: many independent runs of a large pool, whose closed form is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

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


class Case(NamedTuple):
    """A measure whose interval is tried: its true value and where it is read."""

    what: str
    truth: float
    take: Callable[[xr.Dataset], xr.Dataset]


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
             lambda ds: measures.pool_tails(ds, "default", 0.99)[0]),
        Case("95% quantile of defaults", float(loss_quantile(0.95, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.95)[0]),
        Case("99% expected shortfall of defaults", float(loss_es(0.99, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.99)[1]),
        Case("95% expected shortfall of defaults", float(loss_es(0.95, P, RHO)),
             lambda ds: measures.pool_tails(ds, "default", 0.95)[1]),
    )  # fmt: skip


def plain(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose 95% interval holds the closed form."""
    return _covered("plain", replications, band)


def importance(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """The same with importance sampling: weighted counts, means and tails."""
    return _covered("importance", replications, band)


def _covered(estimator: Literal["plain", "importance"], replications: int, band: float) -> Iterator[Finding | str]:
    job = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=PATHS)
    job = job.model_copy(update={"estimator": estimator})
    packed, tried = engine.packed_of(job), cases()
    hits = np.zeros(len(tried))
    for seed in range(replications):
        ds = _run(packed, job.model_copy(update={"seed": seed}))
        for k, case in enumerate(tried):
            answer = case.take(ds)
            hits[k] += answer["low"].item() <= case.truth <= answer["high"].item()
    error, shares = float(np.sqrt(STATED * (1.0 - STATED) / replications)), hits / replications
    for case, share in zip(tried, shares, strict=True):
        yield Finding(case.what, STATED, float(share), band, error)
    held = f"{shares.min():.1%} to {shares.max():.1%} of {replications:,} intervals"
    yield f"{held} hold the truth, {len(tried)} measures"


def _run(packed: Packed, job: Job) -> xr.Dataset:
    """What a run counted, as the measures read it."""
    tally = joined(engine.count(packed, job, threads=1)).tally()
    notes, dates = [note.name for note in job.deal.notes], calendar_of(job.deal).collection_end
    attrs: dict[str, str | int | float] = {"seed": str(job.seed), "paths": job.paths, "estimator": job.estimator}
    return counted(tally._asdict(), ["base"], notes, [], np.array(dates, "datetime64[ns]"), attrs)
