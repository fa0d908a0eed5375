"""Batch sums of a Dataset as arrays ready for the jackknife."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from stress.arrays import Array
from stress.kernels.tally import N_REPLICATE
from stress.measures.batches import Replicates, ratio
from stress.measures.weighted import Weights, is_weighted


class Sums(NamedTuple):
    """Sums of one quantity by batch and the paths of each batch; empty batches left out."""

    total: Array
    """(scenario, tranche, batch) for a note's quantity, (scenario, batch) for the pool's."""
    size: Array
    """(batch,)"""


Read = Callable[[xr.Dataset, str, str], Sums]


def of_notes(ds: xr.Dataset, quantity: str, variable: str = "batch_sum") -> Sums:
    """A note's quantity, (scenario, tranche, batch)."""
    names = [f"{note}:{quantity}" for note in ds.variables["tranche"].values]
    return _grouped(ds, picked(ds, variable, "quantity", names).transpose("scenario", "quantity", "batch").values)


def of_pool(ds: xr.Dataset, quantity: str, variable: str = "batch_sum") -> Sums:
    """A pool quantity, (scenario, batch)."""
    return _grouped(
        ds, picked(ds, variable, "quantity", [quantity]).transpose("quantity", "scenario", "batch").values[0]
    )


def picked(ds: xr.Dataset, variable: str, dim: str, labels: Sequence[str]) -> xr.Variable:
    """A variable at labels of a dim, without coordinates: xarray would pick out of each of these as well."""
    known = ds.variables[dim].values.tolist()
    return ds.variables[variable].isel({dim: [known.index(label) for label in labels]})


def means(ds: xr.Dataset, read: Read, quantity: str, most: int | None = None) -> tuple[Replicates, Array]:
    """Mean over paths of a quantity with each batch left out, and the paths of each batch.

    `read`: `of_notes` or `of_pool`; `most`: the first so many batches only. Weighted paths: by calibrated weights,
    calibrated again without the batch.
    """
    first, size = (array[..., :most] for array in read(ds, quantity, "batch_sum"))
    if not is_weighted(ds):
        return ratio(first, np.broadcast_to(size, first.shape)), size
    second = read(ds, quantity, "batch_square_sum").total[..., :most]
    w, w2 = (_grouped(ds, ds.variables[k].values).total[..., :most] for k in ("batch_weight", "batch_weight_square"))
    whole = Weights(size.sum(), w.sum(), w2.sum())
    left = Weights(size.sum() - size, w.sum() - w, w2.sum() - w2)
    value = whole.calibrated(first.sum(-1), second.sum(-1))
    without = left.calibrated(first.sum(-1)[..., None] - first, second.sum(-1)[..., None] - second)
    return Replicates(value, without), size


def paths(ds: xr.Dataset) -> float:
    """Paths simulated under each scenario.

    >>> paths(ds)
    4096.0
    """
    return float(ds.variables["batch_path"].values.sum())


def replicate_paths(ds: xr.Dataset) -> Array:
    """Paths of each replicate of a Sobol run, (replicate,): those of the batches that belong to it."""
    return _fold(ds.variables["batch_path"].values)


def _grouped(ds: xr.Dataset, total: Array) -> Sums:
    """Batches that are independent of each other: all of them, or the replicates of a Sobol run."""
    size = ds.variables["batch_path"].values.astype(np.float64)
    if ds.attrs.get("estimator") == "sobol":
        size, total = replicate_paths(ds), _fold(total)
    kept = size > 0
    return Sums(np.asarray(total[..., kept], np.float64), size[kept])


def _fold(array: Array) -> Array:
    """Add up batches that belong to the same Sobol replicate."""
    return np.asarray(array.reshape(*array.shape[:-1], -1, N_REPLICATE).sum(-2), np.float64)
