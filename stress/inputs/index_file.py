"""Reads the CSV file of a floating index onto the months of its deal."""

from __future__ import annotations

import datetime
from pathlib import Path

from stress.errors import DataError
from stress.inputs.deal import Deal
from stress.inputs.deal_index import IndexByMonth, IndexFile
from stress.inputs.periods import ALLOWED, parse_period
from stress.inputs.project import horizon_of
from stress.inputs.reference import resolve
from stress.inputs.table import rows_of
from stress.spelling import suggest

LOW, HIGH = -0.5, 1.0
"""Between these lies a rate per annum."""


def with_levels(path: Path, deal: Deal) -> Deal:
    """The deal with every index file read into months. Raises ConfigError for the name, DataError for the content."""
    found = {name: _read(path, deal, name, i) for name, i in deal.indices.items() if isinstance(i, IndexFile)}
    return deal.model_copy(update={"indices": {**deal.indices, **found}}) if found else deal


def _read(path: Path, deal: Deal, name: str, index: IndexFile) -> IndexByMonth:
    wanted_by = f"{path}: indices.{name}.file"
    file = str(resolve(path, index.file, wanted_by))
    head, *body = rows_of(file)
    column = _column(file, head, index)
    first = horizon_of(deal.closing_date, deal.legal_maturity_months).month
    points: dict[int, float] = {}
    last = None
    for number, row in enumerate(body, 2):
        where = f"{file}: row {number}"
        if len(row) != len(head):
            raise DataError(f"{where}: has {len(row)} cells; the heading has {len(head)}")
        start = _month(where, row[0].strip(), first)
        if last is not None and start < last:
            raise DataError(f"{where}: {row[0].strip()!r}: rows must go forward in time")
        last = start
        points[max(start, 1)] = _level(f"{where}, column {head[column]!r}", row[column].strip(), index)
    if 1 not in points:
        day = datetime.date(first // 12, first % 12 + 1, 1)
        raise DataError(f"{file}: has no level on or before {day}, the first day of the deal's month 1")
    inside = [(month, level) for month, level in points.items() if month <= deal.legal_maturity_months]
    turns = [p for k, p in enumerate(inside) if k == 0 or p[1] != inside[k - 1][1]]
    return IndexByMonth(by_month=tuple(turns), source=f"{index.file}, column {head[column]}")


def _column(file: str, head: list[str], index: IndexFile) -> int:
    names = [cell.strip() for cell in head]
    if index.column is None:
        if len(names) != 2:
            raise DataError(f"{file}: has {len(names) - 1} columns of levels; name one: column = {names[-1]!r}")
        return 1
    if index.column not in names[1:]:
        raise DataError(
            f"{file}: has no column {index.column!r}; there is {', '.join(names[1:])}{suggest(index.column, names[1:])}"
        )
    return names.index(index.column, 1)


def _month(where: str, label: str, first: int) -> int:
    """Month of the deal from which a row holds: by number, or the first that begins on or after its date."""
    if label.isdecimal() and len(label) <= 3:
        return int(label)
    period = parse_period(label)
    if period is None:
        raise DataError(f"{where}: {label!r}: must be a month from closing (1, 2, ...) or {ALLOWED}")
    later = period.per_year == 12 and label.count("-") == 2 and not label.endswith("-01")
    return period.ordinal * 12 // period.per_year - first + 1 + int(later)


def _level(where: str, cell: str, index: IndexFile) -> float:
    try:
        value = float(cell) / (100.0 if index.percent else 1.0)
    except ValueError:
        raise DataError(f"{where}: {cell[:40]!r}: must be a number") from None
    if not LOW < value < HIGH:
        hint = "" if index.percent or not LOW < value / 100.0 < HIGH else "; say percent = true where 3.85 means 3.85%"
        raise DataError(f"{where}: {cell[:40]}: must be a rate per annum above {LOW:g} and below {HIGH:g}{hint}")
    return float(f"{value:.10g}")
