"""Periods over two rows of a heading, such as `2019` over `Jan`, `Feb`, ..., as one row: 2019-01, 2019-02, ..."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from stress.tables.dates import FISCAL, in_step, is_fiscal
from stress.tables.headings import Spans, Unclear
from stress.tables.numbers import looks_like_number
from stress.tables.periods import Period, Stamp, coarser, parse_period

_NUMBER = re.compile(r"^\d{1,2}$")
_NUMBERED = {"quarters": "{0} Q{1}", "months": "{0}-{1}"}
"""What numbers below a year may count, and how such a period is written."""
_NAMED = ("{1}", "{0} {1}", "{0}年{1}", "{1} {0}")
"""How the label of a whole period is made of a year and what stands below it: 2019-03, 2019 Q1, 2019年3月, 1Q 2019."""

_ANY = Period(2000, 1, 1)


def dated(
    upper: Sequence[str], lower: Sequence[str], below: Sequence[str], spans: Callable[[], Spans] = dict
) -> tuple[str, ...] | None:
    """The labels of two rows together, None where they are no periods over two rows. Raises Unclear.

    `spans` as in `headings.joined`: where no cell is merged a blank goes on with the period to its left. A column
    under a period whose lower label is none of its parts (`Total`) is named by both rows.
    """
    width = max(len(upper), len(lower), len(below))
    above, under = ((*row, *[""] * (width - len(row))) for row in (upper, lower))
    if any(parse_period(cell) or looks_like_number(cell) for cell in (above[0], under[0])):
        return None
    if any(looks_like_number(cell) and not parse_period(cell) for cell in above):
        return None
    fiscal = next(filter(is_fiscal, above), "")
    if fiscal and any(_part(_ANY, cell, _NAMED) for cell in under):
        raise Unclear(f"{fiscal[:40]!r} above it {FISCAL}")
    if not any(parse_period(a) and b in ("", a) for a, b in pairwise(above)):
        return None
    over = _over(above, spans())
    parts = _parts(over, under)
    if not any(over[a] == over[b] for a, b in pairwise(parts)):
        return None
    for period, cell in zip(over, under, strict=True):
        if period and parse_period(cell) and not _part(period, cell, _NAMED):
            raise Unclear(
                f"the heading has two rows, and {cell[:40]!r} stands below {period}, to which it does not belong"
            )
    return tuple(
        str(parts[k]) if k in parts else " ".join(filter(None, (above[k] if over[k] is None else str(over[k]), cell)))
        for k, cell in enumerate(under)
    )


def _over(above: Sequence[str], merged: Spans) -> list[Period | None]:
    """The period of the upper row that stands over each column."""
    periods: list[Period | None] = []
    period, last = None, -1
    for k, cell in enumerate(above):
        if cell:
            period, last = parse_period(cell), merged.get(k, k) if merged else len(above)
        periods.append(period if k <= last else None)
    return periods


def _parts(over: Sequence[Period | None], under: Sequence[str]) -> Mapping[int, Period]:
    """By its column, each part of a period of the upper row that the lower row names. Raises Unclear."""
    named = {k: part for k, period in enumerate(over) if period and (part := _part(period, under[k], _NAMED))}
    numbered = [k for k, period in enumerate(over) if period and _NUMBER.match(under[k])]
    if not numbered:
        return named
    readings = {
        unit: {k: _part(p, under[k], (form,)) for k in numbered if (p := over[k])} for unit, form in _NUMBERED.items()
    }
    whole = {unit: {k: p for k, p in parts.items() if p} for unit, parts in readings.items() if all(parts.values())}
    step = [unit for unit, parts in whole.items() if in_step([Stamp(p) for p in parts.values()])]
    if len(whole) > 1 and len(step) != 1:
        first, last = under[numbered[0]], under[numbered[-1]]
        raise Unclear(
            f"the heading has two rows: whether {first} to {last} below {over[numbered[0]]} are quarters or months is "
            "left open: write Q1, Q2, ... or Jan, Feb, ..."
        )
    return named | whole[step[0] if len(whole) > 1 else next(iter(whole))] if whole else named


def _part(period: Period, label: str, forms: Sequence[str]) -> Period | None:
    """The part of a period that a label below it names; None where it names none."""
    for form in forms if label else ():
        part = parse_period(form.format(period.year, label))
        if part is not None and part.per_year > period.per_year and coarser(part, period.per_year) == period:
            return part
    return None
