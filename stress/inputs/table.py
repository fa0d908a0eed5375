"""Macro tables and rate histories as published: Federal Reserve, EBA (years across) or plain CSV, and their months.

Values keep the unit of the publication (percents stay percents): a satellite's coefficients are per unit of its table.
"""

from __future__ import annotations

import csv
import difflib
import io
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.inputs.periods import ALLOWED, Period, parse_period, regular

MAX_BYTES = 4 * 1024 * 1024
MAX_COLUMNS = 500
MAX_ROWS = 30_000
"""More than the months of 2,000 years."""
LARGEST = 1e15
"""No published level is larger, in any unit."""
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
_MISSING = ("", ".")
"""Not published: an empty cell (Federal Reserve) or a dot (FRED)."""
_SCENARIO = "scenario name"
_DATE = ("date", "quarter", "month", "year", "period", "observation_date", "time")


class MacroTable(NamedTuple):
    """Regular series of variables; a missing value is NaN and is refused where it is used."""

    file: str
    scenario: str
    """Name of the scenario in a Federal Reserve table; else empty."""
    start: Period
    variable: tuple[str, ...]
    value: tuple[tuple[float, ...], ...]
    """(period, variable)"""

    def column(self, name: str) -> tuple[float, ...]:
        """One variable by its name in the table. DataError where there is none of that name."""
        if name not in self.variable:
            near = difflib.get_close_matches(name, self.variable, n=3, cutoff=0.4) or list(self.variable[:5])
            raise DataError(f"{self.file}: has no column {name!r}; there is {', '.join(repr(n) for n in near)}")
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
    """Read a local CSV table: a row per period (first column, or after `Scenario Name`), or years across (EBA style).

    Periods must follow each other without a gap. DataError with file, row, column, value and what is allowed; also
    where the file is larger than 4 MB, not local, not UTF-8 text, or holds several scenarios.

    >>> table = read_table("scenarios/data/dfast/2025-Table_1A_Historic_Domestic.csv")
    >>> max(table.column("Unemployment rate")) > 10.0
    True
    """
    name = str(path)
    row = rows_of(name)
    head = [cell.strip() for cell in row[0]]
    if len(head) > MAX_COLUMNS:
        raise DataError(f"{name}: has {len(head)} columns; at most {MAX_COLUMNS}")
    for number, line in enumerate(row[1:], start=2):
        if len(line) != len(head):
            raise DataError(f"{name}: row {number}: has {len(line)} cells; the heading has {len(head)}")
    if sum(parse_period(cell) is not None for cell in head) >= 2:
        return _years_across(name, head, row[1:])
    return _period_rows(name, head, row[1:])


def join_tables(history: MacroTable, path: MacroTable) -> MacroTable:
    """History and then a scenario path of the same variables: lags and differences reach back over the join.

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
    return MacroTable(f"{history.file} + {path.file}", path.scenario, history.start, history.variable, value)


def rows_of(name: str) -> list[list[str]]:
    """Cells of a local CSV file: a heading and at least one row. DataError where it is anything else."""
    if "://" in name:
        raise DataError(f"{name}: is an address; save the table as a local file")
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            raise DataError(f"{name}: is not a regular file; a CSV table is needed")
        with open(name, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DataError(f"{name!r}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(raw) > MAX_BYTES:
        raise DataError(f"{name}: larger than {MAX_BYTES // 1024**2} MB, the most a table may have")
    try:
        text = raw.decode("utf-8-sig")
        row = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError:
        raise DataError(f"{name}: is not UTF-8 text") from None
    except csv.Error as error:
        raise DataError(f"{name}: is not a CSV table: {error}") from None
    if len(row) > MAX_ROWS:
        raise DataError(f"{name}: has {len(row):,} rows; at most {MAX_ROWS:,}")
    for number, line in enumerate(row, 1):
        if not all(cell.isprintable() for cell in line):
            raise DataError(f"{name}: row {number}: holds a character that cannot be printed")
    while row and not any(cell.strip() for cell in row[-1]):
        row.pop()
    if len(row) < 2:
        raise DataError(f"{name}: needs a heading and at least one row")
    return row


def _period_rows(name: str, head: list[str], body: list[list[str]]) -> MacroTable:
    """A row per period; the Federal Reserve puts the scenario's name before the date."""
    lower = [cell.lower() for cell in head]
    date = next((lower.index(word) for word in _DATE if word in lower), 0)
    scenario = {line[lower.index(_SCENARIO)].strip() for line in body} if _SCENARIO in lower else {""}
    if len(scenario) > 1:
        raise DataError(f"{name}: column 'Scenario Name': holds {len(scenario)} scenarios; a table must hold one")
    keep = [k for k in range(len(head)) if k != date and lower[k] != _SCENARIO]
    start = _start(name, [line[date] for line in body], lambda k: f"row {k + 2}, column {head[date]!r}")
    value = tuple(tuple(_number(name, k + 2, head[c], line[c]) for c in keep) for k, line in enumerate(body))
    return _table(name, scenario.pop(), start, [head[c] for c in keep], value)


def _years_across(name: str, head: list[str], body: list[list[str]]) -> MacroTable:
    """A row per variable: text columns first (country, variable; joined by a comma), then a column per period."""
    date = [k for k, cell in enumerate(head) if parse_period(cell) is not None]
    start = _start(name, [head[k] for k in date], lambda k: f"row 1, column {date[k] + 1}")
    label = [", ".join(cell.strip() for cell in line[: date[0]] if cell.strip()) for line in body]
    value = [[_number(name, k + 2, head[c], line[c]) for c in date] for k, line in enumerate(body)]
    return _table(name, "", start, label, tuple(zip(*value, strict=True)))


def _table(
    name: str, scenario: str, start: Period, variable: list[str], value: tuple[tuple[float, ...], ...]
) -> MacroTable:
    for k, one in enumerate(variable):
        if not one or one in variable[:k]:
            raise DataError(f"{name}: variable {k + 1}, {one!r}: the names of variables must differ and not be empty")
    if not variable:
        raise DataError(f"{name}: has no column of values beside its dates")
    return MacroTable(name, scenario, start, tuple(variable), value)


def _start(name: str, label: list[str], where: Callable[[int], str]) -> Period:
    period = []
    for k, text in enumerate(label):
        found = parse_period(text)
        if found is None:
            raise DataError(f"{name}: {where(k)}: {text!r}: must be {ALLOWED}")
        period.append(found)
    first, wrong = regular(period)
    if wrong is not None:
        raise DataError(f"{name}: {where(wrong)}: {label[wrong]!r}: must be {first.shift(wrong)}, without a gap")
    return first


def _number(name: str, row: int, column: str, text: str) -> float:
    cell = text.strip()
    if cell in _MISSING:
        return float("nan")
    if not _NUMBER.match(cell) or not abs(float(cell)) <= LARGEST:
        allowed = f"a finite number of at most {LARGEST:g}, or empty"
        raise DataError(f"{name}: row {row}, column {column!r}: {text[:40]!r}: must be {allowed}")
    return float(cell)
