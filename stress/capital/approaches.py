"""The three approaches to a note's risk weight, and the most that a note or all that a bank holds of a pool can need.

SEC-SA      from the pool's standardised capital and its delinquent share
SEC-IRBA    from the bank's own capital for the pool
SEC-ERBA    from the user's external ratings
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.capital.supervisory import risk_weight
from stress.errors import ConfigError
from stress.inputs.numbers import shown
from stress.spelling import suggest

DELINQUENT = 0.5
"""Capital per unit of what is 90 days past due, in foreclosure or bankrupt: BCBS, CRE41."""
THINNEST = 0.5
"""The discount for thickness of a note that is not senior stops at one half: BCBS, CRE42."""
LEAST_P = 0.3


def delinquent_charge(pool_capital: ArrayLike, delinquent: ArrayLike, unknown: ArrayLike = 0.0) -> Array:
    """K_A = (1 - W) K_SA + 0.5 W, where the status of every loan is known: BCBS, CRE41.

    pool_capital: K_SA of the whole pool, what is past due in it at its own weight. W: delinquent share of the pool.
    unknown: share of loans whose status is not known; it counts in full (CRE41), and above 5% SEC-SA may not be used.

    >>> round(float(delinquent_charge(0.06, 0.0051)), 6)
    0.062244
    """
    w, n = np.asarray(delinquent, dtype=np.float64), np.asarray(unknown, dtype=np.float64)
    if np.any(w < 0.0) or np.any(w > 1.0) or np.any(n < 0.0) or np.any(n > 1.0):
        raise ConfigError("the delinquent and the unknown share must lie between 0 and 1")
    known = (1.0 - w) * np.asarray(pool_capital, dtype=np.float64) + DELINQUENT * w
    return np.asarray((1.0 - n) * known + n, dtype=np.float64)


def sec_sa(
    attachment: ArrayLike, detachment: ArrayLike, pool_capital: ArrayLike, p: ArrayLike = 1.0, floor: ArrayLike = 0.15
) -> Array:
    """Risk weight of a note under SEC-SA; pool_capital is K_A of `delinquent_charge`.

    p = 1 and a floor of 15% are the Basel standard's (CRE41); other rules differ in these two.

    >>> [round(100 * float(sec_sa(0.193, 1.0, 0.062244, floor=floor)), 6) for floor in (0.15, 0.0)]
    [15.0, 11.798053]
    """
    return np.asarray(np.maximum(risk_weight(attachment, detachment, pool_capital, p), floor), dtype=np.float64)


def retail_p(
    pool_capital: ArrayLike,
    loss_given_default: ArrayLike,
    maturity: ArrayLike,
    senior: ArrayLike,
    least: float = LEAST_P,
) -> Array:
    """The parameter p of a note of a retail pool: BCBS, CRE44, last two rows of the table.

    pool_capital: K_IRB with expected loss, over exposure. maturity: M_T in years, taken between 1 and 5 (CRE40).

    >>> round(float(retail_p(0.045, 0.85, 1.22, True)), 4), round(float(retail_p(0.045, 0.85, 1.22, False)), 4)
    (0.5597, 0.5368)
    """
    k, lgd = np.asarray(pool_capital, dtype=np.float64), np.asarray(loss_given_default, dtype=np.float64)
    years = np.clip(np.asarray(maturity, dtype=np.float64), 1.0, 5.0)
    top, other = -7.48 * k + 0.71 * lgd + 0.24 * years, -5.78 * k + 0.55 * lgd + 0.27 * years
    return np.asarray(np.maximum(least, np.where(senior, top, other)), dtype=np.float64)


def sec_irba(
    attachment: ArrayLike, detachment: ArrayLike, pool_capital: ArrayLike, p: ArrayLike, floor: ArrayLike = 0.15
) -> Array:
    """Risk weight of a note under SEC-IRBA with K_IRB of the pool: BCBS, CRE44.

    >>> p = retail_p(0.045, 0.85, 1.22, False)
    >>> round(100 * float(sec_irba(0.095, 0.138, 0.045, p)), 6)
    73.676341
    """
    return np.asarray(np.maximum(risk_weight(attachment, detachment, pool_capital, p), floor), dtype=np.float64)


def sec_erba(
    weights: Mapping[str, tuple[float, float, float, float]],
    rating: str,
    senior: bool,
    maturity: ArrayLike,
    thickness: ArrayLike,
    floor: ArrayLike = 0.15,
) -> Array:
    """Risk weight of a rated note: BCBS, CRE42.

    weights: rating -> (senior at 1 year, at 5 years, other notes at 1 year, at 5 years), as fractions of exposure.
    maturity: M_T in years, linear between 1 and 5. A note that is not senior is scaled by 1 - min(thickness, 1/2), and
    takes at least what a senior one of its rating and maturity would (CRE42).
    Raises ConfigError for a rating that the table has not.

    >>> weights = {"BB+": (1.4, 1.6, 4.7, 5.8)}
    >>> round(float(sec_erba(weights, "BB+", False, 2.0, 0.25)), 5)
    3.73125
    """
    if rating not in weights:
        raise ConfigError(
            f"rating = {shown(rating)}: must be one of {', '.join(weights)}{suggest(rating, list(weights))}"
        )
    senior_1, senior_5, other_1, other_5 = weights[rating]
    share = (np.clip(np.asarray(maturity, dtype=np.float64), 1.0, 5.0) - 1.0) / 4.0
    top = senior_1 + share * (senior_5 - senior_1)
    if senior:
        return np.asarray(np.maximum(top, floor), dtype=np.float64)
    discount = 1.0 - np.minimum(np.asarray(thickness, dtype=np.float64), THINNEST)
    other = (other_1 + share * (other_5 - other_1)) * discount
    return np.asarray(np.maximum(np.maximum(other, top), floor), dtype=np.float64)


def look_through(weight: ArrayLike, pool_weight: ArrayLike, senior: ArrayLike) -> Array:
    """Risk weight of a senior note, at most the average risk weight of the pool by the same approach: BCBS, CRE40.

    Under SEC-IRBA pool_weight is 12.5 K_IRB: with expected loss.

    >>> float(look_through(1.1, 0.75, True)), float(look_through(1.1, 0.75, False))
    (0.75, 1.1)
    """
    own = np.asarray(weight, dtype=np.float64)
    return np.asarray(np.where(senior, np.minimum(own, pool_weight), own), dtype=np.float64)


def capital_cap(pool_capital: ArrayLike, largest_share: ArrayLike) -> Array:
    """The most capital for all that a bank holds of a pool, per unit of the pool: P x K_P. BCBS, CRE40.

    pool_capital: what the loans would need on the balance sheet, K_P (under SEC-IRBA with expected loss).
    largest_share: the largest share of any of the pool's notes that the bank holds, P.

    >>> float(capital_cap(0.06, 0.05))
    0.003
    """
    return np.asarray(np.asarray(pool_capital, dtype=np.float64) * np.asarray(largest_share, dtype=np.float64))
