"""Where a job is counted: threads of this process, worker processes, or a cluster that exists."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.errors import ConfigError
from stress.runs.counting.machines import Machines, machines
from stress.runs.jobs.plans import Where

if TYPE_CHECKING:
    from stress.runs.counting.spaces import Countable


class Place(NamedTuple):
    """Where paths are counted."""

    words: str
    client: Any
    threads: int
    """Tasks at a time."""
    cards: int = 0
    """Cards that count, of this process or of workers."""

    @property
    def machines(self) -> Machines:
        """Threads and cards."""
        return Machines(self.threads, self.cards)


def address_of(plan: Where) -> str | None:
    """The scheduler's address: the option, or DASK_SCHEDULER_ADDRESS where no threads or workers are asked for."""
    if plan.threads is not None or plan.workers is not None:
        return None
    return plan.scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS") or None


@contextmanager
def place_of(plan: Where, packed: Countable, say: Callable[[str], None]) -> Iterator[Place]:
    """The place, ready to count: workers have been checked, kernels are compiled.

    Raises ClusterLost where a cluster does not answer, ConfigError where a worker has another source.
    """
    address = address_of(plan)
    if plan.workers is None and address is None:
        from stress.runs.engine import n_core

        hands = machines(plan.device, plan.threads or n_core())
        yield Place(hands.words, None, hands.threads, hands.cards)
        return
    from stress.runs import cluster
    from stress.runs.counting.spaces import space_of

    if plan.queue is not None:
        assert plan.workers is not None
        with cluster.queued(plan.queue, plan.workers, plan.out) as client:
            say(f"waiting for the first of {plan.workers} workers in the queue of {plan.queue}")
            cluster.check(client, cluster.queues.WAIT)
            yield Place(f"{plan.workers} workers as jobs of {plan.queue}", client, plan.workers)
        return
    if plan.workers is not None:
        cards = cards_of(plan.device, plan.workers)
        if cards:
            compile_for_cards()
        else:
            space_of(packed).run(0, 1, 1, plan.seed)  # compile once, here: the workers load what this leaves
        with cluster.local(plan.workers, bool(cards)) as client:
            cluster.check(client)
            words = f"{plan.workers} worker process{'es' * (plan.workers > 1)}{' with a GPU each' * bool(cards)}"
            yield Place(words, client, plan.workers - cards, cards)
        return
    assert address is not None
    with cluster.join(address, say=say) as client:
        cluster.check(client)
        slots = cluster.n_slot(client)
        cards = cluster.n_card(client) if plan.device != "cpu" else 0
        if plan.device == "gpu" and not cards:
            raise ConfigError(f"--device gpu: no worker of {address} has Dask's resource {cluster.GPU}")
        words = f"cluster {address}, {slots} thread{'s' * (slots > 1)}{f', {cards} GPUs' if cards else ''}"
        yield Place(words, client, 0 if cards else slots, cards)


def cards_of(device: str, workers: int) -> int:
    """Cards for worker processes of this machine, one each; 0: they use threads. Raises ConfigError for too few."""
    cards = machines(device, 0).cards
    if device == "gpu" and workers > cards:
        raise ConfigError(f"--workers {workers}: one card each, and this machine has {cards}")
    return workers if 0 < workers <= cards else 0


def compile_for_cards() -> None:
    """Write the kernel's text once, here: the workers load what this leaves."""
    from stress.gpu import driver, emit

    emit.kept(driver.Card(0).architecture)
