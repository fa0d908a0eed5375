"""The shape of every answer: an estimate, its standard error and its 95% interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from stress.arrays import Array
from stress.errors import DataError
from stress.spelling import fraction_for

CONFIDENCE = 0.95
"""Coverage of every interval."""
NORMAL = 1.959963984540054
"""Standard errors to either side of an estimate that hold it, under the normal law."""


class Interval(NamedTuple):
    """Arrays of one shape: value, standard error, lower and upper end of the 95% interval."""

    estimate: NDArray[Any]
    error: NDArray[Any]
    low: NDArray[Any]
    high: NDArray[Any]


def shares(quantile: Sequence[float]) -> Array:
    """Quantiles as an array. Raises DataError where one lies outside [0, 1]."""
    levels = np.asarray(quantile, np.float64)
    if not levels.size:
        raise DataError("quantile = []: must list at least one from 0 to 1")
    wrong = levels[~((levels >= 0.0) & (levels <= 1.0))]
    if wrong.size:
        raise DataError(f"a quantile must lie between 0 and 1, was {quantile!r}{fraction_for(str(wrong[0]))}")
    return levels


def as_dataset(parts: Interval, dims: Sequence[str], coords: Mapping[Any, Any], unit: str, meaning: str) -> xr.Dataset:
    """`estimate`, `error`, `low` and `high` over the same dims, each with its unit and meaning."""
    text = {
        "estimate": meaning,
        "error": f"standard error of: {meaning}",
        "low": f"lower end of the 95% interval of: {meaning}",
        "high": f"upper end of the 95% interval of: {meaning}",
    }
    return xr.Dataset(
        {k: (tuple(dims), v, {"units": unit, "long_name": text[k]}) for k, v in parts._asdict().items()},
        coords={k: coords[k] for k in dims if k in coords},
    )
