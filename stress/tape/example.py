"""A seeded loan tape that looks like the Baitiao pool: made up, but with the published stratification.

Xia, Liu, Wang, Liu (2024): about 99% of the balance is not overdue, about 65% is in accounts below CNY 3,000, L2 and
L3 hold about 97%, 56.49% of the balance bears no fee, credit lines end at CNY 15,000. Illustrative, ours: level and
plan mix and fees by level (as in scenarios/pools/baitiao.toml), the spread of ticket sizes, how late the late ones are.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from stress.arrays import Array, Ints

LEVEL = ("L1", "L2", "L3", "L4")
LEVEL_SHARE = np.array([0.015, 0.585, 0.385, 0.015])
LEVEL_FEE = np.array([0.0050, 0.0085, 0.0105, 0.0120])
LEVEL_DEFAULT = np.array([0.00155, 0.0061, 0.0155, 0.0342])
"""Static default of a new cohort: the late ones are spread over levels in proportion."""
TERM = np.array([1, 3, 4, 6, 8, 12, 24])
TERM_SHARE = np.array([0.565, 0.05, 0.02, 0.10, 0.025, 0.18, 0.06])
FEE_FREE = 0.5649
LATE = 0.01
LATE_BUCKET = np.array([0.60, 0.25, 0.15])
"""Of the late balance: 1-30, 31-60, 61-90 days."""
SMALL, SMALL_SHARE, LINE = 3_000.0, 0.65, 15_000.0
MAX_EXAMPLE = 20_000_000
"""Loans of a tape: bounds memory."""
SPREAD = 1.0
"""Standard deviation of the logarithm of ticket sizes."""


def baitiao_tape(n: int, seed: int = 1) -> pd.DataFrame:
    """n loans with the columns of a tape; the stratification holds up to sampling noise of order 1/sqrt(n)."""
    draw = np.random.default_rng(seed)
    term, left = _positions()
    weight = np.repeat(TERM_SHARE, TERM)
    place = draw.choice(len(term), n, p=weight / weight.sum())
    n_term, n_left = term[place], left[place]
    level = draw.choice(len(LEVEL), n, p=LEVEL_SHARE)
    middle = _middle(term, left, weight)
    top = float(ndtr((math.log(LINE) - middle) / SPREAD))
    ticket = np.exp(middle + SPREAD * ndtri(top * (1.0 - draw.random(n))))
    balance = np.maximum(np.round(ticket * n_left / n_term, 2), 0.01)
    free = (n_term == 1) | (draw.random(n) < _free_of_fee_plans())
    late = draw.random(n) < (LATE * LEVEL_DEFAULT / (LEVEL_SHARE @ LEVEL_DEFAULT))[level]
    days = draw.choice(3, n, p=LATE_BUCKET) * 30 + draw.integers(1, 31, n)
    return pd.DataFrame(
        {
            "level": pd.Categorical(np.array(LEVEL)[level], categories=LEVEL),
            "term": n_term,
            "remaining": n_left,
            "days_past_due": np.where(late, days, 0),
            "balance": balance,
            "monthly_fee": np.where(free, 0.0, LEVEL_FEE[level]),
        }
    )


def _positions() -> tuple[Ints, Ints]:
    """(term, instalments left) of a pool to which the same is added every month."""
    return np.repeat(TERM, TERM), np.concatenate([np.arange(1, n + 1) for n in TERM])


def _free_of_fee_plans() -> float:
    """Fee-free balance share of the plans longer than one month, so that FEE_FREE of all balance is free."""
    balance = TERM_SHARE * (TERM + 1) / 2.0
    always = float(balance[0] / balance.sum())
    return (FEE_FREE - always) / (1.0 - always)


def _middle(term: Ints, left: Ints, weight: Array) -> float:
    """Mean logarithm of tickets (log-normal, cut at the credit line) at which SMALL_SHARE is in small loans."""
    from scipy.optimize import brentq  # takes 0.25 s to import, and reading a tape needs none

    def money(below: Array, m: float) -> Array:
        """E[ticket; ticket < below] but for a factor."""
        return np.asarray(ndtr((np.log(np.minimum(below, LINE)) - m) / SPREAD - SPREAD), dtype=np.float64)

    def gap(m: float) -> float:
        part = weight * left / term
        small = part @ money(SMALL * term / left, m)
        return float(small / (part @ money(np.full(len(term), LINE), m))) - SMALL_SHARE

    return float(brentq(gap, math.log(50.0), math.log(LINE)))
