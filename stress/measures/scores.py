"""How good a predictive distribution was, once the outcome is known: CRPS, PIT, log score; and errors of their means.

Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", JASA 102.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp, ndtr

from stress.arrays import Array


def crps(draws: ArrayLike, came: float) -> float:
    """Continuous ranked probability score of equally likely draws, in their unit: E|X - y| - E|X - X'| / 2 (eq. 21).

    >>> crps([0.0, 2.0], 1.0)
    0.5
    """
    x = np.sort(np.asarray(draws, dtype=np.float64))
    rank = 2.0 * np.arange(1, x.size + 1) - x.size - 1.0
    return float(np.abs(x - came).mean() - (rank @ x) / x.size**2)


def crps_normal(mean: float, spread: float, came: float) -> float:
    """CRPS of a normal law: s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)) (Gneiting and others 2005, eq. 5)."""
    z = (came - mean) / spread
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return float(spread * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def pit(centre: Array, spread: Array, came: float) -> float:
    """Probability integral transform of a mixture of normals: uniform where the forecasts are right (Dawid 1984)."""
    return float(ndtr((came - centre) / spread).mean())


def log_score(centre: Array, spread: Array, came: float) -> float:
    """Log density of a mixture of normals at the outcome; higher is better."""
    z = (came - centre) / spread
    log = -0.5 * z * z - np.log(spread) - 0.5 * np.log(2.0 * np.pi)
    most = float(log.max())
    return most + float(np.log(np.exp(log - most).mean()))


def pit_of(centre: Array, spread: float, weight: Array, came: float) -> float:
    """PIT of a weighted mixture of normals of one spread."""
    return float(weight @ ndtr((came - centre) / spread))


def log_score_of(centre: Array, spread: float, weight: Array, came: float) -> float:
    """Log density of a weighted mixture of normals of one spread."""
    z = (came - centre) / spread
    with np.errstate(divide="ignore"):  # a path may weigh nothing
        log = np.log(weight) - 0.5 * z * z
    return float(logsumexp(log) - np.log(spread) - 0.5 * np.log(2.0 * np.pi))


def mean_error(values: ArrayLike, lag: int) -> float:
    """Standard error of the mean of a series whose neighbours up to `lag` overlap (Newey and West 1987, Bartlett)."""
    x = np.asarray(values, dtype=np.float64)
    if x.size < 2:
        return float("nan")
    z = x - x.mean()
    long_run = float(z @ z)
    for k in range(1, min(lag, x.size - 1) + 1):
        long_run += 2.0 * (1.0 - k / (lag + 1.0)) * float(z[k:] @ z[:-k])
    return float(np.sqrt(max(long_run, 0.0)) / x.size)
