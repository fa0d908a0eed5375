"""What a tape of loans says in other words: instalments left as two dates, one level for all of its loans."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from stress.arrays import Array
from stress.errors import DataError
from stress.tables.dates import both_ways, written
from stress.tape.column import clean_text
from stress.tape.source import DATES, Tape

ALL = "all"
"""The level of every loan of a tape without levels."""


def completed(tape: Tape, row: int, frame: pd.DataFrame) -> pd.DataFrame:
    """A chunk that begins in this row with `remaining` and `level`, where the tape has not these columns.

    Instalments left: months from that of the tape's date to that of maturity. DataError for a date that may be another.
    """
    if "maturity" in tape.place:
        maturity, as_of = (_months(tape, name, row, frame[name]) for name in DATES)
        frame = frame.drop(columns=list(DATES)).assign(remaining=maturity - as_of)
    if "balance" in tape.place and "level" not in tape.place:
        frame = frame.assign(level=pd.Series(ALL, index=frame.index, dtype="object"))
    return frame


def _months(tape: Tape, name: str, row: int, column: pd.Series[Any]) -> Array:
    """Months since year 0 of the dates of a column; NaN where a cell is none."""
    code, cell = pd.factorize(column)
    month = np.array([*(_month(text) for text in cell), math.nan])
    for k, text in enumerate(cell):
        if math.isinf(month[k]):
            may = " or ".join(written(stamp) for stamp in both_ways(clean_text(text)) if stamp)
            at = row + int(np.argmax(code == k))
            raise DataError(
                f"{tape.path}: column {tape.theirs[name]!r}: row {at}: {text!r} may be {may}: write 2025-03-31"
            )
    return np.asarray(month[code], dtype=np.float64)


def _month(cell: object) -> float:
    """Months since year 0; NaN of no date, infinite of one that may lie in two months."""
    periods = {stamp.period for stamp in both_ways(clean_text(cell)) if stamp and stamp.period.per_year == 12}
    return math.nan if not periods else math.inf if len(periods) > 1 else float(next(iter(periods)).ordinal)
