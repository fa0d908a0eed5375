"""Distributions over paths of a note's weighted average life and yield."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from stress.measures.means import has_principal
from stress.measures.months import QUANTILES
from stress.measures.weighted import is_weighted


def wal_quantile(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.DataArray:
    """Quantiles over paths of the weighted average life, years; paths that received principal.

    >>> life = wal_quantile(ds, [0.05, 0.95]).sel(scenario="macro_severe", tranche="A")
    >>> bool(life[0] < life[1])
    True
    """
    return _quantile(ds, "wal", quantile, "years")


def irr_quantile(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.DataArray:
    """Quantiles over paths of the annual effective yield at par; one beyond 100% stands as 100%.

    >>> low = irr_quantile(ds, [0.05, 0.5]).sel(scenario="macro_severe", tranche="subordinated")
    >>> bool(low[0] <= low[1])
    True
    """
    return _quantile(ds, "irr", quantile, "1/year")


def capped_yield(ds: xr.Dataset) -> xr.DataArray:
    """Share of paths whose yield is above 1,000% a year and counts as 1,000%, (scenario, tranche).

    >>> float(capped_yield(ds).max())
    0.0
    """
    count = ds["irr_weight" if is_weighted(ds) else "irr_count"].transpose("scenario", "tranche", "irr_bin")
    share = count.isel(irr_bin=-1, drop=True) / count.sum("irr_bin").where(lambda n: n > 0, np.nan)
    kept = share.where(xr.DataArray(has_principal(ds), dims="tranche"), 0.0)
    return kept.assign_attrs(units="1", long_name="share of paths whose yield is capped at 1,000% a year")


def _quantile(ds: xr.Dataset, name: str, quantile: Sequence[float], unit: str) -> xr.DataArray:
    variable = f"{name}_weight" if is_weighted(ds) else f"{name}_count"
    count = ds[variable].transpose("scenario", "tranche", f"{name}_bin").values.astype(np.float64)
    middle = ds[f"{name}_bin"].values
    width = middle[1] - middle[0]
    levels = np.asarray(quantile, np.float64)
    out = np.full((*count.shape[:2], levels.size), np.nan)
    for at in np.ndindex(count.shape[:2]):
        cumulative = np.cumsum(count[at])
        if cumulative[-1] > 0:
            rank = levels * cumulative[-1]
            b = np.searchsorted(cumulative, rank * (1.0 - 1e-12))
            out[at] = middle[b] + width / 2.0 - width * (cumulative[b] - rank) / count[at][b]
    out[:, ~has_principal(ds)] = np.nan
    return xr.DataArray(
        out,
        {"scenario": ds["scenario"], "tranche": ds["tranche"], "quantile": levels},
        ("scenario", "tranche", "quantile"),
        attrs={"units": unit, "long_name": f"{name} quantile over paths"},
    )
