"""What the score does not see: a normal of its own on the logit of each segment's entry rate, the mean kept."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from stress.arrays import Array

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
