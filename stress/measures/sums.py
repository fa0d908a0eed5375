"""Batch sums of a Dataset as arrays ready for the jackknife."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Array = NDArray[np.float64]

SOBOL_REPLICATES = 16
"""A scrambled Sobol run holds 16 independent replicates: replicate = block mod 16."""


class Sums(NamedTuple):
    """Sums of one quantity by batch and the paths of each batch; empty batches left out."""

    total: Array
    """(scenario, tranche, batch) for a note's quantity, (scenario, batch) for the pool's."""
    size: Array
    """(batch,)"""


def of_notes(ds: xr.Dataset, quantity: str) -> Sums:
    """A note's quantity, (scenario, tranche, batch)."""
    names = [f"{note}:{quantity}" for note in ds["tranche"].values]
    return _grouped(ds, ds["batch_sum"].sel(quantity=names).transpose("scenario", "quantity", "batch").values)


def of_pool(ds: xr.Dataset, quantity: str) -> Sums:
    """A pool quantity, (scenario, batch)."""
    return _grouped(ds, ds["batch_sum"].sel(quantity=quantity).transpose("scenario", "batch").values)


def paths(ds: xr.Dataset) -> float:
    """Paths simulated under each scenario.

    >>> paths(ds)
    4096.0
    """
    return float(ds["batch_path"].sum())


def _grouped(ds: xr.Dataset, total: Array) -> Sums:
    """Batches that are independent of each other: all of them, or the replicates of a Sobol run."""
    size = ds["batch_path"].values.astype(np.float64)
    if ds.attrs.get("estimator") == "sobol":
        size = _fold(size)
        total = _fold(total)
    kept = size > 0
    return Sums(np.asarray(total[..., kept], np.float64), size[kept])


def _fold(array: Array) -> Array:
    """Add up batches that belong to the same Sobol replicate."""
    return np.asarray(array.reshape(*array.shape[:-1], -1, SOBOL_REPLICATES).sum(-2), np.float64)
