"""Intervals of an expected loss, and of a loss given one, that hold where few paths lose: see `few_paths`."""

from __future__ import annotations

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.measures import batches, sums
from stress.measures.estimate import Interval
from stress.measures.few_paths import interval_error, tail_ends
from stress.measures.histogram import HIGH, MIDDLE, worst_of
from stress.measures.weighted import is_weighted, mass, square


def widened(ds: xr.Dataset, parts: Interval, lost: Array, chance: Interval | None) -> Interval:
    """Of each note under each scenario, (scenario, tranche), the interval of `parts`, no narrower than that of a mean
    over the `lost` plain paths that its paths with a loss are worth.

    `chance`: of any loss, for an expected loss: a loss is at most the whole, so that its upper end bounds it. None for
    a loss given one.
    """
    share = np.ones_like(lost) if chance is None else chance.estimate
    most = np.ones_like(lost) if chance is None else chance.high / np.maximum(share, 1e-300)
    known = (lost > 0.0) & (parts.estimate > 0.0) & (parts.error > 0.0) & (share > 0.0)
    half = batches.student(sums.of_notes(ds, "loss").size.size)
    paths = np.where(known, lost * _worth(ds, parts, chance), 1.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean, error = parts.estimate / share, parts.error / share
        low, high = tail_ends(mean, error, np.zeros_like(mean), _worst(ds), paths, half, most)
    low = np.where(known, np.minimum(share * low, parts.low), parts.low)
    high = np.where(known, np.maximum(share * high, parts.high), parts.high)
    widened_error = interval_error(parts.error, parts.estimate, low, high, half)
    return Interval(parts.estimate, np.where(known, widened_error, parts.error), low, high)


def _worst(ds: xr.Dataset) -> Array:
    """(scenario, tranche) the largest loss; of weighted paths that of the one that brings most."""
    if is_weighted(ds):
        rows = zip(mass(ds, "loss"), square(ds, "loss"), strict=True)
        return np.array([[worst_of(a, b, HIGH) for a, b in zip(*row, strict=True)] for row in rows])
    count = ds["loss_count"].values
    return np.asarray(HIGH[count.shape[-1] - 1 - np.argmax(count[..., ::-1] > 0, axis=-1)])


def _worth(ds: xr.Dataset, parts: Interval, chance: Interval | None) -> Array:
    """Plain paths that a Sobol point is worth for an expected loss, by the variance that plain paths would have."""
    if chance is None or ds.attrs.get("estimator") != "sobol":
        return np.ones_like(parts.estimate)
    count = ds["loss_count"].values / sums.paths(ds)
    plain = (count * np.square(MIDDLE)).sum(-1) - np.square((count * MIDDLE).sum(-1))
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = plain / sums.paths(ds) / np.square(parts.error)
    return np.where(np.isfinite(worth), np.maximum(1.0, worth), 1.0)
