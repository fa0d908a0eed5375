"""SEC-IRBA: the internal-ratings approach, from the bank's own capital for the pool."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.capital.supervisory import risk_weight


class Coefficients(NamedTuple):
    """p = max(least, constant + granularity / N + capital K_IRB + lgd LGD + maturity M_T)."""

    constant: float
    granularity: float
    capital: float
    lgd: float
    maturity: float


RETAIL_SENIOR = Coefficients(0.0, 0.0, -7.48, 0.71, 0.24)
RETAIL_JUNIOR = Coefficients(0.0, 0.0, -5.78, 0.55, 0.27)
"""Retail pools, senior and other notes: BCBS, CRE44, last two rows of the table."""
LEAST_P = 0.3


def retail_p(
    pool_capital: ArrayLike,
    loss_given_default: ArrayLike,
    maturity: ArrayLike,
    senior: ArrayLike,
    least: float = LEAST_P,
    coefficients: tuple[Coefficients, Coefficients] = (RETAIL_SENIOR, RETAIL_JUNIOR),
) -> Array:
    """The parameter p of a note of a retail pool. BCBS, CRE44.

    pool_capital: K_IRB with expected loss, over exposure. maturity: M_T in years, taken between 1 and 5 (CRE40).

    >>> round(float(retail_p(0.045, 0.85, 1.22, True)), 4), round(float(retail_p(0.045, 0.85, 1.22, False)), 4)
    (0.5597, 0.5368)
    """
    k, lgd = np.asarray(pool_capital, dtype=np.float64), np.asarray(loss_given_default, dtype=np.float64)
    years = np.clip(np.asarray(maturity, dtype=np.float64), 1.0, 5.0)
    values = [c.constant + c.capital * k + c.lgd * lgd + c.maturity * years for c in coefficients]
    return np.asarray(np.maximum(least, np.where(senior, *values)), dtype=np.float64)


def sec_irba(
    attachment: ArrayLike, detachment: ArrayLike, pool_capital: ArrayLike, p: ArrayLike, floor: ArrayLike = 0.15
) -> Array:
    """Risk weight of a note under SEC-IRBA with K_IRB of the pool: BCBS, CRE44.

    >>> p = retail_p(0.045, 0.85, 1.22, False)
    >>> round(100 * float(sec_irba(0.095, 0.138, 0.045, p)), 6)
    73.676341
    """
    return np.asarray(np.maximum(risk_weight(attachment, detachment, pool_capital, p), floor), dtype=np.float64)
