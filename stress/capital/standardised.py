"""SEC-SA: the standardised approach, from the pool's standardised capital and its delinquent share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.capital.supervisory import risk_weight
from stress.errors import ConfigError

DELINQUENT = 0.5
"""Capital per unit of what is 90 days past due, in foreclosure or bankrupt: BCBS, CRE41."""


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
