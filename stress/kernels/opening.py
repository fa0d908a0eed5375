"""Opening state: a path that begins in mid-life, each of its rows as the tables have it."""

from __future__ import annotations

from .jit import aside
from .lanes import splat, store
from .layout import LANES
from .records import Memory


@aside
def open_later(m: Memory) -> None:
    """Opening state: all rows that last from month to month, from `condition` to `log`."""
    for i in range(m.p.n_start_row):
        store(m.w, m.p.of_condition + i * LANES, splat(m.t.start_row[i]))
