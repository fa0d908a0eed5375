"""Distributions over paths of a note's weighted average life, yield and price."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import special

from stress.arrays import Array
from stress.errors import DataError
from stress.kernels.tally import yield_edges
from stress.measures.estimate import CONFIDENCE, NORMAL, Interval, as_dataset, shares
from stress.measures.fans import placed
from stress.measures.means import has_principal, is_residual, replicates_of, speaks_of
from stress.measures.months import QUANTILES
from stress.measures.weighted import effective_paths, is_weighted


def wal_distribution(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.Dataset:
    """Quantiles over paths of the weighted average life, years, with errors; paths that received principal.

    NaN for a residual note: what is left over is no repayment. Raises DataError for a quantile outside [0, 1].

    Interval: two order statistics, each widened to the edge of its bin (1/1024 of the range). Where all paths share a
    bin, each quantile is their mean. Weighted paths count as
    `effective_paths`; Sobol points as plain paths, so that theirs is too wide.

    >>> life = wal_distribution(ds, [0.05, 0.95]).sel(scenario="macro_severe", tranche="A")
    >>> bool((life["low"] <= life["estimate"]).all() and (life["estimate"] <= life["high"]).all())
    True
    """
    return _distribution(ds, "wal", quantile, "years")


def irr_distribution(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.Dataset:
    """Quantiles over paths of the annual effective yield at par, likewise; one beyond 1,000% stands as 1,000%.

    Bins are a 23rd of a basis point wide at the note's mean coupon, elsewhere 0.43% of the distance to it.

    >>> low = irr_distribution(ds, [0.05, 0.5]).sel(scenario="macro_severe", tranche="subordinated")
    >>> bool((low["error"] > 0.0).all())
    True
    """
    return _distribution(ds, "irr", quantile, "1/year")


def price_distribution(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.Dataset:
    """Quantiles over paths of the present value over par at coupon plus the deal's discount spread, likewise.

    Bins are a third of a basis point wide at par, elsewhere 0.3% of the distance to par; one above 1,090 stands so.
    Of a certificate: over the cut-off balance. Raises DataError for a result that was counted without prices.

    >>> paid = price_distribution(ds, [0.01, 0.5]).sel(scenario="baseline", tranche="A")
    >>> bool((abs(paid["estimate"] - 1.0) < 0.001).all())
    True
    """
    if "price_count" not in ds:
        raise DataError("this result was counted before prices by path were: run the job again to have them")
    return _distribution(ds, "price", quantile, "1")


def wal_quantile(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.DataArray:
    """The quantiles of `wal_distribution` alone.

    >>> life = wal_quantile(ds, [0.05, 0.95]).sel(scenario="macro_severe", tranche="A")
    >>> bool(life[0] < life[1])
    True
    """
    return wal_distribution(ds, quantile)["estimate"]


def irr_quantile(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.DataArray:
    """The quantiles of `irr_distribution` alone.

    >>> low = irr_quantile(ds, [0.05, 0.5]).sel(scenario="macro_severe", tranche="subordinated")
    >>> bool(low[0] <= low[1])
    True
    """
    return irr_distribution(ds, quantile)["estimate"]


def price_quantile(ds: xr.Dataset, quantile: Sequence[float] = QUANTILES) -> xr.DataArray:
    """The quantiles of `price_distribution` alone.

    Raises DataError for a result that was counted before prices by path were.

    >>> bool((price_quantile(ds, [0.05, 0.5]).sel(scenario="macro_severe", tranche="subordinated") >= 0.0).all())
    True
    """
    return price_distribution(ds, quantile)["estimate"]


def discounted(note: xr.Dataset) -> bool:
    """Whether anything discounts the cash of a note (tranche chosen); if not, its price is a money multiple.

    >>> discounted(ds.sel(tranche="A")), discounted(ds.sel(tranche="subordinated"))
    (True, False)
    """
    return bool((abs(note["price"] - note["multiple"]) > 1e-9).any())


def capped_yield(ds: xr.Dataset) -> xr.DataArray:
    """Share of paths whose yield is above 1,000% a year and counts as 1,000%, (scenario, tranche).

    >>> float(capped_yield(ds).max())
    0.0
    """
    count = ds["irr_weight" if is_weighted(ds) else "irr_count"].transpose("scenario", "tranche", "irr_bin")
    share = count.isel(irr_bin=-1, drop=True) / count.sum("irr_bin").where(lambda n: n > 0, np.nan)
    kept = share.where(xr.DataArray(has_principal(ds), dims="tranche"), 0.0)
    return kept.assign_attrs(units="1", long_name="share of paths whose yield is capped at 1,000% a year")


def felt_cap(ds: xr.Dataset) -> xr.DataArray:
    """`capped_yield` where the yield that is shown of a note feels it: a mean that has any, a residual note's median
    that half of the paths reach; else 0.

    >>> float(felt_cap(ds).max())
    0.0
    """
    share = capped_yield(ds)
    enough = xr.DataArray(np.where(is_residual(ds), 0.5, 0.0), dims="tranche")
    return share.where(share > enough, 0.0).assign_attrs(share.attrs)


class _Bins(NamedTuple):
    """Counts of each note under each scenario: (..., bin)."""

    paths: NDArray[Any]
    cumulative: Array
    edge: Array
    """(..., bin + 1) lower edges, and the upper one of the last."""

    def at(self, share: Array) -> tuple[Array, Array, Array]:
        """Value below which a share of the paths lies, linear within its bin, and the edges of that bin."""
        rank = np.clip(share, 0.0, 1.0) * self.cumulative[..., -1:]
        at, within = placed(self.paths, self.cumulative, rank)
        low, high = (np.take_along_axis(self.edge, at + end, -1) for end in (0, 1))
        return low + (high - low) * np.clip(within, 0.0, 1.0), low, high


def _distribution(ds: xr.Dataset, name: str, quantile: Sequence[float], unit: str) -> xr.Dataset:
    variable = f"{name}_weight" if f"{name}_weight" in ds else f"{name}_count"
    count = ds.variables[variable].transpose("scenario", "tranche", f"{name}_bin").values
    worth = effective_paths(ds) / float(ds["batch_path"].sum()) if is_weighted(ds) else 1.0
    levels, mean = shares(quantile), replicates_of(ds, name)[0].value
    bins = _Bins(count, np.cumsum(count, axis=-1).astype(np.float64), _edges(ds, name)[None])
    whole = bins.cumulative[..., -1:]
    each, at = np.unique(whole, return_inverse=True)
    ranks = [share[at.reshape(mean.shape)] for share in _ranks(worth * each[:, None], levels)]
    low, high = bins.at(ranks[0])[1], bins.at(ranks[1])[2]
    alike = (np.count_nonzero(count, axis=-1) == 1) & (low[..., 0] <= mean) & (mean <= high[..., 0])
    value = np.where(alike[..., None], mean[..., None], bins.at(levels)[0])
    parts = np.where(whole > 0.0, [value, (high - low) / (2.0 * NORMAL), low, high], np.nan)
    if name != "price":
        parts[:, :, ~speaks_of(ds, name)] = np.nan
    coords = {"scenario": ds["scenario"], "tranche": ds["tranche"], "quantile": levels}
    return as_dataset(
        Interval(*parts), ("scenario", "tranche", "quantile"), coords, unit, f"{name} quantile over paths"
    )


def _edges(ds: xr.Dataset, name: str) -> Array:
    """(note, bin + 1) edges: of prices as they stand, of yields about the coupon, even ones by middles."""
    n_note = ds.sizes["tranche"]
    if name == "price":
        low = ds["price_bin_low"].values
        return np.tile(np.append(low, low[-1]), (n_note, 1))
    if name == "irr" and "mean_coupon" in ds.coords:  # older results were counted on even bins
        return np.stack([yield_edges(coupon) for coupon in np.broadcast_to(ds["mean_coupon"].values, n_note)])
    middle = ds[f"{name}_bin"].values
    width = float(middle[1] - middle[0])
    return np.tile(np.append(middle - width / 2.0, middle[-1] + width / 2.0), (n_note, 1))


def _ranks(paths: float | Array, levels: Array) -> tuple[Array, Array]:
    """Shares of the paths at the two order statistics between which a quantile lies with 95% probability."""
    half, n = (1.0 - CONFIDENCE) / 2.0, np.maximum(paths, 1.0)
    low, high = special.bdtrik(half, n, levels), special.bdtrik(1.0 - half, n, levels) + 1.0
    return np.nan_to_num(low, nan=0.0) / n, np.where(np.isnan(high), n, high) / n
