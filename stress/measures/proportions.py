"""Probabilities from exact counts: Clopper-Pearson intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from stress.arrays import Array
from stress.measures.estimate import CONFIDENCE, Interval

UNSEEN = 3.0
"""Over the number of paths: 95% bound of the mean of a share that none showed (Hanley and Lippman-Hand 1983)."""


def proportion(count: ArrayLike, total: ArrayLike) -> Interval:
    """A probability from `count` of `total` independent paths.

    Interval: Clopper and Pearson (1934), exact. Where nothing (or everything) was counted one side is free, so the
    other takes all of the 5%: 0 of n gives 1 - 0.05**(1/n), the rule of three (Hanley and Lippman-Hand 1983).
    Error: standard deviation of the Jeffreys posterior Beta(count + 1/2, total - count + 1/2), which is never 0
    (Brown, Cai, DasGupta 2001). Counts need not be whole: a probability-weighted mixture of scenarios varies less
    than a binomial.
    """
    k, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(total, np.float64))
    tail = (1.0 - CONFIDENCE) / 2.0
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = np.where(n > 0, k / n, np.nan)
        low = special.betaincinv(np.maximum(k, 1e-300), n - k + 1.0, tail)
        high = special.betaincinv(k + 1.0, np.maximum(n - k, 1e-300), 1.0 - tail)
        none, every = k <= 0.0, k >= n
        low = np.where(none, 0.0, np.where(every, (2.0 * tail) ** (1.0 / n), low))
        high = np.where(every, 1.0, np.where(none, zero_count_bound(n), high))
        a, b = k + 0.5, n - k + 0.5
        error = np.sqrt(a * b / (a + b + 1.0)) / (a + b)
    empty = n <= 0
    return Interval(estimate, _or(empty, np.nan, error), _or(empty, 0.0, low), _or(empty, 1.0, high))


def zero_count_bound(total: ArrayLike) -> Array:
    """Upper 95% bound of a probability of which no case was seen in `total` paths: about 3 / total."""
    n = np.maximum(np.asarray(total, np.float64), 1e-9)
    return np.asarray(-np.expm1(np.log(1.0 - CONFIDENCE) / n), np.float64)


def _or(condition: NDArray[Any], value: float, array: NDArray[Any]) -> Array:
    return np.asarray(np.where(condition, value, array), np.float64)
