"""A job file with all that it refers to: one job, or one for each combination of the deals, pools and seeds in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.files.expand import cases_of_reference
from stress.inputs.files.parse import parse_as
from stress.inputs.files.predictive import with_predictive
from stress.inputs.job import Job, JobFile, ScenarioCase, Sweep, Swept
from stress.inputs.job.rules import check_job
from stress.inputs.pool import Pool
from stress.inputs.scenario.project import horizon_of
from stress.inputs.state import State
from stress.inputs.text.messages import show
from stress.inputs.text.reference import resolve

DIMS: tuple[Swept, ...] = ("deal", "pool", "seed")
MOST_JOBS = 4096
"""Jobs of a sweep."""


def is_sweep(file: JobFile) -> bool:
    """Whether the file lists deals, pools or seeds."""
    return bool(_over(file))


def job_of(path: Path, file: JobFile) -> Job:
    """The one job of a file without lists. Raises ConfigError."""
    return sweep_of(path, file).jobs[0]


def sweep_of(path: Path, file: JobFile) -> Sweep:
    """All jobs of a file. Raises ConfigError with the file, the key, the value and what is allowed."""
    deals = [parse_as(resolve(path, name, key), Deal, key) for name, key in _references(path, "deal", file.deal)]
    pools = [parse_as(resolve(path, name, key), Pool, key) for name, key in _references(path, "pool", file.pool)]
    seeds = file.seed if isinstance(file.seed, tuple) else (file.seed,)
    _check_labels(path, "deal", [deal.name for deal in deals])
    _check_labels(path, "pool", [pool.name for pool in pools])
    _check_labels(path, "seed", seeds)
    if (n := len(deals) * len(pools) * len(seeds)) > MOST_JOBS:
        raise ConfigError(f"{path}: deals x pools x seeds make {n:,} jobs: at most {MOST_JOBS:,}")
    over = _over(file)
    _check_reports(path, file, over)
    state = parse_as(resolve(path, file.state, f"{path}: state"), State, f"{path}: state") if file.state else None
    jobs = []
    for deal in deals:
        cases = _cases(path, file, deal)
        for pool, seed in itertools.product(pools, seeds):
            job = _job(path, file, deal, pool, cases, seed, state)
            try:
                check_job(job)
            except ValueError as error:
                which = "".join(f"{dim} {show(part.name)}, " for dim, part in _listed(over, deal, pool))
                raise ConfigError(f"{path}: {which[:-2] + ': ' if which else ''}{error}") from None
            jobs.append(job)
    return Sweep(name=file.name, source=file.source, over=over, jobs=tuple(jobs))


def with_seed(sweep: Sweep, seed: int | None) -> Sweep:
    """The sweep on one seed in place of its own; as it is for None."""
    if seed is None:
        return sweep
    jobs = {(job.deal.name, job.pool.name): job.model_copy(update={"seed": seed}) for job in sweep.jobs}
    over = tuple(dim for dim in sweep.over if dim != "seed")
    return sweep.model_copy(update={"jobs": tuple(jobs.values()), "over": over})


def _over(file: JobFile) -> tuple[Swept, ...]:
    return tuple(dim for dim in DIMS if isinstance(getattr(file, dim), tuple))


def _references(path: Path, key: str, given: str | tuple[str, ...]) -> list[tuple[str, str]]:
    """(file name, the key that names it, for messages)."""
    if isinstance(given, str):
        return [(given, f"{path}: {key}")]
    return [(name, f"{path}: {key}[{number}]") for number, name in enumerate(given, 1)]


def _cases(path: Path, file: JobFile, deal: Deal) -> tuple[ScenarioCase, ...]:
    """Scenarios on a deal's own months."""
    horizon = horizon_of(deal.closing_date, deal.legal_maturity_months)
    cases = tuple(
        case
        for number, reference in enumerate(file.scenarios, 1)
        for case in cases_of_reference(path, reference, f"{path}: scenarios[{number}]", horizon)
    )
    return with_predictive(path, file, cases)


def _check_reports(path: Path, file: JobFile, over: tuple[Swept, ...]) -> None:
    if not file.reports:
        return
    if file.state:
        raise ConfigError(f"{path}: state and reports: give one of them: reports leave the deal in a state")
    if listed := [dim for dim in over if dim != "seed"]:
        raise ConfigError(f"{path}: reports are of one deal and its pool: {listed[0]} is a list")
    where = resolve(path, file.reports, f"{path}: reports")
    if not where.exists():
        raise ConfigError(f"{path}: reports = {show(file.reports)}: {where}: no such file or folder")


def _job(
    path: Path, file: JobFile, deal: Deal, pool: Pool, cases: tuple[ScenarioCase, ...], seed: int, state: State | None
) -> Job:
    return Job(
        name=file.name,
        source=file.source,
        illustrative=()
        if any(isinstance(part, tuple) for part in (file.deal, file.pool, file.seed))
        else file.illustrative,
        deal=deal,
        pool=pool,
        scenarios=cases,
        paths=file.paths,
        seed=seed,
        clock=file.clock,
        estimator=file.estimator,
        state=state,
        reports=str(resolve(path, file.reports, f"{path}: reports")) if file.reports else "",
    )


def _listed(over: tuple[Swept, ...], deal: Deal, pool: Pool) -> Iterable[tuple[str, Deal | Pool]]:
    parts: tuple[tuple[str, Deal | Pool], ...] = (("deal", deal), ("pool", pool))
    return ((dim, part) for dim, part in parts if dim in over)


def _check_labels(path: Path, key: str, labels: Iterable[str | int]) -> None:
    """Raise ConfigError where two entries of a list would bear one name."""
    seen: set[str | int] = set()
    for label in labels:
        if label in seen:
            raise ConfigError(f"{path}: {key}: {show(label)} appears twice: what a sweep lists must differ")
        seen.add(label)
