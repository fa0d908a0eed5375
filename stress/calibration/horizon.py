"""From the horizon of a history (quarter, year) to the engine's month: the same mean, spread and persistence."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri, owens_t

from stress.arrays import Array
from stress.errors import DataError

Compounding = Literal["simple", "compound"]
"""Of an annual rate: `simple` = 12 monthly rates added (annualised charge-offs), `compound` = 1 - (1 - monthly)^12."""


RHO_MONTHLY_MAX = 0.95
"""Largest monthly asset correlation looked for."""


class Monthly(NamedTuple):
    """The one-factor law of a month."""

    p: float
    """Unconditional rate a month."""
    rho: float
    """Asset correlation of the monthly latent variable."""
    phi: float
    """Persistence of the factor from month to month."""


def to_monthly(p: float, rho: float, phi: float, per_year: int, compounding: Compounding = "simple") -> Monthly:
    """The monthly law whose rates, averaged over an observation, have the mean and the spread of the observed law.

    p, rho, phi: annual (or annualised) rate, its asset correlation and persistence per observation. phi by powers; the
    monthly rho from equal coefficients of variation, where the variance of a mean of h months is
    sum_ij (Phi2(k, k; rho phi^|i-j|) - p^2) / h^2 with the monthly p and rho.

    >>> law = to_monthly(0.037, 0.04, 0.9736**12, per_year=1)
    >>> round(law.phi, 4), round(law.rho, 4)
    (0.9736, 0.0226)
    """
    months, target = 12 // per_year, spread_of_mean(p, rho, 0.0, 1) / p
    month = p / 12.0 if compounding == "simple" else float(-np.expm1(np.log1p(-p) / 12.0))
    persistence = float(phi ** (1.0 / months))

    def gap(x: float) -> float:
        return spread_of_mean(month, x, persistence, months) / month - target

    if gap(RHO_MONTHLY_MAX) < 0.0:
        raise DataError(
            f"asset correlation {rho:.3g} of the {months}-month rate has no monthly counterpart below {RHO_MONTHLY_MAX}"
        )
    return Monthly(month, float(brentq(gap, 1e-9, RHO_MONTHLY_MAX, xtol=1e-12)) if rho > 1e-9 else 0.0, persistence)


def spread_of_mean(p: float, rho: float, phi: float, months: int) -> float:
    """Standard deviation of the mean of `months` consecutive conditional rates of one factor path."""
    lag = np.arange(months)
    count = np.where(lag == 0, months, 2 * (months - lag))
    pair = _joint_rate(p, np.asarray(rho * phi**lag, dtype=np.float64))
    return float(np.sqrt(max(np.sum(count * (pair - p * p)), 0.0)) / months)


def averaged_persistence(phi: float, per_year: int) -> float:
    """Monthly persistence if each observation AVERAGES its months (Working 1960): averages look smoother than points.

    The lag-1 correlation of h-month means of an AR(1) equals phi. Lower than phi^(1/h): about 1 - 1.5 (1 - phi) / h.
    """
    months = 12 // per_year
    if months == 1 or phi <= 0.0:
        return max(phi, 0.0)
    near = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    far = months + np.subtract.outer(np.arange(months), np.arange(months))

    def gap(x: float) -> float:
        return float(np.sum(x**far) / np.sum(x**near)) - phi

    return float(brentq(gap, 1e-9, 1.0 - 1e-12, xtol=1e-12))


def _joint_rate(p: float, correlation: Array) -> Array:
    """Probability that two borrowers default, Phi2(k, k; correlation) with k = Phi^-1(p), by Owen's T (Owen 1956)."""
    return np.asarray(p - 2.0 * owens_t(ndtri(p), np.sqrt((1.0 - correlation) / (1.0 + correlation))))
