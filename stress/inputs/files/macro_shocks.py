"""A scenario file's macro tables and satellites, read and turned into shocks; every fault names the scenario's key."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from stress.errors import ConfigError, StressError
from stress.inputs.files.parse import parse_as
from stress.inputs.macro import Macro, SatelliteUse
from stress.inputs.macro.paths import check_columns, read_tables
from stress.inputs.macro.satellite import Satellite
from stress.inputs.scenario import Shock
from stress.inputs.scenario.project import Horizon, how_it_moves, shocks_of, start_of
from stress.inputs.text.reference import resolve


def macro_shocks(
    path: Path, macro: Macro | None, uses: tuple[SatelliteUse, ...], horizon: Horizon | None
) -> tuple[Shock, ...]:
    """Shocks of the satellites in order. ConfigError or DataError with the scenario file, the key and the reason."""
    if macro is None or not uses:
        return ()
    try:
        tables, first_row = read_tables(
            macro, lambda number, file: resolve(path, file, f"{path}: macro.tables[{number}]")
        )
        start = start_of(macro, tables, first_row, horizon)
    except StressError as error:
        raise type(error)(_once(path, f"macro: {error}")) from None
    shocks: list[Shock] = []
    for use in uses:
        wanted_by = f"{path}: satellites: {use.target}"
        satellite = parse_as(resolve(path, use.file, f"{wanted_by}: file"), Satellite, wanted_by)
        try:
            how_it_moves(use, satellite)
            check_columns(satellite, tables)
            if start is not None:
                shocks += shocks_of(use, satellite, tables, macro, start)
        except ValidationError as error:
            raise ConfigError(
                f"{wanted_by}: {use.file}: {error.errors()[0]['msg'].removeprefix('Value error, ')}"
            ) from None
        except StressError as error:
            raise type(error)(f"{wanted_by}: {use.file}: {error}") from None
    return tuple(shocks)


def _once(path: Path, text: str) -> str:
    return text.removeprefix("macro: ") if text.startswith(f"macro: {path}: ") else f"{path}: {text}"
