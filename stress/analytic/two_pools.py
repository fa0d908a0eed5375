"""Two large pools on correlated factors: the law of their joint loss by quadrature.

D_i = Phi((Phi^-1(p_i) - sqrt(rho_i) z_i) / sqrt(1 - rho_i)) (Vasicek 2002) with z_1, z_2 normal, correlation r:
loadings a_i on common factors with correlation S make r = a_1' S a_2 (multi-factor large-pool model, Pykhtin 2004,
"Multi-factor adjustment", Risk, March 2004). Given z_1, D_2 exceeds a bound where z_2 falls short of one: one integral
is left, done by the trapezoid rule.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from stress.arrays import Array

_REACH, _NODES, _FINE = 9.0, 2001, 20001
"""Finer for a single integral, whose kink at the quantile an average over quantiles does not smooth."""


class TwoPools(NamedTuple):
    """Weights (sum 1), default probabilities, asset correlations, and the correlation of the pools' factors."""

    weight: tuple[float, float]
    p: tuple[float, float]
    rho: tuple[float, float]
    correlation: float


def two_pool_exceedance(x: float, pools: TwoPools) -> float:
    """P(w_1 D_1 + w_2 D_2 > x); |correlation| < 1.

    >>> apart = TwoPools((0.5, 0.5), (0.03, 0.03), (0.1, 0.1), 0.0)
    >>> alike = apart._replace(correlation=0.99)
    >>> bool(two_pool_exceedance(0.10, apart) < two_pool_exceedance(0.10, alike))
    True
    """
    z, weight = _nodes()
    return float(weight @ _beyond(z, x, pools))


def two_pool_quantile(level: float, pools: TwoPools) -> float:
    """Loss not exceeded with probability `level`."""
    from scipy.optimize import brentq  # here: every command imports the closed forms, and this takes as long as numba

    return float(brentq(lambda x: two_pool_exceedance(x, pools) - (1.0 - level), 1e-9, 1.0 - 1e-9, xtol=1e-12))


def two_pool_es(level: float, pools: TwoPools) -> float:
    """Mean loss in the worst 1 - level of cases: VaR + the integral of the exceedance beyond it over 1 - level."""
    var = two_pool_quantile(level, pools)
    node, weight = np.polynomial.legendre.leggauss(200)
    x = var + (1.0 - var) * (0.5 * (node + 1.0)) ** 2  # denser at the quantile, where the tail's mass lies
    step = (1.0 - var) * 0.5 * (node + 1.0) * weight
    return var + float(step @ [two_pool_exceedance(float(loss), pools) for loss in x]) / (1.0 - level)


def two_pool_contributions(level: float, pools: TwoPools) -> tuple[float, float]:
    """What each pool brings to `two_pool_es`: E[w_i D_i | the loss is in its worst 1 - level] (Tasche 1999).

    >>> alike = TwoPools((0.5, 0.5), (0.03, 0.03), (0.1, 0.1), 0.2)
    >>> first, second = two_pool_contributions(0.99, alike)
    >>> abs(first - second) < 1e-9
    True
    """
    z, weight = _nodes(_FINE)
    var = two_pool_quantile(level, pools)

    def brings(pair: TwoPools) -> float:
        return pair.weight[0] * float((weight * _default(z, pair, 0)) @ _beyond(z, var, pair)) / (1.0 - level)

    (w1, w2), (p1, p2), (rho1, rho2), r = pools
    return brings(pools), brings(TwoPools((w2, w1), (p2, p1), (rho2, rho1), r))


def _beyond(z: Array, x: float, pools: TwoPools) -> Array:
    """P(w_1 D_1 + w_2 D_2 > x | z_1 = z)."""
    (w1, w2), (_, p2), (_, rho2), r = pools
    left = (x - w1 * _default(z, pools, 0)) / w2
    bound = (ndtri(p2) - np.sqrt(1.0 - rho2) * ndtri(np.clip(left, 1e-300, 1.0 - 1e-16))) / np.sqrt(rho2)
    beyond = ndtr((bound - r * z) / np.sqrt(1.0 - r * r))
    return np.where(left <= 0.0, 1.0, np.where(left >= 1.0, 0.0, beyond))


def _default(z: Array, pools: TwoPools, i: int) -> Array:
    rho = pools.rho[i]
    return np.asarray(ndtr((ndtri(pools.p[i]) - np.sqrt(rho) * z) / np.sqrt(1.0 - rho)))


def _nodes(n: int = _NODES) -> tuple[Array, Array]:
    """Points of the normal law: the trapezoid rule, exact to rounding for what is smooth and falls off so fast."""
    z = np.linspace(-_REACH, _REACH, n)
    density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi) * (z[1] - z[0])
    return z, density
