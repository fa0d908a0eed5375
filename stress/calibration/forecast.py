"""A predictive law for the next rates of a series: the probit AR(1) law, parameters drawn, a local variance.

The law is that of `latent`: the probit of a large pool's default rate is a stationary AR(1) (Vasicek 2002). With a flat
prior on the mean, 1 / variance on the variance and a flat one on the persistence in [0, 1), mean and variance integrate
out in closed form, the persistence on a grid: draws are exact and independent, and need no chain (Zellner 1971, "An
Introduction to Bayesian Inference in Econometrics", section 4.1). Periods may be missing: the law over a gap of d is
phi^d.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Ints

HALF_LIFE = 12.0
"""Observations after which a squared innovation counts half in the local variance: three years of quarters."""
GRID = 1.0 - np.geomspace(1.0, 1e-3, 256)
"""Persistence per period, finer towards 1."""


class Drawn(NamedTuple):
    """Draws of the parameters, one each in (N,) arrays."""

    phi: Array
    mean: Array
    """Of the probit."""
    variance: Array
    """Stationary variance of the probit, over the whole history."""
    innovation: Array
    """Variance of an innovation now: local, or that of `variance` and `phi`."""


def draw(g: Array, at: Ints, count: int, seed: np.random.Generator, half_life: float | None = HALF_LIFE) -> Drawn:
    """Parameters from their posterior given probits `g` observed at whole times `at` (n,), increasing.

    `half_life` in observations: the innovation variance is local, its precision a Gamma with discounted counts (West
    and Harrison 1997, "Bayesian Forecasting and Dynamic Models", section 10.8); None: one variance for all times.
    """
    gap = np.diff(at).astype(float)
    log_weight, mean, square, info = _given(g, gap, GRID[:, None])
    weight = np.exp(log_weight - log_weight.max()) * -np.gradient(1.0 - GRID)
    k = seed.choice(GRID.size, count, p=weight / weight.sum())
    phi = GRID[k]
    variance = square[k] / seed.chisquare(g.size - 1, count)
    middle = mean[k] + np.sqrt(variance / info[k]) * seed.standard_normal(count)
    unit = 1.0 - phi * phi
    if half_life is None:
        return Drawn(phi, middle, variance, variance * unit)
    z = g[None, :] - middle[:, None]
    step = phi[:, None] ** gap
    scaled = (z[:, 1:] - step * z[:, :-1]) ** 2 * (unit[:, None] / (1.0 - step * step))
    discount = 0.5 ** (np.arange(gap.size)[::-1] / half_life)
    return Drawn(phi, middle, variance, (scaled @ discount) / seed.chisquare(discount.sum(), count))


def ahead(drawn: Drawn, last: float, horizon: int) -> tuple[Array, Array]:
    """(N,) centres and spreads of the probit `horizon` periods after the last observation: a mixture of N normals."""
    step = drawn.phi**horizon
    centre = drawn.mean + step * (last - drawn.mean)
    return centre, np.sqrt(drawn.innovation * (1.0 - step * step) / (1.0 - drawn.phi**2))


def _given(g: Array, gap: Array, phi: Array) -> tuple[Array, Array, Array, Array]:
    """At persistences (P, 1): log marginal likelihood, mean by least squares, weighted square, information; (P,)."""
    step, ones = phi**gap, np.ones_like(phi)
    noise = np.hstack([ones, 1.0 - step * step])  # of variance 1, so that all is in units of it
    x = np.hstack([ones, 1.0 - step]) / np.sqrt(noise)
    y = np.hstack([g[0] * ones, g[1:] - step * g[:-1]]) / np.sqrt(noise)
    info = _products(x, x)
    mean = _products(x, y) / info
    square = np.sum((y - x * mean[:, None]) ** 2, axis=1)
    log = -0.5 * (np.log(noise).sum(axis=1) + np.log(info) + (g.size - 1) * np.log(square))
    return log, mean, square, info


def _products(x: Array, y: Array) -> Array:
    """Scalar products of the rows."""
    return np.asarray(x[:, None, :] @ y[:, :, None])[:, 0, 0]
