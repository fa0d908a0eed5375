"""Numbers and lists as callers of Python give them, of any type that is one, NumPy's too. No model is needed."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping, Sized
from numbers import Real
from typing import Any

from stress.errors import ConfigError

PATH_LIMIT = 10**12
"""Paths beyond which the fixed-point sums of a tally could overflow."""
SEEDS, THREADS = 2**64, 1024
FEW_PATHS = 64
"""Of a question whose errors are measured between batches of 32 paths."""
FOLLOWED_PATHS = 256
"""Of a deal that is followed: fewer than 100 effective ones are refused."""
FEW_DRAWS = 100
"""Of a forecast: five lie beyond either end of its band of 90%."""
OUTAGE_DAYS, MOST_HORIZON, MOST_LAGS = 30, 120, 99
"""Days of a month, reports ahead, lags of robust errors."""
LEVELS = (0.5, 0.99999)
"""From where to where the level of a book's tail goes, and that of the intervals of a fit."""


def enough(paths: int, least: int = FEW_PATHS, what: str = "paths =") -> None:
    """Raise ConfigError for fewer paths than a question can be answered with."""
    if paths < least:
        why = "errors are measured between batches of 32 paths" if least == FEW_PATHS else "fewer tell nothing"
        raise ConfigError(f"{what} {paths}: at least {least:,}: {why}")


def whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number of any integer type, NumPy's too. Raises ConfigError."""
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not low <= number <= high:
        near = real(value)
        hint = f": write {int(near)}" if number is None and near % 1.0 == 0.0 and low <= near <= high else ""
        raise ConfigError(f"{name} = {shown(value)}: must be a whole number from {low:,} to {high:,}{hint}")
    return number


def real(value: Any) -> float:
    """Of any real type; not a number for all else."""
    return float(value) if isinstance(value, Real) and value is not True and value is not False else math.nan


def shown(value: Any) -> str:
    """Plain values as they are, others by their kind."""
    if isinstance(value, str):
        from stress.inputs.text.messages import show

        return show(value)
    return str(value) if isinstance(value, Real) or value is None else f"a {type(value).__name__}"


def is_list(value: Any) -> bool:
    """Whatever can be looked through twice, in order: an array or a column of a table too, no table and no set."""
    if isinstance(value, (str, bytes, Mapping, set, frozenset)) or getattr(value, "ndim", 1) != 1:
        return False
    return isinstance(value, Iterable) and isinstance(value, Sized)


def plain(value: Any) -> Any:
    """A number as Python has it where one is given as a scalar or an array without dims; all else as it is."""
    if not hasattr(type(value), "dtype"):  # of its class: a Dataset would look for it among its variables
        return value
    return value.item() if value.dtype.kind in tuple("biuf") and value.shape == () else value
