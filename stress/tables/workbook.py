"""The sheet of an Excel workbook as text, as a reader would see it: dates as 2025-03-31, percents with their sign."""

from __future__ import annotations

import contextlib
import datetime
import functools
import importlib
import warnings
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from stress.errors import ConfigError, DataError, LimitError
from stress.spelling import suggest
from stress.tables.parts import MAX_UNPACKED, check_parts
from stress.tables.source import BROKEN, damaged, parted, started

TABLE = 64 * 1024**2
"""Bytes of a workbook once unpacked that holds tables of periods or input files, not a tape."""
MAX_ROWS = 1_048_576
"""Of a sheet, as Excel has them."""
_CELL = 5
"""Bytes of the smallest cell; more cells than that come of rows that begin far to the right."""
DAMAGED = (*BROKEN, KeyError, IndexError, TypeError, AttributeError, SyntaxError)
"""What openpyxl raises on a damaged workbook."""


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, (int, float)):
        if "%" in str(cell.number_format):
            return f"{100.0 * value:.12g}%"
        return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return str(value)


def sheet_rows(
    path: Path, most_rows: int, most_columns: int
) -> tuple[str, list[tuple[int, list[str]]], frozenset[str]]:
    """(name of the one sheet with cells, its rows with their numbers, cells that are numbers and no text). DataError
    where there are several, or none."""
    filled: dict[str, list[tuple[int, list[str]]]] = {}
    typed: set[str] = set()

    def text(cell: Any) -> str:
        if isinstance(cell.value, float):
            typed.add(_text(cell))
        return _text(cell)

    for name, rows in sheets(path, text, TABLE):
        lines = []
        for number, cells in rows:
            if number > most_rows:
                raise DataError(f"{path}: sheet {name!r}: has more than {most_rows:,} rows, the most a table may have")
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > most_columns:
                raise DataError(f"{path}: sheet {name!r}: row {number}: more than {most_columns} columns")
            if cells:
                lines.append((number, cells))
        if lines:
            filled[name] = lines
    if len(filled) == 1:
        return *next(iter(filled.items())), frozenset(typed)
    if not filled:
        raise DataError(f"{path}: has no sheet with cells")
    raise several(path, filled, "sheets with cells")


def several(path: Path, names: Collection[str], kind: str) -> DataError:
    """The message for a workbook whose sheets leave open which is meant."""
    listed = ", ".join(map(repr, names))
    return DataError(f"{path}: has {len(names)} {kind}: {listed}; say which, such as '{path}#{next(iter(names))}'")


def sheets(
    path: Path, cell: Callable[[Any], Any] = _text, most: int = MAX_UNPACKED
) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    """Each sheet's name and its rows, in turn; of FILE.xlsx#SHEET that one alone. DataError, LimitError.

    `cell` makes of openpyxl's cell what is wanted, its text as a rule. `most`: bytes that the workbook may have once
    unpacked.
    """
    with opened(path, most) as book:
        for name, rows in book.items():
            yield name, rows(cell)


@contextlib.contextmanager
def opened(path: Path, most: int = MAX_UNPACKED) -> Iterator[dict[str, Callable[..., Iterator[tuple[int, list[Any]]]]]]:
    """By its name the rows of each sheet, as often as they are asked for: `rows(cell)`. DataError, LimitError, here and
    while rows are read.
    """
    file, wanted = parted(path)
    started(file)
    check_parts(path, most)
    try:
        excel = importlib.import_module("openpyxl")
    except ImportError:
        raise ConfigError(f"{path}: workbooks need openpyxl: pip install openpyxl") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it leaves out
            book = excel.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except DAMAGED as error:
        raise damaged(path, error) from None
    with contextlib.closing(book):
        names = [sheet.title for sheet in book.worksheets]
        if wanted and wanted not in names:
            has = f"it has {', '.join(map(repr, names))}{suggest(wanted, names)}"
            raise DataError(f"{file}: has no sheet {wanted!r}: {has}")
        left = [most // _CELL]
        meant = [sheet for sheet in book.worksheets if wanted in ("", sheet.title)]
        yield {sheet.title: functools.partial(_rows, path, sheet, left) for sheet in meant}


def _rows(path: Path, sheet: Any, left: list[int], of: Callable[[Any], Any]) -> Iterator[tuple[int, list[Any]]]:
    """Rows with their numbers; `left`: how many cells the workbook may still have, empty ones before others counted."""
    sheet.reset_dimensions()  # what a workbook says of its size is often wrong
    try:
        for number, row in enumerate(sheet.iter_rows(), 1):
            left[0] -= 1 + len(row)
            if number > MAX_ROWS:
                raise LimitError(f"{path}: sheet {sheet.title!r}: goes beyond row {MAX_ROWS:,}, the last that there is")
            if left[0] < 0:
                raise LimitError(f"{path}: sheet {sheet.title!r}, row {number}: too many cells, mostly empty ones")
            yield number, [of(cell) for cell in row]
    except DAMAGED as error:
        raise damaged(path, error) from None
