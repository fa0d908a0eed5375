"""Means, quantiles and equally likely draws of weighted ones (weights sum to 1)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stress.arrays import Array


def mean_of(value: Array, weight: Array) -> tuple[Array, Array]:
    """Self-normalised mean over the first axis and its standard error, sqrt(sum w^2 (x - mean)^2) (Owen 2013, eq. 9.9).

    >>> mean, error = mean_of(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
    >>> float(mean), round(float(error), 4)
    (2.0, 0.7071)
    """
    mean = weight @ value
    return np.asarray(mean), np.asarray(np.sqrt((weight**2) @ (value - mean) ** 2))


def quantiles(value: Array, weight: Array, levels: Sequence[float]) -> tuple[float, ...]:
    """Smallest values whose cumulative weight reaches each level."""
    order = np.argsort(value, kind="stable")
    total = np.cumsum(weight[order])
    at = np.searchsorted(total, np.array(levels) - 1e-12)
    return tuple(float(x) for x in value[order][np.minimum(at, value.size - 1)])


def equally_likely(value: Array, weight: Array) -> Array:
    """As many draws, each as likely as any other: the quantiles at the middles of equal steps."""
    middles = (np.arange(value.size) + 0.5) / value.size
    return np.array(quantiles(value, weight, middles.tolist()))
