"""Which cells of a sheet are merged: openpyxl leaves that out of sheets that it reads row by row."""

from __future__ import annotations

import contextlib
import importlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from stress.tables.source import damaged, parted
from stress.tables.workbook import DAMAGED

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
"""Its first column and row, its last ones."""
_PIECE, _TAG = 1 << 18, 1 << 10
"""Bytes read at a time, and the most that such a tag has."""


def spans_of(path: Path, name: str, row: int) -> dict[int, int]:
    """Of a sheet's row, the first column of each cell that is merged across columns and its last, from 0. DataError.

    Of a workbook that `sheets` has read: its parts are in order.
    """
    excel = importlib.import_module("openpyxl.reader.excel")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles that it leaves out
            book = excel.ExcelReader(parted(path)[0], read_only=True)
            with contextlib.closing(book.archive):
                book.read_manifest()
                book.read_workbook()
                part = next(link.target for sheet, link in book.parser.find_sheets() if sheet.name == name)
                with book.archive.open(part) as stream:
                    cells = _cells(stream)
                    return {left: right for left, top, right, bottom in cells if left < right and top <= row <= bottom}
    except DAMAGED as error:
        raise damaged(path, error) from None


def _cells(stream: IO[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """First column and row, last column and row of each merged cell of a sheet; columns from 0, rows from 1."""
    before = b""
    while piece := stream.read(_PIECE):
        for left, top, right, bottom in _MERGED.findall(before + piece):
            yield _column(left), int(top), _column(right), int(bottom)
        before = piece[-_TAG:]


def _column(letters: bytes) -> int:
    """A column by its letters, from 0."""
    place = 0
    for letter in letters:
        place = 26 * place + letter - ord("A") + 1
    return place - 1
