"""Quantiles by month from the fan counts: 1,024 bins, uniform in the square root."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stress.kernels.tally import FAN_TOP, MONTH_QUANTITIES, N_FAN_BIN

Array = NDArray[np.float64]


def edges(quantity: str) -> Array:
    """(fan_bin + 1,) edges of a month quantity; a note's balance runs from 0 to 1, excess spread from -1 to 1."""
    step = np.arange(N_FAN_BIN + 1) / N_FAN_BIN
    if quantity not in MONTH_QUANTITIES:
        return step**2
    if quantity == "excess_spread":
        side = 2.0 * step - 1.0
        return np.asarray(np.sign(side) * side**2, np.float64)
    return step**2 * FAN_TOP[MONTH_QUANTITIES.index(quantity)]


def ends(quantity: str) -> tuple[float, float]:
    """The inner edges of the outermost bins that hold all that lies beyond; infinite where nothing can.

    A quantile on such an edge was counted: it ends the bin within.
    """
    if quantity not in MONTH_QUANTITIES:
        return -np.inf, np.inf
    edge = edges(quantity)
    return float(edge[1]) if quantity == "excess_spread" else -np.inf, float(edge[-2])


def quantiles(count: NDArray[np.int64], edge: Array, levels: Array) -> Array:
    """(..., fan_bin) counts -> (..., quantile), linear within a bin. NaN where nothing was counted.

    The first and the last bin give their outer edge: they hold balances of exactly 0 and exactly the whole.
    """
    flat = count.reshape(-1, count.shape[-1]).astype(np.float64)
    out = np.full((flat.shape[0], levels.size), np.nan)
    for row, counts in enumerate(flat):
        cumulative = np.cumsum(counts)
        if cumulative[-1] <= 0:
            continue
        rank = levels * cumulative[-1]
        at = np.searchsorted(cumulative, rank * (1.0 - 1e-12))
        inside = 1.0 - (cumulative[at] - rank) / np.maximum(counts[at], 1e-300)
        low, high = _edges_of(at, edge)
        out[row] = np.minimum(low + np.clip(inside, 0.0, 1.0) * (high - low), high)
    return out.reshape(*count.shape[:-1], levels.size)


def _edges_of(at: NDArray[np.int64], edge: Array) -> tuple[Array, Array]:
    """Edges of each bin, the outermost bins shrunk to their outer edge."""
    low, high = edge[at].copy(), edge[at + 1].copy()
    high[at == 0] = edge[0]
    low[at == edge.size - 2] = edge[-1]
    return low, high
