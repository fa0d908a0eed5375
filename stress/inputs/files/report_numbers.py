"""The figures of a report's columns as numbers; a missing cell stays missing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stress.errors import DataError
from stress.tables.cells import Cells, Row
from stress.tables.numbers import Mixed, Number, decimal_from, is_missing, parse_number, signs_shown


def decimals_of(tables: Sequence[Cells], columns: Sequence[Sequence[int]]) -> list[str]:
    """The decimal sign of the figures of each table: the one that it shows, else the one that the others show, a point
    where none does. DataError where figures of a table do not agree, or nothing shows what a comma of theirs is."""
    shown = [
        signs_shown((row.cell[at] for row in cells.row[1:] for at in own), cells.typed)
        for cells, own in zip(tables, columns, strict=True)
    ]
    signs = {sign: cell for text, _ in shown for sign, cell in text.items() if sign in (".", ",")}
    decimals = []
    for cells, (text, number) in zip(tables, shown, strict=True):
        others = signs if len(signs) == 1 and not signs.keys() & text.keys() else {}
        try:
            decimals.append(decimal_from(text | others, number))
        except Mixed as error:
            raise DataError(f"{cells.file}: {error}") from None
    return decimals


def values_of(cells: Cells, columns: Sequence[int], decimal: str) -> tuple[list[float], bool]:
    """A figure as it is written, from the column of each row, and whether a percent sign stands on all its numbers or
    on none. DataError."""
    values: list[float] = []
    signs: set[bool] = set()
    for row, at in zip(cells.row[1:], columns, strict=True):
        number = _number(cells, row, at, decimal)
        values.append(math.nan if number is None else number.value)
        if number is not None and number.value:
            signs.add(number.percent)
        if len(signs) > 1:
            mixed = "some numbers of the column have a percent sign, others none"
            raise DataError(f"{cells.place(row, cells.row[0].cell[at])}: {row.cell[at][:40]!r}: {mixed}")
    return values, True in signs


def refuse_signs(cells: Cells, heading: str, name: str, unit: float) -> None:
    """Percents are no amounts of money, and of a rate they are hundredths. DataError."""
    place = f"{cells.file}: column {heading!r}"
    if name != "default_rate":
        raise DataError(
            f"{place}: percents, where {name} is an amount of money: multiply them by the balance, or leave it out"
        )
    if unit >= 1.0:
        raise DataError(f"{place}: percents: columns.{name} needs unit = 0.01")


def _number(cells: Cells, row: Row, at: int, decimal: str) -> Number | None:
    """A figure, or None where none was reported."""
    text, heading = row.cell[at], cells.row[0].cell[at]
    if is_missing(text):
        return None
    number = parse_number(text, decimal)
    if number is None or not math.isfinite(number.value):
        raise DataError(
            f"{cells.place(row, heading)}: {text[:40]!r}: must be a number, or empty where none was reported"
        )
    if number.value < 0.0:
        raise DataError(f"{cells.place(row, heading)}: {text}: a report's figure is never negative")
    return number


def refuse_percents(file: str, rate: tuple[float, ...]) -> None:
    """A month of a dying pool may lose above 100% a year; where most periods do, percents were taken for fractions."""
    known = sorted(value for value in rate if not math.isnan(value))
    if known and (middle := known[len(known) // 2]) > 1.0:
        raise DataError(
            f"{file}: default_rate: the middle one of {len(known)} is {middle:.4g}, above the whole balance a year; "
            "a fraction, not a percent: did you mean unit = 0.01 in columns.default_rate?"
        )
