"""A column of labels as dates: what one label leaves open (3/4/2025, 2025:1), the column as a whole may settle."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from stress.tables.periods import (
    ALLOWED,
    DAY_FIRST,
    MONTH_FIRST,
    MONTHS,
    QUARTERS,
    Period,
    Stamp,
    parse_stamp,
    regular,
)

_STYLES = tuple(frozenset(pair) for pair in product((MONTH_FIRST, DAY_FIRST), (QUARTERS, MONTHS)))
_ALL = frozenset((MONTH_FIRST, DAY_FIRST, QUARTERS, MONTHS))
FISCAL = "is a fiscal year, which ends where its publisher says: write the last month of each, as 2025-03"
_FISCAL = re.compile(r"^(FY ?'?\d{2,4}(/\d{2,4})?|\d{4}[/-]\d{2,4}|\d{4}/\d{2})$", re.IGNORECASE)


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


def is_label(text: str) -> bool:
    """Whether a cell may be a date or a period in some style."""
    return parse_stamp(text, _ALL) is not None


def is_fiscal(text: str) -> bool:
    """Whether a label is a fiscal year: it begins where its publisher says, so it is no period here."""
    return _FISCAL.match(text.strip()) is not None


def read_labels(label: Sequence[str], fits: Callable[[Sequence[Stamp]], bool]) -> Labels:
    """Dates or periods of all labels, in the one style in which they are all right and `fits`. Raises WrongLabel."""
    plain = [parse_stamp(text) for text in label]
    if all(plain):
        return Labels(tuple(s for s in plain if s), "")
    found: dict[tuple[Stamp, ...], str] = {}
    furthest, parsed = 0, False
    for styles in _STYLES:
        stamps = _all_of(label, styles)
        furthest = max(furthest, len(stamps))
        parsed |= len(stamps) == len(label)
        if len(stamps) == len(label) and fits(stamps):
            found.setdefault(tuple(stamps), " and ".join(sorted(s for s in styles if _used(label, s))))
    if len(found) == 1:
        return Labels(*next(iter(found.items())))
    if found:
        raise WrongLabel(0, f"may be {' or '.join(found.values())}: write dates as 2025-03-31")
    if parsed:
        raise WrongLabel(0, "and the labels after it follow each other in no way of reading them: write 2025-03-31")
    if is_fiscal(label[furthest]):
        raise WrongLabel(furthest, FISCAL)
    raise WrongLabel(furthest, f"must be {ALLOWED}")


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
    found = []
    for text in label:
        stamp = parse_stamp(text, styles)
        if stamp is None:
            break
        found.append(stamp)
    return found


def _used(label: Sequence[str], style: str) -> bool:
    return any(parse_stamp(text) is None and parse_stamp(text, frozenset((style,))) is not None for text in label)
