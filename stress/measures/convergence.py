"""How an estimate settled as paths were added: the first batches alone, then more of them, then all."""

from __future__ import annotations

import numpy as np
import xarray as xr

from stress.measures import batches
from stress.measures.estimate import as_dataset
from stress.measures.means import replicates_of, spec_of

STEPS = 24
"""Points of the curve, evenly spaced in the logarithm of the number of paths."""
FEWEST = 8
"""Batches of the first point: fewer give no error to speak of."""


def convergence(ds: xr.Dataset, name: str = "expected_loss") -> xr.Dataset:
    """A mean named in MEANS from the first batches of paths, over the new dim `step`; `paths` says how many they hold.

    Batches are dealt out by block, so that each is a sample of the whole run and any first few are a shorter run. The
    points share their paths: a curve is smoother than independent runs of these lengths would be.

    >>> curve = convergence(ds, "expected_loss")
    >>> bool((curve["estimate"].isel(step=-1) == ds["expected_loss"]).all())
    True
    """
    spec = spec_of(name)
    size = replicates_of(ds, name)[1]
    first = min(FEWEST, size.size)
    kept = np.unique(np.geomspace(first, size.size, STEPS).round().astype(int))
    interval = batches.symmetric if spec.signed else batches.positive
    parts = [interval(*replicates_of(ds, name, int(k))) for k in kept]
    joined = type(parts[0])(*(np.stack(arrays, -1) for arrays in zip(*parts, strict=True)))
    dims = (*(("scenario", "tranche") if spec.of == "note" else ("scenario",)), "step")
    curve = as_dataset(joined, dims, ds.coords, spec.unit, spec.meaning)
    paths = np.cumsum(size)[kept - 1]
    return curve.assign_coords(paths=("step", paths, {"units": "paths", "long_name": "paths of the first batches"}))
