"""What a folder holds: results of a finished run, or what an unfinished one has counted so far, labelled partial."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from stress.errors import DataError
from stress.runs.jobs.counts import BOOK, CHECKPOINT, JOB
from stress.runs.jobs.origin import read_json, run_id
from stress.runs.jobs.running import MANIFEST
from stress.runs.jobs.shards import read

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job
    from stress.results import Result
    from stress.results.sweep import Labels

UNREADABLE = (DataError, OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What a checkpoint that is none may raise."""


def open(path: str | os.PathLike[str]) -> Result:
    """The results of a run's folder, or of a netCDF file.

    Of a run that is still going on, or was stopped, the paths in its shards: attribute `partial` says how many of how
    many. Nothing is written, and no lock is needed. Raises DataError where there is nothing to read.

    >>> file = stress.results.save(ds, folder / "results.nc")
    >>> stress.open(file).attrs["seed"]
    '7'
    """
    from stress import results

    folder = Path(path)
    if (folder / CHECKPOINT / BOOK).is_file():
        raise DataError(f"{folder}: holds counts of a book: `stress book {folder}` tells them")
    going_on = (folder / CHECKPOINT / JOB).is_file() and not (folder / MANIFEST).is_file()
    if not going_on:
        return results.open_any(folder)
    try:
        text = (folder / CHECKPOINT / JOB).read_text(encoding="utf-8")
        cells = _sweep(folder, text) if "over" in dict(json.loads(text)) else _job(folder, text)
    except UNREADABLE:
        raise DataError(f"{folder}: its checkpoint cannot be read; `stress run` with --fresh counts again") from None
    if all(ds is None for _, ds in cells):
        raise DataError(f"{folder}: no paths are stored yet; the first checkpoint comes after seconds")
    return results.combine(cells)


def _job(folder: Path, text: str) -> list[tuple[Labels, xr.Dataset | None]]:
    from stress.inputs.load import job_from_json

    return [({}, _counted(folder, job_from_json(text)))]


def _sweep(folder: Path, text: str) -> list[tuple[Labels, xr.Dataset | None]]:
    from stress.inputs.job import Sweep, labels_of
    from stress.runs.jobs.plans import cell_folder

    sweep = Sweep.model_validate_json(text)
    return [(labels_of(job, sweep.over), _counted(cell_folder(folder, job), job)) for job in sweep.jobs]


def _counted(folder: Path, job: Job) -> xr.Dataset | None:
    """A job's Dataset over the paths in its folder's shards; None where there are none."""
    from stress.runs.dataset import to_dataset

    parts = read_json(folder / CHECKPOINT / "run.json")
    counted = read(folder / CHECKPOINT, run_id(parts), job.paths) if parts else None
    if counted is None:
        return None
    dataset = to_dataset(job.model_copy(update={"paths": counted.n_path}), counted.tally())
    if counted.n_path < job.paths:
        dataset.attrs["partial"] = f"{counted.n_path:,} of {job.paths:,} paths"
    return dataset
