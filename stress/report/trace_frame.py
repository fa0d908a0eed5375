"""A replayed path, or cash flows, as one wide table: a row a month, a column for each quantity of each note."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

ENDLESS = 1e299
"""A supply without end and a limit that does not hold are more than this in the arrays."""


def is_trace(answer: object) -> bool:
    """Whether it goes by month, as what `stress.replay`, `cash_flows` and `mean_flows` return."""
    return isinstance(answer, xr.Dataset) and "month" in answer.dims and "loss_count" not in answer


def trace_frame(trace: xr.Dataset) -> pd.DataFrame:
    """(month, quantity) with the dates of each month in front; infinite where there is no end or no limit."""
    dates = {
        str(name): date.values for name, date in trace.coords.items() if date.dims == ("month",) and name != "month"
    }
    columns = {name: values for _, name, values in columns_of(trace)}
    return pd.DataFrame(dates | columns, pd.Index(trace["month"].values, name="month"))


def columns_of(trace: xr.Dataset) -> Iterator[tuple[str, str, NDArray[np.float64]]]:
    """(variable, name, values by month) of what goes by month; one each label where it has one more dimension."""
    for variable, values in trace.data_vars.items():
        other = [dim for dim in values.dims if dim != "month"]
        if "month" not in values.dims or len(other) > 1:
            continue
        by_label = values.transpose("month", *other).values
        bounded = np.where(np.abs(by_label) >= ENDLESS, np.copysign(np.inf, by_label), by_label)
        labels = [""] if not other else [f" {label}" for label in values[other[0]].values.tolist()]
        for label, column in zip(labels, bounded.reshape(len(bounded), -1).T, strict=True):
            yield str(variable), f"{variable}{label}", column
