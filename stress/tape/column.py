"""What a column of a tape holds, gathered chunk by chunk: ranges, signs, codes, and one cell of each spelling."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stress.arrays import Array
from stress.tables.numbers import decimal_shown, is_missing, parse_number

_MONTHS, _DAYS = r"(?:m|mo|mth|mths|month|months|期|个月)", r"(?:d|day|days|天)"
_UNIT = {
    name: re.compile(rf"(?<=\d)\s*{unit}\.?$", re.IGNORECASE)
    for name, unit in (("term", _MONTHS), ("remaining", _MONTHS), ("age", _MONTHS), ("days_past_due", _DAYS))
}
"""Words after a number that say what its column says already."""
MOST_CODES = 50


class Cell(NamedTuple):
    """A cell and its row in the file."""

    row: int
    text: str


class Range:
    """The numbers of a column under one decimal sign."""

    def __init__(self) -> None:
        self.low, self.high, self.least = math.inf, -math.inf, math.inf
        """Smallest, largest, smallest above zero."""
        self.whole = True
        self.zero = False
        self.highest = Cell(0, "")

    def add(self, value: float, cell: Cell) -> None:
        """One number."""
        if value > self.high:
            self.high, self.highest = value, cell
        self.low = min(self.low, value)
        self.least = min(self.least, value) if value > 0.0 else self.least
        self.zero |= value == 0.0
        self.whole &= value == math.floor(value)


class Column:
    """What the cells of a column show."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.range = {".": Range(), ",": Range()}
        self.blank = False
        self.percent: Cell | None = None
        self.plain: Cell | None = None
        """The first number that is not zero, with and without a percent sign."""
        self.code: dict[str, Cell] = {}
        """Cells that are no number, in small letters."""
        self.shown: dict[str, str] = {}
        """The first cell that shows a decimal point, a comma, or leaves it open (`?`)."""
        self.value: set[float] = set()
        """The first few different numbers."""

    def add(self, row: int, cells: NDArray[Any]) -> None:
        """A chunk that begins in this row: numbers, or text where not all cells are plain numbers."""
        if cells.dtype != object:
            self._numbers(row, cells.astype(np.float64))
            return
        text = pd.Series(cells, dtype="object").drop_duplicates()
        for at, cell in text.items():
            self._cell(Cell(row + int(str(at)), clean_text(cell)))

    def _numbers(self, row: int, value: Array) -> None:
        known = np.flatnonzero(np.isfinite(value))
        self.blank |= len(known) < len(value)
        if not len(known):
            return
        number = value[known]
        places = [int(number.argmin()), int(number.argmax()), int(np.where(number > 0.0, number, math.inf).argmin())]
        broken = np.flatnonzero(number != np.floor(number))
        if len(broken):
            self.shown.setdefault(".", f"{number[broken[0]]:g}")  # Arrow and pandas read no other decimals
        nonzero = np.flatnonzero(number)
        for k in (*places, *broken[:1].tolist(), *nonzero[:1].tolist(), *np.flatnonzero(number == 0.0)[:1].tolist()):
            self._number(float(number[k]), float(number[k]), Cell(row + int(known[k]), f"{number[k]:g}"), percent=False)
        if len(self.value) < MOST_CODES:
            self.value.update(np.unique(number)[:MOST_CODES].tolist())

    def _cell(self, cell: Cell) -> None:
        if is_missing(cell.text):
            self.blank = True
            return
        text = bare(self.name, cell.text)
        point, comma = parse_number(text, "."), parse_number(text, ",")
        number = point or comma
        if number is None:
            if len(self.code) < MOST_CODES:
                self.code.setdefault(cell.text.lower(), cell)
            return
        self.shown.setdefault(decimal_shown(text), text)
        as_point, as_comma = (math.nan if parsed is None else parsed.value for parsed in (point, comma))
        self._number(as_point, as_comma, cell, number.percent)

    def _number(self, point: float, comma: float, cell: Cell, percent: bool) -> None:
        for decimal, value in ((".", point), (",", comma)):
            if not math.isnan(value):
                self.range[decimal].add(value, cell)
                if len(self.value) < MOST_CODES:
                    self.value.add(value)
        if percent:
            self.percent = self.percent or cell
        elif point:
            self.plain = self.plain or cell


def bare(name: str, cell: str) -> str:
    """The number of a cell that says its unit: 6 months, 30天."""
    unit = _UNIT.get(name)
    return unit.sub("", cell) if unit else cell


def clean_text(cell: Any) -> str:
    """A cell as text without outer blanks; empty where there is none."""
    return "" if cell is None or cell is pd.NA or cell != cell else str(cell).strip()
