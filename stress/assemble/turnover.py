"""A scenario that changes how fast receivables turn over, at the same static-pool default."""

from __future__ import annotations

import numpy as np

from stress.assemble.by_identity import by_identity
from stress.calibration.static_pool import few_draws, loads_of, new_cohort, run_static_pool
from stress.errors import ConfigError
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock


def pool_under(pool: Pool, case: ScenarioCase) -> Pool:
    """The pool with the scenario's payment rate (whole life) in the place of its own.

    Entry rates move so that each segment's static cumulative default (of `static_default`) stays; the annual yield
    of the pool stays. Without such a shock the pool itself. Raises ConfigError for a pool with a curve in its place,
    and for a rate so fast that the static default cannot be kept.
    """
    shocks = [shock for shock in case.shocks if shock.target == "turnover"]
    if not shocks:
        return pool
    shock = shocks[-1]
    assert pool.payment_rate is not None
    if pool.payment_rate.monthly_curve or any(segment.entry_rate_curve for segment in pool.segments):
        raise ConfigError(f"scenario {case.name}: turnover is one rate for life: the pool has a curve in its place")
    return _turned(pool, shock, case.name)


@by_identity
def _turned(pool: Pool, shock: Shock, name: str) -> Pool:
    assert pool.payment_rate is not None
    assert shock.set is not None
    moved = pool.model_copy(update={"payment_rate": pool.payment_rate.model_copy(update={"monthly": shock.set})})
    target, entry = static_default(pool, entry_of(pool)), entry_of(pool)
    low, high = np.zeros_like(entry), np.ones_like(entry)
    for _ in range(60):
        middle = 0.5 * (low + high)
        over = static_default(moved, middle) > target
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    rates = 0.5 * (low + high)
    for segment, wanted, default in zip(pool.segments, target, static_default(moved, rates), strict=True):
        if default < wanted - 1e-9:
            raise ConfigError(
                f"scenario {name}: turnover = {shock.set:g}: so fast a pool cannot keep the static default of "
                f"segment {segment.name} ({wanted:.4%}): {default:.4%} where every receivable is late at once"
            )
    segments = tuple(s.model_copy(update={"entry_rate": float(e)}) for s, e in zip(pool.segments, rates, strict=True))
    return moved.model_copy(update={"segments": segments})


def entry_of(pool: Pool) -> np.ndarray:
    """(S,) unconditional monthly entry (or one-step default) rates."""
    return np.array([s.entry_rate for s in pool.segments])


def static_default(pool: Pool, entry: np.ndarray) -> np.ndarray:
    """(S,) cumulative default of a new cohort: at rho 0, or its mean over the factors where rolls load on them."""
    cohort, loads = new_cohort(pool), loads_of(pool)
    if not any(loads.rho_roll):
        return run_static_pool(cohort, entry).cumulative[:, 0]
    return np.asarray(run_static_pool(cohort, entry, loads, few_draws(pool)).cumulative.mean(axis=1))
