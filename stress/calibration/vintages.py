"""From a table as published to what is at risk and what defaults at each age: counts, amounts, or cumulative shares."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Bools
from stress.calibration.stages import Vintages
from stress.errors import DataError
from stress.tables.framed import is_total
from stress.tables.vintages import VintageTable

LARGE = 100.0
"""A cohort's size from which no default above 1 is odd."""
FEWEST = 3
"""Cohorts that show a stair of zeros."""
_SLACK = 1e-6
"""Of a cohort's size: what rounding in a published table may leave below zero."""


class Columns(NamedTuple):
    """Which figures of a table mean what."""

    default: str | None = None
    """What defaults, by age or cumulative; the only figure where left out."""
    size: str | float | None = None
    """What each cohort began with: a figure by cohort, or one number for all."""
    exits: tuple[str, ...] = ()
    """What leaves otherwise (paid early, matured), by age or cumulative."""
    at_risk: str | None = None
    """What is current at the start of each age; instead of size and exits."""
    unit: float | None = None
    """Figures are shares of the size in this unit (0.01: percent); counts or amounts where left out."""
    cumulative: bool | None = None
    """Whether figures are running totals; where left out, those that never fall with age are."""


def vintages_of(table: VintageTable, columns: Columns) -> tuple[Vintages, list[str]]:
    """What is at risk and what defaults, cohorts that began in the same period added up, and notes on the reading.

    Ages are the table's, one after another: the first is the first month in which a loan can default. Raises DataError
    where ages have gaps, a size is missing, or more leaves a cohort than it has.
    """
    _once(table.file, columns)
    steps = np.diff(table.age)
    if steps.size and (steps != 1).any():
        raise DataError(
            f"{table.file}: ages must follow one another; after {table.age[int((steps != 1).argmax())]} one is missing"
        )
    notes: list[str] = []
    _refuse_negative(table, columns.default)
    for name in (columns.at_risk, *columns.exits):
        if name is not None:
            _refuse_negative(table, name)
    default = _monthly(table, columns.default, columns, notes)
    known = np.isfinite(default)
    if columns.at_risk is not None:
        at_risk = _given(table, columns.at_risk, default)
        known = known & np.isfinite(at_risk)
    else:
        at_risk, default = _left(table, columns, default, notes)
    at_risk, default = np.where(known, np.maximum(at_risk, 0.0), 0.0), np.where(known, default, 0.0)
    return _by_season(table, at_risk, np.minimum(default, at_risk), notes), notes


def running_totals(table: VintageTable, columns: Columns) -> tuple[Array, Array, list[str]]:
    """(C, A) what each cohort has lost up to each age, in the unit of its size, (C,) that size, and notes.

    Shares without a size weigh every cohort alike. Raises DataError where figures fall with age and it is not said
    whether they are running totals, which net losses may be, and where amounts have no size.
    """
    name, notes = columns.default, list[str]()
    value, word = np.array(table.matrix(name), np.float64), name or table.measure[0]
    if (unreached := _unreached(value)).any():
        notes.append(f"{word}: zeros at the end, a cohort later by as many ages each, are ages that it has not reached")
        value = np.where(unreached, np.nan, value)
    if columns.cumulative is None and not table.cumulative(name):
        raise DataError(f"{table.file}: {word} falls with age: say --cumulative (net losses may fall) or --by-age")
    if columns.cumulative is False:
        value = np.cumsum(value, axis=1)
    elif columns.cumulative is None:
        notes.append(f"{word}: running totals, for they never fall; --by-age says otherwise")
    unit = _unit(table, columns)
    if unit is not None and columns.size is None and not any(not is_total(base) for base, _ in table.base):
        notes.append("every cohort weighs alike: --size says what each began with")
        return value * unit, np.ones(len(value)), notes
    size = _size(table, columns, notes)
    return value * (1.0 if unit is None else unit * size[:, None]), size, notes


def months_an_age(table: VintageTable, reached: Array) -> int:
    """Months from one age to the next, as the vintages of a table that ends at one date show it: a quarter's vintage
    that is one age older than the next quarter's has ages of three months. 1 where they do not show it.

    reached: (C,) place of the last age of each.
    """
    age = np.array(table.age)[reached]
    begun = [(s.ordinal * 12 // s.per_year, int(a)) for s, a in zip(table.start, age, strict=True) if s is not None]
    steps = {
        (later - before) / (old - young)
        for (before, old), (later, young) in pairwise(sorted(set(begun)))
        if later > before and old > young
    }
    return int(step) if len(steps) == 1 and (step := steps.pop()) in (3.0, 6.0, 12.0) else 1


def _given(table: VintageTable, name: str, default: Array) -> Array:
    """What is at risk by a column of its own."""
    at_risk = np.array(table.matrix(name), np.float64)
    beyond = (default > at_risk * (1.0 + _SLACK)) & np.isfinite(default) & np.isfinite(at_risk)
    if beyond.any():
        k, a = np.argwhere(beyond)[0]
        figures = f"{default[k, a]:g} default of {at_risk[k, a]:g} at risk"
        raise DataError(f"{table.file}: {table.cohort[k]}, age {table.age[a]}: {figures}")
    return at_risk


def _left(table: VintageTable, columns: Columns, default: Array, notes: list[str]) -> tuple[Array, Array]:
    """What is at risk where a cohort's size less all that has left it is, and its defaults in the unit of the size."""
    size = _size(table, columns, notes)
    unit = _unit(table, columns)
    if unit is None and (small := _like_shares(table, columns, size)):
        notes.append(small)
    left = [_monthly(table, name, columns, notes) for name in columns.exits]
    gone = sum((np.nan_to_num(part) for part in left), np.nan_to_num(default))
    if unit is not None:
        default, gone = default * unit * size[:, None], gone * unit * size[:, None]
    at_risk = size[:, None] - (np.cumsum(gone, axis=1) - gone)
    wrong = (at_risk - np.nan_to_num(default) < -_SLACK * size[:, None]) & np.isfinite(default)
    if wrong.any():
        k, a = np.argwhere(wrong)[0]
        raise DataError(
            f"{table.file}: {table.cohort[k]}, age {table.age[a]}: more has left it than its size, {size[k]:g}"
        )
    if not columns.exits:
        notes.append("nothing leaves a cohort but by default: name what is paid early with --exits, or --at-risk")
    return at_risk, default


def _refuse_negative(table: VintageTable, name: str | None) -> None:
    value = np.array(table.matrix(name), np.float64)
    if (value < 0.0).any():
        k, a = np.argwhere(value < 0.0)[0]
        word = name or table.measure[0]
        raise DataError(
            f"{table.file}: {table.cohort[k]}, age {table.age[a]}: {word} is {value[k, a]:g}: it is never negative"
        )


def _once(file: str, columns: Columns) -> None:
    """A figure is one thing. Raises DataError."""
    known: dict[str | float, str] = {}
    named = (("default", columns.default), ("size", columns.size), ("at risk", columns.at_risk))
    for kind, name in (*named, *(("exits", name) for name in columns.exits)):
        if name in known and name is not None:
            raise DataError(f"{file}: column {name!r} is named for both {known[name]} and {kind}")
        if name is not None:
            known[name] = kind


def _monthly(table: VintageTable, name: str | None, columns: Columns, notes: list[str]) -> Array:
    """(C, A) a figure of each age, from running totals where the figures are that."""
    value = np.array(table.matrix(name), np.float64)
    word = name or table.measure[0]
    if (unreached := _unreached(value)).any():
        notes.append(f"{word}: zeros at the end, a cohort later by as many ages each, are ages that it has not reached")
        value = np.where(unreached, np.nan, value)
    known = [row[np.isfinite(row)] for row in value]
    never_falls = all((row[1:] >= row[:-1]).all() for row in known)
    total = never_falls and len(table.age) > 2 if columns.cumulative is None else columns.cumulative
    if not total:
        return value
    notes.append(f"{word}: running totals, taken apart by age")
    fall = value[:, 1:] < value[:, :-1]
    if fall.any():
        k, a = np.argwhere(fall)[0]
        raise DataError(
            f"{table.file}: {table.cohort[k]}, age {table.age[a + 1]}: {word} falls: it is no running total"
        )
    return np.diff(value, axis=1, prepend=0.0)


def _unreached(value: Array) -> Bools:
    """(C, A) zeros after the last figure of three cohorts or more whose number grows by the same step from each to the
    next: what some publishers write where others leave the cell empty."""
    none = np.zeros(value.shape, bool)
    if not np.isfinite(value).all() or value.shape[0] < FEWEST:
        return none
    end = np.cumsum(value[:, ::-1] != 0.0, axis=1)[:, ::-1] == 0
    zeros = end.sum(axis=1)
    step = np.diff(np.sort(zeros[zeros > 0]))
    ordered = (np.diff(zeros) >= 0).all() or (np.diff(zeros) <= 0).all()
    stairs = len(step) >= FEWEST - 1 and step.min() == step.max() > 0
    return end if ordered and stairs and zeros.max() < value.shape[1] else none


def _size(table: VintageTable, columns: Columns, notes: list[str]) -> Array:
    """(C,) what each cohort began with."""
    asked, n = columns.size, len(table.cohort)
    by_cohort = dict(table.base)
    usual = next((name for name in by_cohort if not is_total(name)), None)
    if isinstance(asked, float):
        size = np.full(n, asked)
    elif asked is None and _unit(table, columns) is None and usual is None:
        raise DataError(f"{table.file}: say what each cohort began with: --size NUMBER, or the column that holds it")
    elif asked is None and usual is None:
        raise DataError(f"{table.file}: figures are shares: say of how many loans (errors need it) with --size NUMBER")
    elif asked in table.measure:
        size = np.nan_to_num(np.array(table.matrix(asked), np.float64)).max(axis=1)
    else:
        name = usual if asked is None else asked
        if asked is None:
            notes.append(f"each cohort began with its {name}; --size says it otherwise")
        if name not in by_cohort:
            names = ", ".join([*by_cohort, *table.measure])
            raise DataError(f"{table.file}: --size {name}: a number, or one of {names}")
        size = np.array(by_cohort[name], np.float64)
    if not (np.isfinite(size) & (size > 0.0)).all():
        at = int((~(np.isfinite(size) & (size > 0.0))).argmax())
        raise DataError(f"{table.file}: {table.cohort[at]}: its size must be a number above 0")
    return size


def _like_shares(table: VintageTable, columns: Columns, size: Array) -> str:
    """A remark on figures that were taken for counts or amounts and are shares, more likely."""
    known = [x for row in table.matrix(columns.default) for x in row if not math.isnan(x)]
    if all(x == int(x) for x in known) or max(known, default=0.0) > 1.0 or size.min() < LARGE:
        return ""
    word = columns.default or table.measure[0]
    return f"{word}: none is above 1, of sizes from {size.min():,.0f}: if they are shares of the size, say --unit 1"


def _unit(table: VintageTable, columns: Columns) -> float | None:
    return 0.01 if columns.unit is None and table.percent else columns.unit


def _by_season(table: VintageTable, at_risk: Array, default: Array, notes: list[str]) -> Vintages:
    """Cohorts of one period (grades, products) as one; the table's own where some period is not known."""
    if any(start is None for start in table.start) or len(set(table.start)) == len(table.start):
        return Vintages(table.cohort, at_risk, default)
    place = {start: k for k, start in enumerate(dict.fromkeys(table.start))}
    member = np.array([place[start] for start in table.start])
    notes.append(f"{len(table.cohort)} cohorts of {len(place)} periods: those of one period are added up")
    total = [np.stack([part[member == k].sum(axis=0) for k in range(len(place))]) for part in (at_risk, default)]
    label = [
        next(name for name, start in zip(table.cohort, table.start, strict=True) if start == period) for period in place
    ]
    return Vintages(tuple(name.partition(",")[0] for name in label), total[0], total[1])
