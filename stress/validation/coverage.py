"""How often 95% intervals hold the truth: many independent runs of a large pool, whose closed form is known."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress import measures
from stress.analytic import loss_es, loss_quantile, t_loss_es, t_loss_quantile, tranche_el, tranche_pd
from stress.assemble.calendar import calendar_of
from stress.inputs.job import Job
from stress.kernels.memory import Packed
from stress.results.build import counted
from stress.runs import engine
from stress.runs.counting.counted import joined
from stress.validation.check import Finding, at_least, held
from stress.validation.one_period import one_period_job

P, RHO = 0.08, 0.05
ATTACH, DETACH = 0.12, 0.18
"""Mezzanine note between these default rates; the senior above, the residual below."""
PATHS, REPLICATIONS = 4_096, 1_000
BAND = 0.02
"""How far the share that is found may lie from the coverage that the intervals state."""
SOBOL_BAND = 0.03
"""Wider for Sobol points: errors of 16 replicates have heavy tails (means) or count a few paths (probabilities)."""
SHORTFALL, LOSS = "expected shortfall", "expected loss"
"""Their intervals are made to hold for few paths of a heavy tail too: wide for others, and held to no upper share."""
DF = 10.0
"""Degrees of freedom of the t copula under which tails of Sobol points are tried. One normal factor of one month is a
single dimension, in which the points beyond a loss are settled to within one: what is left of the error is a path or a
bin, and intervals of quantiles are too wide. The mixing variable is not of the sequence."""


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
        Case(f"{LOSS}, mezzanine", float(tranche_el(ATTACH, DETACH, P, RHO)), note(measures.expected_loss, "B")),
        Case(f"{LOSS}, senior", float(tranche_el(DETACH, 1.0, P, RHO)), note(measures.expected_loss, "A")),
        Case("mean default rate", P, lambda ds: measures.mean(ds, "mean_default")),
        Case("probability of loss, mezzanine", float(tranche_pd(ATTACH, P, RHO)), note(measures.loss_probability, "B")),
        Case("probability of loss, senior", float(tranche_pd(DETACH, P, RHO)), note(measures.loss_probability, "A")),
        *_tails(lambda level: float(loss_quantile(level, P, RHO)), lambda level: float(loss_es(level, P, RHO))),
    )  # fmt: skip


def _tails(quantile: Callable[[float], float], shortfall: Callable[[float], float]) -> Iterator[Case]:
    """Quantiles and tail means of the pool's defaults; four of the paths lie beyond the highest level."""
    for k, (what, truth) in enumerate((("quantile", quantile), (SHORTFALL, shortfall))):
        for level in (0.999, 0.99, 0.95):
            take = functools.partial(_tail, level=level, which=k)
            yield Case(f"{100 * level:g}% {what} of defaults", truth(level), take)


def _tail(ds: xr.Dataset, level: float, which: int) -> xr.Dataset:
    return measures.pool_tails(ds, "default", level)[which]


def plain(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose 95% interval holds the closed form."""
    return _covered("plain", replications, band)


def importance(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """The same with importance sampling: weighted counts, means and tails."""
    return _covered("importance", replications, band)


def sobol(replications: int = REPLICATIONS, band: float = SOBOL_BAND) -> Iterator[Finding | str]:
    """The same with scrambled Sobol points, a scramble for each seed: everything by their 16 replicates.

    Means and probabilities of the same pool; quantiles and tail means of one under a t copula (see `DF`).
    """
    heavy = (P, RHO, DF)
    tails = tuple(_tails(lambda level: t_loss_quantile(level, *heavy), lambda level: t_loss_es(level, *heavy)))
    return _covered("sobol", replications, band, (cases()[: -len(tails)], None), (tails, DF))


def _covered(
    estimator: str, replications: int, band: float, *pools: tuple[tuple[Case, ...], float | None]
) -> Iterator[Finding | str]:
    """What is tried of a pool under a normal copula (None), or under a t copula of so many degrees of freedom."""
    shares: dict[str, float] = {}
    for some, df in pools or ((cases(), None),):
        shares |= _shares(estimator, replications, some, df)
    wide = {what: share for what, share in shares.items() if what.startswith(LOSS) or SHORTFALL in what}
    yield from held({what: share for what, share in shares.items() if what not in wide}, replications, band)
    yield from at_least(wide, replications, band, " of losses and tails")


def _shares(estimator: str, replications: int, tried: Sequence[Case], df: float | None) -> dict[str, float]:
    """The share of runs whose interval holds the truth of each measure."""
    job = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=PATHS, df=df)
    job = job.model_copy(update={"estimator": estimator})
    packed, hits = engine.packed_of(job), np.zeros(len(tried))
    for seed in range(replications):
        seeded = job.model_copy(update={"seed": seed})
        ds = _run(engine.packed_of(seeded) if estimator == "sobol" else packed, seeded)  # points depend on the seed
        for k, case in enumerate(tried):
            answer = case.take(ds)
            hits[k] += answer["low"].item() <= case.truth <= answer["high"].item()
    return {case.what: n / replications for case, n in zip(tried, hits, strict=True)}


def _run(packed: Packed, job: Job) -> xr.Dataset:
    """What a run counted, as the measures read it."""
    tally = joined(engine.count(packed, job, threads=1)).tally()
    notes, dates = [note.name for note in job.deal.notes], calendar_of(job.deal).collection_end
    attrs: dict[str, str | int | float] = {"seed": str(job.seed), "paths": job.paths, "estimator": job.estimator}
    return counted(tally._asdict(), ["base"], notes, [], np.array(dates, "datetime64[ns]"), attrs)
