"""Vintage tables: losses, counts or balances of each cohort by its age, in the layouts of static-pool data.

Ages down and cohorts across, cohorts down and ages across, or a row for each cohort and age.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.ages import age_of
from stress.tables.cells import Cells, Row, decimal_in, read_cells
from stress.tables.dates import date_notes, different, labels_at, some_period
from stress.tables.framed import continued, is_total, word
from stress.tables.numbers import LARGEST, is_missing, looks_like_number, parse_number
from stress.tables.periods import Period

COHORTS = ("vintage", "cohort", "origination", "origination month", "origination quarter",
           "origination year",
           "origination date", "issue month", "issue date", "issued", "booked", "放款月份")  # fmt: skip
"""What the column of cohorts is called, in small letters with blanks for underscores."""
AGES = ("age", "mob", "months on book", "month on book", "months", "loan age", "seasoning", "payments made", "quarters",
        "years", "账龄", "期数")  # fmt: skip
"""What the column of ages is called."""


class VintageTable(NamedTuple):
    """Figures by cohort and age, as published; NaN where a cohort has not reached an age."""

    file: str
    cohort: tuple[str, ...]
    """Label of each cohort."""
    start: tuple[Period | None, ...]
    """The period in which it was originated, where its label says so."""
    age: tuple[int, ...]
    """Increasing, in the unit of the table (months, mostly)."""
    measure: tuple[str, ...]
    """Names of the figures; one, named as the file's corner says or `value`, unless each row is one cohort and age."""
    value: tuple[tuple[tuple[float, ...], ...], ...]
    """(measure, cohort, age) in the unit of the publication: 3.6% is 3.6."""
    base: tuple[tuple[str, tuple[float, ...]], ...]
    """Figures by cohort alone, such as the amount originated: (name, (cohort,))."""
    percent: bool
    """Whether the figures carry percent signs."""
    note: tuple[str, ...]

    def matrix(self, measure: str | None = None) -> tuple[tuple[float, ...], ...]:
        """(cohort, age) of one measure; of the only one where none is named. DataError where that is not one."""
        if measure is None and len(self.measure) == 1:
            return self.value[0]
        if measure not in self.measure:
            lacks = "has several figures" if measure is None else f"has no figure {measure!r}"
            raise DataError(f"{self.file}: {lacks}: name one of {', '.join(self.measure)}")
        return self.value[self.measure.index(measure)]

    def cumulative(self, measure: str | None = None) -> bool:
        """Whether the figures of no cohort ever fall with age: running totals, not figures of each month."""
        known = ([x for x in row if not math.isnan(x)] for row in self.matrix(measure))
        return all(a <= b for row in known for a, b in pairwise(row))


def read_vintages(path: str | Path) -> VintageTable:
    """Read a vintage table: text or .xlsx. DataError with file, line, what stands there and what to do.

    Also where a cohort or an age stands twice, ages do not increase, or a number is none.
    """
    cells = read_cells(path)
    head, long = _across(cells), _long_heading(cells)
    if head is not None and not (long and long[0] < head and any(cells.row[long[0] + 1].cell[long[1] :][:1])):
        return _wide(cells, head)
    if long is None:
        raise DataError(
            f"{cells.file}: is no vintage table: the heading must have ages (1, 2, ...) or cohorts (2018, 2019Q1, ...) "
            "across, or columns of both (vintage, age, ...)"
        )
    return _long(cells, *long)


def _across(cells: Cells) -> int | None:
    """The heading whose cells beside the first are ages or cohorts (two at least) and names."""
    for k, row in enumerate(cells.row[:-1]):
        corner, rest = row.cell[0], [cell for cell in row.cell[1:] if cell]
        if some_period(corner) is not None or age_of(corner) is not None or looks_like_number(corner):
            continue
        labels = [cell for cell in rest if age_of(cell) is not None or some_period(cell) is not None]
        if len(labels) >= 2 and not any(looks_like_number(cell) for cell in rest if cell not in labels):
            return k
    return None


def _wide(cells: Cells, head: int) -> VintageTable:
    """Ages or cohorts across; of the columns or rows that are neither, those with numbers are figures by cohort."""
    names = cells.row[head].cell
    body = _body(cells, head, len(names))
    ages_across = sum(age_of(cell) is not None for cell in names[1:]) >= 2
    columns = [k for k in range(1, len(names)) if (age_of if ages_across else some_period)(names[k]) is not None]
    if ages_across:
        cells, body = _without_totals(cells, body)
        cohorts, rows = [row.cell[0] for row in body], body
        ages = [_age(cells, cells.row[head], names[k]) for k in columns]
        beside = [
            (names[k], [row.cell[k] for row in body]) for k in range(1, len(names)) if k not in columns and names[k]
        ]
        grid = [[row.cell[k] for k in columns] for row in rows]
    else:
        rows = [row for row in body if age_of(row.cell[0]) is not None]
        cohorts, ages = [names[k] for k in columns], [_age(cells, row, row.cell[0]) for row in rows]
        beside = [(row.cell[0], [row.cell[k] for k in columns]) for row in body if row not in rows]
        left = ", ".join(name for k, name in enumerate(names[1:], 1) if name and k not in columns)
        cells = _noted(cells, f"columns that are no cohort are left out: {left}" if left else "")
        grid = [[row.cell[k] for row in rows] for k in columns]
    _increasing(cells, ages)
    _once(cells, cohorts)
    decimal = decimal_in(cells, [*(c for line in grid for c in line), *(c for _, line in beside for c in line)])
    value, percent = _numbers(cells, decimal, grid, cohorts, [str(age) for age in ages])
    base = tuple((name, _numbers(cells, decimal, [line], [name], cohorts)[0][0]) for name, line in beside)
    start, note = _starts(cells, cohorts)
    return VintageTable(
        cells.file, tuple(cohorts), tuple(map(start.get, cohorts)), tuple(ages), (_corner(names[0]),), (value,),
        base, percent, note,
    )  # fmt: skip


def _without_totals(cells: Cells, body: list[Row]) -> tuple[Cells, list[Row]]:
    """The rows that do not add up or average others; those that do are noted."""
    rows = [row for row in body if not is_total(row.cell[0])]
    left = ", ".join(f"{row.cell[0]!r} in {cells.unit} {row.number}" for row in body if row not in rows)
    return (_noted(cells, f"totals and averages are left out: {left}"), rows) if rows and left else (cells, body)


def _noted(cells: Cells, note: str) -> Cells:
    return cells._replace(note=(*cells.note, note)) if note else cells


def _starts(cells: Cells, cohorts: Sequence[str]) -> tuple[dict[str, Period], tuple[str, ...]]:
    """The period of each cohort whose label is one, all dates read in one way, and what is to be said of that."""
    labels = [cohort for cohort in dict.fromkeys(cohorts) if some_period(cohort) is not None]
    read = labels_at(labels, different, lambda _: f"{cells.file}: cohort")
    return {cohort: stamp.period for cohort, stamp in zip(labels, read.stamp, strict=True)}, (
        *cells.note,
        *date_notes(read.style),
    )


def _corner(name: str) -> str:
    """The corner names the figures where it names neither ages nor cohorts."""
    return "value" if not name or word(name) in (*AGES, *COHORTS) else name


def _long_heading(cells: Cells) -> tuple[int, int, int] | None:
    """(heading, column of cohorts, column of ages) of a table with a row for each cohort and age."""
    for k, row in enumerate(cells.row[:-1]):
        names = [word(cell) for cell in row.cell]
        cohort = next((names.index(name) for name in COHORTS if name in names), None)
        age = next((names.index(name) for name in AGES if name in names), None)
        if cohort is not None and age is not None:
            return k, cohort, age
    return None


def _long(cells: Cells, head: int, cohort: int, age: int) -> VintageTable:
    """Text beside the cohort (grade, product) tells cohorts apart; every other column is a figure."""
    names = cells.row[head].cell
    cells, body = _without_totals(cells, _body(cells, head, len(names), may_end_early=False))
    if not all(row.cell[cohort] for row in body):
        body = continued(cells, body, cohort, names[cohort])
        cells = _noted(cells, f"an empty {names[cohort]!r} goes on with the one above it")
    others = [k for k in range(len(names)) if k not in (cohort, age) and names[k]]
    text = [k for k in others if not any(looks_like_number(row.cell[k]) for row in body if not is_missing(row.cell[k]))]
    figures = [k for k in others if k not in text]
    if not figures:
        raise DataError(f"{cells.file}: has no column of figures beside {names[cohort]!r} and {names[age]!r}")
    labels = [", ".join([row.cell[cohort], *(row.cell[k] for k in text if row.cell[k])]) for row in body]
    ages = [_age(cells, row, row.cell[age]) for row in body]
    place: dict[tuple[str, int], Row] = {}
    for row, label, at in zip(body, labels, ages, strict=True):
        if (label, at) in place:
            twice = f"age {at} of {label!r} stands twice, first in {cells.unit} {place[label, at].number}"
            raise DataError(f"{cells.place(row)}: {twice}")
        place[label, at] = row
    cohorts, every = list(dict.fromkeys(labels)), sorted(set(ages))
    begun, note = _starts(cells, [row.cell[cohort] for row in body])
    start = {label: begun.get(row.cell[cohort]) for label, row in zip(labels, body, strict=True)}
    decimal = decimal_in(cells, [row.cell[k] for row in body for k in figures])
    read, signs = [], []
    for k in figures:
        grid = [[place[label, at].cell[k] if (label, at) in place else "" for at in every] for label in cohorts]
        value, percent = _numbers(
            cells, decimal, grid, [f"{names[k]} of {label}" for label in cohorts], list(map(str, every))
        )
        read.append(value)
        signs.append(percent)
    return VintageTable(
        cells.file, tuple(cohorts), tuple(start[label] for label in cohorts), tuple(every),
        tuple(names[k] for k in figures), tuple(read), (), all(signs), note,
    )  # fmt: skip


def _body(cells: Cells, head: int, width: int, may_end_early: bool = True) -> list[Row]:
    """Rows below the heading up to the last with a number, each as wide as the heading. DataError by line."""
    last = max((n for n in range(head + 1, len(cells.row)) if _has_number(cells.row[n])), default=head)
    rows = []
    for row in cells.row[head + 1 : last + 1]:
        cell = row.cell[:width] if not any(row.cell[width:]) else row.cell
        if may_end_early or not cells.separator:  # a young cohort's row does; a workbook leaves out empty cells
            cell = (*cell, *[""] * (width - len(cell)))
        if len(cell) != width or not _has_number(row):
            said = f"has {len(row.cell)} cells; the heading has {width}" if len(cell) != width else "holds no figures"
            raise DataError(f"{cells.place(row)}: {said}: take it out if it is none of the table")
        rows.append(Row(row.number, cell))
    if not rows:
        raise DataError(f"{cells.file}: has no rows of figures below its heading")
    return rows


def _has_number(row: Row) -> bool:
    return any(not is_missing(cell) and looks_like_number(cell) for cell in row.cell[1:])


def _age(cells: Cells, row: Row, label: str) -> int:
    age = age_of(label)
    if age is None:
        raise DataError(f"{cells.place(row)}: {label[:40]!r}: must be an age: 1, 2, ... (or M1, 12 months, MOB 12)")
    return age


def _increasing(cells: Cells, ages: Sequence[int]) -> None:
    for before, after in pairwise(ages):
        if after <= before:
            raise DataError(f"{cells.file}: age {after} follows age {before}: ages must increase")


def _once(cells: Cells, cohorts: Sequence[str]) -> None:
    for k, cohort in enumerate(cohorts):
        if not cohort or cohort in cohorts[:k]:
            raise DataError(
                f"{cells.file}: cohort {k + 1}, {cohort!r}: the names of cohorts must differ and not be empty"
            )


def _numbers(
    cells: Cells, decimal: str, grid: list[list[str]], row: Sequence[str], column: Sequence[str]
) -> tuple[tuple[tuple[float, ...], ...], bool]:
    """The cells as numbers, and whether they carry percent signs: all that are not zero, or none. DataError."""
    signs: set[bool] = set()

    def number(cell: str, where: str) -> float:
        if is_missing(cell):
            return math.nan
        figure = parse_number(cell, decimal)
        if figure is None:
            raise DataError(f"{cells.file}: {where}: {cell[:40]!r}: must be a number of at most {LARGEST:g}, or empty")
        if figure.value:
            signs.add(figure.percent)
        if len(signs) > 1:
            raise DataError(f"{cells.file}: {where}: {cell[:40]!r}: some figures have a percent sign, others none")
        return figure.value

    value = tuple(
        tuple(number(cell, f"{name}, {at}") for cell, at in zip(line, column, strict=True))
        for name, line in zip(row, grid, strict=True)
    )
    return value, signs == {True}
