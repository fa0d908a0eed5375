"""Read and check input files: `load` any kind, `load_job` with all that a job refers to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from stress.errors import ConfigError, DataError
from stress.inputs.book import Book, BookFile
from stress.inputs.files.book import FromReports, book_of
from stress.inputs.files.expand import cases_of_file
from stress.inputs.files.parse import Alone, parse
from stress.inputs.files.reported import reported_of
from stress.inputs.files.sweep import is_sweep, job_of, sweep_of
from stress.inputs.job import Job, JobFile, Sweep
from stress.inputs.reports import Reports
from stress.inputs.scenario import Scenario

READ = ("made_of", "table_notes")
"""Keys of a scenario that tell what it was read from."""


def load(path: str | Path, from_reports: FromReports | None = None) -> Alone | Job | Sweep | Book:
    """Read and check a file of any kind; a job comes with its deal, its pool and its scenarios.

    A job that lists deals, pools or seeds comes as a Sweep; a job that names its reports comes without their state, but
    in a book `from_reports` gives it. Raises ConfigError with the file, the key, the value and
    what is allowed.

    >>> import stress
    >>> job = stress.load("scenarios/jobs/baitiao-24m.toml")
    >>> [note.name for note in job.deal.notes]
    ['A', 'B', 'mezzanine', 'subordinated']
    """
    path = Path(path)
    model = parse(path)
    if isinstance(model, JobFile):
        return sweep_of(path, model) if is_sweep(model) else job_of(path, model)
    if isinstance(model, BookFile):
        return book_of(path, model, from_reports)
    if isinstance(model, Scenario):
        cases_of_file(path, model)
    if isinstance(model, Reports):
        reported_of(path, model)
    return model


def load_job(path: str | Path) -> Job:
    """Read a job and everything that it refers to, relative to its file. Raises ConfigError, also for a sweep."""
    job = load_run(path)
    if isinstance(job, Sweep):
        dims = " and ".join(f"{dim}s" for dim in job.over)
        raise ConfigError(f"{path}: lists several {dims}: one job is needed here; only `stress run` takes a sweep")
    return job


def load_run(path: str | Path) -> Job | Sweep:
    """Read what can be run: a job, or a sweep over several. Raises ConfigError."""
    inputs = load(path)
    if not isinstance(inputs, Job | Sweep):
        kind = getattr(inputs, "kind", "book")
        raise ConfigError(f'{path}: kind = "{kind}": a job is needed here, kind = "job"')
    return inputs


def load_book(path: str | Path, from_reports: FromReports | None = None) -> Book:
    """Read a book and everything that it refers to; `from_reports`: as in `load`. Raises ConfigError."""
    inputs = load(path, from_reports)
    if not isinstance(inputs, Book):
        kind = getattr(inputs, "kind", "job")
        raise ConfigError(f'{path}: kind = "{kind}": a book is needed here, kind = "book"')
    return inputs


def job_to_json(job: Job) -> str:
    """A job as canonical JSON: sorted keys, no blanks, shortest floats. Equal jobs give equal text.

    A deal's own quantities stay in their order, in which a replay shows them.
    """
    return _json(job, {k: {key for key in READ if not getattr(case, key)} for k, case in enumerate(job.scenarios)})


def _json(job: Job, of_cases: dict[Any, Any]) -> str:
    """`of_cases`: keys of scenarios that are left out."""
    unsaid = dict.fromkeys([key for key in ("illustrative", "state") if not getattr(job, key)], True)
    saved = job.model_dump(mode="json", exclude={"reports": True, "scenarios": of_cases, **unsaid})
    return json.dumps(_by_name(saved), separators=(",", ":"), ensure_ascii=False)


def _by_name(value: Any, keep: bool = False) -> Any:
    """Tables with their keys sorted, but those whose order means something."""
    if isinstance(value, list):
        return [_by_name(item) for item in value]
    if not isinstance(value, dict):
        return value
    names = value if keep else sorted(value)
    return {name: _by_name(value[name], name == "quantities") for name in names}


def job_from_json(text: str) -> Job:
    """The job that `job_to_json` wrote, from a Dataset's attribute for example. Raises DataError where it is none."""
    try:
        return Job.model_validate_json(text)
    except ValidationError as error:
        at = ".".join(map(str, error.errors()[0]["loc"]))[:200]
        where = f"the job that the results hold{f', {at}' if at else ''}"
        raise DataError(f"{where}: cannot be read by this version of stress; run it again") from None


def job_hash(job: Job) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal; without what scenarios were read from, for shocks tell that."""
    return hashlib.sha256(_json(job, {"__all__": set(READ)}).encode()).hexdigest()
