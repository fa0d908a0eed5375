"""Dates of a tape's column: read in both ways, chunk by chunk, until the whole column has shown which of them it is."""

from __future__ import annotations

import pandas as pd

from stress.errors import DataError
from stress.tables.dates import both_ways, written
from stress.tables.periods import DAY_FIRST, MONTH_FIRST, Stamp, coarser
from stress.tape.column import Cell, clean_text
from stress.tape.source import Tape

ORDERS = {"mdy": MONTH_FIRST, "dmy": DAY_FIRST}
"""What may be said of dates such as 3/4/2025."""


class Issued:
    """The cohorts of a tape's loans."""

    def __init__(self, tape: Tape, per_year: int, dates: str = "") -> None:
        self._tape, self._per_year = tape, per_year
        self._asked = list(ORDERS).index(dates) if dates else None
        self._only: dict[int, Cell] = {}
        """By the order in which it is a date, the first that is one in that order alone."""
        self._open: Cell | None = None
        """The first whose cohort is another in the other order."""

    @property
    def slashed(self) -> bool:
        """Whether some date showed its order, or needed to be told."""
        return bool(self._only) or self._open is not None

    def cohorts(self, row: int, column: pd.Series[str]) -> dict[str, tuple[str, str] | None]:
        """Of each cell of a chunk that begins in this row, its cohort with the month first and with the day first."""
        first = column.dropna().drop_duplicates()
        return {cell: self._cohort(Cell(row + int(str(at)), clean_text(cell))) for at, cell in first.items()}

    def _cohort(self, cell: Cell) -> tuple[str, str] | None:
        """None where it is no date, or not in the order that was asked for."""
        stamps = both_ways(cell.text)
        known = [k for k, stamp in enumerate(stamps) if stamp is not None]
        if len(known) == 1:
            self._only.setdefault(known[0], cell)
        cohorts = [cohort for k in known if (cohort := self._period(stamps[k])) is not None]
        if not cohorts or self._asked not in (None, *known):
            return None
        if len(set(cohorts)) > 1 and self._open is None:
            self._open = cell
        return cohorts[0], cohorts[-1]

    def _period(self, stamp: Stamp | None) -> str | None:
        if stamp is None or stamp.period.per_year < self._per_year:
            return None
        return str(coarser(stamp.period, self._per_year))

    def order(self) -> int:
        """0 where the month comes first, 1 where the day does. DataError where the column does not show it."""
        if self._asked is not None:
            return self._asked
        where = f"{self._tape.path}: column {self._tape.theirs['issued']!r}"
        say = " or ".join(f"--dates {name} ({words})" for name, words in ORDERS.items())
        if len(self._only) == 2:
            dates = [f"{cell.text!r} in row {cell.row} is {self.in_words(k)}" for k, cell in sorted(self._only.items())]
            clash = " and ".join(dates)
            raise DataError(f"{where}: {clash}: dates of a column are written in one way: mend them, or say {say}")
        if self._only:
            return next(iter(self._only))
        if self._open is not None:
            cell = f"row {self._open.row}: {self._open.text!r}"
            may = " or ".join(written(stamp) for stamp in both_ways(self._open.text) if stamp)
            raise DataError(f"{where}: {cell} may be {may}, and no date of the column has a part above 12: say {say}")
        return 0

    @staticmethod
    def in_words(order: int) -> str:
        """An order in words."""
        return list(ORDERS.values())[order]
