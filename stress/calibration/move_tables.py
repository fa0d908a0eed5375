"""Matrices of moves between the states of a loan: rows from, columns to, one a month or one on average."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.calibration.loan_states import Ladder, State, ladder_of, state_of
from stress.calibration.roll_tables import of_counts
from stress.calibration.rolls import MOST, Rolls
from stress.errors import DataError
from stress.tables.cells import Cells, Row, read_cells
from stress.tables.dates import date_notes, different, is_label, labels_at
from stress.tables.framed import has_number, is_total
from stress.tables.numbers import LARGEST, Mixed, Number, decimal_of, is_missing, parse_number

NEAR = 5.0
"""Rows that all add up to 100 but for no more than this are percentages, and those that their rounding does not
explain slips."""
ROUNDED = 0.01
"""What rounding may leave a row of shares short of the whole, of it, at most."""
_TITLE = re.compile(r"[:;,]|\bof\b|\bfor\b|\bin\b")


class _Line(NamedTuple):
    """One row of a matrix."""

    row: Row
    month: str
    """A label; empty where none stands by it."""
    source: State
    cell: tuple[str, ...]
    """By state of the columns."""


class _Table(NamedTuple):
    """All matrices of a file."""

    cells: Cells
    label: tuple[str, ...]
    """Of the columns, the same in each matrix."""
    line: tuple[_Line, ...]

    def place(self, line: _Line) -> str:
        """File, line and state of a row, for messages."""
        return f"{self.cells.place(line.row)}, from {self.name(line.source)!r}"

    def name(self, state: State) -> str:
        """The label of a state."""
        return self.label[[state_of(label) for label in self.label].index(state)]


def matrices(path: str | Path) -> tuple[Rolls, tuple[str, ...]] | None:
    """The shares of matrices of moves, and notes on the reading; None where the file holds none.

    A matrix has states as its heading and the same states before its rows, its month in a column before them or in the
    lines above. Shares of a row add up to 1, percentages to 100, within their rounding; numbers of loans and amounts
    may add up to anything. Of several months ratios of the totals (of shares their mean), errors by leaving a month out
    in turn. Raises DataError for what leaves something open.
    """
    table = _table(read_cells(path))
    if table is None:
        return None
    try:
        ladder = ladder_of(table.label)
    except ValueError as error:
        raise DataError(f"{table.cells.file}: {error}") from None
    if ladder.buckets > MOST:
        raise DataError(f"{table.cells.file}: has {ladder.buckets} buckets: a ladder has at most {MOST}")
    months, date_note = _months(table)
    value, kind = _values(table)
    total = _totals(table, ladder, months, value)
    notes = (*table.cells.note, *date_note, _states_note(table, ladder, kind), *_straight(table, ladder, total))
    return _up_to(of_counts(total), ladder.buckets + 1, ladder.defaults), notes


def _table(cells: Cells) -> _Table | None:
    """The matrices of a file. DataError for rows with numbers that are of none, and for columns that differ."""
    head: tuple[Row, int] | None = None
    label, month, lines, left = tuple[str, ...](), "", list[_Line](), list[str]()
    for row, below in zip(cells.row, (*cells.row[1:], None), strict=True):
        if (start := _heading(row, below)) is not None:
            names = tuple(cell for cell in row.cell[start:] if cell and not is_total(cell))
            if label and [*map(state_of, names)] != [*map(state_of, label)]:
                raise DataError(f"{cells.place(row)}: has other states than the matrix above: {', '.join(label)}")
            head, label, month = (row, start), label or names, _month(row.cell[:start]) or month
        elif head is not None and (line := _line(cells, row, *head, month)) is not None:
            lines.append(line)
            month = line.month
        elif _month(row.cell):
            head, month = None, _month(row.cell)
        else:
            left.append(str(row.number))
            if head is not None and not any(map(is_total, row.cell)):
                head, month = None, ""
    note = f"left out as no rows of the table: {cells.unit}{'s' * (len(left) > 1)} {', '.join(left)}"
    cells = cells._replace(note=(*cells.note, *[note] * bool(left)))
    return _Table(cells, label, tuple(lines)) if lines else None


def _heading(row: Row, below: Row | None) -> int | None:
    """The first column of states in a heading whose next row begins with one of them; None where it is none."""
    columns = [k for k, cell in enumerate(row.cell) if state_of(cell) is not None]
    if below is None or len(columns) < 2 or columns[0] == 0 or len(below.cell) <= columns[0]:
        return None
    source = state_of(below.cell[columns[0] - 1])
    return columns[0] if source in [state_of(row.cell[k]) for k in columns] and not _numbered(row, columns[0]) else None


def _numbered(row: Row, start: int) -> bool:
    """Whether a row of numbers only looks like a heading: it begins with a state itself."""
    return state_of(row.cell[start - 1]) is not None


def _line(cells: Cells, row: Row, head: Row, start: int, month: str) -> _Line | None:
    """A row of the matrix below a heading; None where it is none. DataError where it only looks like one."""
    wide = (*row.cell, *[""] * (len(head.cell) - len(row.cell)))
    source = state_of(wide[start - 1])
    if source is None:
        if has_number(wide[start:]) and not is_total(wide[start - 1]):
            message = f"{wide[start - 1][:40]!r}: is no state: take the {cells.unit} out if it is none of the matrix"
            raise DataError(f"{cells.place(row)}: {message}")
        return None
    columns = [k for k in range(start, len(wide)) if not is_total(head.cell[k] if k < len(head.cell) else "")]
    named = [k for k in columns if k < len(head.cell) and head.cell[k]]
    stray = next((head.cell[k] for k in named if state_of(head.cell[k]) is None), None)
    if stray is not None or any(wide[k] for k in columns if k not in named):
        message = "a cell without a heading" if stray is None else f"column {stray!r}, which is no state: take it out"
        raise DataError(f"{cells.place(row)}: has {message}")
    if source not in [state_of(head.cell[k]) for k in named]:
        raise DataError(f"{cells.place(row)}: {wide[start - 1]!r}: is none of the columns: {_listed(head, named)}")
    return _Line(row, _month(wide[: start - 1]) or month, source, tuple(wide[k] for k in named))


def _listed(head: Row, named: Sequence[int]) -> str:
    return ", ".join(head.cell[k] for k in named)


def _month(cell: Sequence[str]) -> str:
    """The first label of a period that stands in some cells, by itself or in a title; empty where none does."""
    parts = (part.strip(" ()") for text in cell for part in (text, *_TITLE.split(text)))
    return next((part for part in parts if is_label(part)), "")


def _months(table: _Table) -> tuple[dict[str, int], tuple[str, ...]]:
    """Place of each month by its label, and how dates were read. DataError where a month's matrix is not whole."""
    label = list(dict.fromkeys(line.month for line in table.line))
    lines: dict[tuple[str, State], _Line] = {}
    for line in table.line:
        before = lines.setdefault((line.month, line.source), line)
        if before is not line:
            again = f"stands twice{f' of {line.month}' if line.month else ''}, first in {table.cells.unit}"
            month = "" if line.month else ": several matrices need their months, in a column or in a line above each"
            raise DataError(f"{table.place(line)}: {again} {before.row.number}{month}")
    late = [state for state in map(state_of, table.label) if state and state.kind not in ("default", "paid")]
    for month in label:
        for state in late:
            if (month, state) not in lines:
                raise DataError(f"{table.cells.file}: {month or 'the matrix'} has no row from {table.name(state)!r}")
    if label == [""]:
        return {"": 0}, ()
    dates = labels_at(label, different, lambda _: f"{table.cells.file}: month")
    return {text: k for k, text in enumerate(label)}, date_notes(dates.style)


def _values(table: _Table) -> tuple[list[Array], str]:
    """(to,) numbers of each line, shares of 1 where they are shares, and what they are. DataError."""
    try:
        decimal = decimal_of(cell for line in table.line for cell in line.cell if not is_missing(cell))
    except Mixed as error:
        raise DataError(f"{table.cells.file}: {error}") from None
    numbers = [[_number(table, line, cell, decimal) for cell in line.cell] for line in table.line]
    value = [np.array([number.value for number in row]) for row in numbers]
    signs = {number.percent for row in numbers for number in row if number.value}
    if len(signs) > 1:
        raise DataError(f"{table.cells.file}: some cells have a percent sign, others none")
    whole = _whole(value, signs == {True})
    if whole is None:
        return value, "numbers of loans or amounts"
    for line, row in zip(table.line, value, strict=True):
        rounding = sum(0.5 * 10.0 ** -_decimals(cell, decimal) for cell in line.cell if not is_missing(cell))
        if abs(row.sum() - whole) > min(rounding, ROUNDED * whole) + 1e-9 and not all(map(is_missing, line.cell)):
            turned = " (its columns do: rows are from, columns to)" if _turned(value, whole) else ""
            message = f"adds up to {row.sum():.6g}: shares of a row add up to {whole:g}{turned}"
            raise DataError(f"{table.place(line)}: {message}")
    return [row / (row.sum() or 1.0) for row in value], "shares" if whole == 1.0 else "percentages"


def _turned(value: Sequence[Array], whole: float) -> bool:
    """Whether the columns of a single matrix add up instead."""
    columns = np.sum(value, axis=0)
    return bool((np.abs(columns - whole) <= ROUNDED * whole).all())


def _whole(value: Sequence[Array], percent: bool) -> float | None:
    """What a row adds up to: 1, 100, or anything (None) where the cells are no shares."""
    largest, sums = max(row.max() for row in value), [row.sum() for row in value if row.any()]
    if not percent and largest <= 1.0:
        return 1.0
    near = all(abs(total - 100.0) <= NEAR for total in sums)
    broken = largest <= 100.0 and any((row % 1.0).any() for row in value)
    return 100.0 if percent or near or broken else None


def _number(table: _Table, line: _Line, cell: str, decimal: str) -> Number:
    if is_missing(cell):
        return Number(0.0)
    number = parse_number(cell, decimal)
    if number is None or number.value < 0.0:
        raise DataError(f"{table.place(line)}: {cell[:40]!r}: must be a number from 0 to {LARGEST:g}, or empty")
    return number


def _decimals(cell: str, decimal: str) -> int:
    """Digits after the decimal sign."""
    match = re.search(rf"{re.escape(decimal)}(\d+)", cell)
    return len(match[1]) if match else 0


def _totals(table: _Table, ladder: Ladder, months: Mapping[str, int], value: Sequence[Array]) -> Array:
    """(from, to, month): what is paid off is current, for a loan that is no longer late. DataError for empty rows."""
    total = np.zeros((ladder.buckets + 2, ladder.buckets + 2, len(months)))
    state = [state_of(label) for label in table.label]
    for line, row in zip(table.line, value, strict=True):
        start = ladder.place[state.index(line.source)]
        for to, amount in zip(ladder.place, row, strict=True):
            total[start or 0, to or 0, months[line.month]] += amount if start is not None else 0.0
    for place, label in zip(ladder.place, table.label, strict=True):
        if place is not None and place <= ladder.buckets and not total[place].any():
            raise DataError(f"{table.cells.file}: every row from {label!r} is empty or 0: nothing is known of it")
    return total


def _states_note(table: _Table, ladder: Ladder, kind: str) -> str:
    """How the states were read."""
    words = {0: "current", ladder.buckets + 1: "default", None: "paid off"}
    states = [f"{name} is {words.get(k, f'bucket {k}')}" for k, name in zip(ladder.place, table.label, strict=True)]
    return f"{kind} from (rows) to (columns): {', '.join(states)}"


def _straight(table: _Table, ladder: Ladder, total: Array) -> Iterator[str]:
    """What goes to default past buckets, which a ladder knows no word for."""
    for place, label in zip(ladder.place, table.label, strict=True):
        if place is not None and place < ladder.buckets and (gone := total[place, -1].sum()) > 0.0:
            share = gone / total[place].sum()
            counts = "as not late" if place == 0 else "as staying"
            yield f"{share:.2%} a month goes from {label!r} to default past other buckets: counted {counts}"


def _up_to(fit: Rolls, rows: int, defaults: bool) -> Rolls:
    """Without the row of default; the last bucket's roll is not known where the matrix has none."""
    rolls, error = fit.rolls[:rows].copy(), fit.rolls_error[:rows].copy()
    if not defaults:
        rolls[-1] = error[-1] = np.nan
    return fit._replace(
        rolls=rolls, rolls_error=error, stays=fit.stays[:rows], stays_error=fit.stays_error[:rows],
        pays_down=fit.pays_down[:rows], pays_down_error=fit.pays_down_error[:rows],
    )  # fmt: skip
