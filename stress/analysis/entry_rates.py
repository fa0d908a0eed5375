"""Solve a pool's entry rates so that a new cohort's static default meets its target; compare the delinquency stocks.

Static default binds: the MEAN over the factors (stationary, base phi, every loading on: entry, rolls, prepayment,
copula) of the cumulative default of new receivables. The non-performing and overdue ratios of the steady revolving
pool are printed beside the pool's history; with `fit_rolls` the roll rates are shaped to them by least squares.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import least_squares
from scipy.special import expit, logit

from stress.answers.pool_fit import PoolFit, SegmentFit
from stress.arrays import Array
from stress.calibration.static_pool import (
    CALM,
    Cohort,
    Draws,
    Loads,
    StaticPool,
    draws_of,
    loads_of,
    months_to_end,
    new_cohort,
    run_static_pool,
)
from stress.errors import ConfigError
from stress.inputs.pool import Ladder, Pool

POINTS = 16384
"""Factor paths: 0.3 s for a pool of terms up to 24 months, relative error of a static default about 1e-4."""
MOST = 2**19
"""Points times months: fewer paths for a pool with a constant payment rate, whose tail is long."""
ROLL_RIDGE = 0.1
"""Weight of a roll rate's move (log odds) against a relative misfit: NPR and ODR are two numbers, rolls three."""


def calibrate_pool(pool: Pool, fit_rolls: bool = False, points: int = POINTS) -> PoolFit:
    """Solve each segment's `entry_rate` for its `static_default`: the new pool, a table, its stocks against history.

    Deterministic: `points` factor paths of scrambled Sobol at a fixed seed. Roll rates stay as given unless
    `fit_rolls`. ConfigError where no segment has a target, a target is out of reach of the ladder, or `fit_rolls`
    lacks a ladder or a history.

    >>> fit = calibrate_pool(job.pool, points=64)
    >>> [segment.name for segment in fit.pool.segments] == [segment.name for segment in job.pool.segments]
    True
    """
    if all(s.static_default is None for s in pool.segments):
        raise ConfigError("segments.static_default: no segment has one, so there is no target to calibrate to")
    if fit_rolls:
        pool = _fit_rolls(pool)
    cohort = new_cohort(pool)
    months = months_to_end(cohort)
    loads = loads_of(pool)
    draws = draws_of(loads, pool.dependence.phi, months, min(points, MOST // months))
    entry = _solve(pool, cohort, loads, draws)
    run = run_static_pool(cohort, entry, loads, draws)
    npr, odr = _ratios(pool, run)
    calm = run_static_pool(cohort, entry).cumulative[:, 0]
    mean, error = run.cumulative.mean(axis=1), run.error()
    row = tuple(
        SegmentFit(s.name, s.share, s.static_default, s.entry_rate, *(float(v[k]) for v in (entry, mean, error, calm)))
        for k, s in enumerate(pool.segments)
    )
    return PoolFit(_with_entry(pool, entry), row, npr, odr, fit_rolls)


def _solve(pool: Pool, cohort: Cohort, loads: Loads = CALM, draws: Draws | None = None) -> Array:
    """Entry rates whose mean static default meets the targets; segments without a target keep theirs."""
    given = np.array([s.entry_rate for s in pool.segments])
    target = np.array([np.nan if s.static_default is None else s.static_default for s in pool.segments])
    solve = np.flatnonzero(target > 0.0)
    entry = np.where(target == 0.0, 0.0, given)

    def miss(x: Array) -> Array:
        entry[solve] = np.exp(x)
        default = run_static_pool(cohort, entry, loads, draws).cumulative.mean(axis=1)[solve]
        return np.asarray(np.log(default / target[solve]))

    high = np.full(solve.size, np.log(1.0 - 1e-9))
    short = solve[miss(high) < 0.0]
    if short.size:
        name, asked = pool.segments[short[0]].name, target[short[0]]
        raise ConfigError(f"segment {name}: static_default {asked:g} is out of reach of this ladder and plan mix")
    start = np.where(given[solve] > 0.0, given[solve], target[solve])
    entry[solve] = np.exp(_root(miss, np.log(np.clip(start, 1e-9, 0.5)), np.full(solve.size, np.log(1e-12)), high))
    return entry


def _root(miss: Callable[[Array], Array], x: Array, low: Array, high: Array) -> Array:
    """Roots of increasing functions, all at once: secant from slope 1, halving the bracket where a step leaves it."""
    value, slope = miss(x), np.ones_like(x)
    for _ in range(60):
        if np.all(np.abs(value) < 1e-12):
            break
        low, high = np.where(value < 0.0, x, low), np.where(value > 0.0, x, high)
        step = x - value / slope
        step = np.where((step > low) & (step < high), step, 0.5 * (low + high))
        last, before, x = x, value, step
        value = miss(x)
        move = x - last
        slope = np.where(np.abs(move) > 1e-14, (value - before) / np.where(move == 0.0, 1.0, move), slope)
        slope = np.where(slope > 1e-3, slope, 1.0)
    return x


def _ratios(pool: Pool, run: StaticPool) -> tuple[float, float]:
    """NPR and ODR of the revolving pool in its steady state: one cohort of the purchase mix at every age."""
    mix = np.array([s.share if s.new_share is None else s.new_share for s in pool.segments])
    current, late, flow = (float((part @ mix).sum()) for part in (run.performing, run.late, run.default))
    stock = pool.write_off_months * flow
    base = current + late + stock
    return stock / base, (late + stock) / base


def _fit_rolls(pool: Pool) -> Pool:
    """Roll rates by least squares on the relative misfit of NPR and ODR, with a ridge towards the given ones."""
    if not isinstance(pool.ladder, Ladder) or pool.history is None:
        raise ConfigError(
            "fit_rolls needs a ladder of three roll rates and a history of non_performing_ratio and overdue_ratio"
        )
    start = logit(np.clip([pool.ladder.roll_m1, pool.ladder.roll_m2, pool.ladder.roll_m3], 1e-3, 1.0 - 1e-3))
    target = np.log([np.mean(pool.history.non_performing_ratio), np.mean(pool.history.overdue_ratio)])

    def misfit(x: Array) -> Array:
        trial = _with_rolls(pool, x)
        cohort = new_cohort(trial)
        run = run_static_pool(cohort, _solve(trial, cohort))
        return np.concatenate([np.log(_ratios(trial, run)) - target, ROLL_RIDGE * (x - start)])

    best = least_squares(misfit, start, bounds=(start - 6.0, start + 6.0), diff_step=[1e-4]).x
    return _with_rolls(pool, best, digits=6)


def _with_rolls(pool: Pool, x: Array, digits: int = 17) -> Pool:
    r1, r2, r3 = (float(f"{v:.{digits}g}") for v in expit(x))
    return pool.model_copy(update={"ladder": Ladder(roll_m1=r1, roll_m2=r2, roll_m3=r3)})


def _with_entry(pool: Pool, entry: Array) -> Pool:
    """The pool with the solved rates, rounded to 6 significant digits as a file would hold them."""
    row = [
        s if s.static_default is None else s.model_copy(update={"entry_rate": float(f"{rate:.6g}")})
        for s, rate in zip(pool.segments, entry, strict=True)
    ]
    return pool.model_copy(update={"segments": tuple(row)})
