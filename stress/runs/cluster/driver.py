"""The driver's side: hand out ranges, let workers add tallies up in a tree, take in a few sums now and then.

What reaches the driver does not grow with the cluster: at every interval all that is finished is combined on the
workers, `FAN_IN` tallies at a time, and only the last sums travel.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

from stress.errors import ClusterLost, Incomplete, StressError
from stress.runs.cluster.connect import GPU, n_slot, renew
from stress.runs.cluster.work import combine, count_range, hold, identity
from stress.runs.counting.counted import Counted, Progress
from stress.runs.counting.pace import Pace
from stress.runs.counting.ranges import Range, Ranges, chunks, is_whole, size, union
from stress.runs.counting.spaces import Countable, least_of

FAN_IN = 16
"""Tallies that one task adds up."""
FEW = 4
"""Tallies that the driver fetches as they are: a task that adds them up would wait for a worker to be free."""
TRIES = 50
"""Times a range may be lost with its worker before the run is given up as incomplete."""
PAUSE = 1.0
"""Seconds without a sum after which the reader is told."""
GRACE = 60.0
"""Seconds without any worker after which the cluster counts as lost."""


class _Item(NamedTuple):
    """A tally that lies on some worker, or will."""

    future: Any
    ranges: Ranges
    level: int
    due: bool
    """Whether it goes to the driver as soon as it is there."""


def count(
    packed: Countable,
    problem: str,
    seed: int,
    work: Sequence[Range],
    client: Any,
    every: float | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    most: int | None = None,
    pause: Callable[[], None] | None = None,
    cards: bool = False,
) -> Generator[Counted, None, None]:
    """Count ranges of paths on a cluster; sums arrive at the end, or on the way as `counting.threads.count` has it.

    `problem` names the packed problem (its digest). `stop` ends the count early; `most`: paths of a task; `pause` is
    called whenever no sum came for a second. `cards`: by workers with Dask's resource GPU, on their card. Raises
    ClusterLost, and Incomplete for a range that cannot be counted; what came before is good.
    """
    driver = _Driver(packed, problem, seed, client, Pace(every), stop or threading.Event(), cards)
    driver.waiting = chunks(work, max(1, n_slot(client)), most, least_of(packed))[::-1]
    all_paths, latest = size(work), time.monotonic()
    try:
        while driver.busy():
            driver.hand_out()
            driver.add_up()
            item = driver.next_item()
            with driver.pace.reading():
                for counted in driver.take_in(item):
                    yield counted
                    latest = time.monotonic()
                if pause is not None and time.monotonic() - latest >= PAUSE:
                    pause()
                    latest = time.monotonic()
            if progress is not None:
                progress(driver.n_counted, all_paths)
    finally:
        driver.close()


class _Driver:
    """What is waiting, running, ready to be added up."""

    def __init__(
        self, packed: Countable, problem: str, seed: int, client: Any, pace: Pace, stop: threading.Event, cards: bool
    ) -> None:
        self.cards = cards
        self.client, self.seed, self.problem, self.pace, self.stop = client, seed, problem, pace, stop
        self.packed = client.submit(hold, packed, pure=False)
        self.identity = identity()
        self.waiting: list[Range] = []
        self.running: dict[str, _Item] = {}
        self.ready: list[_Item] = []
        self.events: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.tries: dict[Range, int] = {}
        self.n_counted = 0
        self.slots, self.most, self.seen, self.flushed = 0, 0, 0.0, time.monotonic()
        self.alive = time.monotonic()

    def busy(self) -> bool:
        """Whether something is still to come."""
        if self.stop.is_set():
            self.waiting.clear()
            for key in [k for k, item in self.running.items() if item.level == 0]:
                self._drop(self.running.pop(key))
        return bool(self.waiting or self.running or self.ready)

    def hand_out(self) -> None:
        """Two tasks a slot, no more: a queue that is short can be stopped, and fits any cluster."""
        self._look()
        room = max(2, 2 * self.slots) - sum(item.level == 0 for item in self.running.values())
        while self.waiting and room > 0:
            piece = self.waiting.pop()
            given = (self.packed, self.problem, piece, self.seed, self.identity, self.cards)
            where = {"resources": {GPU: 1}} if self.cards else {}
            future = self.client.submit(count_range, *given, pure=False, retries=0, **where)
            self._watch(_Item(future, (piece,), 0, not is_whole([piece])))
            room -= 1

    def add_up(self) -> None:
        """Groups of a level into one of the next; all of it when the interval or the run is over."""
        for level in {item.level for item in self.ready}:
            same = [item for item in self.ready if item.level == level]
            while len(same) >= FAN_IN:
                self._combine(same[:FAN_IN], level + 1, due=False)
                same = same[FAN_IN:]
        over = not self.waiting and not self.running
        if self.ready and (over or self.pace.due(self.flushed)):
            self.flushed = time.monotonic()
            ready = self.ready[:]
            together = FAN_IN if len(ready) > FEW else 1
            with self.pace.reading(1.0):
                for at in range(0, len(ready), together):
                    self._combine(ready[at : at + together], 99, due=True)

    def next_item(self) -> _Item | None:
        """The next tally that is finished or failed; None when a second has passed."""
        try:
            return self.running.pop(self.events.get(timeout=1.0), None)
        except queue.Empty:
            self._look()
            return None

    def take_in(self, item: _Item | None) -> Iterator[Counted]:
        """A finished tally: to the driver where it is due, else to the tree."""
        if item is None:
            return
        if item.future.status == "finished":
            if not item.due:
                self.n_counted += size(item.ranges) if item.level == 0 else 0
                self.ready.append(item)
                return
            try:
                held = item.future.result(timeout=GRACE)
            except Exception as error:
                self._again(item, error)
                return
            self.n_counted += size(item.ranges) if item.level == 0 else 0
            yield Counted(item.ranges, held)
            self._drop(item)
            return
        self._again(item, item.future.exception(timeout=GRACE) if item.future.status == "error" else None)

    def _again(self, item: _Item, error: BaseException | None) -> None:
        """Count the paths of a lost tally again, unless it was no worker's death."""
        from distributed.scheduler import KilledWorker

        if self.client.status != "running":
            raise ClusterLost("the connection to the scheduler is lost; run again to go on")
        if isinstance(error, StressError):
            raise error
        if error is not None and not isinstance(error, (KilledWorker, OSError, TimeoutError)):
            raise Incomplete(f"a task failed on the cluster: {type(error).__name__}: {error}") from error
        if item.level:
            self.n_counted -= size(item.ranges)
        self._drop(item)
        for piece in item.ranges:
            self.tries[piece] = self.tries.get(piece, 0) + 1
            if self.tries[piece] > TRIES:
                raise Incomplete(f"paths {piece[0]} to {piece[1]} were lost with their worker {TRIES} times")
            self.waiting.append(piece)

    def _combine(self, items: list[_Item], level: int, due: bool) -> None:
        for item in items:
            self.ready.remove(item)
        ranges = union(r for item in items for r in item.ranges)
        if len(items) == 1:
            self._watch(items[0]._replace(due=due, level=max(1, items[0].level)))
            return
        future = self.client.submit(combine, [item.future for item in items], pure=False, priority=10)
        self._watch(_Item(future, ranges, level, due))

    def _watch(self, item: _Item) -> None:
        key = item.future.key
        self.running[key] = item
        item.future.add_done_callback(lambda future: self.events.put(future.key))

    def _drop(self, item: _Item) -> None:
        item.future.release()

    def _look(self) -> None:
        """Once a second: is the cluster there, how many tasks does it run at a time?"""
        now = time.monotonic()
        if now - self.seen < 1.0:
            return
        self.seen = now
        if self.client.status != "running":
            raise ClusterLost("the connection to the scheduler is lost; run again to go on")
        self.slots = n_slot(self.client)
        self.most = max(self.most, self.slots)
        if self.slots < self.most:
            renew(self.client)
        if self.slots:
            self.alive = now
        elif now - self.alive > GRACE:
            raise ClusterLost(f"the cluster has had no worker for {GRACE:.0f} s; run again to go on")

    def close(self) -> None:
        """Let go of everything on the cluster."""
        for item in [*self.running.values(), *self.ready]:
            self._drop(item)
        self.packed.release()
