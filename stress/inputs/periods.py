"""Dates of published tables: quarters, months and years as labels in a row or a column."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUARTER = re.compile(r"^(\d{4})[ \-]?Q([1-4])$", re.IGNORECASE)
_QUARTER_FIRST = re.compile(r"^Q([1-4])[ \-]?(\d{4})$", re.IGNORECASE)
_MONTH = re.compile(r"^(\d{4})(?:-|M)(\d{2})(?:-(\d{2}))?$", re.IGNORECASE)
_YEAR = re.compile(r"^(\d{4})$")

ALLOWED = "a period such as 2025 Q1, 2025-01, 2025-03-31 or 2025"


class Period(NamedTuple):
    """A year, quarter or month."""

    year: int
    number: int
    """1-based within the year."""
    per_year: int
    """1, 4 or 12."""

    @property
    def ordinal(self) -> int:
        """Periods since year 0."""
        return self.year * self.per_year + self.number - 1

    def shift(self, count: int) -> Period:
        """The period `count` periods later."""
        year, number = divmod(self.ordinal + count, self.per_year)
        return Period(year, number + 1, self.per_year)

    def __str__(self) -> str:
        if self.per_year == 1:
            return str(self.year)
        return f"{self.year} Q{self.number}" if self.per_year == 4 else f"{self.year}-{self.number:02d}"


def parse_period(text: str) -> Period | None:
    """A label as a period; None where it is none. Dates count as months: see `regular`."""
    label = text.strip()
    if found := _QUARTER.match(label):
        return Period(int(found[1]), int(found[2]), 4)
    if found := _QUARTER_FIRST.match(label):
        return Period(int(found[2]), int(found[1]), 4)
    if (found := _MONTH.match(label)) and 1 <= int(found[2]) <= 12 and 1 <= int(found[3] or 1) <= 31:
        return Period(int(found[1]), int(found[2]), 12)
    if found := _YEAR.match(label):
        return Period(int(found[1]), 1, 1)
    return None


def regular(period: list[Period]) -> tuple[Period, int | None]:
    """The first period at the table's own frequency, and the index of the first one out of step (None: all in step).

    Dates that are three or twelve months apart are quarters or years.
    """
    first = period[0]
    if first.per_year == 12 and len(period) > 1 and period[1].per_year == 12:
        gap = period[1].ordinal - first.ordinal
        if gap in (3, 12):
            period = [_coarser(p, 12 // gap) for p in period]
            first = period[0]
    for k, p in enumerate(period):
        if p.per_year != first.per_year or p.ordinal != first.ordinal + k:
            return first, k
    return first, None


def _coarser(p: Period, per_year: int) -> Period:
    return Period(p.year, (p.number - 1) * per_year // 12 + 1, per_year) if p.per_year == 12 else p
