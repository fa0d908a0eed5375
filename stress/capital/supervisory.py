"""The supervisory formula that SEC-SA and SEC-IRBA share: capital of a note from that of its pool."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.errors import ConfigError

HIGHEST = 12.5
"""A risk weight of 1,250%: capital is the exposure itself."""
THIN = 1e-12
"""A note no thicker than this part of the pool takes the limit of the formula."""


def marginal_capital(attachment: ArrayLike, detachment: ArrayLike, pool_capital: ArrayLike, p: ArrayLike) -> Array:
    """K_SSFA: capital per unit of a note that lies wholly above the capital K of its pool.

    (exp(a u) - exp(a l)) / (a (u - l)) with a = -1 / (p K), u = D - K, l = max(A - K, 0). Where K is 0 nothing is
    required; a note without thickness takes the limit exp(a l). BCBS, CRE41 (in force from 2023).
    """
    low, high, k = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (attachment, detachment, pool_capital))
    )
    upper, lower = np.maximum(high - k, 0.0), np.maximum(low - k, 0.0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope = -1.0 / (np.asarray(p, dtype=np.float64) * k)
        thin = upper - lower <= THIN
        width = np.where(thin, 1.0, upper - lower)
        mean = (np.exp(slope * upper) - np.exp(slope * lower)) / (slope * width)
        capital = np.where(thin, np.exp(slope * lower), mean)
    return np.asarray(np.where(k > 0.0, capital, 0.0), dtype=np.float64)


def risk_weight(attachment: ArrayLike, detachment: ArrayLike, pool_capital: ArrayLike, p: ArrayLike) -> Array:
    """Risk weight of a note before any floor, from its place in the pool and the capital K of the pool.

    1,250% below K, 12.5 K_SSFA above it, and in between the two weighted by thickness: BCBS, CRE41 and CRE44.

    >>> round(100 * float(risk_weight(0.05, 0.25, 0.062244, 1.0)), 6)
    446.497616
    """
    low, high, k = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (attachment, detachment, pool_capital))
    )
    if np.any(low < 0.0) or np.any(high < low) or np.any(high > 1.0 + 1e-12):
        raise ConfigError("attachment and detachment must satisfy 0 <= attachment <= detachment <= 1")
    above = marginal_capital(low, high, k, p)
    thick = high - low > THIN
    below = np.clip((k - low) / np.where(thick, high - low, 1.0), 0.0, 1.0)
    below = np.where(thick, below, (low < k).astype(float))
    return np.asarray(HIGHEST * (below + (1.0 - below) * above), dtype=np.float64)
