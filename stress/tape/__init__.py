"""A loan tape -> a pool: millions of rows aggregated into levels and opening lines.

templates   its columns, under our headings, named ones or those of a published template
source      text, Parquet or a workbook: its heading and columns found
chunks      its rows, a chunk at a time
derived     instalments left between two dates, one level for all
spelling    how the cells are written, settled by whole columns; cells -> numbers
levels      scores that are numbers cut into levels
clean       which rows belong to the pool, what was dropped and why
gather      all of it, however long the tape, and how much may be dropped
aggregate   balances by level, term, instalments left and bucket of days past due
outcomes    a tape with outcomes as a table of cohorts by age
pool        the aggregate as a pool input, on another pool's assumptions or on what the tape itself shows
example     a seeded tape that looks like the Baitiao pool
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stress.tape.aggregate import Stock, aggregate
from stress.tape.clean import Cleaned, Dropped, clean
from stress.tape.example import MAX_EXAMPLE, baitiao_tape
from stress.tape.gather import ALLOWED_SHARE, Gathered, gather, read_tape
from stress.tape.source import COLUMNS, opened

if TYPE_CHECKING:
    from stress.tape.pool import pool_of

__all__ = [
    "ALLOWED_SHARE",
    "COLUMNS",
    "MAX_EXAMPLE",
    "Cleaned",
    "Dropped",
    "Gathered",
    "Stock",
    "aggregate",
    "baitiao_tape",
    "clean",
    "gather",
    "opened",
    "pool_of",
    "read_tape",
]


def __getattr__(name: str) -> Any:
    """`pool_of` when asked for: a tape that is refused needs no model of a pool, which takes 0.2 s to import."""
    if name != "pool_of":
        raise AttributeError(f"module 'stress.tape' has no attribute {name!r}")
    from stress.tape.pool import pool_of

    return pool_of


def __dir__() -> list[str]:
    return sorted(__all__)
