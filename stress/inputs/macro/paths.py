"""Macro tables -> the paths of a satellite's regressors, period by period from the starting point."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from stress.errors import DataError
from stress.inputs.macro import Macro
from stress.inputs.macro.interpolate import Rule, finer
from stress.inputs.macro.satellite import Satellite, SatelliteTerm, carried
from stress.inputs.table import MacroTable, join_tables, read_table
from stress.spelling import suggest
from stress.tables.periods import Period


def read_tables(macro: Macro, where: Callable[[int, str], Path]) -> tuple[list[MacroTable], Period]:
    """The tables with their histories, and the first row of the first file. `where`: (number, file) -> path.

    DataError where a table is wrong or does not follow its history.
    """
    tables = []
    for number, entry in enumerate(macro.tables, 1):
        table = read_table(where(number, entry.file))
        if number == 1:
            first_row = table.start
        if entry.history is not None:
            table = join_tables(read_table(where(number, entry.history)), table)
        tables.append(table)
    return tables, first_row


def check_columns(satellite: Satellite, tables: list[MacroTable]) -> None:
    """Every variable of the satellite is a column of one of the tables, at a frequency that it can use."""
    for term in satellite.terms:
        _table_of(term.variable, tables, satellite.per_year)


def shifts(satellite: Satellite, tables: list[MacroTable], macro: Macro, base: Period, n: int) -> list[float]:
    """sum_k b_k (x_k,t - x_k,0) of n periods from `base`, the first 0, with what own lags carry on; beyond the tables
    refused or held."""
    covered = n
    for term in satellite.terms:
        table = _table_of(term.variable, tables, satellite.per_year)
        end = (table.start.ordinal + table.n) * satellite.per_year // table.start.per_year
        covered = min(covered, end - base.ordinal)
    if covered < n and (macro.after_end == "refuse" or covered < 1):
        missing, months = base.shift(max(covered, 0)), max(covered - 1, 0) * 12 // satellite.per_year
        raise DataError(
            f"{tables[0].file}: has no row {missing}: it lasts about {months} months from the start; the deal "
            'needs more. Lengthen the table, or write after_end = "hold" under macro'
        )
    total = [0.0] * min(covered, n)
    for term in satellite.terms:
        value = regressor(term, tables, macro.interpolation, satellite.per_year, base, len(total))
        total = [t + term.coefficient * (x - value[0]) for t, x in zip(total, value, strict=True)]
    return carried(satellite.own, total + [total[-1]] * (n - len(total)))


def held(variable: str, tables: list[MacroTable], macro: Macro, per_year: int, base: Period, n: int) -> list[float]:
    """A variable in n periods from `base`; after the table's end its last value (`shifts` asks whether to hold)."""
    table = _table_of(variable, tables, per_year)
    end = (table.start.ordinal + table.n) * per_year // table.start.per_year
    covered = min(n, end - base.ordinal)
    term = SatelliteTerm(variable=variable, coefficient=0.0)
    value = regressor(term, tables, macro.interpolation, per_year, base, covered)
    return value + [value[-1]] * (n - covered)


def regressor(
    term: SatelliteTerm, tables: list[MacroTable], rule: Rule, per_year: int, start: Period, n: int
) -> list[float]:
    """A term's values in n periods from `start`. DataError where the table does not reach or a cell is empty."""
    table = _table_of(term.variable, tables, per_year)
    column, first = table.column(term.variable), table.start
    if first.per_year != per_year:
        column, first = finer(column, first, per_year, rule)

    def window(back: int) -> list[float]:
        place = start.ordinal - back - first.ordinal
        if place < 0:
            raise DataError(
                f"{table.file}: column {term.variable!r}: has no row {start.shift(-back)}, needed for the starting "
                "point, lags and differences; name a history beside the file, or start later"
            )
        part = list(column[place : place + n])
        for k, x in enumerate(part):
            if not math.isfinite(x):
                raise DataError(f"{table.file}: column {term.variable!r}: row {start.shift(k - back)} is empty")
        if len(part) < n:
            raise DataError(f"{table.file}: column {term.variable!r}: has no row {start.shift(len(part) - back)}")
        return part

    now = window(term.lag)
    if not term.difference:
        return now
    return [a - b for a, b in zip(now, window(term.lag + term.difference), strict=True)]


def _table_of(variable: str, tables: list[MacroTable], per_year: int) -> MacroTable:
    for table in tables:
        if variable in table.variable:
            if table.start.per_year > per_year:
                raise DataError(
                    f"{table.file}: has {table.start.per_year} rows a year; the satellite of {variable!r} {per_year}"
                )
            return table
    names = [name for table in tables for name in table.variable]
    hint = suggest(variable, names) or f"; there is {', '.join(repr(n) for n in names[:5])}"
    raise DataError(f"{', '.join(table.file for table in tables)}: no column {variable!r}{hint}")
