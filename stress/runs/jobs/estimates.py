"""What a plan will take: tasks, memory, time. Known before any work, so that too much can be refused."""

from __future__ import annotations

import math
import os
from typing import NamedTuple

from stress.errors import LimitError
from stress.kernels.tally import tally_shapes
from stress.runs.jobs.plans import Plan, SweepPlan

BASE = 330_000_000
"""Bytes of Python with Dask, xarray, what draws a report and the compiled kernels, at most (measured)."""
WORKER = 260_000_000
"""Bytes of a worker process without its tallies (measured)."""
COPIES = 5
"""Tallies in the driver besides the threads' own: the sum, the one that waits, one on its way, the results twice."""


class Estimate(NamedTuple):
    """What a plan will take."""

    tasks: int
    task_paths: int
    memory: int
    """Bytes of this process, and of worker processes on this machine; a task's memory does not grow with its paths."""
    task_memory: int
    rate: float
    """Paths per second on all threads or workers."""
    seconds: float


def tally_bytes(plan: Plan) -> int:
    """Bytes of one tally."""
    deal = plan.job.deal
    how = (plan.job.estimator == "importance", plan.job.estimator == "sobol")
    months = deal.legal_maturity_months
    shapes = tally_shapes(len(plan.scenarios), len(deal.notes), months, len(deal.triggers), *how)
    return 8 * sum(math.prod(shape) for shape in shapes.values())


def memory(plan: Plan) -> int:
    """Bytes that the run takes at most on this machine."""
    tally = tally_bytes(plan)
    where = plan.where
    if where.workers is not None and where.queue is None:
        return BASE + COPIES * tally + where.workers * (WORKER + 3 * tally)
    threads = 0 if where.address or where.queue else where.threads or _cores()
    return BASE + (COPIES + threads) * tally


def refuse(plan: Plan) -> None:
    """Raise LimitError where the run would take more memory than allowed."""
    if plan.max_memory is not None and memory(plan) > plan.max_memory:
        raise LimitError(
            f"about {memory(plan) / 1e6:,.0f} MB of memory are needed, more than the limit of "
            f"{plan.max_memory / 1e6:,.0f} MB; fewer threads, workers or scenarios need less"
        )


def sweep_memory(plan: SweepPlan) -> int:
    """Bytes of the largest job while it runs, and of the results of all, twice while they are put together."""
    return max(memory(cell) for cell in plan.plans) + 2 * sum(tally_bytes(cell) for cell in plan.plans)


def refuse_sweep(plan: SweepPlan) -> None:
    """Raise LimitError where the sweep would take more memory than allowed."""
    most = plan.plans[0].max_memory
    if most is not None and sweep_memory(plan) > most:
        raise LimitError(
            f"about {sweep_memory(plan) / 1e6:,.0f} MB of memory are needed for a sweep of {len(plan.plans)} jobs, "
            f"more than the limit of {most / 1e6:,.0f} MB; fewer jobs, threads, workers or scenarios need less"
        )


def estimate_sweep(plan: SweepPlan) -> Estimate:
    """Of all jobs one after the other. Jobs that differ in their seed only share a rate."""
    by_deal = {(cell.job.deal.name, cell.job.pool.name): cell for cell in plan.plans}
    cost_of = {key: estimate(cell) for key, cell in by_deal.items()}
    costs = [cost_of[cell.job.deal.name, cell.job.pool.name] for cell in plan.plans]
    seconds = sum(cost.seconds for cost in costs)
    return Estimate(
        sum(cost.tasks for cost in costs),
        max(cost.task_paths for cost in costs),
        sweep_memory(plan),
        max(cost.task_memory for cost in costs),
        plan.paths / seconds,
        seconds,
    )


def estimate(plan: Plan) -> Estimate:
    """Everything, with the rate of the latest run of the same problem, or one measured now (it may compile first)."""
    from stress.runs.counting.ranges import LEAST_SENT, SMALLEST, chunks
    from stress.runs.engine import packed_of, problem_digest
    from stress.runs.jobs import rate

    packed = packed_of(plan.job)
    where = plan.where
    slots = where.workers or where.threads or _cores()  # a cluster's own are not asked for here
    speed = rate.known(problem_digest(packed)) or rate.measure(packed, plan.seed)
    sent = where.workers is not None or where.address is not None
    tasks = chunks(((0, plan.paths),), slots, where.most, LEAST_SENT if sent else SMALLEST)
    tally = tally_bytes(plan)
    return Estimate(
        len(tasks),
        max(end - start for start, end in tasks),
        memory(plan),
        tally + 8 * packed.n_scratch,
        speed * slots,
        plan.paths / (speed * slots),
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
