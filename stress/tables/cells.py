"""A file as rows of cells: its separator found, blank lines left out, every row with the number of its line."""

from __future__ import annotations

import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.dates import is_label
from stress.tables.encoding import NAMES, text_of
from stress.tables.headings import Spans, Unclear, joined
from stress.tables.left_out import calculated, spans_of
from stress.tables.numbers import Mixed, decimal_of, is_missing, looks_like_number
from stress.tables.source import is_workbook, started, unpacked
from stress.tables.workbook import sheet_rows
from stress.tables.years import dated

MAX_BYTES = 4 * 1024 * 1024
"""Of text, once unpacked."""
MAX_COLUMNS = 500
MAX_ROWS = 30_000
"""More than the months of 2,000 years."""
_TOP = 20
"""Rows in which a heading of periods over two rows begins."""
SEPARATORS = ("\t", ";", "|", ",")
"""In this order: where tabs part the cells, commas are part of them."""
_BLANKS = re.compile(r"\s{2,}")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ", "\ufeff": "", "\u200b": ""})


class Row(NamedTuple):
    """One row that is not blank."""

    number: int
    """Of its line in the file (of its row in a workbook), from 1."""
    cell: tuple[str, ...]


class Cells(NamedTuple):
    """All rows of a file."""

    file: str
    row: tuple[Row, ...]
    separator: str
    """One of SEPARATORS; a blank where runs of blanks part the cells; empty in a workbook."""
    note: tuple[str, ...]
    """What was assumed, in words."""
    typed: frozenset[str] = frozenset()
    """Of a workbook, what its cells that are numbers say as text."""

    @property
    def unit(self) -> str:
        """What a row is called in messages: `line` in text, `row` in a workbook."""
        return "line" if self.separator else "row"

    def place(self, row: Row, column: str | None = None) -> str:
        """`FILE: line 7, column 'rate'`."""
        return f"{self.file}: {self.unit} {row.number}" + ("" if column is None else f", column {column!r}")


def decimal_in(cells: Cells, text: Iterable[str], where: str = "") -> str:
    """The sign before the decimals of some cells. DataError with the file, `where` in it, where they do not agree."""
    try:
        return decimal_of((cell for cell in text if not is_missing(cell)), cells.typed)
    except Mixed as error:
        raise DataError(f"{cells.file}: {where}{error}") from None


def read_cells(path: str | Path, most: int = MAX_BYTES) -> Cells:
    """The cells of a local text file or workbook. DataError with file and line where it is no table; LimitError."""
    path = Path(path) if "://" not in str(path) else Path(str(path))
    start = started(path)
    if start.parquet:
        raise DataError(f"{path}: is a Parquet file; a table of periods is read from text (.csv, .tsv) or .xlsx")
    if is_workbook(path):
        sheet, lines, typed = sheet_rows(path, MAX_ROWS, MAX_COLUMNS)
        calculated(path, (sheet,))
        rows = [Row(number, tuple(_plain(cell) for cell in line)) for number, line in lines]
        cells = Cells(str(path), tuple(r for r in rows if any(r.cell)), "", (f"sheet {sheet!r}",), typed)
        return _of_one_heading(_checked(cells), lambda row: spans_of(path, sheet, row))
    with unpacked(path, most) as stream:
        text, encoding = text_of(path, stream.read())
    text = text.removeprefix("\ufeff")
    separator = separator_of(text.splitlines()[: MAX_ROWS + 1])  # a longer file is refused
    note = [] if encoding.startswith("utf-8") else [f"read as {NAMES[encoding]} text"]
    return _of_one_heading(_checked(Cells(str(path), tuple(_parted(path, text, separator)), separator, tuple(note))))


def separator_of(lines: list[str]) -> str:
    """The separator that most lines hold equally often, the first of SEPARATORS of several; a blank where none does."""
    filled = [line for line in lines if line.strip()]
    agree = {separator: _agreeing(filled, separator) for separator in SEPARATORS}
    best = max(agree, key=agree.__getitem__)
    if filled and agree[best] >= 0.5 * len(filled):
        return best
    blank = Counter(len(_BLANKS.split(line.strip())) for line in filled)
    if filled and blank.most_common(1)[0][0] > 1:
        return " "
    return ","


def _agreeing(lines: list[str], separator: str) -> int:
    """Lines that hold the separator as often as the most others do."""
    count = Counter(sum(part.count(separator) for part in line.split('"')[::2]) for line in lines)
    return max((n for times, n in count.items() if times), default=0)


def _parted(path: Path, text: str, separator: str) -> list[Row]:
    if separator == " ":
        parts = [(k, _BLANKS.split(line.strip())) for k, line in enumerate(text.splitlines(), 1) if line.strip()]
        return [Row(number, tuple(_plain(cell) for cell in cells)) for number, cells in parts]
    rows, reader, number = [], csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1
    try:
        for line in reader:
            cells = tuple(_plain(cell) for cell in line)
            if any(cells):
                rows.append(Row(number, cells))
            number = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise DataError(f"{path}: has more rows than a table may have, at most {MAX_ROWS:,}")
    except csv.Error as error:
        raise DataError(f"{path}: line {number}: is not a CSV table: {error}") from None
    return rows


def _plain(cell: str) -> str:
    return cell.translate(_SPACES).strip(" \t\r\n")


def _of_one_heading(cells: Cells, spans: Callable[[int], Spans] = lambda row: {}) -> Cells:
    """The cells, a heading of two rows as one. DataError where it leaves open what stands under what."""
    first = next((n for n, row in enumerate(cells.row) if _has_values(row)), 0)
    for at, together in (*((n, dated) for n in range(_TOP)), (first - 2, joined)):
        if at < 0 or at + 2 >= len(cells.row) or cells.row[at + 1].number != cells.row[at].number + 1:
            continue
        upper, lower, below = cells.row[at : at + 3]
        try:
            names = together(upper.cell, lower.cell, below.cell, functools.partial(spans, upper.number))
        except Unclear as error:
            raise DataError(f"{cells.place(lower)}: {error}") from None
        if names is not None:
            note = f"the heading is that of {cells.unit}s {upper.number} and {lower.number} together"
            rows = (*cells.row[:at], Row(lower.number, names), *cells.row[at + 2 :])
            return cells._replace(row=rows, note=(*cells.note, note))
    return cells


def _has_values(row: Row) -> bool:
    return any(is_label(cell) or (looks_like_number(cell) and not is_missing(cell)) for cell in row.cell)


def _checked(cells: Cells) -> Cells:
    for row in cells.row:
        if not all(cell.isprintable() for cell in row.cell):
            raise DataError(f"{cells.place(row)}: holds a character that cannot be printed: take it out")
        if len(row.cell) > MAX_COLUMNS:
            raise DataError(f"{cells.place(row)}: has {len(row.cell)} columns; at most {MAX_COLUMNS}")
    if len(cells.row) < 2:
        raise DataError(f"{cells.file}: needs a heading and at least one row")
    return cells
