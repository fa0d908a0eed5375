"""A loan tape -> a pool: millions of rows aggregated into levels and opening lines.

read        CSV or Parquet -> columns of numbers, nothing else believed
clean       which rows belong to the pool, what was dropped and why
aggregate   balances by level, term, instalments left and bucket of days past due
pool        the aggregate as a pool input, on another pool's assumptions or on what the tape itself shows
example     a seeded tape that looks like the Baitiao pool
"""

from stress.tape.aggregate import Stock, aggregate
from stress.tape.clean import Cleaned, clean
from stress.tape.example import MAX_EXAMPLE, baitiao_tape
from stress.tape.pool import pool_of
from stress.tape.read import COLUMNS, read_tape

__all__ = ["COLUMNS", "MAX_EXAMPLE", "Cleaned", "Stock", "aggregate", "baitiao_tape", "clean", "pool_of", "read_tape"]
