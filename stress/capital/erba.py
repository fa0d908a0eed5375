"""SEC-ERBA: risk weights from the user's external ratings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.numbers import shown
from stress.spelling import suggest

THINNEST = 0.5
"""The discount for thickness of a note that is not senior stops at one half: BCBS, CRE42."""


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
