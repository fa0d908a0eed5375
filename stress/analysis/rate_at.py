"""The rate at which a present value is the price.

Of its own, for `stress run` asks it of every note, and scipy's root finders take longer to import than all of that.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_EXACT = 1e-14
"""Distance of the logarithms of value and price that is rounding."""
_MOST = 200
"""Points tried; some ten do."""


def rate_at(value: Callable[[float], float], worth: float, low: float, high: float) -> float:
    """The rate between two (above -1) at which a present value, which falls with it, is so much; NaN where it never is.

    Secants of the logarithm of the value over that of 1 + rate, nearly a line; an end that stays twice counts half
    (Dowell and Jarratt 1971, A modified regula falsi method for computing the root of an equation, BIT 11).

    >>> round(rate_at(lambda rate: 1.05 / (1.0 + rate), 1.0, -0.99, 100.0), 12)
    0.05
    """

    def gap(at: float) -> float:
        present = value(math.expm1(at))
        return math.log(present / worth) if present > 0.0 else -math.inf

    left, right = math.log1p(low), math.log1p(high)
    above, below = gap(left), gap(right)
    if not below < 0.0 < above:
        return math.nan
    at, stayed = 0.5 * (left + right), 0
    for _ in range(_MOST):
        if math.isfinite(above) and math.isfinite(below):
            at = left + (right - left) * above / (above - below)
        else:
            at = 0.5 * (left + right)
        here = gap(at)
        if abs(here) <= _EXACT or not left < at < right:
            break
        if here > 0.0:
            left, above, below, stayed = at, here, 0.5 * below if stayed > 0 else below, 1
        else:
            right, below, above, stayed = at, here, 0.5 * above if stayed < 0 else above, -1
    return math.expm1(at)
