"""What a run chose: an estimator by a pilot, and whether its target error was reached."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from stress.digest import source_digest
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


class Beside:
    """What a result says beside its counts, worked out once: while threads count, where they do."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def work_out(self) -> None:
        """Now, and with it the libraries that make a Dataset of counts, and the digest of the sources that it bears."""
        import dask.array  # noqa: F401

        import stress.results  # noqa: F401

        _ = self.attrs, self.also, source_digest()

    @functools.cached_property
    def attrs(self) -> dict[str, str]:
        """The base case, and notes on the inputs."""
        from stress.runs.base_case import base_case, notes_of_base_case, summary
        from stress.runs.remarks import remarks_of

        job = self._plan.job
        case = base_case(job)
        remarks = [*remarks_of(job), *notes_of_base_case(job, case)]
        notes = [[remark.part, remark.key, remark.says] for remark in remarks]
        return {"base_case": f"{case.scenario}: {summary(case)}", "input_notes": json.dumps(notes, ensure_ascii=False)}

    @functools.cached_property
    def also(self) -> Callable[[xr.Dataset], xr.Dataset]:
        """Adds what else the plan's result gets."""
        return (lambda dataset: dataset) if self._plan.also is None else self._plan.also(self._plan.job)


def noted(plan: Plan, dataset: xr.Dataset, beside: Beside) -> xr.Dataset:
    """The result with what was chosen for it (the estimator and why, the target and whether it was reached) and what is
    said beside it."""
    from stress import measures
    from stress.measures import target as targets

    dataset = dataset.assign_attrs(beside.attrs)
    notes = {"estimator_choice": plan.why} if plan.why else {}
    if plan.target is not None:
        target = targets.parse(plan.target, [note.name for note in plan.job.deal.notes])
        relative, scenario = targets.reached(target, dataset)
        notes["target"] = targets.says(target, relative, scenario, plan.paths, plan.paths)
    if doubts := measures.warnings(dataset):
        notes["warnings"] = "; ".join(doubts)
    return beside.also(dataset.assign_attrs(notes))
