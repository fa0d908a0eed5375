"""Naive forecasts that a followed deal must beat: the last value, the stationary law, a job's own law never updated."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from stress.arrays import Array, Ints
from stress.assemble.through_ladder import lost_of_entered
from stress.calibration.latent import ar1_law
from stress.inputs.pool import Pool


def last_value(g: Array, at: Ints, horizon: int, count: int) -> Array:
    """Rates around the last one: a random walk of the probit, its variance that of all changes so far, by their gap."""
    step = np.diff(g)
    spread = np.sqrt(float(np.mean(step * step / np.diff(at))) * horizon)
    return np.asarray(ndtr(g[-1] + spread * ndtri(_middles(count))))


def stationary(g: Array, count: int) -> Array:
    """Rates of the stationary law fitted by maximum likelihood: it knows the history and not the last value.

    Periods that are missing count as if they had not been: persistence alone suffers.
    """
    law = ar1_law(g)
    spread = np.sqrt(law.rho / (1.0 - law.rho))
    centre = float(ndtri(law.p)) * np.sqrt(1.0 + spread * spread)
    return np.asarray(ndtr(centre + spread * ndtri(_middles(count))))


def job_rates(pool: Pool, per_year: int, count: int, seed: np.random.Generator) -> Array:
    """Annualised default rates of a period from a pool's own rates and factor law, unconditional.

    Of a pool with a ladder: what enters, times what rolls on, in the same month; a period averages its months.
    """
    depend = pool.dependence
    entry = sum(s.share * s.entry_rate for s in pool.segments)
    rolls = lost_of_entered(pool)
    rho = np.sqrt(depend.rho)
    factor, total = seed.standard_normal(count), np.zeros(count)
    for _ in range(12 // per_year):
        total += ndtr((ndtri(entry) - rho * factor) / np.sqrt(1.0 - depend.rho))
        factor = depend.phi * factor + np.sqrt(1.0 - depend.phi**2) * seed.standard_normal(count)
    return np.asarray(rolls * total * per_year)


def _middles(count: int) -> Array:
    return (np.arange(count) + 0.5) / count
