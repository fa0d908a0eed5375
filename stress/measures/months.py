"""What happens by month: fans, means, and the probability that an event has happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from stress.errors import DataError
from stress.kernels.tally import MONTH_QUANTITIES
from stress.measures import batches, fans, replicates
from stress.measures.estimate import Interval, as_dataset, shares
from stress.measures.proportions import proportion
from stress.measures.sums import picked, replicate_paths
from stress.measures.weighted import chance, is_weighted, weights_of

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles of the fans stored in every Dataset."""
SMALL_POOL = 0.05
"""Median pool over the cut-off balance below which a result tells no excess spread: a ratio to the pool explodes."""
EVENTS = {
    "early_amortization": ("early_count", "probability that early amortization has begun by the month"),
    "trigger": ("trigger_count", "probability that the trigger has tripped by the month"),
    "first_loss": (
        "first_loss_count",
        "probability that pool and cash stay below the note and its seniors from the month",
    ),
}


def fan(ds: xr.Dataset, quantity: str, quantile: Sequence[float] = QUANTILES, clamp: bool = False) -> xr.DataArray:
    """Quantiles by month of a month quantity, or of `note_balance` for all notes.

    NaN where a quantile lies beyond what was counted (excess spread of 100% a year to either side, defaults of the
    whole, pool and cash of twice the cut-off balance), or that end with `clamp`. Counted on `fan_path` paths only: the
    outer quantiles are rougher than the rest of the answer. Raises DataError for a quantile outside [0, 1].

    >>> band = fan(ds, "cumulative_default").sel(scenario="baseline", month=12)
    >>> bool((band.diff("quantile") >= 0).all())
    True
    """
    levels = shares(quantile)
    labels = _labels(ds, quantity)
    count = picked(ds, "fan_count", "month_quantity", labels)
    count = count.transpose("scenario", "month_quantity", "month", "fan_bin")
    value = fans.quantiles(count.values, fans.edges(quantity), levels)
    if not clamp:
        least, most = fans.ends(quantity)
        value = np.where((value >= least) & (value <= most), value, np.nan)
    dims: tuple[str, ...] = ("scenario", "tranche", "month", "quantile")
    if quantity != "note_balance":
        value, dims = value[:, 0], ("scenario", "month", "quantile")
    coords = {"quantile": levels, **{k: ds.coords[k] for k in dims if k in ds.coords and k != "quantile"}}
    unit = "1/year" if quantity == "excess_spread" else "1"
    return xr.DataArray(value, coords, dims, attrs={"units": unit, "long_name": f"{quantity} quantile by month"})


def month_mean(ds: xr.Dataset, quantity: str) -> xr.Dataset:
    """Mean by month of a month quantity, or of `note_balance`, with its error from 16 batches.

    NaN where nothing was counted: of the month of a state whose payment waits, all but the payment is data.

    Raises DataError for a quantity that is none of a month.

    >>> month_mean(ds, "cumulative_default")["estimate"].dims
    ('scenario', 'month')
    """
    labels = _labels(ds, quantity)
    size = ds.variables["month_path"].values.astype(np.float64)
    base = ds.variables["month_weight"].values if is_weighted(ds) else size
    by_batch = picked(ds, "month_sum", "month_quantity", labels)
    total = by_batch.transpose("scenario", "month_quantity", "month", "month_batch").values[..., size > 0]
    kept = size[size > 0]
    count = picked(ds, "fan_count", "month_quantity", labels)
    counted = count.transpose("scenario", "month_quantity", "month", "fan_bin").values.any(-1)
    parts = batches.symmetric(batches.ratio(total, np.broadcast_to(base[size > 0], total.shape)), kept)
    parts = Interval(*(np.where(counted, part, np.nan) for part in parts))
    dims: tuple[str, ...] = ("scenario", "tranche", "month")
    if quantity != "note_balance":
        parts, dims = Interval(*(a[:, 0] for a in parts)), ("scenario", "month")
    unit = "1/year" if quantity == "excess_spread" else "1"
    return as_dataset(parts, dims, ds.coords, unit, f"mean {quantity} by month")


def event_probability(ds: xr.Dataset, event: str) -> xr.Dataset:
    """Probability that `early_amortization`, `trigger` or `first_loss` has happened by each month.

    Exact counts, weights where paths have them, the errors between replicates of Sobol points.

    Raises DataError for an event that is none.

    >>> early = event_probability(ds, "early_amortization")["estimate"]
    >>> bool((early.diff("month") >= 0).all())  # cumulative
    True
    """
    if event not in EVENTS:
        raise DataError(f"no event named {event!r}; there are {', '.join(EVENTS)}")
    variable, meaning = EVENTS[event]
    count = ds[variable]
    by = np.cumsum(count.values[..., :-1], axis=-1)
    total = count.values.sum(-1, keepdims=True)
    dims = (*(str(d) for d in count.dims[:-1]), "month")
    parts = proportion(by, total)
    if is_weighted(ds):
        weights = weights_of(ds)
        name = variable.removesuffix("_count")
        first, second = (np.cumsum(ds[f"{name}_{k}"].values[..., :-1], axis=-1) for k in ("weight", "weight_square"))
        parts = chance(weights.calibrated(first, second), second / weights.paths, weights)
    elif ds.attrs.get("estimator") == "sobol" and variable.replace("_count", "_replicate") in ds:
        by_replicate = ds[variable.replace("_count", "_replicate")].values[..., :-1].astype(np.float64)
        size = replicate_paths(ds)
        happened = np.moveaxis(np.cumsum(by_replicate, axis=-1), -2, -1)[..., size > 0.0]
        kept = size[size > 0.0]
        parts = replicates.chance(parts, batches.ratio(happened, np.broadcast_to(kept, happened.shape)), kept)
    return as_dataset(parts, dims, ds.coords, "1", meaning)


def _labels(ds: xr.Dataset, quantity: str) -> list[str]:
    if quantity == "note_balance":
        return [f"{note}:balance" for note in ds.variables["tranche"].values]
    if quantity not in MONTH_QUANTITIES:
        raise DataError(
            f"no month quantity named {quantity!r}; there are {', '.join((*MONTH_QUANTITIES, 'note_balance'))}"
        )
    return [quantity]
