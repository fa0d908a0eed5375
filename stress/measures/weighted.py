"""Weighted paths: how much of the law each bin and each sum stands for, and what that is worth.

The weights w of importance sampling average 1 under its own law. The sample's average differs a little; calibrated
weights g = w (a + b w), with a and b such that they add up to 1 and their sum has the least variance (the regression
estimator of survey sampling: Deville and Sarndal 1992, section 2, linear case), use what is known and cost nothing: a
frequent event is estimated about as well as by as many plain paths, a rare one as by the weights alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import special

from stress.arrays import Array
from stress.errors import DataError
from stress.kernels.tally import MOST_WEIGHT
from stress.measures.estimate import CONFIDENCE, Interval
from stress.spelling import suggest

WEIGHTED = (
    *(f"{name}_weight{power}" for name in ("loss", "default", "net_loss") for power in ("", "_square")),
    *(f"{name}_weight{power}" for name in ("trigger", "early", "first_loss") for power in ("", "_square")),
    *("batch_square_sum", "batch_weight", "batch_weight_square", "month_weight", "wal_weight", "irr_weight"),
    "loss_top_weight",
)
"""Raw variables that only a weighted result has."""


FEW, HEAVY = 50.0, 0.1
"""An estimate is not trusted below so many effective paths with a loss (a relative error above 14%), nor where one path
carries more than this share of it: the mixture has missed a way to lose."""


TINY = 1e-12
"""A probability below this is given as a bound: fixed-point sums resolve no less, and no model means so little."""


class Weights(NamedTuple):
    """Number of paths, sum of their weights and of the squares: numbers, or by batch left out."""

    paths: Array
    first: Array
    second: Array

    @property
    def variance(self) -> Array:
        """Mean square of the weights less 1, their known mean squared."""
        return np.asarray(np.maximum(self.second / self.paths - np.square(self.first / self.paths), 1e-300))

    def calibrated(self, first: Array, second: Array) -> Array:
        """Mean over the law from a sum weighted by w and one weighted by w^2."""
        short = 1.0 - self.first / self.paths
        b = short / self.variance
        return np.asarray(first * (1.0 - b * self.first / self.paths) / self.paths + second * b / self.paths)


def is_weighted(ds: xr.Dataset) -> bool:
    """Whether the paths of a result carry weights.

    >>> is_weighted(ds)  # plain paths
    False
    """
    return "loss_weight" in ds


def weights_of(ds: xr.Dataset) -> Weights:
    """Weights of all paths of a result. Raises DataError where they have none."""
    if "batch_weight" not in ds:
        raise DataError('plain paths have no weights: give the result of a run with estimator = "importance"')
    n, w, w2 = (
        np.asarray(ds[k].values.sum(), np.float64) for k in ("batch_path", "batch_weight", "batch_weight_square")
    )
    return Weights(n, w, w2)


def effective_paths(ds: xr.Dataset) -> float:
    """Plain paths that would be worth as much for a mean over all paths: (sum of w)^2 / sum of w^2 (Kish 1965).

    Raises DataError for plain paths, which have no weights.

    >>> aimed = stress.simulate(job, paths=8192, scenarios=["macro_severe"], estimator="importance")
    >>> effective_paths(aimed) < 8192.0
    True
    """
    weights = weights_of(ds)
    return float(weights.first**2 / weights.second)


def trust(ds: xr.Dataset) -> xr.Dataset:
    """How many plain paths with a loss the weighted ones are worth, by scenario and note, and the share of the
    probability of a loss that rests on the single path of the largest weight. 0 and NaN where none lost.

    Raises DataError for plain paths, which have no weights.

    >>> aimed = stress.simulate(job, paths=8192, scenarios=["macro_severe"], estimator="importance")
    >>> bool((trust(aimed)["effective_losses"] <= 8192.0).all())
    True
    """
    paths = float(weights_of(ds).paths)
    first, second = (array[..., 1:].sum(-1) for array in (ds["loss_weight"].values, square(ds, "loss")))
    lost = first > TINY * paths
    dims = ("scenario", "tranche")
    effective = np.divide(np.square(first), second, out=np.zeros_like(first), where=lost)
    share = np.divide(ds["loss_top_weight"].values, first, out=np.full_like(first, np.nan), where=lost)
    return xr.Dataset({"effective_losses": (dims, effective), "largest_share": (dims, share)}, {d: ds[d] for d in dims})


def warnings(ds: xr.Dataset) -> list[str]:
    """A sentence for each note whose probability of a loss rests on too few paths, or too much on one.

    Raises DataError where the result has not what it needs.

    >>> warnings(ds)  # plain paths need none
    []
    """
    if not is_weighted(ds):
        return []
    trusted, sentences = trust(ds), []
    for k, n in np.ndindex(trusted["effective_losses"].shape):
        effective, share = (float(trusted[v].values[k, n]) for v in ("effective_losses", "largest_share"))
        if 0.0 < effective < FEW or share > HEAVY:
            where = f"{ds['tranche'].values[n]} under {ds['scenario'].values[k]}"
            sentences.append(f"{where}: rests on {_paths(effective)}, {share:.0%} of it on one path")
    return sentences


def _paths(effective: float) -> str:
    """`1 effective path`, `37 effective paths`."""
    return f"{effective:,.0f} effective path{'s' if round(effective) != 1 else ''}"


def mass(ds: xr.Dataset, name: str) -> Array:
    """Paths by bin of `name`_count, or what weighted paths stand for: adds up to the number of paths all the same.

    Raises DataError for what paths are not counted by, with what they are.

    >>> bool(np.isclose(mass(ds, "loss").sum(axis=-1), ds.attrs["paths"]).all())
    True
    """
    if f"{name}_count" not in ds.variables:
        binned = [v for v in ds.data_vars if str(v).endswith("_count") and any("_bin" in str(d) for d in ds[v].dims)]
        known = [str(v).removesuffix("_count") for v in binned]
        raise DataError(f"paths are not counted by {name!r}: one of {', '.join(known)}{suggest(name, known)}")
    if not is_weighted(ds):
        return np.asarray(ds.variables[f"{name}_count"].values, np.float64)
    weights = weights_of(ds)
    first, second = ds[f"{name}_weight"].values, ds[f"{name}_weight_square"].values
    return np.asarray(weights.calibrated(first, second) * float(weights.paths), np.float64)


def square(ds: xr.Dataset, name: str) -> Array:
    """Squares of weights by bin, at least those of equal weights: a sum below 2^-60 has lost its last digits."""
    first, count = ds[f"{name}_weight"].values, np.maximum(ds[f"{name}_count"].values, 1)
    return np.asarray(np.maximum(ds[f"{name}_weight_square"].values, first * first / count), np.float64)


def variance(mean: Array, second: Array, product: Array, weights: Weights) -> Array:
    """Variance of a calibrated mean of x from E[w x], E[w^2 x^2] and E[w^2 x]: what the weights explain taken out."""
    covariance = product - mean
    left = second - np.square(mean) - np.square(covariance) / weights.variance
    return np.asarray(np.maximum(left, 0.0) / weights.paths)


def chance(mean: Array, product: Array, weights: Weights, top: Array | None = None) -> Interval:
    """A probability from E[g x] and E[w^2 x] of an indicator x; `top`: largest weight of a path with x = 1.

    Interval: gamma quantiles with the moments of the sum (Fay and Feuer 1997 for weighted Poisson counts; here the
    variance is that of the sample), the upper one with one more path of the largest weight. Where no path showed the
    event, that weight is the largest that a mixture allows: the bound is that of the plain paths in it. What is below
    1e-12 is 0 with that bound; within 1e-12 of 1 it is 1, as every path showed it, with the same bound from below.
    """
    mean, product = np.broadcast_arrays(np.asarray(mean, np.float64), np.asarray(product, np.float64))
    seen = mean > 0.0
    none, every = mean < TINY, mean > 1.0 - TINY
    spread = variance(mean, product, product, weights)
    product = np.maximum(product, np.square(mean))
    half = (1.0 - CONFIDENCE) / 2.0
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        size = np.where(none, MOST_WEIGHT, product / mean if top is None else top) / weights.paths
        low = special.gammaincinv(np.square(mean) / spread, half) * spread / mean
        more, wide = mean + size, spread + np.square(size)
        high = special.gammaincinv(np.square(more) / wide, 1.0 - np.where(none, 2.0, 1.0) * half) * wide / more
    high, size = np.where(none & seen, TINY, high), np.where(none & seen, TINY, size)
    most = MOST_WEIGHT / weights.paths
    sure = ~(none | every) & ~(spread > 0.0)  # the variance is lost to rounding
    low = np.where(none, 0.0, np.where(sure, mean, np.minimum(low, mean)))
    low = np.where(every, np.maximum(1.0 + np.log(1.0 - CONFIDENCE) * most, 0.0), low)
    high = np.where(every, 1.0, np.clip(np.where(sure, mean, high), mean, 1.0))
    error = np.where(none, size, np.where(every, most, np.sqrt(spread)))
    return Interval(np.where(none, 0.0, np.where(every, 1.0, np.maximum(mean, 0.0))), error, low, high)
