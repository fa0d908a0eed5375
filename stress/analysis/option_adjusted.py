"""Option-adjusted spread: over the path's own short rate, on what the note pays on that path.

Fabozzi (2016), Handbook of Fixed Income Securities. Compounded as the short rate is, from payment date to payment date:
where nothing is random it is the zero-volatility spread over the forward curve, and of a floating note that pays its
index the discount margin. Losses and late interest are in the cash, so that it is adjusted for credit too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stress.analysis.rate_at import rate_at
from stress.analysis.today import today_of
from stress.arrays import Array
from stress.assemble.calendar import calendar_of
from stress.assemble.months import resolve
from stress.assemble.problem import assemble
from stress.assemble.short_rate import forward_of
from stress.assemble.turnover import pool_under
from stress.inputs.job import Job
from stress.kernels.codes import SHIFT
from stress.measures.estimate import NORMAL, Interval
from stress.runs.trace import block_rows

Values = Callable[[float], Array]
LOWEST, HIGHEST = -0.5, 20.0
"""Spreads between which one is looked for."""
STEP = 1e-5


def curve_of(job: Job) -> Array:
    """(T,) forward rate of each period under the job's first scenario, simple over its day-count fraction."""
    case = job.scenarios[0]
    months = resolve(job.deal, pool_under(job.pool, case), case)
    return forward_of(months, job.deal, calendar_of(job.deal).fraction)


def zeros_of(forward: Array, fraction: Array, years: Array) -> Array:
    """(T,) zero rates a year, compounded once a year, of a forward curve; 0 at issue itself.

    >>> forward, fraction = np.array([0.02, 0.04]), np.array([1.0, 1.0])
    >>> zeros_of(forward, fraction, np.array([1.0, 2.0])).round(6).tolist()
    [0.02, 0.029951]
    """
    grown = np.cumprod(1.0 + forward * fraction)
    later = years > 0.0
    return np.asarray(np.where(later, grown ** (1.0 / np.where(later, years, 1.0)) - 1.0, 0.0))


def spreads(job: Job, note: int, prices: Sequence[float], blocks: int) -> list[Interval]:
    """The spread at each price (per 100 of balance) under the job's one scenario, whose rate is random."""
    today, forward = today_of(job, note), curve_of(job)[:, None]
    names = ("interest_paid", "principal_paid", "residual_yield")
    cash, level = [], []
    for rows in block_rows(job, assemble(job), blocks, (*names, "short_rate")):
        cash.append(sum(rows[name][:, note] for name in names) / today.size)
        level.append(forward + rows["short_rate"][:, SHIFT])
    paid, rate = np.concatenate(cash, axis=1), np.concatenate(level, axis=1)

    def values(spread: float) -> Array:
        growth = np.maximum(1.0 + (rate + spread) * today.fraction[:, None], 1e-3)
        return np.asarray((paid / np.cumprod(growth, axis=0)).sum(axis=0))

    return [_solved(values, today.paid(price)) for price in prices]


def _solved(values: Values, worth: float) -> Interval:
    """Where the mean present value is the price; its error is that of the mean over its slope."""
    root = rate_at(lambda spread: float(values(spread).mean()), worth, LOWEST, HIGHEST)
    if np.isnan(root):
        return Interval(*np.full(4, np.nan))
    there = values(root)
    slope = (values(root - STEP).mean() - values(root + STEP).mean()) / (2.0 * STEP)
    error = float(there.std(ddof=1) / np.sqrt(there.size) / slope)
    return Interval(*np.array([root, error, root - NORMAL * error, root + NORMAL * error]))
