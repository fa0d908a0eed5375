"""Fans of drawn macro variables in a Dataset: exact quantiles of a normal law, not of simulated paths."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.special import ndtri

from stress.arrays import Array


class MacroFan(NamedTuple):
    """Law of the drawn macro variables of one scenario."""

    variable: tuple[str, ...]
    mean: Array
    """(V, T) the scenario's own path."""
    sd: Array
    """(V, T)"""


def with_macro(ds: xr.Dataset, fans: Mapping[str, MacroFan]) -> xr.Dataset:
    """The Dataset with `macro` (scenario, macro_variable, month, quantile); as it was where nothing is drawn.

    NaN where a scenario does not draw a variable. In the units of the published tables.
    """
    if not fans:
        return ds
    names = list(dict.fromkeys(name for fan in fans.values() for name in fan.variable))
    scenarios = [str(s) for s in ds["scenario"].values]
    quantile = ndtri(ds["quantile"].values)
    value = np.full((len(scenarios), len(names), ds.sizes["month"], quantile.size), np.nan)
    for scenario, fan in fans.items():
        for v, name in enumerate(fan.variable):
            law = fan.mean[v][:, None] + fan.sd[v][:, None] * quantile
            value[scenarios.index(scenario), names.index(name)] = law
    attrs = {"units": "as published", "long_name": "drawn macro variables: quantiles by month"}
    macro = xr.DataArray(value, dims=("scenario", "macro_variable", "month", "quantile"), attrs=attrs)
    return ds.assign(macro=macro).assign_coords(macro_variable=np.array(names, dtype=object))
