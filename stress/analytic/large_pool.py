"""The default rate of an infinitely granular pool under one normal factor: distribution, tail and tranches.

D(Y) = Phi((Phi^-1(p) - sqrt(rho) Y) / sqrt(1 - rho)). Vasicek (2002), "The distribution of loan portfolio value", Risk,
December 2002, sections on the limiting distribution of portfolio losses and its properties. The mean of D is p.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, owens_t

from stress.arrays import Array


def loss_distribution(x: ArrayLike, p: ArrayLike, rho: ArrayLike) -> Array:
    """P(D <= x) = Phi((sqrt(1 - rho) Phi^-1(x) - Phi^-1(p)) / sqrt(rho)) (Vasicek 2002); 0 < p < 1, 0 < rho < 1.

    >>> round(float(loss_distribution(0.074269, p=0.03, rho=0.04)), 5)
    0.99
    """
    return 1.0 - ndtr(_worst_factor(_floats(x), _floats(p), _floats(rho)))


def loss_quantile(level: ArrayLike, p: ArrayLike, rho: ArrayLike) -> Array:
    """Default rate not exceeded with probability `level`: D at the factor -Phi^-1(level) (Vasicek 2002).

    >>> round(float(loss_quantile(0.999, p=0.03, rho=0.04)), 6)
    0.098736
    """
    a, b, r = _floats(level), _floats(p), _floats(rho)
    return np.asarray(ndtr((ndtri(b) + np.sqrt(r) * ndtri(a)) / np.sqrt(1.0 - r)), dtype=np.float64)


def loss_sd(p: ArrayLike, rho: ArrayLike) -> Array:
    """Standard deviation of the default rate: Var D = Phi2(k, k; rho) - p^2, k = Phi^-1(p) (Vasicek 2002).

    >>> round(float(loss_sd(p=0.01, rho=0.1)), 6)
    0.009626
    """
    b, r = _floats(p), _floats(rho)
    pair = b - 2.0 * owens_t(ndtri(b), np.sqrt((1.0 - r) / (1.0 + r)))
    return np.sqrt(np.maximum(pair - b * b, 0.0))


def loss_es(level: ArrayLike, p: ArrayLike, rho: ArrayLike) -> Array:
    """Mean default rate in the worst 1 - level of cases: Phi2(Phi^-1(p), Phi^-1(1 - level); sqrt(rho)) / (1 - level).

    Acerbi and Tasche (2002), "On the coherence of expected shortfall", applied to Vasicek's law.

    >>> round(float(loss_es(0.99, p=0.03, rho=0.04)), 5)
    0.08492
    """
    a, b, r = _floats(level), _floats(p), _floats(rho)
    return bivariate_normal(ndtri(b), ndtri(1.0 - a), np.sqrt(r)) / (1.0 - a)


def tranche_el(
    attachment: ArrayLike, detachment: ArrayLike, p: ArrayLike, rho: ArrayLike, lgd: ArrayLike = 1.0
) -> Array:
    """Expected loss of a tranche as a share of its size; pool loss = lgd x D.

    Attachment a < detachment d are shares of the pool. The mean of min(loss, d) - min(loss, a) over d - a, by the
    truncated mean of Vasicek's law (O'Kane 2008, "Modelling Single-name and Multi-name Credit Derivatives", chapter on
    the large homogeneous portfolio).

    >>> round(float(tranche_el(0.05, 0.11, p=0.05, rho=0.1, lgd=0.9)), 7)
    0.1451329
    """
    low, high, loss = _floats(attachment), _floats(detachment), _floats(lgd)
    return loss * (_excess(low / loss, p, rho) - _excess(high / loss, p, rho)) / (high - low)


def tranche_pd(attachment: ArrayLike, p: ArrayLike, rho: ArrayLike, lgd: ArrayLike = 1.0) -> Array:
    """Probability that the pool loss lgd x D exceeds the attachment point.

    >>> round(float(tranche_pd(0.05, p=0.05, rho=0.1, lgd=0.9)), 7)
    0.3365755
    """
    return np.asarray(
        ndtr(_worst_factor(_floats(attachment) / _floats(lgd), _floats(p), _floats(rho))), dtype=np.float64
    )


def bivariate_normal(h: ArrayLike, k: ArrayLike, r: ArrayLike) -> Array:
    """P(X <= h, Y <= k) of standard normals with correlation |r| < 1, by Owen's T function.

    Owen (1956), "Tables for computing bivariate normal probabilities", Annals of Mathematical Statistics 27.

    >>> round(float(bivariate_normal(0.0, 0.0, 0.5)), 12)
    0.333333333333
    """
    a, b, c = np.broadcast_arrays(_floats(h), _floats(k), _floats(r))
    a, b = np.where(np.abs(a) < 1e-100, 0.0, a), np.where(np.abs(b) < 1e-100, 0.0, b)  # no underflow of products below
    root = np.sqrt(1.0 - c * c)
    side = np.sign(a) * np.sign(b)
    across = np.where((side < 0.0) | ((side == 0.0) & (a + b < 0.0)), 0.5, 0.0)
    both_zero = (a == 0.0) & (b == 0.0)
    value = 0.5 * (ndtr(a) + ndtr(b)) - _owen(a, b - c * a, root) - _owen(b, a - c * b, root) - across
    return np.asarray(np.where(both_zero, 0.25 + np.arcsin(c) / (2.0 * np.pi), value), dtype=np.float64)


def _owen(h: Array, numerator: Array, root: Array) -> Array:
    """T(h, numerator / (h root)); T(0, +-inf) = +-1/4, and 0 where h is infinite."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slope = np.where(h == 0.0, np.sign(numerator) * np.inf, numerator / (h * root))
        return np.asarray(np.where(np.isinf(h), 0.0, owens_t(h, slope)), dtype=np.float64)


def _worst_factor(x: Array, p: Array, rho: Array) -> Array:
    """The factor below which the default rate exceeds x."""
    return np.asarray((ndtri(p) - np.sqrt(1.0 - rho) * ndtri(np.clip(x, 0.0, 1.0))) / np.sqrt(rho), dtype=np.float64)


def _excess(x: Array, p: ArrayLike, rho: ArrayLike) -> Array:
    """E[max(D - x, 0)]; p where x is 0 and 0 where x is 1 or more."""
    b, r = _floats(p), _floats(rho)
    y = _worst_factor(np.clip(x, 1e-300, 1.0 - 1e-16), b, r)
    inside = bivariate_normal(ndtri(b), y, np.sqrt(r)) - x * ndtr(y)
    return np.asarray(np.where(x <= 0.0, b - x, np.where(x >= 1.0, 0.0, inside)), dtype=np.float64)


def _floats(value: ArrayLike) -> Array:
    return np.asarray(value, dtype=np.float64)


QRRE_CORRELATION = 0.04
CONFIDENCE = 0.999


def qrre_capital(pd: ArrayLike, lgd: ArrayLike) -> Array:
    """Capital as a share of exposure: lgd x (Phi((Phi^-1(pd) + sqrt(R) Phi^-1(0.999)) / sqrt(1 - R)) - pd), R = 4%.

    BCBS (June 2006), "International Convergence of Capital Measurement and Capital Standards", paragraph 329.

    >>> round(float(qrre_capital(0.01, 0.45)), 6)
    0.013779
    """
    rate, loss = np.asarray(pd, dtype=np.float64), np.asarray(lgd, dtype=np.float64)
    shift = np.sqrt(QRRE_CORRELATION) * ndtri(CONFIDENCE)
    return np.asarray(loss * (ndtr((ndtri(rate) + shift) / np.sqrt(1.0 - QRRE_CORRELATION)) - rate), dtype=np.float64)


def qrre_risk_weight(pd: ArrayLike, lgd: ArrayLike) -> Array:
    """Risk weight as a fraction (12.5 x capital, without the 1.06 scaling factor), as in BCBS (2006) Annex 5.

    >>> round(100 * float(qrre_risk_weight(0.01, 0.45)), 2)
    17.22
    """
    return 12.5 * qrre_capital(pd, lgd)
