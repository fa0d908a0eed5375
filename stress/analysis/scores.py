"""Likelihood-ratio scores of the draws: derivatives of their law, linear and quadratic in the innovations.

The factors are Y_t = phi Y_{t-1} + g_t L e_t with g_1 = 1 where they start stationary, else g_t = sqrt(1 - phi^2).
Where a state tells of Y_b, months after b alone have scores: their law given Y_b, drawn as the kernels draw it. What a
path comes to is a function of (Y_t) alone: d E[f] / d theta = E[f d log p(Y; theta) / d theta], whatever f is, and no
waterfall needs a derivative. Glynn (1990), "Likelihood ratio gradient estimation for stochastic systems", CACM 33.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from stress.arrays import Array
from stress.assemble.market import factors_of
from stress.assemble.months import asked
from stress.assemble.told_factors import levels_of
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.state.rules import started


class Scores(NamedTuple):
    """Features of a path (its innovations, then three quadratic ones), and the scores that they make up."""

    names: tuple[str, ...]
    """Of the inputs, one a score."""
    units: tuple[str, ...]
    """What a derivative is per."""
    weight: Array
    """(T F + 3, inputs) scores = features @ weight, less their means, which a covariance needs not."""
    law: Array
    """Of the factors, as `kernels.scores` takes it."""
    left_out: tuple[str, ...]
    """Inputs of the draws that have no score here, and why."""


def scores_of(job: Job) -> Scores:
    """The scores of a job with one scenario.

    Mean of each factor, in every month and in all of them; level of the default rates (a shift of their probits), where
    the default factor drives nothing else; phi; the correlation of default and prepayment; rho where all segments have
    one default rate, since only then is another rho another law of the factor. Raises ConfigError for factors that are
    mixes of fewer ones.
    """
    dependence, n_month = job.pool.dependence, job.deal.legal_maturity_months
    factors = factors_of(job.pool)
    n_factor = len(factors.name)
    if abs(np.linalg.det(factors.root)) < 1e-9:
        raise ConfigError("pool: dependence: these loadings mix fewer factors than they name: their law has no density")
    begin, start = _start(job, n_factor)
    stationary, phi = dependence.factor_start == "stationary" and not begin, dependence.phi
    gain = np.full(n_month, np.sqrt(1.0 - phi * phi))
    if stationary:
        gain[0] = 1.0
    made = _Made(n_month, n_factor, [], [], [])
    dual = np.linalg.inv(factors.root).T
    of_mean = [_mean_scores(gain, phi, dual[f], begin) for f in range(n_factor)]
    left_out = _probit(job, made, of_mean[0])
    if len(job.pool.segments) > 1:
        left_out.append("rates of one segment: the factor drives all of them, so no law of the draws moves one alone")
    for name, score in zip(factors.name, of_mean, strict=True):
        made.linear(f"mean of the {name} factor, all months", "standard deviation", score.sum(axis=0))
    _rho(job, made, of_mean[0], left_out)
    if all(case.parameters is None for case in job.scenarios):
        made.quadratic("phi", "1", 0)
    else:
        left_out.append("phi: each path draws its own")
    if dependence.rho_prepayment > 0.0 and dependence.loadings is None:
        made.quadratic("correlation of default and prepayment", "1", 1)
    for name, score in zip(factors.name, of_mean, strict=True):
        for t in range(begin, n_month):
            made.linear(f"mean of the {name} factor, month {t + 1}", "standard deviation", score[t])
    drift = 1.0 / gain
    if stationary:
        drift[0] = 0.0
    names, units, weight = tuple(made.names), tuple(made.units), np.array(made.weights).T
    at_begin = np.zeros((n_factor, 1 + n_factor))
    at_begin[:, : start.shape[1]] = start
    law = np.concatenate([[phi, begin], gain, drift, factors.root.ravel(), dual.ravel(), at_begin.ravel()])
    return Scores(names, units, weight, law, tuple(left_out))


def _start(job: Job, n_factor: int) -> tuple[int, Array]:
    """Months before the first that has scores, and the levels before it."""
    held = job.pool.dependence.factor_start
    if job.state is not None and job.state.factors:
        return started(job), levels_of(job.state)
    return 0, np.full((n_factor, 1), 0.0 if held == "stationary" else float(held))


class _Made(NamedTuple):
    """Scores as they are put together."""

    n_month: int
    n_factor: int
    names: list[str]
    units: list[str]
    weights: list[Array]

    def linear(self, name: str, unit: str, score: Array, scale: float = 0.0) -> None:
        """(T, F) coefficients of the innovations, and of the scale of the first factor."""
        self._add(name, unit, np.concatenate([score.ravel(), [0.0, 0.0, scale]]))

    def quadratic(self, name: str, unit: str, which: int) -> None:
        """One of the quadratic features itself."""
        self._add(name, unit, np.concatenate([np.zeros(self.n_month * self.n_factor), np.eye(3)[which]]))

    def _add(self, name: str, unit: str, weight: Array) -> None:
        self.names.append(name)
        self.units.append(unit)
        self.weights.append(weight)


def _mean_scores(gain: Array, phi: float, dual: Array, begin: int) -> Array:
    """(T, T, F) score of moving a factor in month t alone: the innovation of t carries it, that of t + 1 takes it back.

    v_t / g_t - phi v_{t+1} / g_{t+1} with v = L^-T e.
    """
    at = np.diag(1.0 / gain) - phi * np.diag(1.0 / gain[1:], 1)
    at[:begin] = 0.0
    return np.asarray(at[:, :, None] * dual, np.float64)


def _probit(job: Job, made: _Made, mean: Array) -> list[str]:
    """Level of default rates: Phi((c - sqrt(rho) Y) / sqrt(1 - rho)) with c + h is that with Y - h / sqrt(rho), rho the
    month's own under the scenario."""
    dependence, months = job.pool.dependence, asked(job.deal, job.pool, job.scenarios[0])
    if not np.all(months.rho > 0.0):
        return ["default rates and rho: rho is 0"]
    if months.heterogeneity is not None and months.heterogeneity.any():
        return ["default rates and rho: each segment of a path has a rate of its own"]
    if dependence.rho_roll > 0.0:
        return ["default rates and rho: the default factor drives the rolls too"]
    if dependence.df is not None or dependence.loadings is not None:
        return ["default rates and rho: of a t copula or loadings they are no law of the factor"]
    if any(case.swing is not None or case.parameters is not None for case in job.scenarios):
        return ["default rates and rho: each path draws its own"]
    scale = -1.0 / np.sqrt(months.rho)
    name = "level of the rates of default" if job.pool.ladder is None else "level of the rates of arrears"
    made.linear(f"{name}, all segments and months", "probit", np.tensordot(scale, mean, axes=(0, 0)))
    return []


def _rho(job: Job, made: _Made, mean: Array, left_out: list[str]) -> None:
    """rho, where all segments share a threshold c_t: m = (c - sqrt(rho) Y) / sqrt(1 - rho) is Y scaled and moved.

    d log scale = 1 / (2 rho (1 - rho)); d mean of Y_t = -c_t / (2 sqrt(rho) (1 - rho)).
    """
    dependence = job.pool.dependence
    if not any(name.startswith("level") for name in made.names):
        return
    months = asked(job.deal, job.pool, job.scenarios[0])
    entry = months.entry
    if not np.all(months.rho == months.rho[0]):
        left_out.append("rho: the scenario moves it by month")
        return
    if not np.allclose(entry, entry[:, :1], rtol=1e-12, atol=0.0) or not np.all((entry > 0.0) & (entry < 1.0)):
        left_out.append("rho: segments have different rates, so another rho is no other law of one factor")
        return
    if dependence.factor_start not in ("stationary", 0.0):
        left_out.append("rho: the factor starts from a value")
        return
    rho, threshold = float(months.rho[0]), np.asarray(ndtri(entry[:, 0]), np.float64)
    moved = -threshold / (2.0 * np.sqrt(rho) * (1.0 - rho))
    made.linear("rho", "1", np.tensordot(moved, mean, axes=(0, 0)), 1.0 / (2.0 * rho * (1.0 - rho)))
