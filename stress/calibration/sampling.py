"""How far the estimates of (p, rho, phi) may be off together: their sampling distribution by parametric bootstrap."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtri

from stress.arrays import Array
from stress.calibration.horizon import RHO_MONTHLY_MAX, Monthly, to_monthly
from stress.calibration.latent import ar1_law
from stress.calibration.rho import RhoFit
from stress.errors import DataError

REPLICATES = 400
_LEAST, _MOST = 1e-3, 0.9995
"""Monthly rho and phi are held between these on the scale of log odds: an estimate of 0 has none."""


class Sampling(NamedTuple):
    """Estimates from histories that the fitted law could have produced."""

    monthly: Monthly
    """The fitted law."""
    replicate: Array
    """(B, 3) log odds of monthly p, rho, phi."""

    @property
    def covariance(self) -> Array:
        """(3, 3) of the log odds of p, rho, phi."""
        return np.asarray(np.cov(self.replicate.T))

    @property
    def bias(self) -> Array:
        """(3,) mean of the replicates' log odds less those of the estimates: what maximum likelihood is off by."""
        return np.asarray(self.replicate.mean(axis=0) - _log_odds(self.monthly))

    def summary(self, level: float) -> dict[str, object]:
        """Covariance, bias and band in plain lists."""
        parts = {"covariance": self.covariance, "bias": self.bias, "band": self.band(level)}
        return {name: part.tolist() for name, part in parts.items()}

    def band(self, level: float) -> Array:
        """(2, 3) limits of p, rho, phi between which the normal approximation keeps a share `level` of the draws."""
        half_width = float(ndtri(0.5 + 0.5 * level)) * np.sqrt(np.diagonal(self.covariance))
        centre = _log_odds(self.monthly)
        return np.asarray(expit(np.stack([centre - half_width, centre + half_width])))


def sampling_of(fit: RhoFit, replicates: int = REPLICATES, seed: int = 1) -> Sampling:
    """Simulate histories of the fitted AR(1) law, as long as the observed one, and estimate each again.

    Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 6.5 (the parametric bootstrap).

    >>> fit = stress.calibration.calibrate_rho(np.array([0.03, 0.04, 0.05, 0.04, 0.03, 0.05, 0.04, 0.06]), per_year=4)
    >>> sampling_of(fit, replicates=50).band(0.95).shape
    (2, 3)
    """
    law, random = fit.ar1, np.random.default_rng(seed)
    mean, sd = float(ndtri(law.p)) / np.sqrt(1.0 - law.rho), np.sqrt(law.rho / (1.0 - law.rho))
    draws = []
    for shock in random.normal(size=(replicates, fit.n)):
        y = np.empty(fit.n)
        y[0] = shock[0]
        for t in range(1, fit.n):
            y[t] = law.phi * y[t - 1] + np.sqrt(1.0 - law.phi**2) * shock[t]
        again = ar1_law(mean + sd * y)
        draws.append(_log_odds(_month(again.p, again.rho, again.phi, fit.per_year)))
    return Sampling(fit.monthly, np.array(draws))


def parameters_toml(sampling: Sampling, fit: RhoFit, name: str, source: str, first: str, last: str) -> str:
    """A file of kind = "parameters": what `predictive` of a job draws from."""
    low, high = sampling.band(0.95)
    month, cov = sampling.monthly, sampling.covariance
    rows = [", ".join(f"{x:.6g}" for x in row) for row in 0.5 * (cov + cov.T)]
    line = [
        "# How far the monthly (p, rho, phi) may be off: 95% bands of the draws around the estimates are",
        f"# p {low[0]:.3%} to {high[0]:.3%}, rho {low[1]:.4f} to {high[1]:.4f}, phi {low[2]:.4f} to {high[2]:.4f}.",
        'kind = "parameters"',
        "version = 1",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"source = {json.dumps(source, ensure_ascii=False)}",
        f"p = {month.p:.6g}",
        f"rho = {month.rho:.6g}",
        f"phi = {month.phi:.6g}",
        "covariance = [  # of the log odds of p, rho, phi",
        *(f"  [{row}]," for row in rows),
        "]",
        "",
        "[sample]",
        f"n = {fit.n}",
        f'first = "{first}"',
        f'last = "{last}"',
        f"replicates = {len(sampling.replicate)}",
    ]
    return "\n".join(line) + "\n"


def _month(p: float, rho: float, phi: float, per_year: int) -> Monthly:
    try:
        return to_monthly(p, rho, max(phi, 0.0), per_year)
    except DataError:
        return Monthly(p / 12.0, RHO_MONTHLY_MAX, max(phi, 0.0) ** (per_year / 12.0))


def _log_odds(month: Monthly) -> Array:
    held = np.clip([month.rho, month.phi], _LEAST, _MOST)
    return np.asarray(logit(np.array([month.p, *held])))
