"""What `stress run --dry-run` says of a plan: what would run, where, how long and with how much memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stress.runs.jobs.plans import Plan, SweepPlan


def plan_json(plan: Plan | SweepPlan) -> dict[str, Any]:
    """What a dry run says with --json."""
    from stress.runs.counting.machines import machines
    from stress.runs.engine import n_core
    from stress.runs.jobs.estimates import estimate, estimate_sweep
    from stress.runs.jobs.place import address_of
    from stress.runs.jobs.plans import Plan

    plans = (plan,) if isinstance(plan, Plan) else plan.plans
    cost = estimate(plan) if isinstance(plan, Plan) else estimate_sweep(plan)
    first = plans[0]
    address = address_of(first)
    workers = f"{first.workers} worker processes" + (f" as jobs of {first.queue}" if first.queue else "")
    hands = machines(first.device, first.threads or n_core()) if first.device != "cpu" and not address else None
    local = workers if first.workers else hands.words if hands else f"{first.threads or 'all'} threads"

    def shared(values: Iterable[Any]) -> Any:
        """The value that all jobs share, or the list of all."""
        known = list(dict.fromkeys(values))
        return known[0] if len(known) == 1 else known

    return {
        "job": first.job.name,
        **({} if len(plans) == 1 else {"jobs": len(plans)}),
        "deal": shared(cell.job.deal.name for cell in plans),
        "pool": shared(cell.job.pool.name for cell in plans),
        "scenarios": list(first.scenarios),
        "paths": plan.paths,
        "seed": shared(str(cell.seed) for cell in plans),
        "clock": first.job.clock,
        "months": shared(cell.job.deal.legal_maturity_months for cell in plans),
        "where": f"cluster {address}" if address else local,
        "tasks": cost.tasks,
        "paths_per_task": cost.task_paths,
        "memory_mb": round(cost.memory / 1e6),
        "memory_per_task_mb": round(cost.task_memory / 1e6),
        "paths_per_second": round(cost.rate),
        "seconds": round(cost.seconds, 1),
        "out": str(plan.out),
    }
