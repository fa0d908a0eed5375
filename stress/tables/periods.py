"""Dates of published tables: days, months, quarters, half-years and years as labels in a row or a column."""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

ALLOWED = "a period such as 2025 Q1, 2025-01, 2025-03-31 or 2025"


class Period(NamedTuple):
    """A year, half-year, quarter or month."""

    year: int
    number: int
    """1-based within the year."""
    per_year: int
    """1, 2, 4 or 12."""

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
        letter = {2: " H", 4: " Q"}.get(self.per_year)
        return f"{self.year}{letter}{self.number}" if letter else f"{self.year}-{self.number:02d}"


class Stamp(NamedTuple):
    """What a label says: a period, and its day where it is a date (then the period is the month)."""

    period: Period
    day: int = 0


_MONTHS = {name.lower(): k for names in (calendar.month_name, calendar.month_abbr) for k, name in enumerate(names) if k}
_MONTHS["sept"] = 9
_HAN = {"一": 1, "二": 2, "三": 3, "四": 4}
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_WORD = r"([A-Za-z]{3,9})\.?"
_LEVEL = re.compile(r"^[+-]?\d{0,3}(?:\.\d*)?$")
"""A number too short for a year, as most cells of a table are: no pattern of a label fits it."""
DAY_FIRST, MONTH_FIRST = "day/month/year", "month/day/year"
QUARTERS, MONTHS = "year:quarter", "year:month"

Match = re.Match[str]


def parse_period(text: str) -> Period | None:
    """A label as a period; None where it is none, or may be two. Dates count as months: see `regular`."""
    stamp = parse_stamp(text)
    return stamp.period if stamp else None


@functools.lru_cache(maxsize=4096)
def parse_stamp(text: str, styles: frozenset[str] = frozenset()) -> Stamp | None:
    """A label as a period or a date. 3/4/2025 and 2025:1 need a style that says what their numbers are."""
    label = text.strip()
    if _LEVEL.match(label):
        return None
    for pattern, made, style in _LABELS:
        if (style is None or style in styles) and (match := pattern.match(label)):
            stamp = made(match)
            if stamp is not None:
                return stamp
    return None


def regular(period: Sequence[Period]) -> tuple[Period, int | None]:
    """The first period at the table's own frequency, and the index of the first one out of step (None: all in step).

    Dates that are three, six or twelve months apart are quarters, half-years or years.
    """
    first = period[0]
    if first.per_year == 12 and len(period) > 1 and period[1].per_year == 12:
        gap = period[1].ordinal - first.ordinal
        if gap in (3, 6, 12):
            period = [coarser(p, 12 // gap) if p.per_year == 12 else p for p in period]
            first = period[0]
    for k, p in enumerate(period):
        if p.per_year != first.per_year or p.ordinal != first.ordinal + k:
            return first, k
    return first, None


def coarser(p: Period, per_year: int) -> Period:
    """The period of a lower frequency in which a period begins."""
    return Period(p.year, (p.number - 1) * per_year // p.per_year + 1, per_year)


def _part(year: int, number: int, per_year: int) -> Stamp | None:
    return Stamp(Period(year, number, per_year)) if 1 <= number <= per_year else None


def _date(year: int, month: int, day: int) -> Stamp | None:
    right = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1]
    return Stamp(Period(year, month, 12), day) if right else None


def _year(text: str) -> int:
    """A year of four digits, or of two: 69 to 99 are of the last century (POSIX)."""
    return int(text) if len(text) == 4 else int(text) + (1900 if int(text) >= 69 else 2000)


def _named(year: str, month: str, day: str = "") -> Stamp | None:
    number = _MONTHS.get(month.lower(), 0)
    if not number:
        return None
    return _date(_year(year), number, int(day)) if day else _part(_year(year), number, 12)


def _span(match: Match) -> Stamp | None:
    first, last = int(match[2]), int(match[3])
    return _part(int(match[1]), (first + 2) // 3, 4) if first % 3 == 1 and last == first + 2 else None


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(f"^{pattern}$", re.IGNORECASE)


_LABELS: tuple[tuple[re.Pattern[str], Callable[[Match], Stamp | None], str | None], ...] = tuple(
    (_compile(pattern), made, style)
    for pattern, made, style in (
        (r"(\d{4})[ \-/:.]?Q([1-4])", lambda f: _part(int(f[1]), int(f[2]), 4), None),  # 2025 Q1, 2025-Q1, 2025:Q1
        (r"Q([1-4])[ \-/:.']{0,2}(\d{4}|\d{2})", lambda f: _part(_year(f[2]), int(f[1]), 4), None),  # Q1 2025, Q1-25
        (r"([1-4])Q[ \-/:.']{0,2}(\d{4}|\d{2})", lambda f: _part(_year(f[2]), int(f[1]), 4), None),  # 1Q25, 1Q 2025
        (r"(\d{4})[ \-/]?[HS]([12])", lambda f: _part(int(f[1]), int(f[2]), 2), None),  # 2025H1, 2025-S1
        (r"[HS]([12])[ \-/]?(\d{4})", lambda f: _part(int(f[2]), int(f[1]), 2), None),
        (r"(\d{4})-(\d{1,2})-(\d{1,2})" + _TIME, lambda f: _date(int(f[1]), int(f[2]), int(f[3])), None),
        (r"(\d{4})/(\d{1,2})/(\d{1,2})" + _TIME, lambda f: _date(int(f[1]), int(f[2]), int(f[3])), None),
        (r"(\d{4})\.(\d{2})\.(\d{2})", lambda f: _date(int(f[1]), int(f[2]), int(f[3])), None),
        (r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _TIME, lambda f: _date(int(f[3]), int(f[2]), int(f[1])), None),
        (r"((?:19|20)\d{2})(\d{2})(\d{2})", lambda f: _date(int(f[1]), int(f[2]), int(f[3])), None),  # 20250331
        (r"((?:19|20)\d{2})(\d{2})", lambda f: _part(int(f[1]), int(f[2]), 12), None),  # 202503
        (r"(\d{4})(?:-|/| ?M)(\d{1,2})", lambda f: _part(int(f[1]), int(f[2]), 12), None),  # 2025-03, 2025M03
        (r"(\d{4})\.(\d{2})", lambda f: _part(int(f[1]), int(f[2]), 12), None),  # 2025.03
        (r"(\d{1,2})/(\d{4})", lambda f: _part(int(f[2]), int(f[1]), 12), None),  # 03/2025
        (r"(\d{4})/(\d{2})-(\d{2})\.?", _span, None),  # 2025/01-03. (Bank of Japan)
        (_WORD + r"[ \-/']{0,2}(\d{4}|\d{2})", lambda f: _named(f[2], f[1]), None),  # Jan-25, January 2025
        (r"(\d{4})[ \-/]?" + _WORD, lambda f: _named(f[1], f[2]), None),  # 2025 Jan (ONS)
        (r"(\d{1,2})[ \-]" + _WORD + r"[ \-,]{1,2}(\d{4}|\d{2})", lambda f: _named(f[3], f[2], f[1]), None),
        (_WORD + r" (\d{1,2}),? (\d{4})", lambda f: _named(f[3], f[1], f[2]), None),  # March 31, 2025
        (r"(\d{4})年(\d{1,2})月(?:份|末|底)?", lambda f: _part(int(f[1]), int(f[2]), 12), None),
        (r"(\d{4})年(\d{1,2})月(\d{1,2})日", lambda f: _date(int(f[1]), int(f[2]), int(f[3])), None),
        (r"(\d{1,2})月-(\d{4}|\d{2})", lambda f: _part(_year(f[2]), int(f[1]), 12), None),  # 3月-25 (Excel)
        (r"(\d{4})年Q([1-4])末?", lambda f: _part(int(f[1]), int(f[2]), 4), None),
        (r"(\d{4})年第?([1-4])季度?末?", lambda f: _part(int(f[1]), int(f[2]), 4), None),
        (r"(\d{4})年第?([一二三四])季度?末?", lambda f: _part(int(f[1]), _HAN[f[2]], 4), None),
        (r"(\d{4})年([上下])半年", lambda f: _part(int(f[1]), 1 + (f[2] == "下"), 2), None),
        (r"(\d{4})(?:年[末底]?)?", lambda f: _part(int(f[1]), 1, 1), None),
        (r"(\d{4}) \[YR\1\]", lambda f: _part(int(f[1]), 1, 1), None),  # World Bank DataBank
        (r"(\d{1,2})[/\-](\d{1,2})[/\-](\d{4}|\d{2})" + _TIME,
         lambda f: _date(_year(f[3]), int(f[1]), int(f[2])), MONTH_FIRST),
        (r"(\d{1,2})[/\-](\d{1,2})[/\-](\d{4}|\d{2})" + _TIME,
         lambda f: _date(_year(f[3]), int(f[2]), int(f[1])), DAY_FIRST),
        (r"(\d{4}):(\d)", lambda f: _part(int(f[1]), int(f[2]), 4), QUARTERS),
        (r"(\d{4}):(\d{1,2})", lambda f: _part(int(f[1]), int(f[2]), 12), MONTHS),
    )
)  # fmt: skip
"""Every label that is read: its pattern, what it says, and the style it belongs to where it may say two things."""
