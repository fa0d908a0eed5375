"""The sample of a history that is fitted, stated: from which period to which, in which unit, at which frequency."""

from __future__ import annotations

import math
from itertools import groupby
from typing import NamedTuple

from stress.errors import ConfigError, DataError
from stress.inputs.table import MacroTable
from stress.tables.periods import ALLOWED, Period, coarser, parse_period

FREQUENCY = {1: "years", 2: "half-years", 4: "quarters", 12: "months"}
SMALL = 0.01
"""Where no rate of a history reaches 1% a year, its unit may have been misread."""


class Sample(NamedTuple):
    """A history cut to the periods that are fitted."""

    table: MacroTable
    rate: tuple[float, ...]
    """As fractions, each inside (0, 1)."""
    note: tuple[str, ...]
    """What was left out and what may be misread, in words."""


def sample(
    history: MacroTable, column: str, unit: float = 0.01, first: str | None = None, last: str | None = None
) -> Sample:
    """The rates of a column from one period to another, both inclusive.

    Periods at both ends in which nothing is published are left out, and said. DataError where a rate in between is not
    published, or one is not inside (0, 1): it names the periods and the longest sample without them.
    """
    value = history.column(column)
    begin, end = position(history, first, 0), position(history, last, history.n - 1, end=True)
    if begin > end:
        raise ConfigError(f"--first {first} lies after --last {last}")
    published = [k for k in range(begin, end + 1) if not math.isnan(value[k])]
    if not published:
        raise DataError(f"{history.file}: column {column!r}: nothing is published in the sample")
    empty = [k for k in range(begin, end + 1) if k < published[0] or k > published[-1]]
    begin, end = published[0], published[-1]
    rate = [unit * x for x in value]
    wrong = [k for k in range(begin, end + 1) if not 0.0 < rate[k] < 1.0]
    if wrong:
        raise DataError(_unfit(history, column, unit, wrong, begin, end))
    span = f"{history.label(begin)} to {history.label(end)}, {end - begin + 1} {_every(history)}"
    note = [*history.note, f"the sample is {span}"]
    if empty:
        note.append(f"not published and left out: {_listed(history, empty)}")
    largest = max(rate[begin : end + 1])
    if largest < SMALL:
        note.append(
            f"no rate reaches {SMALL:.0%} a year (the largest is {largest:.3%} with --unit {unit:g}): where "
            f"{value[begin]:g} means {value[begin]:.2%} say --unit {100.0 * unit:g}; annualise the rates of a month"
        )
    return Sample(between(history, begin, end), tuple(rate[begin : end + 1]), tuple(note))


def position(table: MacroTable, label: str | None, default: int, end: bool = False) -> int:
    """Row of the period that a label names: of its first or (`end`) last row where rows are finer than the label."""
    if label is None:
        return default
    period = parse_period(label)
    if period is None:
        raise ConfigError(f"{label!r}: must be {ALLOWED}")
    per_year = table.start.per_year
    if period.per_year > per_year:
        period = coarser(period, per_year)
    finer = per_year // period.per_year
    ordinal = period.ordinal * finer + (finer - 1 if end else 0)
    return table.position(Period(ordinal // per_year, ordinal % per_year + 1, per_year))


def between(table: MacroTable, begin: int, end: int) -> MacroTable:
    """Rows begin..end of a table."""
    return table._replace(start=table.start.shift(begin), value=table.value[begin : end + 1])


def averaged(table: MacroTable, per_year: int) -> MacroTable:
    """A table at a lower frequency: the mean of each complete period's rows; empty where a row of it is empty.

    >>> monthly = MacroTable("m.csv", "", Period(2025, 2, 12), ("x",), tuple((float(k),) for k in range(2, 9)))
    >>> averaged(monthly, 4)  # April to June is the one complete quarter
    MacroTable(file='m.csv', scenario='', start=Period(year=2025, number=2, per_year=4), variable=('x',), \
value=((5.0,),), note=())
    """
    width = table.start.per_year // per_year
    if width * per_year != table.start.per_year or width < 1:
        raise DataError(f"{table.file}: {_every(table)} cannot be averaged to {FREQUENCY[per_year]}")
    if width == 1:
        return table
    skipped = -table.start.ordinal % width
    first, n = (table.start.ordinal + skipped) // width, (table.n - skipped) // width
    if n < 1:
        raise DataError(f"{table.file}: holds no complete period of {12 // per_year} months")
    blocks = [table.value[skipped + k * width : skipped + (k + 1) * width] for k in range(n)]
    value = tuple(tuple(math.fsum(x) / width for x in zip(*block, strict=True)) for block in blocks)
    return table._replace(start=Period(first // per_year, first % per_year + 1, per_year), value=value)


def same_frequency(history: MacroTable, macro: MacroTable) -> tuple[MacroTable, MacroTable, tuple[str, ...]]:
    """Both tables at the lower of their frequencies, and in words what was averaged."""
    per_year = min(history.start.per_year, macro.start.per_year)
    note = tuple(
        f"the {_every(table)} of {table.file} are averaged to {FREQUENCY[per_year]}"
        for table in (history, macro)
        if table.start.per_year != per_year
    )
    return averaged(history, per_year), averaged(macro, per_year), note


def _every(table: MacroTable) -> str:
    return FREQUENCY[table.start.per_year]


def _listed(table: MacroTable, rows: list[int]) -> str:
    return ", ".join(table.label(k) for k in rows[:4]) + (f" and {len(rows) - 4} more" if len(rows) > 4 else "")


def _unfit(table: MacroTable, column: str, unit: float, wrong: list[int], begin: int, end: int) -> str:
    """Which rates have no probit, and the longest sample without them."""
    value = table.column(column)
    runs = [list(run) for good, run in groupby(range(begin, end + 1), key=lambda k: k not in wrong) if good]
    first = value[wrong[0]]
    shown = "is not published" if math.isnan(first) else f"is {unit * first:g}"
    others = f", like {len(wrong) - 1} others ({_listed(table, wrong[1:])})" if len(wrong) > 1 else ""
    message = f"{table.file}: column {column!r} times {unit:g}: the rate of {table.label(wrong[0])} {shown}{others}: "
    message += "rates must lie between 0 and 1, exclusive"
    if not runs:
        return f"{message}; say --unit 0.01 where they are percents"
    best = max(runs, key=len)
    return (
        f"{message}; the longest sample without is --first {table.label(best[0])} --last {table.label(best[-1])} "
        f"({len(best)} {_every(table)})"
    )
