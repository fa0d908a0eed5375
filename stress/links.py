"""Conditional rates as polynomials in the systematic factor.

With the scenario fixed, a month's rate of a segment is a function of one standard normal factor z alone:
p(z) = Phi((Phi^-1(p) - sqrt(rho) z) / sqrt(1 - rho)) (Vasicek 2002, "The distribution of loan portfolio value", Risk,
December, the conditional probability of loss). The kernel evaluates it as a polynomial in u = z / 9 on [-1, 1];
z is clamped at +-9.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from stress.arrays import Array, Ints
from stress.errors import ConfigError

FACTOR_RANGE = 9.0
"""The factor is clamped here; P(|z| > 9) = 2e-19."""
FIT_ERROR = 1e-10
"""Largest error of a fitted conditional rate, rounding of Horner's rule included."""
DEGREES = (8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36)
RATIONAL = -1
"""Degree that tells the caller to use the rational Phi: no polynomial meets the bound (rho above about 0.25)."""


class LinkFit(NamedTuple):
    """Polynomials of one degree class for a group of rates."""

    coef: Array
    """(..., degree + 1) ascending powers of u = z / 9; no column where degree is -1."""
    degree: int
    """0 (every rate constant), one of DEGREES, or -1: use the rational Phi."""
    max_error: float
    """Largest error found on the checking grid over all rates of the group."""


def conditional_rate(p: ArrayLike, rho: ArrayLike, z: ArrayLike, sign: int = 1) -> Array:
    """Rate given the factor. `sign` +1: a low z raises it (default); -1: it rises with z (prepayment, recovery)."""
    share, loading = np.asarray(p, dtype=np.float64), np.asarray(rho, dtype=np.float64)
    factor = np.clip(np.asarray(z, dtype=np.float64), -FACTOR_RANGE, FACTOR_RANGE)
    rate = ndtr((ndtri(share) - sign * np.sqrt(loading) * factor) / np.sqrt(1.0 - loading))
    return np.asarray(np.where(loading == 0.0, share, rate), dtype=np.float64)


def fit_links(p: ArrayLike, rho: ArrayLike, sign: int = 1) -> LinkFit:
    """Fit the conditional rates of a group at once: the lowest degree class whose checked error is within 1e-10.

    p: unconditional monthly rates in [0, 1], any shape; rho: asset correlation in [0, 1), broadcastable to p;
    sign as in conditional_rate. Chebyshev interpolation, then monomial coefficients; the error is checked between the
    nodes with the kernel's Horner rule and clamp (not its fused multiply-add). ConfigError where p or rho is out of
    range or not a number.
    """
    rate, loading = np.broadcast_arrays(np.asarray(p, dtype=np.float64), np.asarray(rho, dtype=np.float64))
    _check(rate, loading, sign)
    shape, rate, loading = rate.shape, rate.ravel(), loading.ravel()
    constant = (loading == 0.0) | (rate == 0.0) | (rate == 1.0)
    if constant.all():
        return LinkFit(rate.reshape(*shape, 1).copy(), 0, 0.0)
    root = np.sqrt(1.0 - loading[~constant])
    level = ndtri(rate[~constant]) / root
    slope = -sign * FACTOR_RANGE * np.sqrt(loading[~constant]) / root
    distinct, first, of = np.unique(level + 1j * slope, return_index=True, return_inverse=True)
    hardest = first[np.argsort(-np.abs(distinct.imag), kind="stable")[:64]]
    for degree in DEGREES:
        error = _interpolation_error(level[hardest], slope[hardest], degree)
        if error > 2.0 * FIT_ERROR:  # which Horner's rule does not mend
            continue
        fitted, error = _fit(level[first], slope[first], degree, of)
        if error <= FIT_ERROR:
            coef = np.zeros((rate.size, degree + 1))
            coef[:, 0] = rate
            coef[~constant] = fitted
            return LinkFit(coef.reshape(*shape, degree + 1), degree, error)
    return LinkFit(np.empty((*shape, 0)), RATIONAL, error)


def evaluate_links(coef: Array, z: ArrayLike) -> Array:
    """Horner's rule and the clamp to [0, 1], as the kernel does; z broadcasts against the leading dimensions."""
    u = np.clip(np.asarray(z, dtype=np.float64), -FACTOR_RANGE, FACTOR_RANGE) / FACTOR_RANGE
    value = np.broadcast_to(coef[..., -1], np.broadcast_shapes(coef.shape[:-1], u.shape)).copy()
    for power in range(coef.shape[-1] - 2, -1, -1):
        value *= u
        value += coef[..., power]
    return np.clip(value, 0.0, 1.0)


def _fit(level: Array, slope: Array, degree: int, of: Ints) -> tuple[Array, float]:
    """Monomial coefficients of Phi(level + slope u) for each place in `of`, and their largest error on the checking
    grid."""
    node, to_chebyshev, to_power = chebyshev(degree)
    sample, want = _on(node, level, slope), _on(between_nodes(degree), level, slope)
    # each place has its own row: how a matrix product rounds may depend on how many there are
    coef: Array = np.ascontiguousarray((sample[of] @ to_chebyshev) @ to_power)
    once = np.empty_like(sample)
    once[of] = coef
    got = evaluate_links(once[:, None, :], FACTOR_RANGE * between_nodes(degree))
    return coef, float(np.max(np.abs(got - want)))


def _interpolation_error(level: Array, slope: Array, degree: int) -> float:
    """Largest error between the nodes of the interpolation itself, before any rounding of a polynomial in powers."""
    got = _on(chebyshev(degree)[0], level, slope) @ _to_grid(degree)
    return float(np.max(np.abs(np.clip(got, 0.0, 1.0) - _on(between_nodes(degree), level, slope))))


def _on(u: Array, level: Array, slope: Array) -> Array:
    """Phi(level + slope u) of each pair (rows) at each u."""
    return np.asarray(ndtr(level[:, None] + slope[:, None] * u))


@lru_cache(maxsize=32)
def chebyshev(degree: int) -> tuple[Array, Array, Array]:
    """Interpolation on [-1, 1]: nodes (n,); samples -> Chebyshev coefficients, and those -> ascending powers (n, n)."""
    n = degree + 1
    angle = (np.arange(n) + 0.5) * np.pi / n
    to_chebyshev = np.cos(np.outer(angle, np.arange(n))) * 2.0 / n
    to_chebyshev[:, 0] *= 0.5
    to_power = np.zeros((n, n))
    for k in range(n):
        to_power[k, : k + 1] = np.polynomial.chebyshev.cheb2poly(np.eye(n)[k, : k + 1])
    return np.cos(angle), to_chebyshev, to_power


@lru_cache(maxsize=32)
def between_nodes(degree: int) -> Array:
    """Where an interpolation is checked: the ends, the nodes and two points between any two, where the error peaks."""
    return np.asarray(np.cos(np.linspace(0.0, np.pi, 3 * degree + 4)))


@lru_cache(maxsize=32)
def _to_grid(degree: int) -> Array:
    """(n, G) samples at the nodes -> values between them."""
    angle = np.linspace(0.0, np.pi, 3 * degree + 4)
    return np.asarray(chebyshev(degree)[1] @ np.cos(np.outer(np.arange(degree + 1), angle)))


def _check(rate: Array, loading: Array, sign: int) -> None:
    if sign not in (1, -1):
        raise ConfigError(f"sign of a conditional rate must be 1 or -1, not {sign}")
    wrong = rate[~((rate >= 0.0) & (rate <= 1.0))]
    if wrong.size:
        raise ConfigError(f"a conditional rate needs an unconditional rate within [0, 1], not {wrong[0]:g}")
    wrong = loading[~((loading >= 0.0) & (loading < 1.0))]
    if wrong.size:
        raise ConfigError(f"asset correlation must be at least 0 and below 1, not {wrong[0]:g}")
