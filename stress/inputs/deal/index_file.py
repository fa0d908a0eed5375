"""Reads the file of a floating index onto the months of its deal."""

from __future__ import annotations

import datetime
import math
from itertools import pairwise
from pathlib import Path

from stress.errors import DataError
from stress.inputs.deal import Deal
from stress.inputs.deal.index import IndexByMonth, IndexFile
from stress.inputs.scenario.project import horizon_of
from stress.inputs.text.reference import resolve
from stress.spelling import suggest
from stress.tables.cells import Cells, decimal_in, read_cells
from stress.tables.dates import date_notes, day_of, in_order, is_label, labels_at
from stress.tables.framed import Frame, date_columns, framed, rows_of_periods
from stress.tables.numbers import is_missing, parse_number
from stress.tables.periods import ALLOWED
from stress.tables.upright import upright

LOW, HIGH = -0.5, 1.0
"""Between these lies a rate per annum."""


def with_levels(path: Path, deal: Deal) -> Deal:
    """The deal with every index file read into months. Raises ConfigError for the name, DataError for the content."""
    levels = {name: _read(path, deal, name, i) for name, i in deal.indices.items() if isinstance(i, IndexFile)}
    return deal.model_copy(update={"indices": {**deal.indices, **levels}}) if levels else deal


def _read(path: Path, deal: Deal, name: str, index: IndexFile) -> IndexByMonth:
    """The level in force on the first day of each month; where none is published, the last one holds."""
    file = str(resolve(path, index.file, f"{path}: indices.{name}.file"))
    cells = upright(read_cells(file))
    first = horizon_of(deal.closing_date, deal.legal_maturity_months).month
    frame, date, month = dated(cells, first)
    column = column_of(file, frame.head, date, index.column)
    points: dict[int, float] = {}
    forward = -1 if month[0] > month[-1] else 1
    for start, level in list(zip(month, _levels(frame, column, index), strict=True))[::forward]:
        if not math.isnan(level):
            points[max(start, 1)] = level
    if 1 not in points:
        day = datetime.date(first // 12, first % 12 + 1, 1)
        raise DataError(f"{file}: has no level on or before {day}, the first day of the deal's month 1")
    inside = [(number, level) for number, level in points.items() if number <= deal.legal_maturity_months]
    turns = [p for k, p in enumerate(inside) if k == 0 or p[1] != inside[k - 1][1]]
    how = f" ({'; '.join(frame.note)})" if frame.note else ""
    return IndexByMonth(by_month=tuple(turns), source=f"{index.file}, column {frame.head[column]}{how}")


def dated(cells: Cells, first: int | None, within: bool = False) -> tuple[Frame, int, list[int]]:
    """The table, its column of dates, and the month of the deal from whose first day each row holds.

    Months from closing (1, 2, ...) are the first column; dates may stand in any. `first` is the calendar month of month
    1 (counted from year 0; that of the earliest date where None). A row dated within a month holds from the next one,
    as a published level does; with `within` it is of the month of its date. Raises DataError with the file and line.
    """
    if all(_is_month_number(row.cell[0]) for row in cells.row[1:]):
        frame = framed(cells, 1, len(cells.row) - 1, 0, (0,))
        return frame, 0, _forward(frame, [int(cell) for cell in frame.column(0)])
    if not any(is_label(cell) for row in cells.row for cell in row.cell):
        row, allowed = cells.row[1], f"must be a month from closing (1, 2, ...) or {ALLOWED}"
        raise DataError(f"{cells.place(row)}: {row.cell[0][:40]!r}: {allowed}")
    date = date_columns(cells)[0]
    top, bottom, head = rows_of_periods(cells, (date,))
    frame = framed(cells, top, bottom, head, (date,))
    label = frame.column(date)
    dates = labels_at(label, in_order, lambda k: f"{frame.place(k, date)}:")
    frame = frame._replace(note=(*frame.note, *date_notes(dates.style)))
    days = [day_of(stamp) for stamp in dates.stamp]
    sign = -1 if len(days) > 1 and days[0] > days[1] else 1
    for k, (before, after) in enumerate(pairwise(days), 1):
        if (after > before) - (after < before) != sign:
            raise DataError(f"{frame.place(k, date)}: {label[k]!r}: dates must go forward in time, or all of them back")
    start = min(days)[0] if first is None else first
    return frame, date, [month - start + 1 + (day > 1 and not within) for month, day in days]


def _is_month_number(cell: str) -> bool:
    return cell.isdecimal() and len(cell) <= 3


def _forward(frame: Frame, month: list[int]) -> list[int]:
    for k in range(1, len(month)):
        if month[k] <= month[k - 1]:
            raise DataError(f"{frame.place(k, 0)}: {month[k]}: months must go forward in time")
    return month


def column_of(file: str, head: tuple[str, ...], date: int, column: str | None, kind: str = "levels") -> int:
    """The column of that name, or the only one beside the dates. Raises DataError with the names that there are."""
    names = [name for k, name in enumerate(head) if k != date and name]
    if column is None:
        if len(names) != 1:
            hint = f"; name one: column = {names[-1]!r}" if names else ""
            raise DataError(f"{file}: has {len(names)} columns of {kind}{hint}")
        return head.index(names[0])
    if names.count(column) != 1:
        choices = f"there is {', '.join(names)}{suggest(column, names)}"
        many = "more than one" if column in names else "no"
        raise DataError(f"{file}: has {many} column {column!r}; {choices}")
    return next(k for k, name in enumerate(head) if name == column and k != date)


def _levels(frame: Frame, column: int, index: IndexFile) -> list[float]:
    """The levels as fractions a year; NaN where none is published."""
    cells = frame.column(column)
    decimal = decimal_in(frame.cells, cells, f"column {frame.head[column]!r}: ")
    return [_level(frame.place(k, column), cell, decimal, index) for k, cell in enumerate(cells)]


def _level(where: str, cell: str, decimal: str, index: IndexFile) -> float:
    if is_missing(cell):
        return math.nan
    number = parse_number(cell, decimal)
    if number is None:
        raise DataError(f"{where}: {cell[:40]!r}: must be a number, or empty where none is published")
    value = number.value / (100.0 if index.percent or number.percent else 1.0)
    if not LOW < value < HIGH:
        hint = "" if index.percent or not LOW < value / 100.0 < HIGH else "; say percent = true where 3.85 means 3.85%"
        raise DataError(f"{where}: {cell[:40]}: must be a rate per annum above {LOW:g} and below {HIGH:g}{hint}")
    return float(f"{value:.10g}")
