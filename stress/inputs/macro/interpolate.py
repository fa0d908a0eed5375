"""Months between the published periods of a macro variable, by a stated rule."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from typing import Literal

from stress.tables.periods import Period

Rule = Literal["mid", "end", "step"]
"""`mid`: straight lines between the middles of the periods (averages: unemployment, growth, yields). `end`: between
their ends (levels at a date: prices, indices). `step`: a month has the value of its own period."""


def at_months(value: Sequence[float], start: Period, month: int, n_month: int, rule: Rule) -> list[float]:
    """The series in n months from `month` (counted from year 0, January 0).

    start: period of value[0]. A month takes the line at its own middle or end; before the first and after the last
    point the value stays flat. The mean of a period's months is not exactly its published average.

    >>> at_months([3.0, 6.0, 9.0], Period(2024, 4, 4), 2025 * 12, 3, "end")
    [4.0, 5.0, 6.0]
    """
    return [_at(value, start, month + k, 1, rule) for k in range(n_month)]


def finer(value: Sequence[float], start: Period, per_year: int, rule: Rule) -> tuple[tuple[float, ...], Period]:
    """A series at a higher frequency, with its first period: annual rows as quarters, by the same rule."""
    width = 12 // per_year
    first = Period(start.year, (start.number - 1) * per_year // start.per_year + 1, per_year)
    n = len(value) * per_year // start.per_year
    return tuple(_at(value, start, (first.ordinal + k) * width, width, rule) for k in range(n)), first


def _at(value: Sequence[float], start: Period, month: int, span: int, rule: Rule) -> float:
    """The value of the `span` months from `month`: at their middle or end, or of the period they lie in."""
    width = 12 // start.per_year
    if rule == "step":
        place = month // width - start.ordinal
        return value[min(max(place, 0), len(value) - 1)]
    share = 0.5 if rule == "mid" else 1.0
    return _line([(start.ordinal + k + share) * width for k in range(len(value))], value, month + share * span)


def _line(node: Sequence[float], value: Sequence[float], x: float) -> float:
    """The straight line between the two points around x; flat beyond the ends."""
    right = bisect.bisect_left(node, x)
    if right == 0:
        return value[0]
    if right == len(node):
        return value[-1]
    share = (x - node[right - 1]) / (node[right] - node[right - 1])
    return math.fsum(((1.0 - share) * value[right - 1], share * value[right]))
