"""Dates of a tape's column: read in both ways, chunk by chunk, until the whole column has shown which of them it is."""

from __future__ import annotations

import pandas as pd

from stress.errors import DataError
from stress.tables.dates import both_ways, written
from stress.tables.periods import DAY_FIRST, MONTH_FIRST, Stamp, coarser
from stress.tape.seen import Cell, clean_text
from stress.tape.source import Tape

WAYS = {"mdy": MONTH_FIRST, "dmy": DAY_FIRST}
"""What may be said of dates such as 3/4/2025."""


class Issued:
    """The cohorts of a tape's loans."""

    def __init__(self, tape: Tape, per_year: int, said: str = "") -> None:
        self._tape, self._per_year = tape, per_year
        self._said = list(WAYS).index(said) if said else None
        self._only: dict[int, Cell] = {}
        """By the way in which it is a date, the first that is one in that way alone."""
        self._open: Cell | None = None
        """The first whose cohort is another in the other way."""

    @property
    def slashed(self) -> bool:
        """Whether some date showed its way, or needed to be told."""
        return bool(self._only) or self._open is not None

    def cohorts(self, row: int, column: pd.Series[str]) -> dict[str, tuple[str, str] | None]:
        """Of each cell of a chunk that begins in this row, its cohort with the month first and with the day first."""
        first = column.dropna().drop_duplicates()
        return {cell: self._cohort(Cell(row + int(str(at)), clean_text(cell))) for at, cell in first.items()}

    def _cohort(self, cell: Cell) -> tuple[str, str] | None:
        """None where it is no date, or not in the way that was said."""
        ways = both_ways(cell.text)
        known = [k for k, stamp in enumerate(ways) if stamp is not None]
        if len(known) == 1:
            self._only.setdefault(known[0], cell)
        found = [cohort for k in known if (cohort := self._period(ways[k])) is not None]
        if not found or self._said not in (None, *known):
            return None
        if len(set(found)) > 1 and self._open is None:
            self._open = cell
        return found[0], found[-1]

    def _period(self, stamp: Stamp | None) -> str | None:
        if stamp is None or stamp.period.per_year < self._per_year:
            return None
        return str(coarser(stamp.period, self._per_year))

    def way(self) -> int:
        """0 where the month comes first, 1 where the day does. DataError where the column does not show it."""
        if self._said is not None:
            return self._said
        where = f"{self._tape.path}: column {self._tape.theirs['issued']!r}"
        say = " or ".join(f"--dates {name} ({way})" for name, way in WAYS.items())
        if len(self._only) == 2:
            each = " and ".join(f"{self._only[k].text!r} in row {self._only[k].row} is {self.said(k)}" for k in (0, 1))
            raise DataError(f"{where}: {each}: dates of a column are written in one way: mend them, or say {say}")
        if self._only:
            return next(iter(self._only))
        if self._open is not None:
            cell = f"row {self._open.row}: {self._open.text!r}"
            may = " or ".join(written(stamp) for stamp in both_ways(self._open.text) if stamp)
            raise DataError(f"{where}: {cell} may be {may}, and no date of the column has a part above 12: say {say}")
        return 0

    @staticmethod
    def said(way: int) -> str:
        """A way in words."""
        return list(WAYS.values())[way]
