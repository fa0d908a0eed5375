"""The sheet of an Excel workbook as text, as a reader would see it: dates as 2025-03-31, percents with their sign."""

from __future__ import annotations

import contextlib
import datetime
import importlib
import warnings
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from stress.errors import ConfigError, DataError
from stress.spelling import suggest
from stress.tables.source import BROKEN, damaged, parted, started, too_large, unpacked_size

MAX_UNPACKED = 512 * 1024**2
"""Bytes of a workbook's parts once unpacked; its rows are read one by one."""
MAX_STRINGS = 128 * 1024**2
"""Bytes of its text, which is held in memory."""
_DAMAGED = (*BROKEN, KeyError, IndexError, TypeError, AttributeError, SyntaxError)
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


def sheet_rows(path: Path, most_rows: int, most_columns: int) -> tuple[str, list[tuple[int, list[str]]]]:
    """(name of the one sheet with cells, its rows with their numbers). DataError where there are several, or none."""
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for name, rows in sheets(path):
        kept = []
        for number, cells in rows:
            if number > most_rows:
                raise DataError(f"{path}: sheet {name!r}: has more than {most_rows:,} rows, the most a table may have")
            while cells and not cells[-1]:
                cells.pop()
            if len(cells) > most_columns:
                raise DataError(f"{path}: sheet {name!r}: row {number}: more than {most_columns} columns")
            if cells:
                kept.append((number, cells))
        if kept:
            found[name] = kept
    if len(found) == 1:
        return next(iter(found.items()))
    if not found:
        raise DataError(f"{path}: has no sheet with cells")
    raise several(path, found, "sheets with cells")


def several(path: Path, names: Collection[str], what: str) -> DataError:
    """The message for a workbook whose sheets leave open which is meant."""
    each = ", ".join(map(repr, names))
    return DataError(f"{path}: has {len(names)} {what}: {each}; say which, such as '{path}#{next(iter(names))}'")


def sheets(
    path: Path, cell: Callable[[Any], Any] = _text, calculated: bool = True
) -> Iterator[tuple[str, Iterator[tuple[int, list[Any]]]]]:
    """Each sheet's name and its rows, in turn; of FILE.xlsx#SHEET that one alone. DataError, LimitError.

    `cell` makes of openpyxl's cell what is wanted, its text as a rule; with `calculated` it holds the value of a
    formula, otherwise the formula.
    """
    file, wanted = parted(path)
    started(file)
    if unpacked_size(path) > MAX_UNPACKED:
        raise too_large(path, MAX_UNPACKED)
    if unpacked_size(path, "sharedStrings") > MAX_STRINGS:
        raise too_large(path, MAX_STRINGS)
    try:
        excel = importlib.import_module("openpyxl")
    except ImportError:
        raise ConfigError(f"{path}: workbooks need openpyxl: pip install openpyxl") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it leaves out
            book = excel.load_workbook(file, read_only=True, data_only=calculated)
        with contextlib.closing(book):
            names = [sheet.title for sheet in book.worksheets]
            if wanted and wanted not in names:
                there = f"it has {', '.join(map(repr, names))}{suggest(wanted, names)}"
                raise DataError(f"{file}: has no sheet {wanted!r}: {there}")
            for sheet in book.worksheets:
                if not wanted or sheet.title == wanted:
                    yield sheet.title, _rows(path, sheet, cell)
    except _DAMAGED as error:
        raise damaged(path, error) from None


def _rows(path: Path, sheet: Any, of: Callable[[Any], Any]) -> Iterator[tuple[int, list[Any]]]:
    sheet.reset_dimensions()  # what a workbook says of its size is often wrong
    try:
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, [of(cell) for cell in row]
    except _DAMAGED as error:
        raise damaged(path, error) from None
