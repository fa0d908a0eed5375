"""Run a sweep: each job in a folder of its own, as any run; then one result, report and manifest over all of them.

DIR/cells/DEAL/POOL/SEED holds a job's checkpoint: a sweep that was stopped goes on, one that gains a deal, a pool, a
seed or paths counts only those.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import threading
from typing import TYPE_CHECKING, Any

from stress.atomic import write_atomically
from stress.digest import source_digest
from stress.inputs.job import labels_of
from stress.runs.counting.counted import Progress
from stress.runs.jobs.choices import Beside, noted, settled
from stress.runs.jobs.counts import JOB, Say, Seen, count, folder_of, reserved, shared_place
from stress.runs.jobs.estimates import refuse_sweep
from stress.runs.jobs.files import disk
from stress.runs.jobs.origin import begin, platform_of, run_id, run_parts
from stress.runs.jobs.plans import Plan, SweepPlan
from stress.runs.jobs.running import (
    MANIFEST,
    Done,
    Watch,
    checks,
    finished,
    keep_paths,
    silent,
    unchanged,
    write,
    write_manifest,
)

if TYPE_CHECKING:
    import xarray as xr


def run_sweep(
    plan: SweepPlan,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
    seen: Seen | None = None,
) -> Done:
    """Run every job of a sweep on one set of threads or workers; results as `results.combine` makes them.

    `seen`: told now and then what was counted of the job under way, where its notes are those of the first. Raises
    what `run` raises.
    """
    refuse_sweep(plan)
    say, stop = say or silent, stop or threading.Event()
    plan = plan._replace(plans=tuple(settled(cell, say) for cell in plan.plans))
    watch = Watch()
    with reserved(plan.out) as folder:
        begin(folder, {"job": f"sweep {plan.sweep.name}"}, plan.fresh)
        with disk(plan.out):
            write_atomically(folder / JOB, plan.sweep.model_dump_json() + "\n")
        keeping = [cell.out for cell in plan.plans if cell.keep_paths]
        if not plan.fresh and (manifest := finished(plan.out, _wanted(plan), keeping)):
            return unchanged(plan.out, manifest, say)
        (plan.out / MANIFEST).unlink(missing_ok=True)
        cells, said = _jobs(plan, progress, say, stop, seen)
        watch.counted()

        from stress import results

        combined = results.combine(cells)
        manifest = {
            "job": plan.sweep.name,
            "sweep": list(plan.sweep.over),
            **_wanted(plan),
            "scenarios": list(plan.plans[0].scenarios),
            "clock": plan.plans[0].job.clock,
            "threads": plan.plans[0].where.threads,
            **platform_of(),
            "paths_kept": plan.plans[0].keep_paths,
            "result_sha256": hashlib.sha256("".join(entry["result_sha256"] for entry in said).encode()).hexdigest(),
            "files": write(plan.out, combined),
            **watch.said(),
            "cells": said,
        }
        write_manifest(plan.out, manifest)
    return Done(combined, manifest)


def _jobs(
    plan: SweepPlan, progress: Progress | None, say: Say, stop: threading.Event, seen: Seen | None
) -> tuple[list[tuple[dict[str, str | int], xr.Dataset]], list[dict[str, Any]]]:
    """Labels and Dataset of every job, and what the manifest says of it."""
    from stress.runs.dataset import to_dataset

    cells, said, before = [], [], 0
    with shared_place() as places:
        for number, cell in enumerate(plan.plans):
            labels = labels_of(cell.job, plan.sweep.over)
            step = None if progress is None else functools.partial(_further, progress, before, plan.paths)
            with _interrupt_says(number, len(plan.plans)), folder_of(cell) as folder:
                look = seen if _notes(cell) == _notes(plan.plans[0]) else None
                beside = Beside(cell)
                counts = count(cell, folder, step, say, stop, places, look, beside.work_out)
                if cell.keep_paths:
                    keep_paths(cell, folder, step, stop)
                dataset = noted(cell, to_dataset(cell.job, counts.tally), beside).assign_attrs(machine=counts.machine)
            before += cell.paths
            cells.append((labels, dataset))
            said.append(_said(cell, labels) | {
                "where": counts.where,
                "paths_found": counts.paths_found,
                "shards_damaged": counts.store.damaged,
                "result_sha256": counts.sha256,
                **checks(dataset),
            })  # fmt: skip
    return cells, said


def _notes(plan: Plan) -> list[str]:
    return [note.name for note in plan.job.deal.notes]


def _wanted(plan: SweepPlan) -> dict[str, Any]:
    """What a manifest must say for its folder to hold the results of this sweep."""
    runs = [[run_id(run_parts(cell.job)), cell.paths] for cell in plan.plans]
    return {
        "run_id": hashlib.sha256(repr(runs).encode()).hexdigest(),
        "paths": plan.paths,
        "source_digest": source_digest(),
    }


def _said(plan: Plan, labels: dict[str, str | int]) -> dict[str, Any]:
    where = plan.out.relative_to(plan.out.parents[3])
    names = {dim: str(label) for dim, label in labels.items()}
    return {**names, "paths": plan.paths, "run_id": run_id(run_parts(plan.job)), "folder": str(where)}


def _further(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


@contextlib.contextmanager
def _interrupt_says(number: int, n: int) -> Any:
    """An interrupt says how far the sweep came."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(f"{number} of {n} jobs are whole; the next: {str(error) or 'interrupted'}") from None
