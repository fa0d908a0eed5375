"""Where a job is counted: threads of this process, worker processes, or a cluster that exists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.runs.jobs.plans import Plan

if TYPE_CHECKING:
    from stress.kernels.memory import Packed


class Place(NamedTuple):
    """Where paths are counted."""

    words: str
    client: Any
    threads: int
    """Tasks at a time."""


def address_of(plan: Plan) -> str | None:
    """The scheduler's address: the option, or DASK_SCHEDULER_ADDRESS where no threads or workers are asked for."""
    if plan.threads is not None or plan.workers is not None:
        return None
    return plan.scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS") or None


@contextmanager
def place_of(plan: Plan, packed: Packed, say: Callable[[str], None]) -> Iterator[Place]:
    """The place, ready to count: workers have been checked, kernels are compiled.

    Raises ClusterLost where a cluster does not answer, ConfigError where a worker has another source.
    """
    address = address_of(plan)
    if plan.workers is None and address is None:
        from stress.runs.engine import n_core

        threads = plan.threads or n_core()
        yield Place(f"{threads} thread{'s' * (threads > 1)}", None, threads)
        return
    from stress.kernels import alone
    from stress.kernels.memory import Workspace
    from stress.runs import cluster

    if plan.queue is not None:
        assert plan.workers is not None
        with cluster.queued(plan.queue, plan.workers, plan.out) as client:
            say(f"waiting for the first of {plan.workers} workers in the queue of {plan.queue}")
            cluster.check(client, cluster.queues.WAIT)
            yield Place(f"{plan.workers} workers as jobs of {plan.queue}", client, plan.workers)
        return
    if plan.workers is not None:
        alone.run(Workspace(packed), 0, 1, 1, plan.seed)  # compile once, here: the workers load what this leaves
        with cluster.local(plan.workers) as client:
            cluster.check(client)
            yield Place(f"{plan.workers} worker process{'es' * (plan.workers > 1)}", client, plan.workers)
        return
    assert address is not None
    with cluster.join(address, say=say) as client:
        cluster.check(client)
        slots = cluster.n_slot(client)
        yield Place(f"cluster {address}, {slots} thread{'s' * (slots > 1)}", client, slots)
