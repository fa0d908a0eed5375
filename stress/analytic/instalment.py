"""Instalment plans with a flat fee: payment, APR and the steady state of a revolving book of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array
from stress.errors import ConfigError


def flat_fee_payment(principal: ArrayLike, fee: ArrayLike, term: ArrayLike) -> Array:
    """Monthly payment of a plan of `term` months with a monthly fee on the ORIGINAL principal: P (f + 1/n).

    Xia, Liu, Wang and Liu (2024), "Taking JD Baitiao as an Example ...", Table 2. It prints 1,050 for three months; its
    own rule and its APR of 8.98% give 1,015.

    >>> flat_fee_payment(3000, 0.005, [3, 6, 12, 24]).round(6).tolist()
    [1015.0, 515.0, 265.0, 140.0]
    """
    p, f, n = (np.asarray(v, dtype=np.float64) for v in (principal, fee, term))
    return np.asarray(p * (f + 1.0 / n), dtype=np.float64)


def flat_fee_apr(fee: ArrayLike, term: ArrayLike) -> Array:
    """APR of a flat-fee plan: 12 x the monthly internal rate of return of n payments f + 1/n on a principal of 1.

    Xia et al. (2024), Table 3. Newton on the annuity factor, which falls and is convex: from 0 it climbs to
    the root without a bracket. ValueError where a fee is negative or a term below 1.

    >>> flat_fee_apr(0.005, [3, 12, 24]).round(6).tolist()
    [0.089777, 0.108964, 0.111267]
    """
    f, n = np.broadcast_arrays(np.asarray(fee, dtype=np.float64), np.asarray(term, dtype=np.float64))
    if not (np.all(f >= 0.0) and np.all(n >= 1.0)):
        raise ConfigError("a flat fee must not be negative and a term must be at least 1 month")
    target = n / (1.0 + n * f)
    rate = np.zeros(f.shape)
    for _ in range(200):
        factor, slope = _annuity(rate, n)
        step = (target - factor) / slope
        rate = rate + np.maximum(step, 0.0)
        if np.all(step <= 1e-15 * (1.0 + rate)):
            break
    return 12.0 * rate


def flat_fee_of_apr(apr: ArrayLike, term: ArrayLike) -> Array:
    """The flat monthly fee whose APR is `apr`: the inverse of `flat_fee_apr`, f = 1 / annuity(apr / 12, n) - 1 / n.

    >>> flat_fee_of_apr(flat_fee_apr(0.005, 12), 12).round(12).tolist()
    0.005
    """
    n = np.asarray(term, dtype=np.float64)
    factor, _ = _annuity(np.broadcast_to(np.asarray(apr, dtype=np.float64) / 12.0, n.shape), n)
    return np.asarray(1.0 / factor - 1.0 / n, dtype=np.float64)


def steady_profile(share: ArrayLike, term: ArrayLike) -> Array:
    """Principal falling due 1, 2, ... months ahead in the steady state of a plan mix, per unit originated a month.

    `share` of originations by plan (sums to 1), `term` in months. Plan n adds share (n - r + 1) / n at r. No default
    and no prepayment; the sum is the steady balance.

    >>> steady_profile([0.5, 0.5], [1, 3]).round(6).tolist()
    [1.0, 0.333333, 0.166667]
    """
    w, n = np.asarray(share, dtype=np.float64), np.asarray(term, dtype=np.float64)
    r = np.arange(1.0, n.max() + 1.0)
    return np.asarray(w @ np.maximum(1.0 - (r - 1.0) / n[:, None], 0.0), dtype=np.float64)


def steady_average_life(share: ArrayLike, term: ArrayLike) -> float:
    """Months of exposure of a new receivable, A = sum of w_n (n + 1) / 2.

    Also the steady balance per unit originated a month.

    >>> steady_average_life([1.0], [12])
    6.5
    """
    return float(np.sum(np.asarray(share, dtype=np.float64) * (np.asarray(term, dtype=np.float64) + 1.0) / 2.0))


def steady_payment_rate(share: ArrayLike, term: ArrayLike) -> float:
    """Scheduled principal a month over balance in the steady state: 1 / A; 2 / (n + 1) for one plan.

    >>> round(steady_payment_rate([1.0], [12]), 6) == round(2 / 13, 6)
    True
    """
    return 1.0 / steady_average_life(share, term)


def _annuity(rate: Array, n: Array) -> tuple[Array, Array]:
    """Value of n payments of 1 at monthly `rate`, and its slope; by series below 1e-6, where the quotient cancels."""
    small = rate < 1e-6
    safe = np.where(small, 1.0, rate)
    discount = np.exp(-n * np.log1p(safe))
    factor = -np.expm1(-n * np.log1p(safe)) / safe
    slope = (n * discount / (1.0 + safe) - factor) / safe
    first, second = n * (n + 1.0) / 2.0, n * (n + 1.0) * (n + 2.0) / 6.0
    return (
        np.where(small, n - first * rate + second * rate * rate, factor),
        np.where(small, 2.0 * second * rate - first, slope),
    )
