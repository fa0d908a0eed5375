"""What openpyxl leaves out of sheets that it reads row by row: merged cells, formulas that were never calculated."""

from __future__ import annotations

import contextlib
import importlib
import re
import warnings
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

from stress.errors import ConfigError, DataError
from stress.tables.source import damaged, parted
from stress.tables.workbook import DAMAGED

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
"""Its first column and row, its last ones."""
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and no value."""
_PLACE, _TEXT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"'), b't="str"'
_PIECE, _TAG, _CELL = 1 << 18, 1 << 10, 1 << 16
"""Bytes read at a time, and the most that such a tag and a cell with a formula have."""


def spans_of(path: Path, name: str, row: int) -> dict[int, int]:
    """Of a sheet's row, the first column of each cell that is merged across columns and its last, from 0. DataError.

    Of a workbook that `sheets` has read: its parts are in order.
    """
    merged = (match for _, match in _matches(path, (name,), _MERGED, _TAG))
    cells = ((_column(match[1]), int(match[2]), _column(match[3]), int(match[4])) for match in merged)
    return {left: right for left, top, right, bottom in cells if left < right and top <= row <= bottom}


def calculated(
    path: Path,
    names: Collection[str],
    columns: Collection[int] | None = None,
    refused: type[DataError | ConfigError] = DataError,
) -> None:
    """Raise `refused` where a formula of some sheets has no value, in some columns from 0 or in any.

    One that comes to a text without signs has a value.
    """
    for name, match in _matches(path, names, _FORMULA, _CELL):
        place = _PLACE.search(match[1])
        if place and _TEXT not in match[1] and (columns is None or _column(place[1]) in columns):
            cell = f"sheet {name!r}, cell {(place[1] + place[2]).decode()}"
            raise refused(f"{path}: {cell}: a formula that was never calculated: open the workbook and save it")


def _matches(
    path: Path, names: Collection[str], pattern: re.Pattern[bytes], longest: int
) -> Iterator[tuple[str, re.Match[bytes]]]:
    """Of some sheets what fits a pattern, some of it twice. DataError."""
    excel = importlib.import_module("openpyxl.reader.excel")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it leaves out
            book = excel.ExcelReader(parted(path)[0], read_only=True)
            with contextlib.closing(book.archive):
                book.read_manifest()
                book.read_workbook()
                for sheet, link in book.parser.find_sheets():
                    if sheet.name in names:
                        with book.archive.open(link.target) as stream:
                            yield from ((sheet.name, match) for match in _pieces(stream, pattern, longest))
    except DAMAGED as error:
        raise damaged(path, error) from None


def _pieces(stream: IO[bytes], pattern: re.Pattern[bytes], longest: int) -> Iterator[re.Match[bytes]]:
    before = b""
    while piece := stream.read(_PIECE):
        yield from pattern.finditer(before + piece)
        before = piece[-longest:]


def _column(letters: bytes) -> int:
    """A column by its letters, from 0."""
    place = 0
    for letter in letters:
        place = 26 * place + letter - ord("A") + 1
    return place - 1
