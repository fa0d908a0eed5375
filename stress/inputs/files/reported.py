"""The rows of a report: figures by period, in units; missing periods and cells stay missing."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stress.errors import ConfigError, DataError
from stress.inputs.files.parse import parse_as
from stress.inputs.files.report_columns import by_row, place_of, places_of, refuse_unknown
from stress.inputs.files.report_numbers import decimals_of, refuse_percents, refuse_signs, values_of
from stress.inputs.reports import FIGURES, NAMED, NOTE, Column, Reports, unread
from stress.inputs.text.reference import resolve
from stress.tables.cells import Cells, read_cells
from stress.tables.dates import WrongLabel, date_notes, different, is_label, read_labels
from stress.tables.framed import TOP, as_wide, from_heading, is_remark, second, word
from stress.tables.periods import ALLOWED, Period, coarser, parse_period
from stress.tables.source import suffix
from stress.tables.upright import upright

TABLES = (".csv", ".tsv", ".txt", ".xlsx")


class Reported(NamedTuple):
    """What a deal reported, in the order of its periods."""

    file: str
    name: str
    period: tuple[Period, ...]
    """Increasing; periods without a report are not there."""
    figure: dict[str, tuple[float, ...]]
    """By name, one value a period; nan where nothing was reported."""
    error: dict[str, float]
    """Relative observation error of each figure."""
    note: tuple[str, ...] = ()
    """How the tables were read, in words."""
    source: str = ""
    """Where its file says that they come from."""
    illustrative: tuple[str, ...] = ()
    """What its file calls nobody's published fact."""

    @property
    def per_year(self) -> int:
        """Reports a year where none is missing."""
        return self.period[0].per_year

    @property
    def at(self) -> tuple[int, ...]:
        """Periods since the first report."""
        return tuple(p.ordinal - self.period[0].ordinal for p in self.period)

    def upto(self, count: int) -> Reported:
        """The first `count` reports."""
        return self._replace(
            period=self.period[:count], figure={name: value[:count] for name, value in self.figure.items()}
        )


def read_reports(path: Path) -> Reported:
    """Reports of a file `kind = "reports"`, of a table headed by our names, or of a folder of either: a file a report.

    In a folder one file `kind = "reports"` at most says what the columns of all tables mean. Raises ConfigError,
    DataError.
    """
    if path.is_dir():
        heads = sorted(path.glob("*.toml"))
        if len(heads) > 1:
            raise ConfigError(f"{path}: holds {len(heads)} .toml files; one at most says what the columns mean")
        return read_reports(heads[0]) if heads else _joined(path, path.name, _bare_tables(_tables(path)))
    if suffix(path) in TABLES:
        return _bare_tables([path])[0]
    return reported_of(path, parse_as(path, Reports, "REPORTS"))


def are_reports(path: Path) -> bool:
    """Whether a table, or a folder of tables, is headed by our names: a balance of the pool or of a note, and more."""
    if not path.is_dir() and suffix(path) not in TABLES:
        return False
    try:
        heads = read_cells(_tables(path)[0] if path.is_dir() else path).row[:TOP]
    except (ConfigError, DataError):
        return False
    named = [{name for name in map(_our_name, row.cell) if name is not None} for row in heads]
    return any(len(names) > 1 and any(name.startswith(("pool", NOTE)) for name in names) for names in named)


def opened(reports: Reported | str | os.PathLike[str]) -> Reported:
    """Reports as they are, or read from a file."""
    return reports if isinstance(reports, Reported) else read_reports(Path(reports))


def period_at(period: Period | str, per_year: int) -> Period:
    """A period at the frequency of the reports; a year or a quarter by its first. Raises ConfigError."""
    parsed = parse_period(period) if isinstance(period, str) else period
    if parsed is None:
        raise ConfigError(f"{period}: must be {ALLOWED}")
    if parsed.per_year >= per_year:
        return coarser(parsed, per_year)
    return Period(parsed.year, (parsed.number - 1) * per_year // parsed.per_year + 1, per_year)


def reported_of(path: Path, model: Reports) -> Reported:
    """The rows that a report file names. Raises ConfigError, DataError with line and column."""
    table = resolve(path, model.table, f"{path}: table")
    try:
        files = _tables(table) if table.is_dir() else [table]
        wanted = {heading for column in model.columns.values() for heading in column.headings}
        tables = [from_heading(upright(read_cells(file)), wanted.__contains__) for file in files]
    except (ConfigError, DataError) as error:
        raise type(error)(f"{path}: table: {error}") from None
    try:
        when = [place_of(cells, cells.row[0].cell, model.period, "period") if model.period else 0 for cells in tables]
        tables = list(map(_whole, tables, when))
        labels, date_note = _periods(tables, when)
        refuse_unknown(tables, model.columns)
        n = len(tables)
        parts = _read(tables, [model.name] * n, labels, model.per_year, [model.columns] * n)
        reported = parts[0] if len(parts) == 1 else _joined(table, model.name, parts)
        return reported._replace(
            note=(*reported.note, *date_note), source=model.source, illustrative=model.illustrative
        )
    except (ConfigError, DataError) as error:
        raise type(error)(f"{path}: {error}") from None


def _tables(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if suffix(file) in TABLES and not file.name.startswith((".", "~")))
    if not files:
        raise DataError(f"{folder}: holds no table of a report: {', '.join(TABLES)}")
    return files


def _joined(folder: Path, name: str, parts: list[Reported]) -> Reported:
    """Reports of several files as those of one, in the order of their periods. Raises DataError."""
    rows = sorted(((part.period[k], n, k) for n, part in enumerate(parts) for k in range(len(part.period))))
    if len({period.per_year for period, *_ in rows}) > 1:
        raise DataError(f"{folder}: its files report by month, by quarter and by year: one of these is needed")
    for (a, n, _), (b, m, _) in itertools.pairwise(rows):
        if a == b:
            raise DataError(f"{folder}: {Path(parts[n].file).name} and {Path(parts[m].file).name} both report {a}")
    absent = (math.nan,) * max(len(part.period) for part in parts)
    figures = dict.fromkeys(figure for part in parts for figure in part.figure)
    figure = {key: tuple(parts[n].figure.get(key, absent)[k] for _, n, k in rows) for key in figures}
    error = {key: value for part in parts for key, value in part.error.items()}
    period = tuple(p for p, *_ in rows)
    per_year = _frequency(list(period))
    note = dict.fromkeys(sentence for part in parts for sentence in part.note)
    return Reported(str(folder), name, tuple(coarser(p, per_year) for p in period), figure, error, tuple(note))


def _frequency(label: list[Period]) -> int:
    """Reports a year: months that are a quarter or a year apart are quarters or years."""
    given = label[0].per_year
    apart = math.gcd(*(b.ordinal - a.ordinal for a, b in itertools.pairwise(label)), 0)
    return given // apart if given == 12 and apart in (3, 6, 12) else given


def _bare_tables(files: list[Path]) -> list[Reported]:
    """Tables headed by our names, their first columns dates that are all read in one way."""
    tables = [from_heading(upright(read_cells(file)), lambda cell: _our_name(cell) is not None) for file in files]
    tables = [_whole(cells, 0) for cells in tables]
    columns = [_ours(cells) for cells in tables]
    labels, date_note = _periods(tables, [0] * len(tables))
    parts = _read(tables, [file.stem for file in files], labels, None, columns)
    other = (unread(cells.row[0].cell[1:], own.values()) for cells, own in zip(tables, columns, strict=True))
    return [part._replace(note=(*part.note, *date_note, *notes)) for part, notes in zip(parts, other, strict=True)]


def _our_name(heading: str) -> str | None:
    """The figure of a report that a heading names."""
    name = heading if heading.startswith(NAMED) else word(heading).replace(" ", "_")
    return name if name in FIGURES or name.startswith(NAMED) else None


def _ours(cells: Cells) -> dict[str, Column]:
    """The columns whose headings are figures of a report. DataError where there is none, or one stands twice."""
    columns: dict[str, Column] = {}
    for cell in cells.row[0].cell:
        name = _our_name(cell)
        if name in columns:
            both = f"columns {columns[name].headings[0]!r} and {cell!r} are both {name}"
            raise DataError(f"{cells.file}: {both}: rename one of them")
        if name is not None:
            columns[name] = Column(column=cell)
    if not columns:
        known = ", ".join(FIGURES)
        raise DataError(f'{cells.file}: no heading is a figure of a report: {known}; or write a file kind = "reports"')
    return columns


def _whole(cells: Cells, at: int) -> Cells:
    """The table, each row as wide as its heading; `at`: the column of periods. DataError for what stands below it."""
    head, *body = cells.row
    dated = [n for n, row in enumerate(body) if len(row.cell) > at and is_label(row.cell[at])]
    after = body[dated[-1] + 1 :] if dated else []
    for row in after:
        if not is_remark(row):
            raise second(cells, row, after[-1].number)
    return cells._replace(row=(head, *(as_wide(cells, row, len(head.cell)) for row in body)))


def _periods(tables: Sequence[Cells], when: Sequence[int]) -> tuple[list[list[Period]], tuple[str, ...]]:
    """The periods of each table, dates of all read in one way, and which: no two rows are of one period."""
    place = [(cells, row, at) for cells, at in zip(tables, when, strict=True) for row in cells.row[1:]]
    try:
        dates = read_labels([row.cell[at] for _, row, at in place], different)
    except WrongLabel as error:
        cells, row, at = place[error.place]
        raise DataError(f"{cells.place(row, cells.row[0].cell[at])}: {row.cell[at][:40]!r}: {error}") from None
    stamps = iter(dates.stamp)
    return [[next(stamps).period for _ in cells.row[1:]] for cells in tables], date_notes(dates.style)


def _read(
    tables: Sequence[Cells],
    names: Sequence[str],
    labels: Sequence[list[Period]],
    per_year: int | None,
    columns: Sequence[Mapping[str, Column]],
) -> list[Reported]:
    """The figures of each table, numbers of all read in one way where a table does not show its own."""
    tables, labels = zip(*map(_oldest_first, tables, labels), strict=True)
    places = [
        {figure: places_of(cells, column, f"columns.{figure}.column") for figure, column in own.items()}
        for cells, own in zip(tables, columns, strict=True)
    ]
    decimal = decimals_of(tables, [list(itertools.chain(*place.values())) for place in places])
    periods = [_regular(cells, label, per_year) for cells, label in zip(tables, labels, strict=True)]
    return list(map(_figures, tables, names, periods, decimal, places, columns))


def _figures(
    cells: Cells,
    name: str,
    periods: tuple[Period, ...],
    decimal: str,
    place: Mapping[str, Sequence[int]],
    columns: Mapping[str, Column],
) -> Reported:
    head, figure = cells.row[0].cell, {}
    for what, at in place.items():
        values, percents = values_of(cells, by_row(cells, what, at), decimal)
        if percents:
            refuse_signs(cells, head[at[0]], what, columns[what].unit)
        figure[what] = tuple(value * columns[what].unit for value in values)
    refuse_percents(cells.file, figure.get("default_rate", ()))
    error = {what: column.error for what, column in columns.items()}
    return Reported(cells.file, name, periods, figure, error, cells.note)


def _oldest_first(cells: Cells, label: list[Period]) -> tuple[Cells, list[Period]]:
    """The rows from the oldest to the newest: turned round, and noted, where each is older than the one above it."""
    if len(label) < 2 or not all(b.ordinal < a.ordinal for a, b in itertools.pairwise(label)):
        return cells, label
    head, *body = cells.row
    note = f"rows stand newest first, {label[0]} to {label[-1]}: turned round"
    return cells._replace(row=(head, *body[::-1]), note=(*cells.note, note)), label[::-1]


def _regular(cells: Cells, label: list[Period], per_year: int | None) -> tuple[Period, ...]:
    """Periods at the frequency of the reports, increasing."""
    if len({p.per_year for p in label}) > 1:
        raise DataError(f"{cells.file}: months, quarters and years stand in one column of periods")
    first: dict[Period, int] = {}
    for row, period in zip(cells.row[1:], label, strict=True):
        if period in first:
            twice = f"{period} stands twice, first in {cells.unit} {first[period]}"
            raise DataError(f"{cells.place(row)}: {twice}: of a period that was restated keep the row that holds")
        first[period] = row.number
    for k, (a, b) in enumerate(itertools.pairwise(label)):
        if b.ordinal < a.ordinal:
            raise DataError(
                f"{cells.place(cells.row[2 + k])}: {b} follows {a}: periods must rise from row to row, or fall"
            )
    given = label[0].per_year
    if per_year is None:
        per_year = _frequency(label)
    if given % per_year:
        raise DataError(f"{cells.file}: per_year = {per_year}: the table reports {given} a year, which it must divide")
    made = tuple(coarser(p, per_year) for p in label)
    if len(set(made)) != len(made):
        raise DataError(f"{cells.file}: per_year = {per_year}: two rows fall into one period")
    return made
