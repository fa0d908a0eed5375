"""What the score does not see: a normal of its own on the logit of each segment's entry rate, the mean kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

from stress.kernels.layout import TASTE_DEGREE, TASTE_RANGE

Array = NDArray[np.float64]
_NODE, _WEIGHT = np.polynomial.hermite_e.hermegauss(64)
_WEIGHT = _WEIGHT / _WEIGHT.sum()


def centred_shift(p: Array, spread: Array) -> Array:
    """Shift c of the logit with E[expit(logit p + c + spread e)] = p for e ~ N(0, 1); by bisection, to 1e-12."""
    base, spread = logit(np.clip(p, 1e-12, 1.0 - 1e-12)), np.broadcast_to(spread, p.shape)
    low, high = np.full(p.shape, -40.0), np.full(p.shape, 40.0)
    for _ in range(90):
        middle = 0.5 * (low + high)
        mean = expit((base + middle)[..., None] + spread[..., None] * _NODE) @ _WEIGHT
        low, high = np.where(mean < p, middle, low), np.where(mean < p, high, middle)
    return np.asarray(0.5 * (low + high))


def taste(p: Array, rho: Array, spread: Array) -> Array:
    """Powers of e / TASTE_RANGE (last axis) of Phi^-1(p(e)) / sqrt(1 - rho), with p(e) the re-centred entry rate.

    p, rho and spread (the standard deviation s of the logit) broadcast to one shape. Chebyshev interpolation.
    """
    p, rho, spread = np.broadcast_arrays(p, rho, spread)
    n = TASTE_DEGREE + 1
    angle = (np.arange(n) + 0.5) * np.pi / n
    node = np.cos(angle)
    centre = logit(np.clip(p, 1e-12, 1.0 - 1e-12)) + centred_shift(p, spread)
    rate = expit(centre[..., None] + spread[..., None] * TASTE_RANGE * node)
    value = ndtri(np.clip(rate, 1e-300, 1.0 - 1e-16)) / np.sqrt(1.0 - rho)[..., None]
    to_chebyshev = np.cos(np.outer(angle, np.arange(n))) * 2.0 / n
    to_chebyshev[:, 0] *= 0.5
    to_power = np.zeros((n, n))
    for k in range(n):
        to_power[k, : k + 1] = np.polynomial.chebyshev.cheb2poly(np.eye(n)[k, : k + 1])
    return np.asarray((value @ to_chebyshev) @ to_power)
