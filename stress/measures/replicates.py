"""Quantiles and tail means of Sobol points: errors from sixteen independent replicates.

Points of one scrambled sequence are not independent of each other, but each replicate is an unbiased sample of the same
law, independent of the others: the probability of exceeding a loss has a mean and an error over the replicates, with 15
degrees of freedom (Owen 1997; L'Ecuyer 2018, "Randomized quasi-Monte Carlo: an introduction for practitioners", section
4). A quantile is where that probability passes 1 - level, so its interval is read off the interval of the probability
(Woodruff 1952): that needs no density, as the error of a quantile by the delta method would, and no quantile of a
replicate, which is biased where a replicate has few points in the tail. The tail mean beyond the quantile of all points
is a plain mean over each replicate: to first order it does not feel the error of the quantile (Acerbi and Tasche 2002).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.arrays import Array, Ints
from stress.kernels.tally import coarse_bins
from stress.measures import batches
from stress.measures.estimate import CONFIDENCE, Interval
from stress.measures.histogram import HIGH, LOW, MIDDLE, WIDTH
from stress.measures.sums import replicate_paths

CLASS = coarse_bins()
_LAST = np.flatnonzero(np.diff(CLASS, append=CLASS[-1] + 1))
"""Last loss bin of each coarse one."""


class Replicated(NamedTuple):
    """Losses of one note (or the pool) under one scenario, by replicate; replicates without paths left out."""

    paths: Array
    """(replicate, coarse bin)"""
    size: Array
    """(replicate,) paths"""


def replicated(ds: xr.Dataset, quantity: str) -> list[Replicated]:
    """By row of `quantity`_count (scenario, then note); empty where losses were not counted by replicate
    (they are of Sobol points, and where a question asks for it), or fewer than two have any."""
    if f"{quantity}_replicate" not in ds:
        return []
    size = replicate_paths(ds)
    kept = size > 0.0
    if kept.sum() < 2:
        return []
    rows = ds[f"{quantity}_replicate"].values.astype(np.float64)
    return [Replicated(row[kept], size[kept]) for row in rows.reshape(-1, *rows.shape[-2:])]


def chance(plain: Interval, of: batches.Replicates, size: Array) -> Interval:
    """A probability with its error between replicates; `plain`, of as many independent paths, where no point or every
    point shows it, or where too few replicates have any.

    An estimate is no finer than one point: replicates that count alike would else show next to no error.
    """
    spread = batches.positive(of, size, grain=1.0 / float(size.sum()))
    seen = (plain.estimate > 0.0) & (plain.estimate < 1.0) & np.isfinite(spread.high)
    interval = Interval(*(np.where(seen, b, a) for a, b in zip(plain, spread, strict=True)))
    return interval._replace(high=np.minimum(interval.high, 1.0))


def student(replicates: Replicated) -> float:
    """Standard errors from an estimate to the end of its interval."""
    return batches.student(replicates.size.size)


def quantile_interval(count: Array, replicates: Replicated, level: float) -> tuple[float, float]:
    """Losses, from edge to edge of a bin, at which the interval of the probability to exceed them holds 1 - level."""
    above = exceeding(count, replicates, np.append(np.cumsum(count[::-1])[::-1][1:], 0.0), np.arange(count.size))
    under, over = above.low <= 1.0 - level, above.high <= 1.0 - level
    return float(LOW[int(under.argmax())]), float(HIGH[int(over.argmax())]) if over.any() else 1.0


def exceeding(count: Array, replicates: Replicated, paths: Array, loss_bin: Ints) -> Interval:
    """Probability of a loss that `paths` of all exceed, somewhere in `loss_bin`, as `means.loss_probability` has it.

    The error between replicates is known at the edges of coarse bins and linear between them; an estimate is no finer
    than one path. Where no path exceeds the loss the bound is the exact one of plain paths, 3.7 in all.
    """
    total = replicates.size.sum()
    beyond = replicates.paths.sum(1)[:, None] - np.cumsum(replicates.paths, axis=1)
    spread = batches.error(batches.ratio(beyond.T, np.broadcast_to(replicates.size, beyond.T.shape)), replicates.size)
    error = np.hypot(np.interp(loss_bin, _LAST, spread), 1.0 / total)
    chance = paths / total
    seen = chance > 0.0
    unseen = -np.expm1(np.log((1.0 - CONFIDENCE) / 2.0) / total)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        factor = np.exp(student(replicates) * error / chance)
        low, high = np.where(seen, chance / factor, 0.0), np.where(seen, np.minimum(chance * factor, 1.0), unseen)
    return Interval(chance, error, low, high)


def shortfall_error(count: Array, replicates: Replicated, quantile: float, level: float) -> float:
    """Standard error of the mean of the worst 1 - level, beyond the quantile of all points.

    A replicate's losses stand at the mean excess of all points in the same coarse bin.
    """
    excess = batches.ratio(replicates.paths @ mean_excess(count, quantile), replicates.size)
    return float(batches.error(excess, replicates.size)) / (1.0 - level)


def mean_excess(count: Array, quantile: float) -> Array:
    """(coarse bin,) mean of (loss - quantile)+ over all paths of the bin; losses lie evenly in a loss bin."""
    excess = np.where(quantile <= LOW, MIDDLE - quantile, 0.5 * WIDTH * np.square(_above(quantile)))
    return _mean(count, np.where(quantile < HIGH, excess, 0.0))


def share_above(count: Array, quantile: float) -> Array:
    """(coarse bin,) share of its paths that lose more than the quantile."""
    return _mean(count, np.where(quantile < LOW, 1.0, np.where(quantile < HIGH, _above(quantile), 0.0)))


def _above(quantile: float) -> Array:
    """Share of a loss bin beyond the quantile."""
    return np.asarray(np.clip((HIGH - quantile) / WIDTH, 0.0, 1.0))


def _mean(count: Array, value: Array) -> Array:
    weight = np.bincount(CLASS, count)
    return np.asarray(np.bincount(CLASS, count * value) / np.where(weight > 0.0, weight, 1.0))
