"""Errors of means and of ratios from sums by batch: the delete-a-group jackknife."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from stress.arrays import Array
from stress.measures.estimate import CONFIDENCE, Interval


class Replicates(NamedTuple):
    """A ratio of totals and the same ratio with each batch left out.

    Functions of several ratios (a difference, a weighted mean over scenarios) are the same functions of their
    replicates, which is how common random numbers enter their errors.
    """

    value: Array
    """(...)"""
    without: Array
    """(..., batch)"""


def ratio(numerator: Array, denominator: Array) -> Replicates:
    """Total of `numerator` over total of `denominator`, both (..., batch). NaN where the denominator is 0."""
    total, base = numerator.sum(-1), denominator.sum(-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(base != 0.0, total / base, np.nan)
        without = (total[..., None] - numerator) / (base[..., None] - denominator)
    return Replicates(value, np.where(np.isfinite(without), without, np.nan))


def quotient(above: Replicates, below: Replicates) -> Replicates:
    """One over the other. NaN where there is nothing below."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(below.value != 0.0, above.value / below.value, np.nan)
        without = above.without / below.without
    return Replicates(value, np.where(np.isfinite(without), without, np.nan))


def error(replicates: Replicates, size: Array) -> Array:
    """Standard error by the delete-m(j) jackknife: batches of `size` paths, (batch,), may be unequal, none empty.

    Busing, Meijer, van der Leeden (1999), Statistics and Computing 9, 3-8, equation 8. NaN with fewer than two
    batches, or where the ratio does not exist without some batch.
    """
    value, without = replicates
    n_batch = size.size
    if n_batch < 2:
        return np.full_like(value, np.nan)
    share = size.sum() / size
    pseudo = share * value[..., None] - (share - 1.0) * without
    centre = (pseudo / share).sum(-1)
    return np.asarray(np.sqrt((np.square(pseudo - centre[..., None]) / (share - 1.0)).mean(-1)), np.float64)


def student(n_batch: int) -> float:
    """Two-sided 95% quantile of Student's t for `n_batch` batches."""
    return float(special.stdtrit(max(n_batch - 1, 1), 0.5 + CONFIDENCE / 2.0))


def symmetric(replicates: Replicates, size: Array) -> Interval:
    """Estimate with a Student interval, for quantities of either sign (a yield, a difference)."""
    se = error(replicates, size)
    half = student(size.size) * se
    return Interval(replicates.value, se, replicates.value - half, replicates.value + half)


def positive(replicates: Replicates, size: Array, grain: float = 0.0) -> Interval:
    """Estimate with a Student interval on the log scale, for positive quantities.

    `grain`: what the estimate cannot be finer than, added to the error in quadrature: batches that count alike (a few
    paths in each Sobol replicate) would else show next to none.

    With few losses the sum is skewed; the log interval stays above 0 and is close to the exact Poisson one (4 events:
    0.38 to 2.7 times the estimate against 0.27 to 2.6).
    """
    value, se = replicates.value, np.hypot(error(replicates, size), grain)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        factor = np.exp(student(size.size) * se / value)
        return Interval(
            value, se, np.where(value > 0, value / factor, value), np.where(value > 0, value * factor, value)
        )
