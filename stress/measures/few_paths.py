"""Intervals of a tail mean that hold where few paths lie in the tail.

The error of the mean of a skewed law comes from the same few paths as the mean: both are low where the worst paths are
missing, and an interval of so many errors ends below the truth too often. Three standard remedies, together:

- Student's t (1908), the paths of the tail less one as degrees of freedom, about the logarithm for the lower end;
- for the upper end gamma quantiles of the mean excess over the quantile with one more path in the tail (Fay and Feuer
  1997, "Confidence intervals for directly standardized rates", Statistics in Medicine 16, 791-801): what paths add up
  to is a weighted count, and the interval of a count rests on one more;
- that path loses what lies beyond the worst one on average under a generalized Pareto tail (Pickands 1975, Annals of
  Statistics 3, 119-131) of shape 1/2, the heaviest of finite variance: as far beyond the worst as that is beyond the
  quantile, and the mean excess more, at most the whole.

A kind of loss of which no path shows any (one loss of the whole in a thousand among small ones) no interval of what
paths show can know.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from stress.arrays import Array
from stress.measures.estimate import CONFIDENCE, NORMAL

LOPSIDED = 2.0
"""An upper end so many times as far off as by the error alone: the error is told as wide as the interval."""
FEWEST = 3.689
"""Paths by which the upper end of value at risk is the whole: with 2.5% (exp(-3.689)) none of as many as are expected
lies beyond it."""
_END = 0.5 + CONFIDENCE / 2.0


def student(paths: Array | float, half: float = NORMAL) -> Array:
    """Standard errors from a mean over a tail of so many paths to the end of its interval; `half` if they were many."""
    return np.maximum(half, special.stdtrit(np.maximum(np.asarray(paths) - 1.0, 0.5), _END))


def tail_ends(
    mean: Array,
    error: Array,
    quantile: Array,
    worst: Array,
    paths: Array,
    half: float = NORMAL,
    most: Array | float = 1.0,
) -> tuple[Array, Array]:
    """Lower and upper end of the 95% interval of tail means, shares of the whole; arrays of one shape.

    `quantile` cuts the tail off, `worst` is the largest loss (of weighted paths that of `histogram.worst_of`), `paths`
    (above 0) how many plain paths the tail is worth.
    `half`: as of `student`. `most`: what the mean is at most, the upper end of fewer paths than `FEWEST`. Of a mean of
    0 or below, a gain, the lower end lies as many errors off.
    """
    errors = student(paths, half)
    excess = np.maximum(mean - quantile, 0.0)
    more = np.maximum(np.minimum(2.0 * worst - quantile + excess, 1.0) - quantile, 0.0) / paths
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        variance = np.square(errors / NORMAL) * (np.square(error) + np.square(more))
        beyond = special.gammaincinv(np.square(excess + more) / variance, _END) * variance / (excess + more)
        low = np.where(mean > 0.0, mean / np.exp(errors * error / mean), mean - errors * error)
    high = np.minimum(np.where(variance > 0.0, quantile + beyond, mean), most)
    return low, np.where((paths < FEWEST) & (variance > 0.0), most, high)


def interval_error(error: Array | float, mean: Array | float, low: Array, high: Array, half: float = NORMAL) -> Array:
    """The standard error of a tail mean; where the upper end lies far beyond it, a quarter of the interval's width,
    near enough: what stands behind a plus-minus shall not be less than what is known."""
    return np.where(high - mean > LOPSIDED * half * error, (high - low) / (2.0 * half), error)
