"""Mean rate, asset correlation and persistence at the engine's monthly horizon, from an annual or quarterly history.

Persistence is what such histories are short of: a hundred quarters at 0.92 a quarter tell as much about the mean as
four independent ones. Every interval here knows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from stress.arrays import Array
from stress.calibration.blocks import block_bootstrap, block_length
from stress.calibration.horizon import (
    RHO_MONTHLY_MAX,
    Compounding,
    Monthly,
    averaged_persistence,
    spread_of_mean,
    to_monthly,
)
from stress.calibration.latent import Interval, Law, ar1_law, independent_law, profile
from stress.errors import DataError

REPLICATES = 2000
LEAST = 8
"""Observations needed; below this no interval means anything."""


class RhoFit(NamedTuple):
    """Estimates at the history's horizon, their intervals and the monthly law; prints as a table."""

    n: int
    per_year: int
    independent: Law
    """Maximum likelihood as if observations were independent (phi 0)."""
    moment_p: float
    moment_rho: float
    """From the mean and the standard deviation of the rate."""
    persistence: float
    """Lag-1 correlation of the probits."""
    ar1: Law
    """Maximum likelihood with an AR(1) factor."""
    level: float
    """Of the intervals."""
    profile_p: Interval
    profile_rho: Interval
    profile_phi: Interval
    bootstrap_p: Interval
    bootstrap_rho: Interval
    """Of the independent maximum likelihood estimate, by blocks."""
    bootstrap_phi: Interval
    block: int
    """Observations a block."""
    monthly: Monthly
    """From the AR(1) maximum likelihood: what goes into a pool's `dependence`."""
    monthly_independent: Monthly
    monthly_moment: Monthly
    monthly_rho: Interval
    """The profile interval of rho at the monthly horizon (p and phi at their estimates)."""
    monthly_phi_averaged: float
    """Monthly persistence if each observation averages its months."""

    @property
    def effective(self) -> float:
        """Independent observations that tell as much about the mean: n (1 - phi) / (1 + phi)."""
        return effective_size(self.n, self.persistence)

    @property
    def effective_spread(self) -> float:
        """The same for the variance, so for rho: n (1 - phi^2) / (1 + phi^2)."""
        return effective_size(self.n, self.persistence**2)

    def __repr__(self) -> str:
        return _table(self)


def calibrate_rho(
    rate: ArrayLike,
    per_year: int,
    expected: ArrayLike | None = None,
    compounding: Compounding = "simple",
    level: float = 0.95,
    replicates: int = REPLICATES,
    seed: int = 1,
) -> RhoFit:
    """(p, rho, phi) from annual or annualised default rates (fractions), one a period, `per_year` 1, 4 or 12.

    Vasicek (2002) law; maximum likelihood with an AR(1) factor, the closed form for independent observations, and
    moments. `expected`: a satellite's fitted rates, to find what the residual factor is worth. Intervals by profile
    likelihood and by circular blocks (Politis and Romano 1992). DataError where a rate is not inside (0, 1), or where
    there are fewer than 8 or no variation.

    >>> rate = [0.041, 0.047, 0.039, 0.044, 0.052, 0.061, 0.058, 0.049, 0.043, 0.040, 0.038, 0.042]  # years, invented
    >>> fit = calibrate_rho(rate, per_year=1, replicates=20)
    >>> 0.0 < fit.independent.rho < 0.1
    True
    """
    if per_year not in (1, 4, 12):
        raise DataError(f"a history of {per_year} observations a year: must be 1, 4 or 12")
    g = _probits(rate, expected)
    observed = np.asarray(ndtr(g), dtype=np.float64)
    plain, best, persistence = independent_law(g), ar1_law(g), float(np.corrcoef(g[1:], g[:-1])[0, 1])
    mean, moment = float(observed.mean()), _moment_rho(float(observed.mean()), float(observed.std()))
    limit = {parameter: profile(g, parameter, best, level) for parameter in ("p", "rho", "phi")}
    block = block_length(len(g), persistence)
    boot = block_bootstrap(g, block, level, replicates, seed)

    def month(p: float, rho: float, phi: float) -> Monthly:
        return to_monthly(p, rho, max(phi, 0.0), per_year, compounding)

    return RhoFit(
        n=len(g), per_year=per_year, independent=plain, moment_p=mean, moment_rho=moment, persistence=persistence,
        ar1=best, level=level, profile_p=limit["p"], profile_rho=limit["rho"], profile_phi=limit["phi"],
        bootstrap_p=boot[0], bootstrap_rho=boot[1], bootstrap_phi=boot[2], block=block,
        monthly=month(best.p, best.rho, best.phi),
        monthly_independent=month(plain.p, plain.rho, persistence),
        monthly_moment=month(mean, moment, persistence),
        monthly_rho=_monthly_interval(limit["rho"], lambda end: month(best.p, end, best.phi).rho),
        monthly_phi_averaged=averaged_persistence(persistence, per_year),
    )  # fmt: skip


def effective_size(n: int, phi: float) -> float:
    """Independent observations worth n of an AR(1) for its mean: n (1 - phi) / (1 + phi).

    Bayley and Hammersley (1946), "The effective number of independent observations in an autocorrelated time series".

    >>> round(effective_size(100, 0.92), 1)
    4.2
    """
    return n * (1.0 - phi) / (1.0 + phi)


def _checked(rate: ArrayLike, name: str) -> Array:
    value = np.asarray(rate, dtype=np.float64)
    if value.ndim != 1 or len(value) < LEAST:
        raise DataError(f"{name}: has {value.size} observations; a history needs at least {LEAST}")
    wrong = np.flatnonzero(~((value > 0.0) & (value < 1.0)))
    if wrong.size:
        raise DataError(
            f"{name}: observation {wrong[0] + 1} is {value[wrong[0]]:g}; must lie between 0 and 1, exclusive"
        )
    return value


def _probits(rate: ArrayLike, expected: ArrayLike | None) -> Array:
    """Probits of the rates; the expected movement, where given, taken out around the same mean."""
    g = np.asarray(ndtri(_checked(rate, "rate")), dtype=np.float64)
    if expected is not None:
        known = np.asarray(ndtri(_checked(expected, "expected")), dtype=np.float64)
        if len(known) != len(g):
            raise DataError(f"expected: has {len(known)} observations; the history has {len(g)}")
        g = g - (known - known.mean())
    if float(g.std()) < 1e-9:
        raise DataError("the history does not vary: no asset correlation can be estimated from it")
    return g


def _monthly_interval(span: Interval, monthly: Callable[[float], float]) -> Interval:
    """Both limits at the monthly horizon; open at RHO_MONTHLY_MAX where a limit has no monthly counterpart."""
    limit = [monthly(span.low), RHO_MONTHLY_MAX]
    try:
        limit[1] = monthly(span.high)
    except DataError:
        return Interval(limit[0], limit[1], True)
    return Interval(limit[0], limit[1], span.open)


def _moment_rho(mean: float, sd: float) -> float:
    """The asset correlation at which Vasicek's law has this standard deviation (Gordy 2000, appendix on moments)."""
    return float(brentq(lambda r: spread_of_mean(mean, r, 0.0, 1) - sd, 1e-12, 1.0 - 1e-9, xtol=1e-14))


def _table(fit: RhoFit) -> str:
    horizon = {1: "year", 4: "quarter", 12: "month"}[fit.per_year]
    worth = f"worth {fit.effective:.1f} independent ones for the mean, {fit.effective_spread:.1f} for rho"
    line = [
        f"{fit.n} {horizon}s, lag-1 correlation {fit.persistence:.3f}: {worth}",
        f"{'':<34}{'p a year':>10}{'rho':>10}{'phi':>8}   monthly: {'p':>9}{'rho':>9}{'phi':>9}",
        _row("maximum likelihood, AR(1) factor", fit.ar1.p, fit.ar1.rho, fit.ar1.phi, fit.monthly),
        _row("maximum likelihood, independent", fit.independent.p, fit.independent.rho, None, fit.monthly_independent),
        _row("moments", fit.moment_p, fit.moment_rho, fit.persistence, fit.monthly_moment),
    ]
    name = f"{fit.level:.0%} interval, "
    line.append(_limits(name + "profile", "p", fit.profile_p, "rho", fit.profile_rho, "phi", fit.profile_phi))
    tag = name + f"blocks of {fit.block}"
    line.append(_limits(tag, "p", fit.bootstrap_p, "rho", fit.bootstrap_rho, "phi", fit.bootstrap_phi))
    line.append(f"{name}monthly rho: {_span(fit.monthly_rho)}")
    line.append(
        f"if an observation averages its {horizon}, phi is {fit.monthly_phi_averaged:.4f} a month (Working 1960)"
    )
    return "\n".join(line)


def _row(name: str, p: float, rho: float, phi: float | None, month: Monthly) -> str:
    shown = "-" if phi is None else f"{phi:.4f}"
    return f"{name:<34}{p:>10.4%}{rho:>10.5f}{shown:>8}            {month.p:>9.4%}{month.rho:>9.5f}{month.phi:>9.4f}"


def _limits(name: str, *part: str | Interval) -> str:
    limits = [
        f"{label} {_span(span)}"
        for label, span in zip(part[::2], part[1::2], strict=True)
        if isinstance(span, Interval)
    ]
    return f"{name}: " + "; ".join(limits)


def _span(span: Interval) -> str:
    return f"{span.low:.4g} to {span.high:.4g}" + (" (a limit is the end of the range searched)" if span.open else "")
