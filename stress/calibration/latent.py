"""The latent variable behind a default-rate history: a Gaussian AR(1) and its likelihood.

Under Vasicek's law the probit of a large pool's default rate is normal with mean k / sqrt(1 - rho) and variance
rho / (1 - rho), k = Phi^-1(p); with a persistent factor it is a stationary AR(1). The likelihood is exact
(Hamilton 1994, "Time Series Analysis", section 5.2), the mean concentrated out where it is free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import chdtri, ndtr, ndtri

from stress.arrays import Array

PHI_MAX = 0.999
"""Persistence searched, per observation; beyond it the mean is not identified by any usual history."""
RHO_RANGE = (1e-6, 0.9)


class Law(NamedTuple):
    """Parameters of the one-factor law at the horizon of the observations."""

    p: float
    """Mean default rate."""
    rho: float
    """Asset correlation."""
    phi: float
    """Persistence of the factor from one observation to the next."""
    loglik: float


class Interval(NamedTuple):
    """Limits of a confidence interval; `open` where a limit is the end of the range searched."""

    low: float
    high: float
    open: bool = False


def independent_law(g: Array) -> Law:
    """Closed-form maximum likelihood with independent observations: rho = s^2 / (1 + s^2), p = Phi(mean sqrt(1 - rho)).

    Duellmann, Kull and Kunisch (2010), "Estimating asset correlations from stock prices or default rates", Journal of
    Economic Dynamics and Control 34.
    """
    mean, var = float(g.mean()), float(g.var())
    return _law(mean, var, 0.0, _loglik(g, mean, var, 0.0))


def ar1_law(g: Array) -> Law:
    """Maximum likelihood with a stationary AR(1) factor; phi between 0 and PHI_MAX."""
    return _best(g, lambda phi: _given_phi(g, phi))


def profile(g: Array, parameter: str, best: Law, level: float) -> Interval:
    """Profile-likelihood interval of 'p', 'rho' or 'phi' (Venzon and Moolgavkar 1988), autocorrelation included."""
    drop = 0.5 * float(chdtri(1.0, 1.0 - level))
    if parameter == "phi":
        curve, low, high = (lambda x: _given_phi(g, x).loglik), 0.0, PHI_MAX
    elif parameter == "rho":
        curve, (low, high) = (lambda x: _given_variance(g, x / (1.0 - x)).loglik), RHO_RANGE
    else:
        curve, low, high = (lambda x: _given_p(g, x, best)), 1e-8, 0.9
    at = getattr(best, parameter)
    left, left_open = _limit(curve, at, low, best.loglik - drop)
    right, right_open = _limit(curve, at, high, best.loglik - drop)
    return Interval(left, right, left_open or right_open)


def _limit(curve: Callable[[float], float], at: float, end: float, floor: float) -> tuple[float, bool]:
    """Where the profile falls to `floor` between the estimate and the end of the range, on the probit scale."""
    inside, outside = float(ndtri(np.clip(at, 1e-12, 1.0 - 1e-12))), float(ndtri(np.clip(end, 1e-12, 1.0 - 1e-12)))
    if abs(at - end) < 1e-9 or curve(end) >= floor:
        return end, True
    return float(ndtr(brentq(lambda y: curve(float(ndtr(y))) - floor, inside, outside, xtol=1e-9))), False


def _law(mean: float, var: float, phi: float, loglik: float) -> Law:
    rho = var / (1.0 + var)
    return Law(float(ndtr(mean * np.sqrt(1.0 - rho))), rho, phi, loglik)


def _loglik(g: Array, mean: float, var: float, phi: float) -> float:
    """Exact log likelihood of a stationary Gaussian AR(1) with stationary variance `var`."""
    noise, z = var * (1.0 - phi * phi), g - mean
    square = (1.0 - phi * phi) * z[0] ** 2 + float(np.sum((z[1:] - phi * z[:-1]) ** 2))
    return float(-0.5 * (len(g) * np.log(2.0 * np.pi * noise) - np.log(1.0 - phi * phi) + square / noise))


def _gls_mean(g: Array, phi: float) -> float:
    total = (1.0 + phi) * g[0] + float(np.sum(g[1:] - phi * g[:-1]))
    return float(total / ((1.0 + phi) + (len(g) - 1) * (1.0 - phi)))


def _given_phi(g: Array, phi: float) -> Law:
    """Best law at a persistence: mean and variance in closed form."""
    z = g - _gls_mean(g, phi)
    square = (1.0 - phi * phi) * z[0] ** 2 + float(np.sum((z[1:] - phi * z[:-1]) ** 2))
    var = square / len(g) / (1.0 - phi * phi)
    mean = _gls_mean(g, phi)
    return _law(mean, var, phi, _loglik(g, mean, var, phi))


def _given_variance(g: Array, var: float) -> Law:
    def at(phi: float) -> Law:
        mean = _gls_mean(g, phi)
        return _law(mean, var, phi, _loglik(g, mean, var, phi))

    return _best(g, at)


def _given_p(g: Array, p: float, start: Law) -> float:
    """Best log likelihood at a mean default rate, over variance and persistence."""
    k = float(ndtri(p))

    def loss(x: Array) -> float:
        var, phi = float(np.exp(np.clip(x[0], -14.0, 3.0))), PHI_MAX * float(ndtr(x[1]))
        return -_loglik(g, k * np.sqrt(1.0 + var), var, phi)

    first = [np.log(start.rho / (1.0 - start.rho)), ndtri(np.clip(start.phi / PHI_MAX, 1e-6, 1.0 - 1e-6))]
    return -float(minimize(loss, first, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9}).fun)


def _best(g: Array, at: Callable[[float], Law]) -> Law:
    """Maximise over the persistence: a grid finds the hill, Brent its top."""
    grid = np.concatenate([np.linspace(0.0, 0.9, 19), 1.0 - np.geomspace(0.09, 1.0 - PHI_MAX, 25)])
    value = [at(float(phi)).loglik for phi in grid]
    k = int(np.argmax(value))
    bounds = (float(grid[max(k - 1, 0)]), float(grid[min(k + 1, len(grid) - 1)]))
    optimum = minimize_scalar(lambda x: -at(float(x)).loglik, bounds=bounds, method="bounded", options={"xatol": 1e-10})
    top = at(float(optimum.x))
    return top if top.loglik >= value[k] else at(float(grid[k]))
