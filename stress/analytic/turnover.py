"""What turnover does to defaults: a static pool's cumulative default against that of a pool kept full by purchases.

Conventions: a step defaults the share q of the opening balance, then survivors pay; rho 0; no prepayment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.analytic.instalment import steady_average_life


class Turnover(NamedTuple):
    """Cumulative default of a pool kept full, then run off, beside the static figure it comes from."""

    default_rate: float
    """Monthly default rate q of the balance."""
    payment_rate: float
    """Monthly payment rate m."""
    run_off: float
    """Balance-months of the run-off per unit of balance."""
    cumulative_default: float
    """Over the cut-off balance."""


def turnover_of_plans(static_default: float, share: ArrayLike, term: ArrayLike, months: int = 12) -> Turnover:
    """Instalment plans, pool kept full for `months` in its steady state: q = s / A, m = 1 / A, D = months q + q R.

    A = sum w (n+1)/2, R = sum w (n+1)(n+2)/6 / A. First order in q: balances are not thinned by
    earlier defaults.

    >>> turn = turnover_of_plans(0.0101, [0.565, 0.05, 0.02, 0.1, 0.025, 0.18, 0.06], [1, 3, 4, 6, 8, 12, 24])
    >>> round(turn.cumulative_default, 4)
    0.054
    """
    w, n = np.asarray(share, dtype=np.float64), np.asarray(term, dtype=np.float64)
    life = steady_average_life(w, n)
    run_off = float(np.sum(w * (n + 1.0) * (n + 2.0) / 6.0)) / life
    q = static_default / life
    return Turnover(q, 1.0 / life, run_off, months * q + q * run_off)


def turnover_by_payment_rate(static_default: float, payment_rate: float, months: int = 12) -> Turnover:
    """One payment rate m after default: q = s m / (1 - s (1 - m)), D = months q + s. Exact.

    >>> [round(turnover_by_payment_rate(0.0101, m).cumulative_default, 4) for m in (0.2, 0.3, 0.4, 0.6)]
    [0.0345, 0.0467, 0.0589, 0.0831]
    """
    q = breakeven_default_rate(static_default, payment_rate)
    run_off = 1.0 / (q + payment_rate * (1.0 - q))
    return Turnover(q, payment_rate, run_off, months * q + static_default)


def run_off_default(default_rate: float, payment_rate: float) -> float:
    """Cumulative default of a static pool run to its end: q / (q + m (1 - q)).

    >>> round(run_off_default(0.005, 0.2), 7)
    0.0245098
    """
    return default_rate / (default_rate + payment_rate * (1.0 - default_rate))


def breakeven_default_rate(cumulative: float, payment_rate: float) -> float:
    """Monthly default rate at which a static pool's cumulative default reaches `cumulative`: s m / (1 - s (1 - m)).

    >>> round(breakeven_default_rate(0.11, 0.2), 8)
    0.02412281
    """
    return cumulative * payment_rate / (1.0 - cumulative * (1.0 - payment_rate))
