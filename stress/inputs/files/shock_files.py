"""Reads the file of a shock onto the months of its deal: it becomes points by month."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from stress.errors import ConfigError, DataError
from stress.inputs.deal.index_file import column_of, dated
from stress.inputs.scenario import LAST_MONTH, Shock
from stress.inputs.scenario.project import Horizon
from stress.inputs.targets import MARKS, move_range
from stress.inputs.text.percents import percent_hint
from stress.inputs.text.reference import resolve
from stress.tables.cells import decimal_in, read_cells
from stress.tables.framed import Frame
from stress.tables.numbers import is_missing, parse_number
from stress.tables.upright import upright

OWN = ("file", "column", "percent")
"""Keys of a shock that say where its points stand."""


def read_shocks(path: Path, shocks: tuple[Shock, ...], horizon: Horizon | None) -> tuple[Shock, ...]:
    """The shocks of a scenario file with every table read into months; without a deal month 1 is a table's first date.

    Raises ConfigError for the name of a table, DataError with its file and line for the content.
    """
    return tuple(shock if shock.file is None else _read(path, shock, shock.file, horizon) for shock in shocks)


def _read(path: Path, shock: Shock, name: str, horizon: Horizon | None) -> Shock:
    wanted_by = f"{path}: shocks: {shock.label}: file"
    file = str(resolve(path, name, wanted_by))
    frame, date, month = dated(upright(read_cells(file)), None if horizon is None else horizon.month, within=True)
    column = column_of(file, frame.head, date, shock.column, "values")
    last = LAST_MONTH if horizon is None else horizon.n_month
    points = _inside(frame, column, month, shock)
    inside = {number: value for number, value in points.items() if number <= last}
    if not inside:
        where = f"on or before month {last}, the deal's last" if points else f"in column {frame.head[column]!r}"
        raise DataError(f"{file}: has no value {where}")
    known = shock.model_dump(exclude_unset=True, exclude=set(OWN))
    try:
        return Shock(**{**known, "by_month": _turns(inside)})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{wanted_by}: {name}: {reason}") from None


def _inside(frame: Frame, column: int, month: list[int], shock: Shock) -> dict[int, float]:
    """Month of the deal -> value, forward in time; what stands before month 1 says what holds in it."""
    cells = frame.column(column)
    decimal = decimal_in(frame.cells, cells, f"column {frame.head[column]!r}: ")
    order = range(len(cells)) if month[0] <= month[-1] else range(len(cells) - 1, -1, -1)
    points, before = dict[int, float](), -1_000_000
    for k in order:
        if month[k] == before:
            raise DataError(f"{frame.place(k, column)}: is of the same month as the row beside it: one value a month")
        before = month[k]
        if not is_missing(cells[k]):
            points[max(month[k], 1)] = _value(frame.place(k, column), cells[k], decimal, shock)
    return points


def _turns(points: dict[int, float]) -> tuple[tuple[int, float], ...]:
    """The points at which the value changes."""
    turns: list[tuple[int, float]] = []
    for number, value in points.items():
        if not turns or turns[-1][1] != value:
            turns.append((number, value))
    return tuple(turns)


def _value(where: str, cell: str, decimal: str, shock: Shock) -> float:
    number = parse_number(cell, decimal)
    if number is None:
        raise DataError(f"{where}: {cell[:40]!r}: must be a number, or empty where the last one holds")
    value = float(f"{number.value / (100.0 if shock.percent or number.percent else 1.0):.10g}")
    low, high = move_range(shock.target, shock.how or "set")
    if not low <= value <= high:
        fits = not shock.percent and percent_hint(value, low, high, [MARKS.get(shock.target, {})])
        hint = "; say percent = true where 3.85 means 3.85%" if fits else ""
        raise DataError(f"{where}: {cell[:40]}: {shock.how} must be from {low:g} to {high:g}{hint}")
    return value
