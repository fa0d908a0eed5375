"""The job that a command asks about: from its own file, or as a saved run holds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stress.errors import DataError

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job


def job_or_results(path: Path) -> Job:
    """A job's file, or the job of a run's folder or results.nc. Raises ConfigError or DataError."""
    return job_and_run(path)[0]


def job_and_run(path: Path) -> tuple[Job, xr.Dataset | None]:
    """A job and its run; None for the run where the path is a job's file. Raises ConfigError or DataError."""
    from stress.analysis.loading import load_job
    from stress.inputs.load import job_from_json

    if not path.is_dir() and path.suffix.lower() != ".nc":
        return load_job(path), None
    from stress.cli.cells import Cell, opened_one

    run = opened_one(path, Cell())
    if not run.attrs.get("job"):
        raise DataError(f"{path}: the results do not hold their job")
    return job_from_json(str(run.attrs["job"])), run
