"""Means and quantiles of plain paths that are at hand one by one, with their errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array, Bools
from stress.measures.estimate import NORMAL, Interval


def mean_of(values: Array, there: Bools | None = None) -> Interval:
    """Mean over the last axis, of the paths that are `there`, with its standard error. NaN where there is none.

    >>> mean = mean_of(np.array([1.0, 2.0, 3.0]))
    >>> float(mean.estimate), round(float(mean.error), 4)
    (2.0, 0.5774)
    """
    mask = np.ones(values.shape, bool) if there is None else there
    n = mask.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(mask, values, 0.0).sum(axis=-1) / n
        square = np.where(mask, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
        error = np.sqrt(square / (n - 1.0) / n)
    mean, error = np.where(n > 0, mean, np.nan), np.where(n > 1, error, np.nan)
    return Interval(mean, error, mean - NORMAL * error, mean + NORMAL * error)


def quantile_of(values: Array, level: float, there: Bools | None = None, most: ArrayLike = np.inf) -> Interval:
    """Quantile over the last axis between two order statistics: ranks n q -+ 1.96 sqrt(n q (1 - q)).

    Where the upper rank lies beyond the last path nothing bounds it but `most`, which no value exceeds. The error is
    the interval's width over 2 x 1.96. David and Nagaraja (2003), Order Statistics, 7.1.
    """
    mask = np.ones(values.shape, bool) if there is None else there
    n = mask.sum(axis=-1)
    ordered = np.sort(np.where(mask, values, np.inf), axis=-1)
    half = NORMAL * np.sqrt(n * level * (1.0 - level))

    def at(rank: Array) -> Array:
        place = np.clip(np.ceil(rank).astype(int) - 1, 0, np.maximum(n - 1, 0))
        return np.asarray(np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0], np.float64)

    ranks = n * level, n * level - half, n * level + half + 1.0
    value, low, high = (np.where(n > 0, at(rank), np.nan) for rank in ranks)
    high = np.where((n > 0) & (np.ceil(ranks[2]) > n), most, high)
    return Interval(value, (high - low) / (2.0 * NORMAL), low, high)
