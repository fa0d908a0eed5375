"""The smallest moves on a row of lanes."""

from __future__ import annotations

from typing import Any

from stress.kernels.jit import stage
from stress.kernels.lanes import load, load_like, store, where_less


@stage
def add_to(w: Any, at: Any, value: Any) -> None:
    """Add lanes to a row."""
    store(w, at, load_like(w, at, value) + value)


@stage
def keep_worst(w: Any, row: Any, error: Any) -> None:
    """Keep the largest absolute error seen on each lane."""
    error = where_less(error, 0.0, error * -1.0, error)
    worst = load(w, row)
    store(w, row, where_less(error, worst, worst, error))
