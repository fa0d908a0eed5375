"""The sheets of a workbook that hold input files, cell by cell with its place."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from stress.errors import ConfigError, DataError
from stress.inputs.text.read import MAX_ITEMS
from stress.spelling import suggest
from stress.tables.left_out import calculated
from stress.tables.source import parted, started
from stress.tables.workbook import TABLE, opened, several

HEADING = ("key", "value")
"""How the first sheet of a file begins."""
ASSUMPTIONS = "Assumptions"
"""The sheet of a workbook of results that holds the inputs."""
LOOKED_AT = 1_000
"""Rows in which such a sheet says its kind."""


class Cell(NamedTuple):
    """What a cell holds, and where it stands: (row, column), from 1."""

    value: Any
    row: int
    column: int


class Grid(NamedTuple):
    """A sheet: its headings and the cells of each row below them, those without content left out."""

    name: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def place(self, cell: Cell) -> str:
        """In words: sheet 'deal.notes', cell C3."""
        return f"sheet {self.name!r}, cell {letters(cell.column)}{cell.row}"


def letters(column: int) -> str:
    """A column as Excel calls it.

    >>> letters(28)
    'AB'
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def files_in(path: Path) -> dict[str, str]:
    """Sheet -> kind of every input file that a workbook holds. DataError where it cannot be read."""
    return _read(path).kinds


def has_assumptions(path: Path) -> bool:
    """Whether a workbook holds the inputs of results, and no input file. DataError where it cannot be read."""
    book = _read(path)
    return not book.kinds and ASSUMPTIONS in book.grids


def named(path: Path) -> str:
    """The sheet that a path means: the one it names, `job`, or the only one with an input file. DataError."""
    file, wanted = parted(path)
    sheets = files_in(path)
    if wanted in sheets:
        return wanted
    if wanted:
        hint = suggest(wanted, list(sheets)) or (f"; there is {', '.join(map(repr, sheets))}" if sheets else "")
        raise DataError(f"{file}: no sheet {wanted!r} begins with Key and Value and says its kind{hint}")
    if "job" in sheets:
        return "job"
    if len(sheets) != 1:
        if sheets:
            raise several(file, sheets, "sheets with an input file")
        raise DataError(f"{file}: no sheet begins with Key and Value and says its kind: it holds no input file")
    return next(iter(sheets))


def grids(path: Path, name: str) -> list[Grid]:
    """The sheets of one input file, its first one first. Raises ConfigError for what cannot be a value; DataError."""
    sheets = _read(path).grids
    return [sheets[name], *(grid for sheet, grid in sheets.items() if sheet.startswith(f"{name}."))]


class _Book(NamedTuple):
    kinds: dict[str, str]
    grids: dict[str, Grid]


def _read(path: Path) -> _Book:
    file = parted(path)[0]
    started(file)
    state = os.stat(file)
    return _book(file, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=2)
def _book(file: Path, written: int, size: int) -> _Book:
    """A workbook as it stands: a job reads it once, whatever refers to it."""
    grids: dict[str, Grid] = {}
    with opened(file, TABLE) as book:
        kinds = {name: kind for name, rows in book.items() if "." not in name and (kind := _kind(rows(_value)))}
        left = dict.fromkeys((*kinds, ASSUMPTIONS), MAX_ITEMS)
        for sheet, rows in book.items():
            name = sheet.partition(".")[0]
            if name in left:
                grids[sheet] = grid = _grid(file, sheet, rows(_content), left[name])
                left[name] -= len(grid.head) + sum(map(len, grid.rows))
    calculated(file, grids, refused=ConfigError)
    return _Book(kinds, grids)


def _kind(rows: Iterator[tuple[int, list[Any]]]) -> str:
    """What a sheet says as its kind; empty where it holds no input file."""
    filled = (row for _, row in rows if any(cell not in (None, "") for cell in row))
    if tuple(map(_word, next(filled, [])[:2])) != HEADING:
        return ""
    words = (str(row[1]).strip() for row in itertools.islice(filled, LOOKED_AT) if _word(row[0]) == "kind" and row[1:])
    return next(words, "")


def _value(cell: Any) -> Any:
    return cell.value


def _content(cell: Any) -> tuple[Any, bool]:
    """A cell's value and whether it is an error, as #REF!."""
    return cell.value, cell.data_type == "e"


def _grid(file: Path, sheet: str, rows: Iterator[Any], most: int) -> Grid:
    filled: list[tuple[Cell, ...]] = []
    for number, row in rows:
        cells = tuple(_cells(file, sheet, number, row))
        most -= len(cells)
        if most < 0:
            raise ConfigError(f"{file}: sheet {sheet!r}: the input file holds more than {MAX_ITEMS:,} values")
        if cells:
            filled.append(cells)
    return Grid(sheet, filled[0] if filled else (), tuple(filled[1:]))


def _cells(file: Path, sheet: str, number: int, row: list[Any]) -> Iterator[Cell]:
    """The cells of a row that hold something."""
    for column, (value, wrong) in enumerate(row, 1):
        if wrong:
            fault = f"{value} is an error, no value"
            raise ConfigError(f"{file}: sheet {sheet!r}, cell {letters(column)}{number}: {fault}")
        if value is not None and (not isinstance(value, str) or value.strip()):
            yield Cell(value, number, column)


def _word(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def words(head: tuple[Cell, ...]) -> Mapping[int, str]:
    """Column -> its heading as text."""
    return {cell.column: str(cell.value).strip() for cell in head}
