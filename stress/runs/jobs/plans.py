"""What will be run: the job with the options that override it, where it is counted and where it goes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from stress.errors import ConfigError, LimitError
from stress.file_names import escaped
from stress.inputs.arguments import put_to
from stress.inputs.files.sweep import with_seed
from stress.inputs.job import Job, Sweep
from stress.inputs.job.terms import Estimator
from stress.inputs.kinds import say
from stress.inputs.numbers import PATH_LIMIT
from stress.runs.jobs.where import Where
from stress.spelling import suggest

if TYPE_CHECKING:
    import xarray as xr

MOST_PATHS = 10**10
"""Paths that are refused unless --max-paths allows them: days of a large machine."""


class Plan(NamedTuple):
    """What will be run and where it goes."""

    job: Job
    """With the options that override it: its hash says what was run."""
    where: Where
    keep_paths: bool = False
    max_memory: int | None = None
    """Bytes."""
    target: str | None = None
    """Relative error at which the run may stop, as `EL:B=0.05`; the paths are then a budget."""
    why: str = ""
    """Why `auto` chose the job's estimator."""
    also: Callable[[Job], Callable[[xr.Dataset], xr.Dataset]] | None = None
    """Works out what else the result of a job gets before it is written, and how it gets it."""

    @property
    def paths(self) -> int:
        """Of the job."""
        return self.job.paths

    @property
    def seed(self) -> int:
        """Of the job."""
        return self.job.seed

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the job's."""
        return tuple(case.name for case in self.job.scenarios)

    @property
    def out(self) -> Path:
        """Where it goes."""
        return self.where.folder


def _estimator(name: str, value: Any) -> None:
    """Raise ConfigError for none of those that a job may say."""
    allowed = get_args(Estimator)
    say(isinstance(value, str) and value in allowed, name, value, f"one of {', '.join(allowed)}")


@functools.partial(put_to, checks={"estimator": _estimator})
def plan(
    job: Job,
    paths: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] = (),
    out: str | Path | None = None,
    threads: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    queue: str | None = None,
    fresh: bool = False,
    keep_paths: bool = False,
    max_paths: int | None = None,
    max_memory: int | None = None,
    every: float = 10.0,
    most: int | None = None,
    estimator: str | None = None,
    target: str | None = None,
    judged: bool = False,
    device: str = "cpu",
) -> Plan:
    """The job with the options that override it. `judged`: its parts are known to fit together.

    Raises ConfigError for a scenario that it has not, two places to count, a target that makes no sense, and where
    deal, pool and scenarios do not fit together; LimitError for too many paths. Nothing has been written by then.
    """
    if target is not None:
        from stress.measures.target import parse

        notes = job.deal.notes
        parse(target, [note.name for note in notes], [note.name for note in notes if note.residual])
    chosen = choose_scenarios(job, scenarios)
    update = {
        "paths": job.paths if paths is None else paths,
        "seed": job.seed if seed is None else seed,
        "scenarios": tuple(case for case in job.scenarios if case.name in chosen),
        "estimator": estimator or job.estimator,
    }
    job = job.model_copy(update=update)
    check_paths(job.paths, max_paths)
    folder = Path("results") / job.name if out is None else Path(out)
    where = Where(threads, workers, scheduler, queue, device, folder, fresh, every, most)
    where.check()
    if not judged:
        from stress.runs.sampling import refuse_misfit

        refuse_misfit(job)
    return Plan(job, where, keep_paths, max_memory, target)


class SweepPlan(NamedTuple):
    """A sweep that will be run: a plan for each of its jobs, in folders below one."""

    sweep: Sweep
    plans: tuple[Plan, ...]
    out: Path

    @property
    def fresh(self) -> bool:
        """Whether all start over."""
        return self.plans[0].where.fresh

    @property
    def paths(self) -> int:
        """Of all jobs."""
        return sum(cell.paths for cell in self.plans)


def plan_sweep(
    sweep: Sweep,
    seed: int | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    max_paths: int | None = None,
    **options: Any,
) -> SweepPlan:
    """The jobs of a sweep with the options that override theirs; `max_paths` is held against the paths of all.

    Raises what `plan` raises.

    Raises ConfigError for options that fit no job of it, LimitError for more paths or memory than is allowed.
    """
    sweep = with_seed(sweep, seed)
    where = Path("results") / sweep.name if out is None else Path(out)
    plans, known = [], set()
    for job in sweep.jobs:
        pair = job.deal.name, job.pool.name
        how = {"fresh": fresh, "max_paths": max_paths, "judged": pair in known, **options}
        plans.append(plan(job, out=cell_folder(where, job), **how))
        known.add(pair)
    check_paths(sum(cell.paths for cell in plans), max_paths)
    return SweepPlan(sweep.model_copy(update={"jobs": tuple(cell.job for cell in plans)}), tuple(plans), where)


def cell_folder(out: Path, job: Job) -> Path:
    """Where a sweep keeps what it counts of a job."""
    return out / "cells" / escaped(job.deal.name) / escaped(job.pool.name) / str(job.seed)


def check_paths(paths: int, max_paths: int | None) -> None:
    """Raise LimitError where a run has more paths than allowed."""
    most = min(MOST_PATHS if max_paths is None else max_paths, PATH_LIMIT)
    if paths > most:
        hint = "; --max-paths allows more" if max_paths is None and paths <= PATH_LIMIT else ""
        raise LimitError(f"{paths:,} paths are more than the limit of {most:,}{hint}")


def choose_scenarios(job: Job, wanted: Sequence[str]) -> tuple[str, ...]:
    """Names of the job's scenarios: those wanted, in the job's order, or all. `macro` means every `macro_...`.

    Raises ConfigError for a name that the job has not.
    """
    names = [case.name for case in job.scenarios]
    if not wanted:
        return tuple(names)
    chosen: set[str] = set()
    for want in wanted:
        matches = [name for name in names if name == want] or [name for name in names if name.startswith(f"{want}_")]
        if not matches:
            hint = suggest(want, names) or "; a new one is first added to `scenarios` in the job's file"
            raise ConfigError(f"--scenario {want}: the job has no such scenario; it has {', '.join(names)}{hint}")
        chosen.update(matches)
    return tuple(name for name in names if name in chosen)
