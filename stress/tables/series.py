"""A published table -> series of variables by period: periods down, periods across, or one observation a row."""

from __future__ import annotations

import calendar
import functools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.ages import are_ages
from stress.tables.cells import Cells, Row, decimal_in, read_cells
from stress.tables.dates import Labels, date_notes, in_step, labels_at, some_period
from stress.tables.framed import (
    Frame,
    across,
    date_columns,
    framed,
    has_number,
    labels_of,
    rows_of_periods,
    with_years,
    word,
)
from stress.tables.numbers import LARGEST, is_missing, looks_like_number, parse_number
from stress.tables.periods import Period, Stamp, regular

KEPT = 16
"""Tables that are not taken apart again: every scenario of a job reads the same history."""
SCENARIO = ("scenario name", "scenario")
_WITHIN_A_YEAR = frozenset(("Q1", "Q2", "Q3", "Q4", *calendar.month_abbr[1:], *calendar.month_name[1:]))
_DAILY = "the months repeat: a table has one row a month, quarter or year; take averages or ends of months"


class Series(NamedTuple):
    """Regular series of variables; NaN where nothing is published."""

    scenario: str
    start: Period
    variable: tuple[str, ...]
    value: tuple[tuple[float, ...], ...]
    """(period, variable), in the unit of the publication: 3.6% is 3.6."""
    note: tuple[str, ...]
    """What was assumed and left out, in words."""


def read_series(path: str | Path) -> Series:
    """The series of a file. DataError with file, line, column, what stands there and what to do."""
    return _series_of(read_cells(path))


@functools.lru_cache(maxsize=KEPT)
def _series_of(cells: Cells) -> Series:
    head = across(cells)
    return _trimmed(_periods_down(cells) if head is None else _periods_across(cells, head))


def numbers(frame: Frame, columns: Sequence[int], beside: Sequence[int] = ()) -> dict[int, tuple[float, ...]]:
    """The cells of some columns as numbers; a percent sign stands on all numbers of a column or on none. DataError.

    `beside`: columns that tell the decimal sign too.
    """
    text = [cell for k in dict.fromkeys((*columns, *beside)) for cell in frame.column(k)]
    decimal = decimal_in(frame.cells, text)
    return {k: _column(frame, k, decimal) for k in columns}


def _column(frame: Frame, k: int, decimal: str) -> tuple[float, ...]:
    value, percent = [], set()
    for row, cell in enumerate(frame.column(k)):
        if is_missing(cell):
            value.append(math.nan)
            continue
        number = parse_number(cell, decimal)
        if number is None:
            allowed = f"a finite number of at most {LARGEST:g}, or empty"
            raise DataError(f"{frame.place(row, k)}: {cell[:40]!r}: must be {allowed}")
        value.append(number.value)
        if number.value:
            percent.add(number.percent)
        if len(percent) > 1:
            mixed = "some numbers of the column have a percent sign, others none"
            raise DataError(f"{frame.place(row, k)}: {cell[:40]!r}: {mixed}")
    return tuple(value)


def _periods_down(cells: Cells) -> Series:
    """A row per period; text columns beside the periods are left out, or tell several series apart."""
    date = date_columns(cells)
    cells = with_years(cells, date)
    first, last, head = rows_of_periods(cells, date)
    frame = framed(cells, first, last, head, date)
    label = labels_of(frame, date)
    others = [k for k in range(len(frame.head)) if k not in date and any(frame.column(k))]
    others = [k for k in others if not _counts_rows(frame, k)]
    filled = {k: [cell for cell in frame.column(k) if not is_missing(cell)] for k in others}
    text = [k for k in others if filled[k] and not any(map(looks_like_number, filled[k]))]
    figures = [k for k in others if k not in text]
    scenario = _scenario(frame, text)
    if not figures:
        raise _no_values(frame, text)
    stamps, style = _stamps(frame, date, label, len(set(label)) == len(label))
    note = [*frame.note, *date_notes(style)]
    _no_ages(frame, [frame.head[k] for k in figures], cells.row[head])
    values = numbers(frame, figures)
    if len(set(stamps)) < len(stamps):
        return _long(frame, stamps, date[0], text, values, note, scenario)
    left = [frame.head[k] for k in text if word(frame.head[k]) not in SCENARIO]
    if left:
        note.append(f"columns of text are left out: {', '.join(left)}")
    start, rows = _in_order(frame, date, label, stamps)
    columns = [[values[k][n] for n in rows] for k in figures]
    return _series(frame, scenario, start, [frame.head[k] for k in figures], columns, note)


def _long(
    frame: Frame, stamps: Sequence[Stamp], date: int, text: Sequence[int], values: dict[int, tuple[float, ...]],
    note: list[str], scenario: str,
) -> Series:  # fmt: skip
    """One observation a row: columns of text tell the series apart, a series for each of their values."""
    keys: list[int] = []
    for k in text:
        column = frame.column(k)
        implied = [len(set(zip(column, frame.column(j), strict=True))) == len(set(frame.column(j))) for j in keys]
        if len(set(column)) > 1 and not any(map(is_missing, column)) and not any(implied):
            keys.append(k)
    for k in keys:
        if set(frame.column(k)) <= _WITHIN_A_YEAR:
            said = f"column {frame.head[k]!r} counts within the years of {frame.head[date]!r}"
            raise DataError(f"{frame.cells.file}: {said}: call them Year and Quarter (or Month)")
    group: dict[tuple[str, ...], dict[Stamp, int]] = {}
    for n, stamp in enumerate(stamps):
        rows = group.setdefault(tuple(frame.column(k)[n] for k in keys), {})
        if stamp in rows:
            twice = f"stands twice, first in {frame.cells.unit} {frame.body[rows[stamp]].number}"
            raise DataError(f"{frame.cells.place(frame.body[n])}: {stamp.period} {twice}; {_DAILY}")
        rows[stamp] = n
    every = sorted(set(stamps), key=lambda s: (s.period.ordinal / s.period.per_year, s.day))
    start, wrong = regular([s.period for s in every])
    if wrong is not None:
        gap = f"has no row {start.shift(wrong)}; periods must follow each other without a gap"
        raise DataError(f"{frame.cells.file}: {gap}")
    names, columns = [], []
    for key, rows in group.items():
        for k, value in values.items():
            names.append(", ".join([*key, *([frame.head[k]] if len(values) > 1 else [])]))
            columns.append([value[rows[s]] if s in rows else math.nan for s in every])
    note.append(f"a series for each {' and '.join(frame.head[k] for k in keys)}")
    return _series(frame, scenario, start, names, columns, note)


def _periods_across(cells: Cells, head: int) -> Series:
    """A row per variable: text columns first (country, variable; joined by a comma), then a column per period."""
    below = [n for n in range(head + 1, len(cells.row)) if has_number(cells.row[n].cell[1:])]
    if not below:
        raise DataError(f"{cells.place(cells.row[head])}: no row below these periods has a value")
    for n in range(head + 1, below[-1]):
        if n not in below:
            reason = f"{cells.row[n].cell[0][:40]!r}: has no values: is it the title of another table?"
            raise DataError(f"{cells.place(cells.row[n])}: {reason} Keep one table in the file")
    frame = framed(cells, head + 1, below[-1], head, ())
    date = [k for k, cell in enumerate(frame.head) if some_period(cell) is not None]
    stamps, style = _stamps_across(frame, cells.row[head], date)
    name = [", ".join(cell for cell in row.cell[: date[0]] if cell) for row in frame.body]
    if cells.separator == "\t":
        name = [
            ", ".join(part for part in titles.split(",") if part.strip()) for titles in name
        ]  # Eurostat: freq,unit,geo
    _no_ages(frame, name, frame.body[0])
    left = [frame.head[k] for k in range(date[0], len(frame.head)) if k not in date and any(frame.column(k))]
    note = [*frame.note, *date_notes(style)]
    note += [f"columns that are no period are left out: {', '.join(left)}"] if left else []
    for n, k in enumerate(date):
        if stamps[n] in stamps[:n]:
            said = f"{frame.head[k]!r}: stands twice in the heading: tables side by side must be parted"
            raise DataError(f"{cells.place(cells.row[head])}, column {k + 1}: {said}")
    step = 1 if stamps[0].period.ordinal <= stamps[-1].period.ordinal else -1
    order = date[::step]
    start, wrong = regular([s.period for s in stamps[::step]])
    if wrong is not None:
        names = [frame.head[k] for k in order]
        raise DataError(
            f"{cells.place(cells.row[head])}, column {order[wrong] + 1}: {names[wrong]!r}: must be "
            f"{start.shift(wrong)}, without a gap"
        )
    values = numbers(frame, date)
    columns = [[values[k][n] for k in order] for n in range(len(name))]
    return _series(frame, "", start, name, columns, note)


def _stamps_across(frame: Frame, row: Row, date: Sequence[int]) -> Labels:
    """The periods of a heading, read in one way."""
    label = [frame.head[k] for k in date]
    return labels_at(label, in_step, lambda k: f"{frame.cells.place(row)}, column {date[k] + 1}:")


def _no_ages(frame: Frame, name: Sequence[str], row: Row) -> None:
    """Variables that are numbers are ages: the periods are cohorts, not the calendar."""
    if are_ages(name):
        where = f"{frame.cells.place(row)}: the variables are ages, {name[0]} to {name[-1]}"
        raise DataError(f"{where}, so this is a vintage table, not a table of periods")


def _stamps(frame: Frame, date: Sequence[int], label: list[str], unique: bool) -> tuple[tuple[Stamp, ...], str]:
    fits: Callable[[Sequence[Stamp]], bool] = in_step if unique else lambda stamps: in_step(sorted(set(stamps)))
    return labels_at(label, fits, lambda k: f"{frame.place(k, date[0])}:")


def _in_order(frame: Frame, date: Sequence[int], label: list[str], stamps: Sequence[Stamp]) -> tuple[Period, list[int]]:
    """The first period, and the rows from the oldest to the newest."""
    rows = list(range(len(stamps)))
    if len(stamps) > 1 and stamps[0].period.ordinal > stamps[-1].period.ordinal:
        rows.reverse()
    period = [stamps[n].period for n in rows]
    first, wrong = regular(period)
    if wrong is not None:
        twice = wrong > 0 and stamps[rows[wrong]].day and period[wrong] == period[wrong - 1]
        said = _DAILY if twice else f"must be {first.shift(wrong)}, without a gap"
        raise DataError(f"{frame.place(rows[wrong], date[0])}: {label[rows[wrong]]!r}: {said}")
    return first, rows


def _counts_rows(frame: Frame, k: int) -> bool:
    """A column without a name that counts the rows: what pandas writes before the first column."""
    if frame.head[k]:
        return False
    return any([str(n + start) for n in range(len(frame.body))] == list(frame.column(k)) for start in (0, 1))


def _scenario(frame: Frame, text: Sequence[int]) -> str:
    for k in text:
        if word(frame.head[k]) in SCENARIO:
            column = frame.column(k)
            names = list(dict.fromkeys(column))
            if len(names) > 1:
                rows = [n for n, name in enumerate(column) if name == names[0]]
                lines = f"{frame.cells.unit}s {frame.body[rows[0]].number} to {frame.body[rows[-1]].number}"
                raise DataError(
                    f"{frame.cells.file}: column {frame.head[k]!r}: holds {len(names)} scenarios ({', '.join(names)}); "
                    f"a table must hold one: keep the heading and {lines} for {names[0]!r}"
                )
            return names[0]
    return ""


def _no_values(frame: Frame, text: Sequence[int]) -> DataError:
    for k in text:
        if word(frame.head[k]) not in SCENARIO:
            row = next(n for n, cell in enumerate(frame.column(k)) if not is_missing(cell))
            allowed = f"a finite number of at most {LARGEST:g}, or empty"
            return DataError(f"{frame.place(row, k)}: {frame.column(k)[row][:40]!r}: must be {allowed}")
    return DataError(f"{frame.cells.file}: has no column of values beside its dates")


def _series(
    frame: Frame, scenario: str, start: Period, names: list[str], columns: list[list[float]], note: list[str]
) -> Series:
    for k, name in enumerate(names):
        if not name or name in names[:k]:
            said = f"variable {k + 1}, {name!r}: the names of variables must differ and not be empty"
            raise DataError(f"{frame.cells.file}: {said}")
    return Series(scenario, start, tuple(names), tuple(zip(*columns, strict=True)), tuple(note))


def _trimmed(series: Series) -> Series:
    """Without the periods at both ends in which nothing is published."""
    filled = [k for k, row in enumerate(series.value) if not all(map(math.isnan, row))]
    if not filled or len(filled) == len(series.value):
        return series
    first, last = filled[0], filled[-1]
    empty = [*range(first), *range(last + 1, len(series.value))]
    if not empty:
        return series
    said = ", ".join(str(series.start.shift(k)) for k in empty[:4]) + (", ..." if len(empty) > 4 else "")
    note = (*series.note, f"nothing is published for {said}: left out")
    return series._replace(start=series.start.shift(first), value=series.value[first : last + 1], note=note)
