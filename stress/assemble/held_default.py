"""A shock on rho where roll rates load on the default factor too: entry rates that keep the mean static default.

Entry and rolls then rise in the same months, so the mean over the factor of their product, and with it of static
default, grows with rho at the same unconditional rates: a shock on dependence would move the level as well. Where rolls
do not load on the factor the mean default moves by far less than a per cent of itself, and nothing is done.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from stress.arrays import Array
from stress.assemble.monthly import MonthInputs
from stress.assemble.stages import by_column
from stress.calibration.static_pool import few_draws, loads_of, new_cohort, rolls_load, run_static_pool
from stress.inputs.pool import Pool

_HIGHEST = 0.999


def with_held_default(months: MonthInputs, pool: Pool) -> MonthInputs:
    """Months in which rho is not the pool's enter at rates whose mean static default (new cohort) stays."""
    own = pool.dependence.rho
    if (months.rho == own).all() or not any(rolls_load(pool)):
        return months
    entry, text = months.entry.copy(), pool.model_dump_json()
    for rho in np.unique(months.rho[months.rho != own]):
        entry[months.rho == rho] *= _multiple(text, float(np.clip(rho, 0.0, _HIGHEST)))
    return months._replace(entry=entry)


@lru_cache(maxsize=256)
def _multiple(pool_json: str, rho: float) -> Array:
    """Multiple of entry, by column, that gives a new cohort at this rho the mean static default it has at its own."""
    pool = Pool.model_validate_json(pool_json)
    cohort, loads = new_cohort(pool), loads_of(pool)
    draws = few_draws(pool)
    entry = cohort.columns(np.array([s.entry_rate for s in pool.segments]))
    target = run_static_pool(cohort, entry, loads, draws).cumulative.mean(axis=1)
    multiple = np.ones_like(target)
    for _ in range(20):
        static_pool = run_static_pool(
            cohort, np.minimum(by_column(multiple, pool) * entry, 1.0), loads._replace(rho=rho), draws
        )
        step = np.divide(target, static_pool.cumulative.mean(axis=1), out=np.ones_like(target), where=target > 0.0)
        multiple = multiple * step
        if np.abs(step - 1.0).max() < 1e-9:
            break
    return by_column(multiple, pool)
