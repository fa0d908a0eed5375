"""Read and check input files: `load` any kind, `load_job` with all that a job refers to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.expand import cases_of_file, cases_of_reference
from stress.inputs.job import Job, JobFile
from stress.inputs.job_rules import check_job
from stress.inputs.parse import parse, parse_as
from stress.inputs.pool import Pool
from stress.inputs.project import horizon_of
from stress.inputs.reference import resolve
from stress.inputs.satellite import Satellite
from stress.inputs.scenario import Scenario


def load(path: str | Path) -> Job | Deal | Pool | Scenario | Satellite:
    """Read and check a file of any kind; a job comes with its deal, its pool and its scenarios.

    Raises ConfigError with the file, the key, the value and what is allowed.
    """
    path = Path(path)
    model = parse(path)
    if isinstance(model, JobFile):
        return _assemble(path, model)
    if isinstance(model, Scenario):
        cases_of_file(path, model)
    return model


def load_job(path: str | Path) -> Job:
    """Read a job and everything that it refers to, relative to its file. Raises ConfigError."""
    path = Path(path)
    model = parse(path)
    if not isinstance(model, JobFile):
        raise ConfigError(f'{path}: kind = "{model.kind}": a job is needed here, kind = "job"')
    return _assemble(path, model)


def job_to_json(job: Job) -> str:
    """A job as canonical JSON: sorted keys, no blanks, shortest floats. Equal jobs give equal text."""
    return json.dumps(job.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def job_from_json(text: str) -> Job:
    """The job that `job_to_json` wrote, from a Dataset's attribute for example."""
    return Job.model_validate_json(text)


def job_hash(job: Job) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(job_to_json(job).encode()).hexdigest()


def _assemble(path: Path, file: JobFile) -> Job:
    deal = parse_as(resolve(path, file.deal, f"{path}: deal"), Deal, f"{path}: deal")
    pool = parse_as(resolve(path, file.pool, f"{path}: pool"), Pool, f"{path}: pool")
    horizon = horizon_of(deal.closing_date, deal.legal_maturity_months)
    cases = [
        case
        for number, reference in enumerate(file.scenarios, 1)
        for case in cases_of_reference(path, reference, f"{path}: scenarios[{number}]", horizon)
    ]
    job = Job(
        name=file.name,
        source=file.source,
        deal=deal,
        pool=pool,
        scenarios=tuple(cases),
        paths=file.paths,
        seed=file.seed,
        clock=file.clock,
        estimator=file.estimator,
    )
    try:
        check_job(job)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from None
    return job
