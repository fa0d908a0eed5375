"""A batch job: one run of a job file, its folder, and a manifest that says how the numbers came about.

plan, run           what will run and where; run it, or go on with it
estimate            tasks, memory and time of a plan, before any work
path_at             the path at a quantile of a result

The folder holds results.nc, report.html, manifest.json (written last: with it, the folder is complete) and
checkpoint/: shards of what was counted, each named by its own SHA-256, so that a run that was stopped goes on, a
finished one can be extended by more paths, and damage is seen.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stress.jobs.estimates import Estimate, estimate
    from stress.jobs.files import write_atomically
    from stress.jobs.plans import Plan, choose_scenarios, plan
    from stress.jobs.quantile import path_at
    from stress.jobs.running import MANIFEST, REPORT, RESULTS, Done, result_digest, run

__all__ = [
    "MANIFEST",
    "REPORT",
    "RESULTS",
    "Done",
    "Estimate",
    "Plan",
    "choose_scenarios",
    "estimate",
    "path_at",
    "plan",
    "result_digest",
    "run",
    "write_atomically",
]

_HOME = {
    **dict.fromkeys(("Estimate", "estimate"), "estimates"),
    **dict.fromkeys(("Plan", "choose_scenarios", "plan"), "plans"),
    **dict.fromkeys(("MANIFEST", "REPORT", "RESULTS", "Done", "result_digest", "run"), "running"),
    "path_at": "quantile",
    "write_atomically": "files",
}
"""Where each name lives. A refusal must come in half a second: nothing is imported before it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stress.jobs' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"stress.jobs.{_HOME[name]}"), name)
    globals()[name] = value
    return value
