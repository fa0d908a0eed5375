"""Where a job is counted: threads of this process, worker processes, or a cluster that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.errors import ConfigError
from stress.runs.counting.machines import Machines, machines
from stress.runs.jobs.where import Where

if TYPE_CHECKING:
    from stress.runs.counting.spaces import Countable


class Place(NamedTuple):
    """A place that is ready to count."""

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


@contextmanager
def place_of(where: Where, packed: Countable, say: Callable[[str], None]) -> Iterator[Place]:
    """The place, ready to count: workers have been checked, kernels are compiled.

    Raises ClusterLost where a cluster does not answer, ConfigError where a worker has another source.
    """
    address = where.address
    if where.workers is None and address is None:
        from stress.runs.engine import n_core

        hands = machines(where.device, where.threads or n_core())
        yield Place(hands.words, None, hands.threads, hands.cards)
        return
    from stress.runs import cluster
    from stress.runs.counting.spaces import space_of

    if where.queue is not None:
        assert where.workers is not None
        with cluster.queued(where.queue, where.workers, where.folder) as client:
            say(f"waiting for the first of {where.workers} workers in the queue of {where.queue}")
            cluster.check(client, cluster.queues.WAIT)
            yield Place(f"{where.workers} workers as jobs of {where.queue}", client, where.workers)
        return
    if where.workers is not None:
        cards = cards_of(where.device, where.workers)
        if cards:
            compile_for_cards()
        else:
            space_of(packed).run(0, 1, 1, 0)  # compile once, here: the workers load what this leaves
        with cluster.local(where.workers, bool(cards)) as client:
            cluster.check(client)
            words = f"{where.workers} worker process{'es' * (where.workers > 1)}{' with a GPU each' * bool(cards)}"
            yield Place(words, client, where.workers - cards, cards)
        return
    assert address is not None
    with cluster.join(address, say=say) as client:
        cluster.check(client)
        slots = cluster.n_slot(client)
        cards = cluster.n_card(client) if where.device != "cpu" else 0
        if where.device == "gpu" and not cards:
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
