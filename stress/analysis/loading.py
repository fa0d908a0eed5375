"""Files as commands and `stress.load` read them: a job that names its reports starts where they leave the deal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from stress.errors import ConfigError
from stress.inputs import load as read
from stress.inputs.arguments import put_to
from stress.inputs.job import Job, Sweep

if TYPE_CHECKING:
    from stress.inputs.book import Book
    from stress.inputs.files.parse import Alone


@put_to
def load(path: str | Path) -> Alone | Job | Sweep | Book:
    """Read and check a file of any kind; a job comes with its deal, its pool and its scenarios.

    A job that lists deals, pools or seeds comes as a Sweep; one with `reports`, also in a book, starts from the state
    that they leave.
    Raises ConfigError with the file, the key, the value and what is allowed.

    >>> import stress
    >>> job = stress.load("scenarios/jobs/baitiao-24m.toml")
    >>> [note.name for note in job.deal.notes]
    ['A', 'B', 'mezzanine', 'subordinated']
    """
    loaded = read.load(path, _from_reports)
    return as_of_reports(_fitting(path, loaded)) if isinstance(loaded, Job | Sweep) else loaded


def load_job(path: str | Path) -> Job:
    """A job and everything that it refers to, as of its last report. Raises ConfigError, also for a sweep."""
    job = as_of_reports(_fitting(path, read.load_job(path)))
    assert isinstance(job, Job)
    return job


def load_book(path: str | Path) -> Book:
    """A book and everything that it refers to, each deal as of its last report. Raises ConfigError, DataError."""
    return read.load_book(path, _from_reports)


def load_run(path: str | Path) -> Job | Sweep:
    """What can be run: a job, or a sweep over several. Raises ConfigError."""
    return as_of_reports(_fitting(path, read.load_run(path)))


def _fitting(path: str | Path, loaded: Job | Sweep) -> Job | Sweep:
    """What is run as it is. ConfigError with the file where a state that it names does not fit its deal and pool."""
    jobs = loaded.jobs if isinstance(loaded, Sweep) else (loaded,)
    refuse_misfits(path, [job for job in jobs if job.state is not None])
    return loaded


def refuse_misfits(path: str | Path, jobs: Iterable[Job]) -> None:
    """Raise ConfigError with the file where a run of one of these jobs would be refused: each deal and pool once."""
    for job in {(job.deal.name, job.pool.name): job for job in jobs}.values():
        from stress.runs.sampling import refuse_misfit

        try:
            refuse_misfit(job)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None


def as_of_reports(loaded: Job | Sweep) -> Job | Sweep:
    """What starts from the state that its reports leave; as it is where it names none. ConfigError, DataError."""
    first = loaded.jobs[0] if isinstance(loaded, Sweep) else loaded
    if not first.reports:
        return loaded
    followed = _from_reports(first)
    if not isinstance(loaded, Sweep):
        return followed
    jobs = tuple(job.model_copy(update={"reports": ""}).but(state=followed.state) for job in loaded.jobs)
    return loaded.model_copy(update={"jobs": jobs})


def _from_reports(job: Job) -> Job:
    from stress.analysis.from_reports import from_reports  # here: it needs arrays

    return from_reports(job)
