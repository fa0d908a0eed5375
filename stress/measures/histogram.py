"""Quantiles and tail means of losses counted in bins: exact atoms at 0 and 1, bins of 1/10,000 between."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from scipy import special

from stress.arrays import Array
from stress.kernels.tally import MOST_WEIGHT, N_BIN
from stress.measures.estimate import CONFIDENCE, NORMAL
from stress.measures.weighted import Weights, variance

T = TypeVar("T")

WIDTH = 1.0 / N_BIN
"""Resolution of a loss between the atoms: one basis point of original balance."""
LOW: Array = np.concatenate([[0.0], np.arange(N_BIN) / N_BIN, [1.0]])
HIGH: Array = np.concatenate([[0.0], np.arange(1, N_BIN + 1) / N_BIN, [1.0]])
MIDDLE: Array = 0.5 * (LOW + HIGH)


class Tail(NamedTuple, Generic[T]):
    """A number or an array each: value at risk and its interval, expected shortfall and its standard error, and what
    the interval of that rests on."""

    quantile: T
    low: T
    high: T
    shortfall: T
    shortfall_error: T
    worst: T
    """The largest loss, where its bin ends; of weighted paths that of `worst_of`."""
    paths: T
    """Plain paths that the worst 1 - level is worth."""


class Weighing(NamedTuple):
    """Second moments of weighted paths."""

    square: Array
    """(loss_bin,) sum of squared weights."""
    weights: Weights


def tails(
    count: Array, total_loss: float, levels: Iterable[float], weighing: Weighing | None = None
) -> list[Tail[float]]:
    """Value at risk and expected shortfall at each level of losses counted in `count` (loss_bin,) whose exact sum is
    known.

    Value at risk: the smallest loss not exceeded with probability `level`, linear within its bin. Its 95% interval
    runs between two order statistics (David and Nagaraja 2003, section 7.1), each widened to the edge of its bin; an
    upper rank beyond the sample gives 1.
    Weighted paths: `count` is what they stand for; the interval inverts that of exceeding a loss (Woodruff 1952).
    Expected shortfall: mean of the worst 1 - level, an atom at the quantile split (Acerbi and Tasche 2002). Losses
    inside bins stand at their middle plus one common shift that restores the exact sum: where value at risk is 0
    this is exactly sum / (1 - level). Error: Var((X - VaR)+) / (n (1 - level)^2), the influence function of the tail
    mean.
    """
    paths = float(count.sum())
    if paths <= 0.0:
        return [Tail(np.nan, 0.0, 1.0, np.nan, np.nan, np.nan, 0.0) for _ in levels]
    counted = _Counted(count, np.cumsum(count), _values(count, total_loss), paths)
    return [_tail(counted, level, weighing) for level in levels]


class _Counted(NamedTuple):
    """What the tails of all levels are taken from."""

    counts: Array
    cumulative: Array
    value: Array
    """Where the losses of each bin stand."""
    paths: float


def _tail(of: _Counted, level: float, weighing: Weighing | None) -> Tail[float]:
    count, paths = of.counts, of.paths
    at = _bin_of_rank(of.cumulative, level * paths)
    inside = _share_above(count, of.cumulative, at, level * paths)
    quantile = float(HIGH[at] - inside * (HIGH[at] - LOW[at]))
    above, value = count[at + 1 :], of.value[at + 1 :]
    mass = (1.0 - level) * paths
    part = min(of.value[at] + (1.0 - inside) * (HIGH[at] - LOW[at]) / 2.0, HIGH[at])
    shortfall = (_product(above, value) + inside * count[at] * part) / mass
    if at == count.size - 1:  # all of the tail loses the whole: the quotient would be off by rounding
        shortfall = part
    excess = np.append(np.maximum(value - quantile, 0.0), max(part - quantile, 0.0))
    share = np.append(above, inside * count[at]) / paths
    first, worth = _product(share, excess), mass
    if weighing is None:
        spread = np.sqrt(max(_product(share, excess**2) - first * first, 0.0) / paths)
        low, high = _order_interval(of.cumulative, paths, level)
        worst = float(HIGH[int(np.flatnonzero(count)[-1])])
    else:
        squares = np.append(weighing.square[at + 1 :], inside * weighing.square[at]) / paths
        second, product = np.array(_product(squares, excess**2)), np.array(_product(squares, excess))
        spread = float(np.sqrt(variance(np.array(first), second, product, weighing.weights)))
        worth = mass * mass / max(float(squares.sum()) * paths, 1e-300)
        worst = quantile + worst_of(share, squares, excess)
        low, high = _weighted_interval(count, weighing, level)
    return Tail(quantile, low, high, float(shortfall), float(spread / (1.0 - level)), worst, worth)


def worst_of(weight: Array, square: Array, excess: Array) -> float:
    """Excess by which a path of the tail's usual weight would bring as much as the one that brings most: of plain paths
    the largest. `weight`, `square`: sums of weights and of their squares over the tail, by bin as the `excess`."""
    seen = (weight > 0.0) & (square > 0.0)
    usual = np.divide(square, weight, out=np.zeros_like(weight), where=seen)
    return float((usual * excess).max()) * float(weight.sum()) / max(float(square.sum()), 1e-300)


def _product(a: Array, b: Array) -> float:
    """The inner product, added up by NumPy: a BLAS cuts as many bins into threads, which costs more and whose sum
    depends on their number."""
    return float((a * b).sum())


def _values(count: Array, total_loss: float) -> Array:
    """Where the losses of each bin stand: the middle, moved in common so that they add up to the exact sum."""
    interior = float(count[1:-1].sum())
    if interior <= 0.0 or not np.isfinite(total_loss):
        return MIDDLE
    shift = np.clip((total_loss - _product(count, MIDDLE)) / interior, -WIDTH / 2.0, WIDTH / 2.0)
    return np.concatenate([[0.0], MIDDLE[1:-1] + shift, [1.0]])


def _bin_of_rank(cumulative: Array, rank: float) -> int:
    """First bin with at least `rank` paths at or below it."""
    return min(int(np.searchsorted(cumulative, rank * (1.0 - 1e-12))), cumulative.size - 1)


def _share_above(count: Array, cumulative: Array, at: int, rank: float) -> float:
    """Share of the paths in bin `at` that lie above `rank`."""
    return float(np.clip((cumulative[at] - rank) / count[at], 0.0, 1.0)) if count[at] > 0 else 0.0


def _weighted_interval(count: Array, weighing: Weighing, level: float) -> tuple[float, float]:
    """Losses whose probability of being exceeded differs from 1 - level by 1.96 of its standard errors, with one more
    path of the weight usual in the tail: where none lies there, the loss may be the whole.
    """
    weights, paths = weighing.weights, float(weighing.weights.paths)
    above = np.append(np.cumsum(count[::-1])[::-1][1:], 0.0) / paths
    second = np.append(np.cumsum(weighing.square[::-1])[::-1][1:], 0.0) / paths
    usual = second / np.maximum(above, 1e-300)
    last = int(np.flatnonzero(count)[-1])
    usual[last:] = usual[last - 1] if last else MOST_WEIGHT
    error = np.sqrt(variance(above, second, second, weights) + np.square(usual / paths))
    under, over = above - NORMAL * error <= 1.0 - level, above + NORMAL * error <= 1.0 - level
    return float(LOW[int(under.argmax())]), float(HIGH[int(over.argmax())]) if over.any() else 1.0


def _order_interval(cumulative: Array, paths: float, level: float) -> tuple[float, float]:
    """Losses at the two ranks between which the quantile lies with 95% probability."""
    half = (1.0 - CONFIDENCE) / 2.0
    lower = np.ceil(special.bdtrik(half, paths, level))
    upper = np.ceil(special.bdtrik(1.0 - half, paths, level)) + 1.0
    low = LOW[_bin_of_rank(cumulative, lower)] if lower >= 1.0 else 0.0
    high = HIGH[_bin_of_rank(cumulative, upper)] if upper <= paths else 1.0
    return float(low), float(high)
