"""The most that a note or all that a bank holds of a pool can need."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array


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
