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

from stress.answers.book import Estimate, Quantile
from stress.arrays import Array
from stress.measures.estimate import NORMAL
from stress.measures.few_paths import tail_ends
from stress.measures.histogram import worst_of
from stress.runs.counting.book_tally import bins_in, edges

ABOUT = 0.25
"""Paths on either side of the quantile, as a share of the tail, on which a mean at the quantile is taken."""
EDGES = edges()
"""Of losses."""


class Tail(NamedTuple):
    """The worst 1 - level of paths of a histogram."""

    take: Array
    """(Z,) share of each bin's paths that is in the tail."""
    at: int
    """Bin of the quantile."""
    size: float
    """Paths in the tail: (1 - level) x all."""
    paths: Array
    """(Z,) paths, by weight."""


class Sums(NamedTuple):
    """Sums over paths of a quantity x: by weight, and by its square. Of paths that weigh one the same."""

    weight: Array
    """Of w."""
    weight2: Array
    """Of w^2."""
    x: Array
    """Of w x."""
    x2: Array
    """Of w^2 x."""
    xx2: Array
    """Of w^2 x^2."""

    def over(self, take: Array) -> Sums:
        """Over shares of bins."""
        return Sums(*(np.asarray(take @ part) for part in self))


def mean_of(sums: Sums) -> Estimate:
    """Weighted mean with its error by the delta method (Hesterberg 1995, ratio estimate); plainly sd / sqrt(n)."""
    mean = float(sums.x / sums.weight)
    second = float(sums.xx2 - 2.0 * mean * sums.x2 + mean * mean * sums.weight2)
    return Estimate(mean, math.sqrt(max(0.0, second)) / float(sums.weight))


def share_of(hits: float, hits2: float, paths: Sums) -> Estimate:
    """A probability from sums of w and w^2 over the paths that show it; one that is never (or always) seen has the
    error of one path."""
    p = hits / float(paths.weight)
    if 0.0 < p < 1.0:
        return mean_of(paths._replace(x=np.asarray(hits), x2=np.asarray(hits2), xx2=np.asarray(hits2)))
    return Estimate(p, 1.0 / float(paths.weight))


def tail_of(count: Array, level: float) -> Tail:
    """The tail of a histogram of paths by loss."""
    paths = float(count.sum())
    size = (1.0 - level) * paths
    above = np.append(np.cumsum(count[::-1])[::-1].astype(np.float64), 0.0)
    at = int(np.flatnonzero(above >= size * (1.0 - 1e-12))[-1])
    take = np.where(np.arange(len(count)) > at, 1.0, 0.0)
    take[at] = (size - above[at + 1]) / count[at] if count[at] else 0.0
    return Tail(take, at, size, count)


def tail_mean(tail: Tail, total: Array) -> float:
    """Mean over the tail of what was summed by bin: the whole (of a short, gained) where all of its paths lose it."""
    lost, paths = float(tail.take @ total), float(tail.take @ tail.paths)
    return math.copysign(1.0, lost) if abs(lost) == paths else lost / tail.size


def tail_error(tail: Tail, bins: Sums) -> float:
    """Standard error of `tail_mean`, the quantile's own included; `bins`: sums by the bin that the tail is cut by."""
    middle, part = _at_quantile(tail, bins), bins.over(tail.take)
    mean = float(part.x - middle * part.weight) / float(bins.weight.sum())
    along = float(part.x2 - middle * part.weight2)
    second = float(part.xx2 - 2.0 * middle * part.x2 + middle * middle * part.weight2)
    return math.sqrt(max(0.0, second - 2.0 * mean * along + mean * mean * float(bins.weight2.sum()))) / tail.size


def paths_of(tail: Tail, bins: Sums) -> float:
    """Plain paths that the tail is worth: (sum of w)^2 / sum of w^2 (Kish 1965)."""
    return tail.size * tail.size / float(tail.take @ bins.weight2)


def mean_ends(tail: Tail, bins: Sums, mean: Estimate, var: Quantile) -> tuple[float, float]:
    """The interval of a tail mean that value at risk cuts off, which holds for few paths too (`measures.few_paths`)."""
    cut = min(var.estimate, mean.estimate)
    excess = bins_in(tail.paths).edges()[1:] - cut
    worst = cut + worst_of(tail.take * bins.weight, tail.take * bins.weight2, excess)
    known = np.array([*mean, cut, worst, paths_of(tail, bins)])
    low, high = tail_ends(known[0], known[1], known[2], known[3], known[4])
    return max(float(low), var.low), float(high)


def _at_quantile(tail: Tail, bins: Sums) -> float:
    """Mean of a quantity on the paths about the quantile: one bin may hold a path or two, which widens errors."""
    paths = float(bins.weight.sum())
    share = tail.size / paths
    wide, slim = (tail_of(bins.weight, max(0.0, 1.0 - k * share)).take for k in (1.0 + ABOUT, 1.0 - ABOUT))
    near = bins.over(wide - slim)
    return float(near.x / near.weight)


def quantile(count: Array, level: float, most: float = math.inf) -> float:
    """Loss not exceeded with probability `level`, linear within a bin; no more than `most`, the mean beyond it,
    which is exact where paths crowd at one end of a bin."""
    return min(_at(count, level * float(count.sum())), most)


def quantile_interval(
    count: Array, level: float, count2: Array | None = None, most: float = math.inf
) -> tuple[float, float, float]:
    """Quantile and its 95% interval by order statistics: normal ranks, of paths that weigh one the binomial's. Where
    the upper rank lies beyond the last path nothing bounds it below the whole.

    `count2`: sums of squared weights, where paths carry any. `most`: as of `quantile`.
    """
    paths, rank = float(count.sum()), level * float(count.sum())
    squares = count if count2 is None else count2
    beyond, rest = float(tail_of(count, level).take @ squares), 1.0 - level
    spread = NORMAL * math.sqrt(max(0.0, beyond * (1.0 - 2.0 * rest) + rest * rest * float(squares.sum())))
    high = _at(count, rank + spread) if rank + spread <= paths else 1.0
    value, low = (min(_at(count, at), most) for at in (rank, max(0.0, rank - spread)))
    return value, low, high


def exceedance(count: Array) -> Array:
    """(Z,) P(loss > the upper edge of each bin)."""
    above = np.cumsum(count[::-1])[::-1].astype(np.float64)
    return np.append(above[1:], 0.0) / float(count.sum())


def exceeds(count: Array, x: float) -> float:
    """P(loss > x), linear within the bin of x; x = 0 is exact."""
    beyond, zero = exceedance(count), bins_in(count).zero
    if x <= 0.0:
        return float(beyond[zero])
    at = int(np.searchsorted(EDGES[1:-1], x, side="right"))
    low, high = EDGES[at], EDGES[at + 1]
    part = (high - x) / (high - low) if high > low else 0.0
    return float(beyond[zero + at] + part * count[zero + at] / count.sum())


def _at(count: Array, rank: float) -> float:
    up_to = np.cumsum(count).astype(np.float64)
    at = int(np.searchsorted(up_to, rank * (1.0 - 1e-12), side="left"))
    before = up_to[at - 1] if at else 0.0
    part = (rank - before) / count[at] if count[at] else 0.0
    edge = bins_in(count).edges()
    return float(edge[at] + min(1.0, max(0.0, part)) * (edge[at + 1] - edge[at]))
