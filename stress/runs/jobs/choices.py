"""What a run chose: an estimator by a pilot, and whether its target error was reached."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING

from stress.runs.jobs.counts import Say
from stress.runs.jobs.plans import Plan

if TYPE_CHECKING:
    import xarray as xr


def settled(plan: Plan, say: Say) -> Plan:
    """The plan with `auto` replaced by what a pilot finds best; the same again when the run goes on."""
    if plan.job.estimator != "auto":
        return plan
    from stress.runs import sampling

    job, why = sampling.resolved(plan.job)
    say("estimator", estimator=job.estimator, why=why)
    return plan._replace(job=job, why=why)


def noted(plan: Plan, dataset: xr.Dataset) -> xr.Dataset:
    """The result with what was chosen for it (the estimator and why, the target and whether it was reached), the base
    case, and notes on the inputs."""
    from stress import measures
    from stress.measures import target as targets
    from stress.runs.base_case import base_case, notes_of_base_case, summary
    from stress.runs.remarks import remarks_of

    case = base_case(plan.job)
    found = (remarks_of(plan.job), notes_of_base_case(plan.job, case))
    dataset = dataset.assign_attrs(
        base_case=f"{case.scenario}: {summary(case)}",
        input_notes=json.dumps(
            [[remark.part, remark.key, remark.says] for remark in itertools.chain(*found)], ensure_ascii=False
        ),
    )
    notes = {"estimator_choice": plan.why} if plan.why else {}
    if plan.target is not None:
        target = targets.parse(plan.target, [note.name for note in plan.job.deal.notes])
        relative, scenario = targets.reached(target, dataset)
        notes["target"] = targets.says(target, relative, scenario, plan.paths, plan.paths)
    if doubts := measures.warnings(dataset):
        notes["warnings"] = "; ".join(doubts)
    dataset = dataset.assign_attrs(notes)
    return dataset if plan.also is None else plan.also(plan.job, dataset)
