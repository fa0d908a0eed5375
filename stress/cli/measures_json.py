"""The figures of a result as one JSON document: by what was swept, scenario, tranche, level and quantile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stress.measures.means import is_residual
from stress.report.known_job import job_of
from stress.report.page.sweep import input_notes_of, warnings
from stress.results import COMMITTEE, with_mixture
from stress.results.sweep import DIMS, Result, cells, dims_of, groups, partials

if TYPE_CHECKING:
    import xarray as xr

SHOWN = {*DIMS, "scenario", "tranche", "level", "quantile"}
BY_THE_END = "early_amortization_probability"
"""By month in the Dataset; its last month is shown."""


def document(result: Result) -> dict[str, Any]:
    """What `stress table --json` prints: paths, what is partial, how far it can be trusted, measures."""
    jobs = list(cells(result))
    head: dict[str, Any] = {"paths": sum(int(ds.attrs["paths"]) for _, ds in jobs)}
    partial = partials(result)
    return head | ({"partial": partial} if partial else {}) | trust(result) | {"measures": measures(result)}


def trust(result: Result) -> dict[str, Any]:
    """How paths were drawn, in mid-life from which month on, what cannot be trusted, and notes on the inputs."""
    used = list(dict.fromkeys(str(ds.attrs.get("estimator", "plain")) for _, ds in cells(result)))
    states = [job.state for _, ds in cells(result) if (job := job_of(ds)) is not None and job.state is not None]
    return {
        "estimator": used[0] if len(used) == 1 else used,
        **({"as_of": states[0].as_of} if states else {}),
        "warnings": warnings(result),
        "notes": input_notes_of(result),
    }


def measures(result: Result) -> dict[str, Any]:
    """Every variable without month, bin, batch or path, of one job with the mixture of its scenarios; by deal first
    where deals differ. Early amortization: by the last month. `irr_is`: what `irr` is of each note."""
    by_deal = {deal: _of(ds if dims_of(ds) else with_mixture(ds)) for deal, ds in groups(result)}
    return by_deal.get("", by_deal)


def _of(ds: xr.Dataset) -> dict[str, Any]:
    shown = {
        str(name): v.isel(month=-1, drop=True) if str(name).startswith(BY_THE_END) else v
        for name, v in ds.data_vars.items()
    }
    shown |= _median_yields(ds)
    by_class = {variable.name for variable in COMMITTEE}
    nested = {
        name: _nested(v)
        for name, v in shown.items()
        if ("scenario" in v.dims and set(v.dims) <= SHOWN) or name in by_class
    }
    said = {True: "median over paths", False: "mean over paths"}
    residuals = zip(map(str, ds["tranche"].values), is_residual(ds).tolist(), strict=True)
    return nested | {"irr_is": {note: said[residual] for note, residual in residuals}}


def _median_yields(ds: xr.Dataset) -> dict[str, xr.DataArray]:
    """`irr` with its error and interval: of a residual note those of the median, as in the tables; a few paths make
    its mean."""
    residual = ds["tranche"].copy(data=is_residual(ds))
    parts = [end for end in ("", "_se", "_low", "_high") if f"irr_quantile{end}" in ds and f"irr{end}" in ds]
    return {
        f"irr{end}": ds[f"irr{end}"].where(~residual, ds[f"irr_quantile{end}"].sel(quantile=0.5, drop=True))
        for end in parts
    }


def _nested(values: xr.DataArray) -> Any:
    if not values.dims:
        return values.item()
    dim = values.dims[0]
    return {str(label): _nested(values.isel({dim: i})) for i, label in enumerate(values[dim].values.tolist())}
