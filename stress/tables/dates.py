"""A column of labels as dates: what one label leaves open (3/4/2025, 2025:1), the column as a whole may settle."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.periods import ALLOWED, DAY_FIRST, MONTH_FIRST, MONTHS, QUARTERS, Period, Stamp, parse_stamp, regular

_STYLES = tuple(frozenset(pair) for pair in product((MONTH_FIRST, DAY_FIRST), (QUARTERS, MONTHS)))
_ALL = frozenset((MONTH_FIRST, DAY_FIRST, QUARTERS, MONTHS))
_MONTH_FIRST, _DAY_FIRST = frozenset((MONTH_FIRST,)), frozenset((DAY_FIRST,))
_TOLD = "dates are "
FISCAL = "is a fiscal year, which ends where its publisher says: write the last month of each, as 2025-03"
_COUNTED, _BEFORE_FIRST = re.compile(r"^[2-7]\d{4}$"), datetime.date(1899, 12, 30)
"""Days of 1954 to 2119 as Excel numbers them from 1900 on."""
_FISCAL = re.compile(
    r"^(FY ?'?\d{2,4}(/\d{2,4})?( ?[QHM]\d{1,2})?|(?P<year>\d{4})[/-](?P<next>\d{2}|\d{4}))$", re.IGNORECASE
)


class WrongLabel(ValueError):
    """Label `place` is no period, or the labels may be read in two ways; the message says what is allowed."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place


class Labels(NamedTuple):
    """A column of labels, read."""

    stamp: tuple[Stamp, ...]
    style: str
    """How ambiguous labels were read, in words; empty where none was."""


def date_notes(style: str) -> tuple[str, ...]:
    """The note on how a column's dates were read; none where no label was ambiguous."""
    return (f"{_TOLD}{style}",) if style else ()


def with_dates(source: str, notes: Iterable[str]) -> str:
    """A source as a file that rests on it names it: with how its dates were read, where its notes say so."""
    styles = "; ".join(dict.fromkeys(filter(tells, notes)))
    return f"{source} ({styles})" if styles else source


def tells(note: str) -> bool:
    """Whether a text says how dates were read."""
    return _TOLD in note


def is_label(text: str) -> bool:
    """Whether a cell may be a date or a period in some style."""
    return parse_stamp(text, _ALL) is not None


def some_period(text: str) -> Period | None:
    """The period of a label; of a date that leaves open which of day and month comes first, one that it may be."""
    first, second = both_ways(text)
    stamp = first or second
    return stamp.period if stamp else None


def is_fiscal(text: str) -> bool:
    """Whether a label is a fiscal year: it begins where its publisher says, so it is no period here."""
    match = _FISCAL.match(text.strip())
    if match is None or match["year"] is None:
        return match is not None
    return str(int(match["year"]) + 1).endswith(match["next"])  # 2020-13 is no year


def counted(text: str) -> str:
    """What is to be said of a number that may be a day as Excel counts them; empty for anything else."""
    if not _COUNTED.match(text.strip()):
        return ""
    day = _BEFORE_FIRST + datetime.timedelta(int(text))
    return f"; {text.strip()} may be {day} as Excel counts days: show the column as dates, and save it"


def read_labels(label: Sequence[str], fits: Callable[[Sequence[Stamp]], bool]) -> Labels:
    """Dates or periods of all labels, read in one way. Raises WrongLabel.

    The way is the only one in which all are right (one has a part above 12); else the only one of these that `fits`.
    """
    plain = [parse_stamp(text) for text in label]
    if all(plain):
        return Labels(tuple(s for s in plain if s), "")
    readings: dict[tuple[Stamp, ...], str] = {}
    furthest = 0
    for styles in _STYLES:
        stamps = _all_of(label, styles)
        furthest = max(furthest, len(stamps))
        if len(stamps) == len(label):
            readings.setdefault(tuple(stamps), " and ".join(sorted(s for s in styles if _used(label, s))))
    if not readings:
        raise _wrong(label, furthest)
    fit = {stamps: style for stamps, style in readings.items() if len(readings) == 1 or fits(stamps)}
    if len(fit) == 1:
        return Labels(*next(iter(fit.items())))
    raise _unclear(label, fit or readings)


def labels_at(label: Sequence[str], fits: Callable[[Sequence[Stamp]], bool], where: Callable[[int], str]) -> Labels:
    """The same. Raises DataError, which begins with where the wrong label stands."""
    try:
        return read_labels(label, fits)
    except WrongLabel as error:
        raise DataError(f"{where(error.place)} {label[error.place][:40]!r}: {error}") from None


def different(stamp: Sequence[Stamp]) -> bool:
    """Whether no two labels are of one period."""
    return len({s.period for s in stamp}) == len(stamp)


def both_ways(text: str) -> tuple[Stamp | None, Stamp | None]:
    """A date with the month first and with the day first, the same twice where it leaves nothing open."""
    return parse_stamp(text, _MONTH_FIRST), parse_stamp(text, _DAY_FIRST)


def _unclear(label: Sequence[str], readings: Mapping[tuple[Stamp, ...], str]) -> WrongLabel:
    """The first label that is another date in another way, and what it may be."""
    place = next(k for k in range(len(label)) if len({stamps[k] for stamps in readings}) > 1)
    meanings = " or ".join(f"{written(stamps[place])} ({style})" for stamps, style in readings.items())
    return WrongLabel(place, f"may be {meanings}, and nothing in the column shows which: write the one that is meant")


def _wrong(label: Sequence[str], furthest: int) -> WrongLabel:
    """The first label that is none, or none in the way of those before it."""
    first = {style: k for style in (MONTH_FIRST, DAY_FIRST) if (k := _first_only(label, style)) is not None}
    if len(first) == 2:
        (style, before), (other, place) = sorted(first.items(), key=lambda pair: pair[1])
        clash = f"is {other}, but {label[before][:40]!r} before it {style}"
        return WrongLabel(place, f"{clash}: dates of a column are written in one way: write 2025-03-31")
    if is_fiscal(label[furthest]):
        return WrongLabel(furthest, FISCAL)
    return WrongLabel(furthest, f"must be {ALLOWED}{counted(label[furthest])}")


def _first_only(label: Sequence[str], style: str) -> int | None:
    """The first label that is a date in this way and in no other."""
    this, other = (_MONTH_FIRST, _DAY_FIRST) if style == MONTH_FIRST else (_DAY_FIRST, _MONTH_FIRST)
    only = (k for k, text in enumerate(label) if parse_stamp(text, this) and not parse_stamp(text, other))
    return next(only, None)


def written(stamp: Stamp) -> str:
    """A date as 2025-03-31, a period as it is."""
    return f"{stamp.period}-{stamp.day:02d}" if stamp.day else str(stamp.period)


def in_step(stamp: Sequence[Stamp]) -> bool:
    """Whether labels follow each other without a gap, forward or back."""
    period = [s.period for s in stamp]
    return any(regular(order)[1] is None for order in (period, period[::-1]))


def in_order(stamp: Sequence[Stamp]) -> bool:
    """Whether dates strictly rise, or strictly fall."""
    day = [day_of(s) for s in stamp]
    return all(a < b for a, b in pairwise(day)) or all(a > b for a, b in pairwise(day))


def day_of(stamp: Stamp) -> tuple[int, int]:
    """(month since year 0, day; 0 where the label names none): the first month of a period."""
    period: Period = stamp.period
    return period.ordinal * 12 // period.per_year, stamp.day


def _all_of(label: Sequence[str], styles: frozenset[str]) -> list[Stamp]:
    """Stamps up to the first label that is none."""
    stamps = []
    for text in label:
        stamp = parse_stamp(text, styles)
        if stamp is None:
            break
        stamps.append(stamp)
    return stamps


def _used(label: Sequence[str], style: str) -> bool:
    return any(parse_stamp(text) is None and parse_stamp(text, frozenset((style,))) is not None for text in label)
