"""Runs that choose their number of paths by a target error."""

from __future__ import annotations

import threading

from stress.errors import ConfigError
from stress.runs.counting.counted import Progress
from stress.runs.jobs.choices import settled
from stress.runs.jobs.counts import Say, Seen
from stress.runs.jobs.files import sha256_of
from stress.runs.jobs.origin import read_json
from stress.runs.jobs.plans import Plan
from stress.runs.jobs.running import MANIFEST, RESULTS, Done, run, silent


def run_to_target(
    plan: Plan,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
    seen: Seen | None = None,
) -> Done:
    """Run the plan in parts, each at least twice as long, until its target error is reached or its paths are counted.

    Every part leaves a complete folder, from which the next one, or another run, goes on. Raises what `run` raises,
    ConfigError for a plan without a target.
    """
    import xarray as xr

    from stress.measures import target as targets

    if plan.target is None:
        raise ConfigError('the plan has no target: stress.jobs.plan(..., target="EL:A=0.05")')
    target = targets.parse(plan.target, [note.name for note in plan.job.deal.notes])
    plan, budget = settled(plan, say or silent), plan.paths
    before = {} if plan.where.fresh else read_json(plan.out / MANIFEST)
    whole = before.get("files", {}).get(RESULTS) == sha256_of(plan.out / RESULTS) if before else False
    paths = min(budget, max(targets.FIRST, int(before.get("paths", 0)) if whole else 0))
    while True:
        job = plan.job.model_copy(update={"paths": paths})
        done = run(plan._replace(job=job), progress, say, stop, seen)
        plan = plan._replace(where=plan.where._replace(fresh=False))
        assert isinstance(done.dataset, xr.Dataset)
        relative, _ = targets.reached(target, done.dataset)
        if relative <= target.relative or paths == budget:
            return done
        paths = targets.next_paths(target, relative, paths, budget)
