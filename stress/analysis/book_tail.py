"""Tails of a counted book: quantiles, expected shortfall, and what positions bring to it.

Contributions: the Euler allocation of expected shortfall, E[L_i | the book in its worst 1 - level] (Tasche 1999, "Risk
contributions and performance measurement"; Tasche 2008, "Capital allocation to business units and sub-portfolios: the
Euler principle"). The book's bin at the quantile counts with the share of its paths that the tail takes, for the book
and for each position alike, so that contributions sum to the shortfall exactly. Errors by the influence function of a
tail mean, (L_i - m_i) 1{tail} / (1 - level), m_i the mean of L_i at the quantile (Hong 2009 for the quantile; Scaillet
2004, "Nonparametric estimation and sensitivity analysis of expected shortfall").
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.runs.book.tally import N_BIN, edges

Floats = NDArray[np.float64]
Z95 = 1.959963984540054
EDGES = edges()


class Tail(NamedTuple):
    """The worst 1 - level of paths of a histogram."""

    take: Floats
    """(Z,) share of each bin's paths that is in the tail."""
    at: int
    """Bin of the quantile."""
    size: float
    """Paths in the tail: (1 - level) x all."""


def tail_of(count: NDArray[np.int64], level: float) -> Tail:
    """The tail of a histogram of paths by loss."""
    paths = float(count.sum())
    size = (1.0 - level) * paths
    above = np.append(np.cumsum(count[::-1])[::-1].astype(np.float64), 0.0)
    at = int(np.flatnonzero(above >= size * (1.0 - 1e-12))[-1])
    take = np.where(np.arange(N_BIN) > at, 1.0, 0.0)
    take[at] = (size - above[at + 1]) / count[at] if count[at] else 0.0
    return Tail(take, at, size)


def tail_mean(tail: Tail, total: NDArray[np.int64], unit: float) -> float:
    """Mean over the tail of what was summed by bin."""
    return float(tail.take @ total) * unit / tail.size


def tail_error(
    tail: Tail, count: NDArray[np.int64], total: NDArray[np.int64], square: NDArray[np.int64], unit: float
) -> float:
    """Standard error of `tail_mean`, the quantile's own included."""
    paths = float(count.sum())
    middle = float(total[tail.at]) * unit / count[tail.at] if count[tail.at] else 0.0
    second = float(tail.take @ (square * unit - 2.0 * middle * unit * total + middle * middle * count)) / paths
    first = float(tail.take @ (total * unit - middle * count)) / paths
    return math.sqrt(max(0.0, second - first * first) / paths) * paths / tail.size


def quantile(count: NDArray[np.int64], level: float) -> float:
    """Loss not exceeded with probability `level`, linear within a bin."""
    return _at(count, level * float(count.sum()))


def quantile_interval(count: NDArray[np.int64], level: float) -> tuple[float, float, float]:
    """Quantile and its 95% interval by order statistics (binomial ranks)."""
    paths = float(count.sum())
    spread = Z95 * math.sqrt(paths * level * (1.0 - level))
    rank = level * paths
    return _at(count, rank), _at(count, max(0.0, rank - spread)), _at(count, min(paths, rank + spread))


def exceedance(count: NDArray[np.int64]) -> Floats:
    """(Z,) P(loss > the upper edge of each bin)."""
    above = np.cumsum(count[::-1])[::-1].astype(np.float64)
    return np.append(above[1:], 0.0) / float(count.sum())


def exceeds(count: NDArray[np.int64], x: float) -> float:
    """P(loss > x), linear within the bin of x; x = 0 is exact."""
    beyond = exceedance(count)
    if x <= 0.0:
        return float(beyond[0])
    at = int(np.searchsorted(EDGES[1:-1], x, side="right"))
    low, high = EDGES[at], EDGES[at + 1]
    part = (high - x) / (high - low) if high > low else 0.0
    return float(beyond[at] + part * count[at] / count.sum())


def _at(count: NDArray[np.int64], rank: float) -> float:
    up_to = np.cumsum(count).astype(np.float64)
    at = int(np.searchsorted(up_to, rank * (1.0 - 1e-12), side="left"))
    before = up_to[at - 1] if at else 0.0
    part = (rank - before) / count[at] if count[at] else 0.0
    return float(EDGES[at] + min(1.0, max(0.0, part)) * (EDGES[at + 1] - EDGES[at]))
