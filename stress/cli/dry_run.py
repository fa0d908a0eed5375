"""What `stress run --dry-run` says of a plan: what would run, where, how long and with how much memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from stress.runs.jobs.plans import Plan, SweepPlan


def plan_json(plan: Plan | SweepPlan) -> dict[str, Any]:
    """What a dry run says with --json."""
    from stress.runs.counting.machines import machines
    from stress.runs.engine import n_core
    from stress.runs.jobs.estimates import estimate, estimate_sweep
    from stress.runs.jobs.place import address_of
    from stress.runs.jobs.plans import Plan

    plans = (plan,) if isinstance(plan, Plan) else plan.plans
    found = estimate(plan) if isinstance(plan, Plan) else estimate_sweep(plan)
    first = plans[0]
    address = address_of(first)
    workers = f"{first.workers} worker processes" + (f" as jobs of {first.queue}" if first.queue else "")
    hands = machines(first.device, first.threads or n_core()) if first.device != "cpu" and not address else None
    local = workers if first.workers else hands.words if hands else f"{first.threads or 'all'} threads"

    def each(values: Iterable[Any]) -> Any:
        """The value that all jobs share, or the list of all."""
        known = list(dict.fromkeys(values))
        return known[0] if len(known) == 1 else known

    return {
        "job": first.job.name,
        **({} if len(plans) == 1 else {"jobs": len(plans)}),
        "deal": each(one.job.deal.name for one in plans),
        "pool": each(one.job.pool.name for one in plans),
        "scenarios": list(first.scenarios),
        "paths": plan.paths,
        "seed": each(str(one.seed) for one in plans),
        "clock": first.job.clock,
        "months": each(one.job.deal.legal_maturity_months for one in plans),
        "where": f"cluster {address}" if address else local,
        "tasks": found.tasks,
        "paths_per_task": found.task_paths,
        "memory_mb": round(found.memory / 1e6),
        "memory_per_task_mb": round(found.task_memory / 1e6),
        "paths_per_second": round(found.rate),
        "seconds": round(found.seconds, 1),
        "out": str(plan.out),
    }


def plan_table(said: dict[str, Any]) -> Table:
    """The same as a table of the terminal."""
    from rich.table import Table

    table = Table("what", "value", title=f"{said['job']}: would run")
    for key, value in said.items():
        table.add_row(key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return table
