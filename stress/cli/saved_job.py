"""The job that a command asks about: from its own file, or as a saved run holds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from stress.errors import DataError

if TYPE_CHECKING:
    from stress.inputs.job import Job


def job_or_results(path: Path) -> Job:
    """A job's file, or the job of a run's folder or results.nc. Raises ConfigError or DataError."""
    from stress.analysis.loading import load_job
    from stress.inputs.load import job_from_json

    if not path.is_dir() and path.suffix.lower() != ".nc":
        return load_job(path)
    from stress.cli.cells import Cell, opened_one

    held = opened_one(path, Cell()).attrs.get("job")
    if not held:
        raise DataError(f"{path}: the results do not hold their job")
    return job_from_json(str(held))
