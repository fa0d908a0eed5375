"""Where a figure falls in a distribution: the share of paths at or above it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from stress.errors import DataError
from stress.measures import sums
from stress.measures.estimate import as_dataset
from stress.measures.histogram import WIDTH
from stress.measures.proportions import proportion
from stress.measures.replicates import exceeding, replicated
from stress.measures.weighted import chance, is_weighted, mass, square, weights_of
from stress.spelling import fraction_for

POOL = ("default", "net_loss")


def exceedance(ds: xr.Dataset, value: float, quantity: str = "default") -> xr.Dataset:
    """Probability, by scenario, that the pool's `default` (or `net_loss`) over the cut-off balance reaches `value`.

    Paths in the bin that holds the value are shared out in proportion (bins are 1/10,000 wide); interval by Clopper
    and Pearson (1934), of Sobol points between replicates. Raises DataError for another quantity or a value outside
    (0, 1].

    >>> share = exceedance(ds, 0.0463)["estimate"]  # of paths that default at least as much as the deal of 2020
    >>> bool(share.sel(scenario="baseline") < share.sel(scenario="macro_severe"))
    True
    """
    if quantity not in POOL:
        raise DataError(f"exceedance of {quantity!r}: one of {', '.join(POOL)}")
    if not 0.0 < value <= 1.0:
        hint = fraction_for(str(value))
        raise DataError(f"exceedance at {value:g}: a share of the cut-off balance above 0 and at most 1{hint}")
    count = mass(ds, quantity)
    lower = np.concatenate([[0.0], WIDTH * np.arange(count.shape[1] - 2), [1.0]])
    upper = np.concatenate([[0.0], lower[1:-1] + WIDTH, [1.0]])
    share = np.where(
        upper > lower, np.clip((upper - value) / np.maximum(upper - lower, WIDTH), 0.0, 1.0), lower >= value
    )
    meaning = f"probability that pool {quantity.replace('_', ' ')} reaches {value:g} of the cut-off balance"
    parts = proportion(count @ share, sums.paths(ds))
    if is_weighted(ds):
        weights = weights_of(ds)
        parts = chance(count @ share / weights.paths, square(ds, quantity) @ share / weights.paths, weights)
    at = np.array([int(share.argmax())])
    for k, replicates in enumerate(replicated(ds, quantity)):
        interval = exceeding(count[k], replicates, count[[k]] @ share, at)
        for whole, part in zip(parts, interval, strict=True):
            whole[k] = part[0]
    return as_dataset(parts, ("scenario",), ds.coords, "1", meaning)
