"""Reports with balances by bucket, and tables of transitions, as they are published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stress.arrays import Array
from stress.calibration.rolls import MOST, Rolls, Stocks
from stress.errors import DataError
from stress.tables.cells import read_cells
from stress.tables.dates import date_notes, different, is_label, labels_at
from stress.tables.framed import (
    Frame,
    continued,
    date_columns,
    framed,
    from_heading,
    labels_of,
    rows_of_periods,
    with_years,
    word,
)
from stress.tables.periods import Period
from stress.tables.series import numbers
from stress.tables.upright import upright

_BUCKET = re.compile(r"^(?:late|bucket|m|dpd) ?(\d)\b(?!.*(?:pct|%|percent))")
FROM, TO = ("from status", "from bucket", "from"), ("to status", "to bucket", "to")


def read_stocks(
    path: str | Path, buckets: Sequence[str] = (), current: str | None = None, loss: str | None = None
) -> Stocks:
    """Balances by bucket of a report: a row a date, dates need not follow one another.

    `buckets`: columns, the least late first (late_1, late_2, ... where left out); `loss`: charged off in the row's
    period. Raises DataError with what the file has.
    """
    cells = upright(read_cells(path))
    date = date_columns(cells)
    cells = with_years(cells, date)
    first, last, head = rows_of_periods(cells, date)
    frame = framed(cells, first, last, head, date)
    names = [word(name) for name in frame.head]
    places = [_place(frame, name) for name in buckets] or _buckets(names)
    if not places:
        raise DataError(
            f"{cells.file}: has no columns late_1, late_2, ...: name them with --bucket: {', '.join(frame.head)}"
        )
    extra = {kind: _place(frame, name) for kind, name in (("current", current), ("loss", loss)) if name is not None}
    _named_once(
        frame, [*((k, f"bucket {n}") for n, k in enumerate(places, 1)), *((k, kind) for kind, k in extra.items())]
    )
    value = numbers(frame, [*places, *extra.values()], [k for k in range(len(names)) if k not in date])
    for k, amounts in value.items():
        _check_amounts(frame, k, amounts)
    label = labels_of(frame, date)
    period, date_note = _periods(frame, date[0], label)
    month = [(p.ordinal + 1) * 12 // p.per_year - 1 for p in period]
    twice = next((k for k, number in enumerate(month) if number in month[:k]), None)
    if twice is not None:
        raise DataError(
            f"{frame.place(twice, date[0])}: {label[twice]} stands twice, first in {cells.unit} "
            f"{frame.body[month.index(month[twice])].number}"
        )
    order = np.argsort(month, kind="stable")
    none = np.full(len(month), np.nan)
    column = {kind: np.array(value[k], np.float64) for kind, k in extra.items()}
    span = np.array([12 / p.per_year for p in period])
    table = np.array([value[k] for k in places], np.float64).T
    return Stocks(
        tuple(label[k] for k in order), tuple(month[k] for k in order), table[order],
        column.get("current", none)[order], (column.get("loss", none) / span)[order], (*frame.note, *date_note),
    )  # fmt: skip


def _check_amounts(frame: Frame, k: int, column: Sequence[float]) -> None:
    """Balances and losses are never negative, and some are above 0. Raises DataError."""
    for row, amount in enumerate(column):
        if amount < 0.0:
            cell = frame.body[row].cell[k][:40]
            raise DataError(f"{frame.place(row, k)}: {cell!r}: an amount is never negative")
    if not any(amount > 0.0 for amount in column):
        raise DataError(f"{frame.cells.file}: column {frame.head[k]!r} is 0 or empty throughout: leave it out")


def _named_once(frame: Frame, named: Sequence[tuple[int, str]]) -> None:
    """A column is one thing. Raises DataError."""
    known: dict[int, str] = {}
    for place, kind in named:
        if place in known:
            head = frame.head[place]
            raise DataError(f"{frame.cells.file}: column {head!r} is named for both {known[place]} and {kind}")
        known[place] = kind


def transitions(path: str | Path, amount: str | None = None) -> tuple[Rolls, tuple[str, ...]] | None:
    """The matrix of a table of transitions (from, to, amount by month) and notes on the reading; None where it is none.

    Statuses of 0 and below are current, those beyond six the last. Shares are ratios of totals over the months, errors
    by leaving a month out in turn (the jackknife of ratios). The first column is the month, or a label of rows that
    count together; where it is one of the others, all rows are of one month.
    """
    cells = from_heading(read_cells(path), lambda cell: word(cell) in (*FROM, *TO))
    names = [word(cell) for cell in cells.row[0].cell]
    where, to = (next((names.index(name) for name in known if name in names), None) for known in (FROM, TO))
    if where is None or to is None:
        return None
    frame = framed(cells, 1, len(cells.row) - 1, 0, ())
    at = _amount(frame, names, (where, to), amount)
    undated = 0 in (where, to, at)  # no column of months: all rows are of one
    if not undated and not all(frame.column(0)):
        note = (*frame.note, f"an empty {frame.head[0]!r} goes on with the one above it")
        frame = frame._replace(body=tuple(continued(cells, frame.body, 0, frame.head[0])), note=note)
    month, date_note = ([""] * len(frame.body), ()) if undated else _months(frame)
    status = [[_status(frame, row, k) for k in (where, to)] for row in range(len(frame.body))]
    value = numbers(frame, [at], range(1, len(names)))[at]
    _once(frame, month, status)
    top = min(MOST, max(max(pair) for pair in status))
    months = {label: k for k, label in enumerate(dict.fromkeys(month))}
    total = np.zeros((top + 1, top + 1, len(months)))
    for row, (label, (a, b)) in enumerate(zip(month, status, strict=True)):
        if not value[row] >= 0.0:
            raise DataError(f"{frame.place(row, at)}: {frame.body[row].cell[at][:40]!r}: must be a number of 0 or more")
        a, b = max(0, a), max(0, b)
        total[min(a, top), min(b, top), months[label]] += value[row]
    return of_counts(total), (*frame.note, *date_note)


def _months(frame: Frame) -> tuple[list[str], tuple[str, ...]]:
    """The first column, and how its dates were read: periods where it begins with one, else what stands there."""
    date_note = _periods(frame, 0, frame.column(0))[1] if is_label(frame.body[0].cell[0]) else ()
    return list(frame.column(0)), date_note


def _once(frame: Frame, month: Sequence[str], status: Sequence[Sequence[int]]) -> None:
    """Raise DataError where a transition of a month stands twice."""
    first: dict[tuple[str, int, int], int] = {}
    for row, (label, (a, b)) in enumerate(zip(month, status, strict=True)):
        before = first.setdefault((label, a, b), row)
        if before != row:
            twice = f"stands twice, first in {frame.cells.unit} {frame.body[before].number}"
            raise DataError(f"{frame.cells.place(frame.body[row])}: {label[:40]} from {a} to {b} {twice}")


def of_counts(total: Array) -> Rolls:
    """(from, to, month) amounts -> shares by row."""
    n = total.shape[0]
    share, error = np.zeros((n, n)), np.full((n, n), np.nan)
    for a in range(n):
        base = total[a].sum(axis=0)
        if base.sum() > 0.0:
            share[a], error[a] = _ratios(total[a], base)
    step = np.arange(n)
    up = [share[k, k + 1] if k + 1 < n else np.nan for k in step]
    up_error = [error[k, k + 1] if k + 1 < n else np.nan for k in step]
    down = np.array([share[k, 1:k].sum() if k > 1 else 0.0 for k in step])
    down_error = np.array([np.sqrt(np.square(error[k, 1:k]).sum()) if k > 1 else 0.0 for k in step])
    stays = np.where(step > 0, np.diag(share) + np.array([share[k, k + 2 :].sum() for k in step]), 0.0)
    return Rolls(
        "transitions", "pays down", total.shape[2], np.array(up), np.array(up_error), stays,
        np.where(step > 0, np.diag(error), 0.0), down, down_error, np.nan, np.nan, (),
    )  # fmt: skip


def _ratios(part: Array, base: Array) -> tuple[Array, Array]:
    """(to, month) parts of (month,) bases: ratio of the sums, and its error by leaving out a month."""
    n = len(base)
    without = (part.sum(axis=1, keepdims=True) - part) / np.maximum(base.sum() - base, 1e-300)
    error = np.sqrt((n - 1) / n * np.square(without - without.mean(axis=1, keepdims=True)).sum(axis=1))
    return part.sum(axis=1) / base.sum(), error if n > 1 else np.full(len(part), np.nan)


def _amount(frame: Frame, names: list[str], used: tuple[int, int], amount: str | None) -> int:
    if amount is not None:
        if word(amount) not in names:
            raise DataError(f"{frame.cells.file}: has no column {amount!r}: one of {', '.join(frame.head)}")
        return names.index(word(amount))
    left = [k for k in range(1, len(names)) if k not in used and not is_label(frame.body[0].cell[k])]
    if len(left) != 1:
        raise DataError(f"{frame.cells.file}: name the column of amounts with --amount: {', '.join(frame.head)}")
    return left[0]


def _status(frame: Frame, row: int, column: int) -> int:
    text = frame.body[row].cell[column]
    if not re.fullmatch(r"[+-]?\d{1,4}", text):
        raise DataError(
            f"{frame.place(row, column)}: {text[:40]!r}: a status must be a whole number of at most 4 digits"
        )
    return int(text)


def _buckets(names: Sequence[str]) -> list[int]:
    columns = {int(match[1]): k for k, name in reversed(list(enumerate(names))) if (match := _BUCKET.match(name))}
    return [columns[number] for number in sorted(columns) if number > 0]


def _place(frame: Frame, name: str) -> int:
    from stress.spelling import suggest

    names = [word(head) for head in frame.head]
    if word(name) not in names:
        hint = suggest(name, list(frame.head))
        raise DataError(
            f"{frame.cells.file}: has no column {name!r}: one of {', '.join(filter(None, frame.head))}{hint}"
        )
    return names.index(word(name))


def _periods(frame: Frame, date: int, column: Sequence[str]) -> tuple[list[Period], tuple[str, ...]]:
    """A column of periods and how its dates were read: two that are written differently are of two periods."""
    label = list(dict.fromkeys(column))
    dates = labels_at(label, different, lambda k: f"{frame.place(column.index(label[k]), date)}:")
    period = {text: stamp.period for text, stamp in zip(label, dates.stamp, strict=True)}
    return [period[text] for text in column], date_notes(dates.style)
