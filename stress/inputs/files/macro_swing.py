"""A scenario file's macro tables, satellite and VAR -> the swing of its macro variables; faults name the file's key."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stress.errors import ConfigError
from stress.inputs.files.parse import parse_as
from stress.inputs.macro import Macro, SatelliteUse
from stress.inputs.macro.interpolate import at_months
from stress.inputs.macro.paths import check_columns, held, read_tables, shifts
from stress.inputs.macro.satellite import Satellite, SatelliteTerm
from stress.inputs.macro.swing import Swing
from stress.inputs.macro.var import Var
from stress.inputs.scenario.project import Horizon, start_of, start_rate
from stress.inputs.table import MacroTable
from stress.inputs.text.reference import resolve
from stress.tables.periods import Period


class MacroSource(NamedTuple):
    """Macro tables with the satellites that read them, and the file that names both."""

    path: Path
    macro: Macro
    uses: tuple[SatelliteUse, ...]


def swing_of(path: Path, var_file: str, source: MacroSource, horizon: Horizon | None) -> Swing | None:
    """The swing of a scenario file; None without a deal, where months are not known. Raises ConfigError, DataError."""
    wanted_by, macro, home = f"{path}: var", source.macro, source.path
    var = parse_as(resolve(path, var_file, wanted_by), Var, wanted_by)
    moving = [use for use in source.uses if use.target == "default_odds"]
    if len(moving) != 1:
        raise ConfigError(
            f"{wanted_by}: drawn macro variables move entry rates through one satellite of default_odds; "
            f"there are {len(moving)}"
        )
    use = moving[0]
    if use.at_least is not None or use.at_most is not None:
        raise ConfigError(f"{wanted_by}: at_least and at_most of a satellite do not hold by path: leave them out")
    satellite = parse_as(resolve(home, use.file, wanted_by), Satellite, wanted_by)
    tables, first_row = read_tables(macro, lambda number, file: resolve(home, file, f"{home}: macro.tables[{number}]"))
    _check(wanted_by, var, satellite, tables)
    start = start_of(macro, tables, first_row, horizon)
    if start is None or horizon is None:
        return None
    width = 12 // var.per_year
    base = Period(*_split((start.month - 1) // width, var.per_year))
    n = (start.month + start.n_month - 1) // width - base.ordinal + 1
    shift = [use.elasticity * x for x in shifts(satellite, tables, macro, base, n)]

    def months(values: list[float]) -> tuple[float, ...]:
        monthly = at_months(values, base, start.month, start.n_month, macro.interpolation)
        return tuple(float(f"{x:.10g}") for x in monthly)

    return Swing(
        var=var,
        satellite=satellite,
        elasticity=use.elasticity,
        segments=use.segments,
        rate=start_rate(use, satellite, tables, macro, base),
        base=(base.year, base.number, base.per_year),
        start=start.month,
        interpolation=macro.interpolation,
        shift=months(shift),
        path=tuple(months(held(variable, tables, macro, var.per_year, base, n)) for variable in var.variables),
    )


def _check(wanted_by: str, var: Var, satellite: Satellite, tables: list[MacroTable]) -> None:
    """The satellite's variables are drawn, at its own frequency, and every drawn variable has a path."""
    if var.per_year != satellite.per_year:
        raise ConfigError(f"{wanted_by}: has {var.per_year} periods a year, the satellite {satellite.per_year}")
    for term in satellite.terms:
        if term.variable not in var.variables:
            raise ConfigError(f"{wanted_by}: does not draw {term.variable!r}, which the satellite reads")
    terms = tuple(SatelliteTerm(variable=variable, coefficient=0.0) for variable in var.variables)
    check_columns(satellite.model_copy(update={"terms": terms}), tables)


def _split(ordinal: int, per_year: int) -> tuple[int, int, int]:
    return ordinal // per_year, ordinal % per_year + 1, per_year
