"""A batch job: one run of a job file, its folder, and a manifest that says how the numbers came about.

plan, run               what will run and where; run it, or go on with it
plan_sweep, run_sweep   the same for a job that lists several deals, pools or seeds
estimate                tasks, memory and time of a plan, before any work
open                    what a folder holds: the results, or what an unfinished run has counted so far
path_at                 the path at a quantile of a result
share_without_loss      the quantile beyond which a path loses

The folder holds results.nc, report.html, manifest.json (written last: with it, the folder is complete) and
checkpoint/: shards of what was counted, each named by its own SHA-256, so that a run that was stopped goes on, a
finished one can be extended by more paths, and damage is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.arguments import on_demand
from stress.inputs.kinds import held_later

if TYPE_CHECKING:
    from stress.runs.jobs.estimates import Estimate, estimate, estimate_sweep
    from stress.runs.jobs.plans import Plan, SweepPlan, choose_scenarios, plan, plan_sweep
    from stress.runs.jobs.quantile import path_at, share_without_loss
    from stress.runs.jobs.reading import open
    from stress.runs.jobs.running import MANIFEST, REPORT, RESULTS, Done, result_digest, run
    from stress.runs.jobs.sweeping import run_sweep
    from stress.runs.jobs.targets import run_to_target

__all__ = [
    "MANIFEST",
    "REPORT",
    "RESULTS",
    "Done",
    "Estimate",
    "Plan",
    "SweepPlan",
    "choose_scenarios",
    "estimate",
    "estimate_sweep",
    "open",
    "path_at",
    "plan",
    "plan_sweep",
    "result_digest",
    "run",
    "run_sweep",
    "run_to_target",
    "share_without_loss",
]

_HOME = {
    **dict.fromkeys(("Estimate", "estimate", "estimate_sweep"), "stress.runs.jobs.estimates"),
    **dict.fromkeys(("Plan", "SweepPlan", "choose_scenarios", "plan", "plan_sweep"), "stress.runs.jobs.plans"),
    **dict.fromkeys(("MANIFEST", "REPORT", "RESULTS", "Done", "result_digest", "run"), "stress.runs.jobs.running"),
    "run_sweep": "stress.runs.jobs.sweeping",
    "run_to_target": "stress.runs.jobs.targets",
    "open": "stress.runs.jobs.reading",
    **dict.fromkeys(("path_at", "share_without_loss"), "stress.runs.jobs.quantile"),
}
"""Where each name lives. A refusal must come in half a second: nothing is imported before it is asked for."""
__getattr__ = on_demand(globals(), _HOME, lambda: {"quantile": held_later})
