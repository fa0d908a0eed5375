"""Results of a sweep: one Dataset with dims for what was swept; a DataTree, one group a deal, where deals differ.

Deals share an axis only where notes, triggers and months are the same. Otherwise a union would put notes that have
nothing but their name in common on one coordinate and fill counts with NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from stress.errors import DataError
from stress.file_names import escaped, unescaped

DIMS = ("deal", "pool", "seed")
"""What can be swept, in the order of the dims."""
OF_JOB = ("job", "job_hash", "paths", "partial", "base_case", "input_notes", "committee")
"""Attributes that differ from job to job: coordinates of a sweep, attributes again of a cell. So does the seed."""

Labels = Mapping[str, str | int]
Result = xr.Dataset | xr.DataTree
"""What a run or a sweep leaves."""


def combine(cells: Sequence[tuple[Labels, xr.Dataset | None]]) -> Result:
    """The Datasets of a sweep's jobs as one.

    None stands for a job of which nothing is counted yet: blank beside others of its deal, left out where its deal has
    none. Raises DataError where nothing is counted at all.

    >>> one = ["baseline"]
    >>> seeds = [({"seed": k}, stress.simulate(job, paths=1024, seed=k, scenarios=one)) for k in (1, 2)]
    >>> both = stress.results.combine(seeds)
    >>> both["expected_loss"].sizes["seed"]
    2
    """
    over = tuple(cells[0][0])
    groups: dict[str, list[tuple[Labels, xr.Dataset | None]]] = {}
    for labels, ds in cells:
        groups.setdefault(str(labels.get("deal", "")), []).append((labels, ds))
    begun = {name: group for name, group in groups.items() if _first(group) is not None}
    if not begun:
        raise DataError("nothing is counted yet")
    if len({_axes(_first(group)) for group in begun.values()}) == 1:
        return _grid(cells, over)
    rest = tuple(dim for dim in over if dim != "deal")
    return xr.DataTree.from_dict({escaped(name): _grid(group, rest) for name, group in begun.items()})


def dims_of(ds: xr.Dataset) -> tuple[str, ...]:
    """The dims of a sweep that a Dataset has; none for the result of one job."""
    return tuple(dim for dim in DIMS if dim in ds.dims)


def groups(result: Result) -> Iterator[tuple[str, xr.Dataset]]:
    """(deal, Dataset) of each group; one group without a name where the result is a Dataset."""
    if isinstance(result, xr.DataTree):
        for name, node in result.children.items():
            yield unescaped(name), node.to_dataset()
    else:
        yield "", result


def cells(result: Result) -> Iterator[tuple[dict[str, str | int], xr.Dataset]]:
    """(labels, Dataset) of every job, each Dataset as a run of that job alone leaves it.

    >>> names = ["baseline"]
    >>> seeds = [({"seed": k}, stress.simulate(job, paths=1024, seed=k, scenarios=names)) for k in (1, 2)]
    >>> both = stress.results.combine(seeds)
    >>> [labels["seed"] for labels, cell in cells(both)]
    [1, 2]
    """
    for deal, ds in groups(result):
        over = dims_of(ds)
        first: dict[str, str | int] = {"deal": deal} if deal else {}
        for at in np.ndindex(*(ds.sizes[dim] for dim in over)):
            of_job = ds.isel(dict(zip(over, at, strict=True)))
            yield first | {dim: of_job[dim].item() for dim in over}, _alone(of_job)


def partials(result: Result) -> list[dict[str, Any]]:
    """Labels of each job that is not whole yet and how far it has come, as `partial`."""
    return [{**labels, "partial": ds.attrs["partial"]} for labels, ds in cells(result) if "partial" in ds.attrs]


def cell(result: Result, **wanted: str | int | None) -> xr.Dataset:
    """The one job of a result that bears these labels; a part of a name will do where it fits one.

    Raises DataError where none or several do.

    >>> one = ["baseline"]
    >>> seeds = [({"seed": k}, stress.simulate(job, paths=1024, seed=k, scenarios=one)) for k in (1, 2)]
    >>> both = stress.results.combine(seeds)
    >>> int(cell(both, seed=2).attrs["paths"])
    1024
    """
    jobs = list(cells(result))
    for dim, label in wanted.items():
        if label is None:
            continue
        here = [labels[dim] for labels, _ in jobs if dim in labels]
        if not here:
            raise DataError(f"{dim} = {label}: the result holds one {dim} only, so it has no such choice")
        exact = [name for name in here if str(name) == str(label)]
        fits = {str(name) for name in (exact or [name for name in here if dim != "seed" and str(label) in str(name)])}
        if len(fits) != 1:
            raise DataError(f"{dim} = {label}: one of {_listed(here)}")
        jobs = [(labels, ds) for labels, ds in jobs if str(labels[dim]) in fits]
    if len(jobs) > 1:
        open_ = {dim: _listed(labels[dim] for labels, _ in jobs) for dim in jobs[0][0]}
        several = [f"{dim} ({names})" for dim, names in open_.items() if "; " in names]
        raise DataError(f"a sweep of {len(jobs)} jobs: choose one by {' and '.join(several)}")
    return jobs[0][1]


def _listed(names: Iterable[object]) -> str:
    return "; ".join(dict.fromkeys(str(name) for name in names))


def _first(cells: Sequence[tuple[Labels, xr.Dataset | None]]) -> Any:
    return next((ds for _, ds in cells if ds is not None), None)


def _axes(ds: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    """What deals must share to stand on one axis."""
    return tuple(tuple(str(x) for x in ds[dim].values) for dim in ("scenario", "tranche", "trigger", "month"))


def _grid(cells: Sequence[tuple[Labels, xr.Dataset | None]], over: tuple[str, ...]) -> xr.Dataset:
    """Datasets of equal axes along the dims of the sweep; blank where nothing is counted."""
    like: xr.Dataset = _first(cells)
    if not over:
        return like
    index = {dim: list(dict.fromkeys(labels[dim] for labels, _ in cells)) for dim in over}
    held: dict[Any, xr.DataArray] = {name: v for _, ds in cells if ds is not None for name, v in ds.data_vars.items()}
    known = {
        tuple(labels[dim] for dim in over): _with_all(_blank(like) if ds is None else ds, held) for labels, ds in cells
    }
    of_job = [name for name in OF_JOB if any(name in ds.attrs for ds in known.values())]

    def nested(at: tuple[str | int, ...]) -> Any:
        if len(at) < len(over):
            return [nested((*at, label)) for label in index[over[len(at)]]]
        return _as_cell(known[at], of_job)

    joined = xr.combine_nested(
        nested(()), list(over), data_vars="all", coords="different", compat="equals", join="exact",
        combine_attrs="drop_conflicts",
    )  # fmt: skip
    names = {dim: np.array(labels, dtype=np.uint64 if dim == "seed" else object) for dim, labels in index.items()}
    grid: xr.Dataset = joined.assign_coords(names).transpose(*over, ...)
    return grid


def _blank(like: xr.Dataset) -> xr.Dataset:
    """A job of which no path is counted yet: every count 0, every estimate NaN."""
    zero: xr.Dataset = xr.full_like(like, 0)
    blank = zero.map(lambda v: v if v.dtype.kind == "i" else xr.full_like(v, np.nan), keep_attrs=True)
    unsaid = {name: "" for name in OF_JOB if name in like.attrs}
    return _with_attrs(blank, like.attrs | unsaid | {"job": "", "job_hash": "", "paths": 0, "partial": "no path yet"})


def _with_all(ds: xr.Dataset, held: Mapping[Any, xr.DataArray]) -> xr.Dataset:
    """With every variable that some job has; NaN where this one has it not."""
    return ds.assign({name: xr.full_like(v, np.nan) for name, v in held.items() if name not in ds})


def _as_cell(ds: xr.Dataset, of_job: Sequence[str]) -> xr.Dataset:
    """What a job alone says of itself, as coordinates; empty where others say something and this one does not."""
    said = {name: ds.attrs.get(name, "") for name in of_job}
    attrs = {name: value for name, value in ds.attrs.items() if name not in OF_JOB}
    return _with_attrs(ds.assign_coords(said), attrs)


def _alone(ds: xr.Dataset) -> xr.Dataset:
    """A cell as the result of one job."""
    held = [name for name in OF_JOB if name in ds.coords and ds[name].ndim == 0]
    attrs = {name: ds[name].item() for name in held if ds[name].item() != ""}
    attrs |= {"seed": str(ds["seed"].item())} if "seed" in ds.coords else {}
    return _with_attrs(ds.drop_vars([*held, *(dim for dim in DIMS if dim in ds.coords)]), ds.attrs | attrs)


def _with_attrs(ds: xr.Dataset, attrs: Mapping[str, Any]) -> xr.Dataset:
    made = ds.copy(deep=False)
    made.attrs = dict(attrs)
    return made
