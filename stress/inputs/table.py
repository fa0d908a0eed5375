"""Macro tables and rate histories as published, and their months.

Values keep the unit of the publication (percents stay percents): a satellite's coefficients are per unit of its table.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.spelling import suggest
from stress.tables.periods import Period
from stress.tables.series import read_series

MOST_NAMED = 12
"""Columns that a refusal lists."""


class MacroTable(NamedTuple):
    """Regular series of variables; a missing value is NaN and is refused where it is used."""

    file: str
    scenario: str
    """Name of the scenario in a Federal Reserve table; else empty."""
    start: Period
    variable: tuple[str, ...]
    value: tuple[tuple[float, ...], ...]
    """(period, variable)"""
    note: tuple[str, ...] = ()
    """What the reader assumed and left out, in words."""

    def column(self, name: str) -> tuple[float, ...]:
        """One variable by its name in the table. DataError where there is none of that name."""
        if name not in self.variable:
            known = ", ".join(map(repr, self.variable[:MOST_NAMED])) + " and more" * (len(self.variable) > MOST_NAMED)
            raise DataError(f"{self.file}: has no column {name!r}; there is {known}{suggest(name, self.variable)}")
        place = self.variable.index(name)
        return tuple(row[place] for row in self.value)

    def label(self, k: int) -> str:
        """Name of period k."""
        return str(self.start.shift(k))

    def position(self, period: Period) -> int:
        """Row of a period. DataError where the table has another frequency or does not reach it."""
        k = period.ordinal - self.start.ordinal
        if period.per_year != self.start.per_year or not 0 <= k < len(self.value):
            raise DataError(f"{self.file}: has no row {period}; it holds {self.label(0)} to {self.label(self.n - 1)}")
        return k

    @property
    def n(self) -> int:
        """Number of periods."""
        return len(self.value)


def read_table(path: str | Path) -> MacroTable:
    """Read a table of periods as it is published: text or .xlsx, periods down or across (`stress explain --tables`).

    Periods must follow each other without a gap. DataError with file, line, column, value and what to do where the
    meaning is not certain; also where the file is larger than 4 MB, not local, or holds several scenarios.

    >>> table = read_table("scenarios/data/dfast/2025-Table_1A_Historic_Domestic.csv")
    >>> max(table.column("Unemployment rate")) > 10.0
    True
    """
    series = read_series(path)
    return MacroTable(str(path), series.scenario, series.start, series.variable, series.value, series.note)


def join_tables(history: MacroTable, path: MacroTable) -> MacroTable:
    """History and then a scenario path of the same variables: lags and differences reach back over the join.

    Raises DataError for a path that does not begin where the history ends, or lacks one of its columns.

    >>> history, path = ("1A_Historic_Domestic", "3A_Supervisory_Severely_Adverse_Domestic")
    >>> tables = [read_table(f"scenarios/data/dfast/2025-Table_{name}.csv") for name in (history, path)]
    >>> join_tables(*tables).n == tables[0].n + tables[1].n
    True
    """
    if path.start != history.start.shift(history.n):
        raise DataError(
            f"{path.file}: the first row is {path.start}; after {history.file} it must be {history.label(history.n)}"
        )
    for name in history.variable:
        if name not in path.variable:
            raise DataError(f"{history.file}: its column {name!r} is missing in {path.file}; they must have the same")
    column = [(*history.column(name), *path.column(name)) for name in history.variable]
    value = tuple(zip(*column, strict=True))
    return MacroTable(f"{history.file} + {path.file}", path.scenario, history.start, history.variable, value, path.note)
