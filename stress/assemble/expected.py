"""Expected rates of a deal in mid-life whose state tells of the factors: what its deterministic run moves at.

With the level at the state normal of mean y and variance v, a factor h months later is normal of mean phi^h y and
variance 1 - phi^(2h) (1 - v), and the mean of the conditional rate Phi((Phi^-1(p) - sqrt(rho) z) / sqrt(1 - rho)) over
it is Phi((Phi^-1(p) - sqrt(rho) mean) / sqrt(1 - rho + rho variance)) (Vasicek 2002, "The distribution of loan
portfolio value", Risk 15). Where nothing is told the factor is standard normal, and that is p itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammainccinv, gammaincinv, logit, ndtr, ndtri, stdtrit

from stress.arrays import Array
from stress.assemble.heterogeneity import centred_shift
from stress.assemble.told_factors import levels_of
from stress.inputs.state import State

NODES = np.linspace(-8.0, 8.0, 49)
"""Of a normal, at even steps: the trapezoidal rule, whose error falls faster than any power of the step."""
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()
SURE = np.zeros(1), np.ones(1)
"""Node and weight where nothing is mixed."""


class Told(NamedTuple):
    """The law of the factors in every month, given what a state tells of their levels."""

    mean: Array
    """(T, F)"""
    variance: Array
    """(T, F)"""

    def rates(self, p: Array, rho: Array, sign: int, factor: Array, mixed: Mixed) -> Array:
        """(T, S) expected rates. p, rho: (T, S); `sign` as in `conditional_rate`; `factor`: (S,) of each column."""
        mean, variance = self.mean[:, factor], self.variance[:, factor]
        scale = np.sqrt(1.0 - rho + rho * variance)
        given = sum(w * ndtr((level - sign * np.sqrt(rho) * mean) / scale) for w, level in mixed.levels(p))
        return np.asarray(np.where(rho == 0.0, p, given), np.float64)


class Mixed(NamedTuple):
    """What else a rate is a mean over: segments' own normals, of standard deviation `spread` in log odds, (T,), and the
    mixing variable of a t copula."""

    spread: Array | None = None
    df: float | None = None

    def levels(self, p: Array) -> list[tuple[float, Array]]:
        """Weights and quantiles of the rate, (T, S) each."""
        if self.spread is None and self.df is None:
            return [(1.0, ndtri(p))]
        base, spread = np.clip(p, 1e-12, 1.0 - 1e-12), np.zeros((len(p), 1))
        if self.spread is not None:
            spread = self.spread[:, None]
        shift = centred_shift(base, spread) * (spread > 0.0) if spread.any() else 0.0
        levels = []
        for at, weight in zip(*((NODES, WEIGHTS) if spread.any() else SURE), strict=True):
            rate = expit(logit(base) + shift + spread * at)
            quantile = np.where(p > 0.0, ndtri(rate) if self.df is None else stdtrit(self.df, rate), -np.inf)
            levels += [(float(weight * share), quantile * g) for g, share in zip(*_mixing(self.df), strict=True)]
        return levels


def _mixing(df: float | None) -> tuple[Array, Array]:
    """Values of the mixing variable of a t copula, sqrt(chi2 / df), and their weights; 1 without one."""
    if df is None:
        return np.ones(1), np.ones(1)
    low, high = gammaincinv(0.5 * df, ndtr(NODES)), gammainccinv(0.5 * df, ndtr(-NODES))
    return np.sqrt(2.0 * np.where(NODES < 0.0, low, high) / df), WEIGHTS


def told_of(state: State, phi: float, begins: int, n_month: int) -> Told:
    """From the levels that a state gives at the end of month `begins`; months up to it are data."""
    known = levels_of(state)
    level, root = known[:, 0], known[:, 1:]
    ahead = np.maximum(np.arange(1, n_month + 1) - begins, 0)[:, None]
    kept = phi**ahead
    return Told(kept * level, 1.0 - kept**2 * (1.0 - np.square(root).sum(axis=1)))
