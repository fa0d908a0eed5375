"""What a Dataset has not that a function asked it for, in words: what was dropped from it, or selected away.

A function reads what it needs and no more, so that results saved years ago, and parts of results, can be read: what is
missing shows where xarray raises.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from stress.errors import DataError

NAMES = ("scenario", "tranche", "trigger", "quantity", "month_quantity")
"""Dims of a result whose coordinates are names."""
NUMBERS = ("month", "event_month", "loss_bin", "loss_bin_low", "loss_bin_high", "wal_bin", "irr_bin", "price_bin",
           "level", "quantile")  # fmt: skip
"""Coordinates that are numbers, none missing."""
AXES = (*NAMES, *NUMBERS)
KEEP = "keep all variables and coordinates, and select by lists: ds.isel(scenario=[0])"
COUNTED = ("scenario", "tranche", "loss_bin")
_NAME = re.compile(r"'(\w+)'|^(\w+)$")
"""The first name in an error of xarray's."""


def tell_lacking(function: str, error: Exception, given: Collection[Any]) -> None:
    """Raise DataError where an error means that one of the Datasets `given` is not whole."""
    missed = next((name for ds in given if (name := _missed(error, ds))), "")
    if missed:
        raise DataError(f"{function} needs {missed}, which the Dataset has not: {KEEP}") from error
    over = next((dim for ds in given for dim in beyond(ds)), "")
    if over:
        said = f"{function} takes the result of one job, and this one is over {over}: {one_of(over)}"
        raise DataError(said) from error
    alone = next((name for ds in given for name in AXES if name in ds.coords and ds.coords[name].dims == ()), "")
    if alone:
        raise DataError(f"{function} needs {alone} as an axis, and the Dataset is of one alone: {KEEP}") from error


def beyond(ds: Any) -> list[str]:
    """The dims of a result that are none of one job: of a sweep, or of results that were put together."""
    return [str(dim) for dim in ds.variables["loss_count"].dims if dim not in COUNTED] if "loss_count" in ds else []


def one_of(dim: str) -> str:
    """How to get the result of one job from one over several."""
    swept = dim in ("deal", "pool", "seed")
    return f"give one, as stress.results.cell(ds, {dim}=...)" if swept else f"give one, as ds.sel({dim}=...)"


def _missed(error: Exception, ds: Any) -> str:
    """The variable, coordinate or dim that xarray did not find in a Dataset, if that is what an error says."""
    match = _NAME.search(str(error.args[0])) if error.args else None
    name = match[1] or match[2] if match and _raised_in(error).startswith("xarray.") else ""
    return "" if name in (ds.variables if isinstance(error, KeyError) else ds.dims) else name


def _raised_in(error: Exception) -> str:
    """The module that raised an error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
