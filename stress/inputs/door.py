"""What callers of `simulate`, `replay` and `path_at` give, held against all that a file or an option may say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from stress.errors import ConfigError
from stress.inputs.job import Job, Sweep
from stress.inputs.job.terms import ScenarioCase
from stress.inputs.numbers import PATH_LIMIT, SEEDS, THREADS, is_list, real, shown, whole
from stress.inputs.text.messages import show
from stress.spelling import suggest


def with_options(
    job: Job, paths: Any = None, seed: Any = None, scenarios: Iterable[str] | None = None, estimator: str | None = None
) -> Job:
    """The job with other paths, another seed, fewer scenarios or another estimator, all of it checked.

    Raises ConfigError also where the job itself breaks a rule, as one made by `model_copy` may.
    """
    of_one_job(job)
    changes: dict[str, Any] = {}
    if paths is not None:
        changes["paths"] = whole("paths", paths, 1, PATH_LIMIT)
    if seed is not None:
        changes["seed"] = seed_of(seed)
    if scenarios is not None:
        changes["scenarios"] = cases_of(job, scenarios)
    if estimator is not None:
        changes["estimator"] = estimator
    return job.but(**changes)


def of_one_job(job: Any) -> None:
    """Raise ConfigError for anything but a job."""
    if isinstance(job, Sweep):
        raise ConfigError(f"sweep {job.name!r}: lists several jobs; give one of them, as sweep.jobs[0]")
    if not isinstance(job, Job):
        raise ConfigError(f"a {type(job).__name__} is not a job: give what stress.load reads from a job's file")


def from_closing(job: Job, question: str, because: str) -> None:
    """Raise ConfigError where a question that is of whole lives is put to a job that starts in mid-life."""
    if job.state is not None:
        raise ConfigError(
            f"job {job.name!r} starts after {job.state.as_of}: {question} {because}: leave its state or reports out"
        )


def cases_of(job: Job, names: Iterable[str]) -> tuple[ScenarioCase, ...]:
    """Scenarios of a job by name, in the job's order. Raises ConfigError for none, or one that it has not."""
    known = [case.name for case in job.scenarios]
    if not is_list(names):
        hint = f": [{show(names)}]" if isinstance(names, str) else ""
        raise ConfigError(f"scenarios = {shown(names)}: must be a list of names{hint}")
    wanted = list(names)
    if not wanted:
        raise ConfigError(f"scenarios = []: must name at least one of {', '.join(known)}")
    for name in wanted:
        if name not in known:
            hint = suggest(str(name), known)
            raise ConfigError(f"no scenario {name!r} in the job; it has {', '.join(known)}{hint}")
    return tuple(case for case in job.scenarios if case.name in wanted)


def seed_of(value: Any) -> int:
    """A seed. Raises ConfigError."""
    return whole("seed", value, 0, SEEDS - 1)


def threads_of(value: Any) -> int | None:
    """A number of threads; None for one a core. Raises ConfigError."""
    return None if value is None else whole("threads", value, 1, THREADS)


def path_of(value: Any) -> int:
    """The number of a path. Raises ConfigError."""
    return whole("path", value, 0, PATH_LIMIT - 1)


def quantile_of(value: Any) -> float:
    """A share of the paths. Raises ConfigError, also for a percent."""
    number = real(value)
    if not 0.0 <= number <= 1.0:
        hint = f"; did you mean {number / 100.0:.10g}?" if 1.0 < number <= 100.0 else ""
        raise ConfigError(f"quantile = {shown(value)}: must be a share of the paths from 0 to 1{hint}")
    return number
