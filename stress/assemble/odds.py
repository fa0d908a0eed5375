"""What a shock on the odds of entry does to defaults: the static default of a new cohort with it and without."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.arrays import Array
from stress.assemble.months import asked
from stress.assemble.stages import entry_rates
from stress.calibration.static_pool import few_draws, loads_of, new_cohort, run_static_pool
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool

MOST = 4
"""Scenarios told one by one; of more the mildest and the harshest."""


def odds_words(job: Job) -> str | None:
    """One sentence on `default_odds` in the scenarios of a job; None where none moves it.

    The static default is that of a new cohort at the month's entry rates for life, in the month of the highest ones,
    on expected rates (or its mean over the factors, where rolls load on them); other shocks are left aside. Raises
    ConfigError where a scenario does not fit.
    """
    moved = {case.name: _moved(case) for case in job.scenarios if _moved(case).shocks}
    if not moved:
        return None
    into = "into M1" if job.pool.ladder is not None else "(of default: the pool has no ladder)"
    sentence = f"default_odds multiplies the odds of entry {into}"
    if any(s.prepayment_curve for s in job.pool.segments) or any(b.elasticity for b in job.pool.buckets):
        return sentence
    rates = {name: _static_default(job.pool, entry) for name, case in moved.items() for entry in [_highest(job, case)]}
    words = ", ".join(f"{100.0 * value:.3g}% under {name}" for name, value in _few(rates))
    base = _static_default(job.pool, entry_rates(job.pool))
    return f"{sentence}; a new cohort's cumulative default is {100.0 * base:.3g}% as the pool stands, {words}"


def _moved(case: ScenarioCase) -> ScenarioCase:
    """The scenario with its moves of the odds alone."""
    return case.model_copy(update={"shocks": tuple(s for s in case.shocks if s.target == "default_odds")})


def _highest(job: Job, case: ScenarioCase) -> Array:
    """Entry rates by column in the month in which they are highest together."""
    entry = asked(job.deal, job.pool, case).entry
    return np.asarray(entry[np.argmax(entry.sum(axis=1))])


def _static_default(pool: Pool, entry: Array) -> float:
    """Of a new cohort of the pool's mix."""
    cohort, loads = new_cohort(pool), loads_of(pool)
    draws = (loads, few_draws(pool)) if any(loads.rho_roll) else ()
    lost = run_static_pool(cohort, np.minimum(entry, 1.0 - 1e-9), *draws).cumulative.mean(axis=1)
    new = np.array([s.share if s.new_share is None else s.new_share for s in pool.segments])
    return float(lost @ new / new.sum())


def _few(rates: dict[str, float]) -> Iterator[tuple[str, float]]:
    ordered = sorted(rates.items(), key=lambda item: item[1])
    yield from rates.items() if len(rates) <= MOST else (ordered[0], ordered[-1])
