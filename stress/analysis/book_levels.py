"""A counted book -> its value at risk and expected shortfall at a level, each with what is known of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.analysis.book_sums import all_paths, by_bin
from stress.analysis.book_tail import (
    Sums,
    Tail,
    mean_ends,
    quantile,
    quantile_interval,
    share_of,
    tail_error,
    tail_mean,
    tail_of,
)
from stress.answers.book import Estimate, Quantile
from stress.arrays import Array
from stress.measures.estimate import NORMAL
from stress.measures.few_paths import interval_error
from stress.runs.counting.book_tally import UNIT, BookTally, Weighed, weighed

WHOLE = 1e-9
"""Rounding of a tail mean to which every path adds the whole: its error is that of one path."""


class _Read(NamedTuple):
    """What a scenario's bins tell of its tail at a level, worked out once."""

    level: float
    bins: Sums
    tail: Tail
    plain: Estimate
    """Mean of the tail with the error of what is lost in it."""
    var: Quantile
    """Not yet held below that mean."""
    lost: Estimate
    """Share of paths that lose the whole."""


def _read(tallies: Weighed, k: int, level: float) -> _Read:
    bins = by_bin(tallies, k, -1)
    tail = tail_of(bins.weight, level)
    plain = Estimate(tail_mean(tail, bins.x), tail_error(tail, bins))
    lost = share_of(float(bins.weight[-1]), float(bins.weight2[-1]), all_paths(tallies, k))
    return _Read(level, bins, tail, plain, Quantile(*quantile_interval(bins.weight, level, bins.weight2)), lost)


def tails_at(tally: BookTally, measure: str, level: float, unseen: float) -> list[Quantile]:
    """VaR or ES of the book at any level under each scenario with its interval; nothing for other measures. `unseen`:
    what no path shows has a probability below this."""
    tallies = weighed(tally)
    read = [_read(tallies, k, level) for k in range(len(tallies.first.loss_count))] if measure in ("VAR", "ES") else []
    return [
        _held(tail.var, tail.plain.estimate) if measure == "VAR" else _shortfall_interval(tail, unseen) for tail in read
    ]


def at_risk(count: Array, total: Array, level: float) -> float:
    """Value at risk, never above the expected shortfall. `total`: losses by bin, in `UNIT`s."""
    return quantile(count, level, tail_mean(tail_of(count, level), total * UNIT))


def levels_at(tallies: Weighed, k: int, level: float) -> tuple[Quantile, Estimate]:
    """Value at risk with its interval, and expected shortfall with its error, of one scenario."""
    read = _read(tallies, k, level)
    return _held(read.var, read.plain.estimate), _shortfall(read)


def _held(var: Quantile, most: float) -> Quantile:
    """Value at risk, never above the expected shortfall."""
    return var._replace(estimate=min(var.estimate, most), low=min(var.low, most))


def _shortfall(read: _Read) -> Estimate:
    """The mean of the worst 1 - level, with an error as wide as what is known of value at risk where few paths tell of
    it, as its interval where that ends far beyond it, and of the share of paths that lose the whole where all of it
    does."""
    shortfall, var = read.plain, read.var
    if var.high >= 1.0 and not read.bins.weight[-1] and shortfall.estimate:
        return shortfall._replace(se=max(shortfall.se, (1.0 - var.low) / (2.0 * NORMAL)))
    if shortfall.estimate < 1.0 - WHOLE or var.low >= 1.0:
        low, high = mean_ends(read.tail, read.bins, shortfall, var)
        return shortfall._replace(
            se=float(interval_error(shortfall.se, shortfall.estimate, np.array(low), np.array(high)))
        )
    surely = min(1.0, max(0.0, read.lost.estimate - NORMAL * read.lost.se) / (1.0 - read.level))
    return shortfall._replace(se=(1.0 - var.low) * (1.0 - surely) / (2.0 * NORMAL))


def _shortfall_interval(read: _Read, unseen: float) -> Quantile:
    """Where value at risk may be the whole so may the shortfall; where no path lost it stays below `unseen` over
    1 - level. Where all of the tail loses the whole, so many errors to either side."""
    mean, error = _shortfall(read)
    var = _held(read.var, mean)
    low, high = mean - NORMAL * error, mean + NORMAL * error
    if mean < 1.0 - WHOLE:
        low, high = mean_ends(read.tail, read.bins, read.plain, var)
    high = 1.0 if var.high >= 1.0 else min(1.0, high)
    return Quantile(mean, max(var.low, low), high if mean else min(1.0, unseen / (1.0 - read.level)))
