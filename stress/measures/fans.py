"""Quantiles by month from the fan counts: 1,024 bins, uniform in the square root."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stress.arrays import Array, Ints
from stress.kernels.tally import FAN_TOP, MONTH_QUANTITIES, N_FAN_BIN


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


def quantiles(count: NDArray[Any], edge: Array, levels: Array) -> Array:
    """(..., row, fan_bin) counts -> (..., row, quantile), linear within a bin. NaN where nothing was counted.

    The first and the last bin give their outer edge: they hold balances of exactly 0 and exactly the whole.
    """
    out = np.empty((*count.shape[:-1], levels.size))
    for some in np.ndindex(count.shape[:-2]):  # not all at once: they would not fit in a processor's cache
        out[some] = _of_rows(count[some], edge, levels)
    return out


def _of_rows(count: NDArray[Any], edge: Array, levels: Array) -> Array:
    cumulative = np.cumsum(count, axis=-1).astype(np.float64)
    whole = cumulative[:, -1:]
    at, within = placed(count, cumulative, levels * whole)
    low, high = _edges_of(at, edge)
    value = np.minimum(low + np.clip(within, 0.0, 1.0) * (high - low), high)
    return np.where(whole > 0.0, value, np.nan)


def placed(count: NDArray[Any], cumulative: Array, rank: Array) -> tuple[Ints, Array]:
    """The bin in which each rank lies, and how far within it: 0 at its lower edge, 1 at its upper one, near enough.

    `count` and `cumulative` (..., bin), `rank` (..., quantile). Bin 0 where nothing was counted.
    """
    sought = np.where(cumulative[..., -1:] > 0.0, rank * (1.0 - 1e-12), -np.inf)
    rows = zip(cumulative.reshape(-1, cumulative.shape[-1]), sought.reshape(-1, sought.shape[-1]), strict=True)
    at = np.array([row.searchsorted(ranks) for row, ranks in rows], np.int64).reshape(rank.shape)
    reached, here = (np.take_along_axis(array, at, -1) for array in (cumulative, count))
    return at, 1.0 - (reached - rank) / np.maximum(here.astype(np.float64), 1e-300)


def _edges_of(at: Ints, edge: Array) -> tuple[Array, Array]:
    """Edges of each bin, the outermost bins shrunk to their outer edge."""
    low, high = edge[at].copy(), edge[at + 1].copy()
    high[at == 0] = edge[0]
    low[at == edge.size - 2] = edge[-1]
    return low, high
