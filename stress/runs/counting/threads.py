"""Counting on the threads of this process: Dask hands out the tasks, each running thread counts into its own memory."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence

from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed
from stress.runs.counting.counted import Counted, Progress
from stress.runs.counting.machines import Machines
from stress.runs.counting.pace import Pace
from stress.runs.counting.ranges import LARGEST, Range, chunks, cut, is_whole, size, union
from stress.runs.counting.spaces import SHARED_TASK, Countable, slice_of, space_of

PAUSE = 0.5
"""Seconds without a tally after which the reader is told."""


def count(
    packed: Countable,
    seed: int,
    work: Sequence[Range],
    threads: int | Machines,
    every: float | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    most: int | None = None,
    pause: Callable[[], None] | None = None,
) -> Generator[Counted, None, None]:
    """Count ranges of paths; hand over what each thread (or card) has at the end, or on the way.

    On the way where `every` is given: at least every so many seconds, more often where that costs little (`pace`). What
    is handed over on the way is lent: it must be added up or copied before the next is asked for.

    `stop` ends the count early, within a slice: what was counted by then is handed over. `most`: paths of a task.
    `pause` is called when the threads have begun, and whenever nothing was handed over for half a second.
    """
    import dask.delayed  # here, while there is one thread: two that load parts of a package can wait for each other
    import dask.threaded  # noqa: F401

    machines = threads if isinstance(threads, Machines) else Machines(threads)
    if machines.cards and most is None and isinstance(packed, Packed):
        share = SHARED_TASK // packed.problem.sizes.n_scenario if machines.threads else -(-size(work) // machines.cards)
        most = max(PANEL_PATHS, min(LARGEST, share))
    tasks = chunks(work, machines.hands, most)
    machines = machines._replace(threads=max(0, min(machines.hands, len(tasks)) - machines.cards))
    run = _Run(packed, seed, size(work), machines, Pace(every), progress, stop or threading.Event())
    helper = threading.Thread(target=run.all, args=(tasks,), name="stress-count", daemon=True)
    helper.start()
    try:
        yield from run.handed_over(pause or (lambda: None))
        helper.join()
        yield from run.rest()
        if run.failure is not None:
            raise run.failure
    finally:
        run.stop_now.set()
        while helper.is_alive():
            run.drain()


class _Hand:
    """The memory of a running thread or card, and the paths counted in it."""

    def __init__(self, packed: Countable, card: int | None = None) -> None:
        self.space, self.card = space_of(packed, card), card
        self.space.clear()  # touch every page: memory is taken when a run begins, not as rare bins are hit
        self.taken = threading.Semaphore(0)
        self.ranges: list[Range] = []
        self.since = time.monotonic()

    def counted(self) -> Counted:
        """What was counted, in the memory itself: a copy for each thread would raise the peak of a long run."""
        return Counted(union(self.ranges), self.space.counts())

    def begin_anew(self) -> None:
        """Count from zero again."""
        self.space.clear()
        self.ranges, self.since = [], time.monotonic()


class _Run:
    """One count: the threads' memories, the way out, and the end."""

    def __init__(
        self,
        packed: Countable,
        seed: int,
        n_path: int,
        machines: Machines,
        pace: Pace,
        progress: Progress | None,
        stop: threading.Event,
    ) -> None:
        self.packed, self.seed, self.n_path, self.hands, self.pace = packed, seed, n_path, machines.hands, pace
        self.progress, self.stop = progress, stop
        self.stop_now = threading.Event()
        self.done = 0
        self.failure: BaseException | None = None
        self.ready: queue.SimpleQueue[_Hand | None] = queue.SimpleQueue()
        self.idle: queue.SimpleQueue[_Hand] = queue.SimpleQueue()
        for card in (*range(machines.cards), *[None] * machines.threads):
            self.idle.put(_Hand(packed, card))
        self.reporting = threading.Lock()

    def all(self, tasks: Sequence[Range]) -> None:
        """Every task over Dask's threads; the end, good or bad, is told to whoever reads `ready`."""
        try:
            from dask.base import compute
            from dask.delayed import delayed
            from dask.threaded import get

            graph = [delayed(self.task)(*chunk) for chunk in tasks]
            compute(*graph, scheduler=get, num_workers=self.hands)  # a name would import distributed: 0.2 s
        except BaseException as error:
            self.failure = error
            self.stop_now.set()  # Dask does not wait for the tasks that have begun, nor call off those that will
        finally:
            self.ready.put(None)

    def task(self, start: int, end: int) -> None:
        """One task, slice by slice."""
        hand = self.idle.get()
        try:
            for piece in cut((start, end), slice_of(self.packed, hand.card)):
                if self.stop.is_set() or self.stop_now.is_set():
                    return
                self._slice(hand, piece)
        except BaseException:
            hand = _Hand(self.packed, hand.card)
            raise
        finally:
            self.idle.put(hand)

    def _slice(self, hand: _Hand, piece: Range) -> None:
        apart = self.pace.every is not None and not is_whole([piece])
        if apart and hand.ranges:
            self._give(hand)
        start, end = piece
        hand.space.run(start // PANEL_PATHS, -(-(end - start) // PANEL_PATHS), end, self.seed)
        hand.ranges.append(piece)
        if self.progress is not None:
            with self.reporting:
                self.done += end - start
                self.progress(self.done, self.n_path)
        if apart or self.pace.due(hand.since):
            self._give(hand)

    def _give(self, hand: _Hand) -> None:
        self.ready.put(hand)
        hand.taken.acquire()
        hand.begin_anew()

    def handed_over(self, pause: Callable[[], None]) -> Iterator[Counted]:
        """What threads give while they count."""
        with self.pace.reading():
            pause()
        while (hand := self._next(pause)) is not None:
            try:
                with self.pace.reading(1.0 / self.hands):
                    yield hand.counted()
            finally:
                hand.taken.release()

    def _next(self, pause: Callable[[], None]) -> _Hand | None:
        while True:
            with contextlib.suppress(queue.Empty):
                return self.ready.get(timeout=PAUSE)
            with self.pace.reading():
                pause()

    def rest(self) -> Iterator[Counted]:
        """What the threads hold when all is over. The memory goes back: a task that begins late finds some and ends."""
        hands = [self.idle.get() for _ in range(self.hands)]
        try:
            yield from (hand.counted() for hand in hands if hand.ranges)
        finally:
            for hand in hands:
                self.idle.put(hand)

    def drain(self) -> None:
        """Let the threads end when nobody reads any more."""
        with contextlib.suppress(queue.Empty):
            hand = self.ready.get(timeout=0.05)
            if hand is not None:
                hand.taken.release()
