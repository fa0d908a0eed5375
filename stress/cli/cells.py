"""Saved results that a command asks about: options that choose one job of a sweep, and the job that a run holds."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import click

from stress.errors import DataError

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job
    from stress.results import Result

Command = TypeVar("Command", bound=Any)


class Cell(NamedTuple):
    """What --deal, --pool and --seed said."""

    deal: str | None = None
    pool: str | None = None
    seed: int | None = None

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return any(label is not None for label in self)


def cell_options(command: Command) -> Command:
    """--deal, --pool and --seed: handed to the command as its `cell`."""

    @functools.wraps(command)
    def chooses(*, deal: str | None, pool: str | None, seed: int | None, **own: Any) -> Any:
        return command(cell=Cell(deal, pool, seed), **own)

    asks: Any = chooses
    for option in (
        click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Of a sweep: the job with this seed."),
        click.option("--pool", metavar="NAME", help="Of a sweep: the job with this pool."),
        click.option("--deal", metavar="NAME", help="Of a sweep: the job with this deal (a part of the name will do)."),
    ):
        asks = option(asks)
    return cast("Command", asks)


def opened(folder: Path, cell: Cell) -> Result:
    """The whole of a result, or the job that was chosen. Raises DataError."""
    import stress
    from stress import results

    result = stress.open(folder)
    return results.cell(result, **cell._asdict()) if cell else result


def opened_one(folder: Path, cell: Cell) -> xr.Dataset:
    """One job's Dataset. Raises DataError where a sweep leaves several to choose from."""
    return one_of(opened(folder, cell))


def one_of(result: Result) -> xr.Dataset:
    """The only job of a result that is open. Raises DataError where there are several to choose from."""
    from stress import results

    return results.cell(result)


def job_or_results(path: Path) -> Job:
    """A job's file, or the job of a run's folder or results.nc. Raises ConfigError or DataError."""
    return job_and_run(path)[0]


def job_and_run(path: Path) -> tuple[Job, xr.Dataset | None]:
    """A job and its run; None for the run where the path is a job's file. Raises ConfigError or DataError."""
    from stress.analysis.loading import load_job
    from stress.inputs.load import job_from_json

    if not path.is_dir() and path.suffix.lower() != ".nc":
        return load_job(path), None
    run = opened_one(path, Cell())
    if not run.attrs.get("job"):
        raise DataError(f"{path}: the results do not hold their job")
    return job_from_json(str(run.attrs["job"])), run
