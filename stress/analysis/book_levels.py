"""A counted book -> its value at risk and expected shortfall at a level, each with what is known of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.analysis.book_sums import all_paths, by_bin
from stress.analysis.book_tail import (
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


def tails_at(tally: BookTally, measure: str, level: float, unseen: float) -> list[Quantile]:
    """VaR or ES of the book at any level under each scenario with its interval; nothing for other measures. `unseen`:
    what no path shows has a probability below this."""
    of = {"VAR": _var, "ES": _es}.get(measure)
    return [] if of is None else list(of(weighed(tally), level, unseen))


def at_risk(count: Array, total: Array, level: float) -> float:
    """Value at risk, never above the expected shortfall. `total`: losses by bin, in `UNIT`s."""
    return quantile(count, level, tail_mean(tail_of(count, level), total * UNIT))


def var_at(tallies: Weighed, k: int, level: float, most: float) -> Quantile:
    """Value at risk with its interval; `most`: the expected shortfall."""
    bins = by_bin(tallies, k, -1)
    return Quantile(*quantile_interval(bins.weight, level, bins.weight2, most))


def shortfall_at(tallies: Weighed, k: int, level: float) -> Estimate:
    """The mean of the worst 1 - level, with an error as wide as what is known of value at risk where few paths tell of
    it, as its interval where that ends far beyond it, and of the share of paths that lose the whole where all of it
    does."""
    bins = by_bin(tallies, k, -1)
    tail = tail_of(bins.weight, level)
    shortfall = Estimate(tail_mean(tail, bins.x), tail_error(tail, bins))
    var = Quantile(*quantile_interval(bins.weight, level, bins.weight2))
    if var.high >= 1.0 and not bins.weight[-1] and shortfall.estimate:
        return shortfall._replace(se=max(shortfall.se, (1.0 - var.low) / (2.0 * NORMAL)))
    if shortfall.estimate < 1.0 - WHOLE or var.low >= 1.0:
        low, high = mean_ends(tail, bins, shortfall, var)
        return shortfall._replace(
            se=float(interval_error(shortfall.se, shortfall.estimate, np.array(low), np.array(high)))
        )
    lost = share_of(float(bins.weight[-1]), float(bins.weight2[-1]), all_paths(tallies, k))
    surely = min(1.0, max(0.0, lost.estimate - NORMAL * lost.se) / (1.0 - level))
    return shortfall._replace(se=(1.0 - var.low) * (1.0 - surely) / (2.0 * NORMAL))


def _var(tallies: Weighed, level: float, unseen: float) -> Iterator[Quantile]:
    for k in range(len(tallies.first.loss_count)):
        yield var_at(tallies, k, level, shortfall_at(tallies, k, level).estimate)


def _es(tallies: Weighed, level: float, unseen: float) -> Iterator[Quantile]:
    """Where value at risk may be the whole so may the shortfall; where no path lost it stays below `unseen` over
    1 - level. Where all of the tail loses the whole, so many errors to either side."""
    for k, var in enumerate(_var(tallies, level, unseen)):
        bins, (mean, error) = by_bin(tallies, k, -1), shortfall_at(tallies, k, level)
        tail = tail_of(bins.weight, level)
        low, high = mean - NORMAL * error, mean + NORMAL * error
        if mean < 1.0 - WHOLE:
            low, high = mean_ends(tail, bins, Estimate(mean, tail_error(tail, bins)), var)
        high = 1.0 if var.high >= 1.0 else min(1.0, high)
        yield Quantile(mean, max(var.low, low), high if mean else min(1.0, unseen / (1.0 - level)))
