"""How each roll of a ladder moves: with the entry into it, and with a macro variable."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import logit

from stress.arrays import Array
from stress.calibration.rolls import Stocks, series
from stress.errors import DataError
from stress.inputs.table import MacroTable
from stress.tables.periods import Period, coarser

FEWEST = 4
"""Dates below which a slope has no error."""


class Slope(NamedTuple):
    """Log odds of a roll for each unit of what moves it."""

    row: int
    """0 entry from current, 1..K buckets."""
    slope: float
    error: float
    """By Newey and West (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55; lags 4 (n / 100)^(2/9)."""
    n: int


def with_entry(stocks: Stocks) -> list[Slope]:
    """Log odds of each roll for each log odds of entry: the `elasticity` of a pool's bucket."""
    ratio, _ = series(stocks)
    return _slopes(ratio, _odds(ratio[:, 0]), range(1, ratio.shape[1]))


def with_macro(stocks: Stocks, macro: MacroTable, variable: str) -> list[Slope]:
    """Log odds of each roll for each unit of a macro variable in the period that holds the date."""
    ratio, months = series(stocks)
    value, known = np.full(len(months), np.nan), macro.column(variable)
    for k, month in enumerate(months):
        at = coarser(Period(int(month) // 12, int(month) % 12 + 1, 12), macro.start.per_year)
        place = at.ordinal - macro.start.ordinal
        if 0 <= place < macro.n:
            value[k] = known[place]
    if np.isfinite(value).sum() < FEWEST:
        raise DataError(f"{macro.file}: holds fewer than {FEWEST} of the history's dates")
    return _slopes(ratio, value, range(ratio.shape[1]))


def _odds(share: Array) -> Array:
    return np.asarray(logit(np.where((share > 0.0) & (share < 1.0), share, np.nan)))


def _slopes(ratio: Array, x: Array, rows: range) -> list[Slope]:
    slopes = []
    for k in rows:
        y = _odds(ratio[:, k])
        both = np.isfinite(x) & np.isfinite(y)
        if both.sum() >= FEWEST and np.ptp(x[both]) > 0.0:
            slopes.append(Slope(k, *_least_squares(x[both], y[both]), int(both.sum())))
    return slopes


def _least_squares(x: Array, y: Array) -> tuple[float, float]:
    """Slope and its error."""
    n = len(x)
    design = np.column_stack([np.ones(n), x - x.mean()])
    inverse = np.linalg.inv(design.T @ design)
    coefficient = inverse @ design.T @ y
    score = design * (y - design @ coefficient)[:, None]
    lags = int(4.0 * (n / 100.0) ** (2.0 / 9.0))
    middle = score.T @ score
    for lag in range(1, min(lags, n - 1) + 1):
        cross = score[lag:].T @ score[:-lag]
        middle += (1.0 - lag / (lags + 1.0)) * (cross + cross.T)
    covariance = inverse @ middle @ inverse * n / max(n - 2, 1)
    return float(coefficient[1]), float(np.sqrt(max(covariance[1, 1], 0.0)))
