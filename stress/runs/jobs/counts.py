"""The counts of a run's folder: what its shards hold, and the rest counted now, on whatever place is given."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from stress.atomic import write_atomically
from stress.errors import Incomplete
from stress.inputs.load import job_to_json
from stress.runs.counting.counted import Progress, digest
from stress.runs.counting.machines import kind
from stress.runs.counting.ranges import is_whole, missing, size
from stress.runs.jobs import rate
from stress.runs.jobs.files import disk, prepare
from stress.runs.jobs.lock import locked
from stress.runs.jobs.memory import give_back_memory, unmap_large_arrays
from stress.runs.jobs.origin import begin, check_problem, run_id, run_parts
from stress.runs.jobs.place import Place, place_of
from stress.runs.jobs.plans import Plan
from stress.runs.jobs.shards import KEPT, Store
from stress.runs.jobs.where import Where

if TYPE_CHECKING:
    from stress.kernels.tally import Tally
    from stress.runs.counting.spaces import Countable

CHECKPOINT = "checkpoint"
JOB = "job.json"
"""What is run, for whoever reads the shards before the run is over."""
BOOK = "book.json"
"""The same of a book."""

Say = Callable[..., None]
"""Called with an event and its fields."""
Seen = Callable[["Tally"], None]
"""Called with all that was counted by then."""
LOOK = 2.0
"""Seconds between two looks of `seen`."""
Places = Callable[[Where, "Countable", Callable[[str], None]], AbstractContextManager[Place]]
"""Where to count a plan: `place.place_of`, or a place that several plans share."""


class Counts(NamedTuple):
    """What the counting of a run came to."""

    store: Store
    where: str
    paths_found: int
    """Paths that were there already."""
    machine: str = "cpu"
    """What counted the others: `cpu`, `gpu` or both."""

    @property
    def tally(self) -> Any:
        """The sum of all shards."""
        return self.store.total()

    @property
    def sha256(self) -> str:
        """The digest of all that was counted."""
        return digest(self.tally)


@contextlib.contextmanager
def folder_of(plan: Plan) -> Iterator[Path]:
    """The plan's checkpoint folder, ready and locked. Raises ConfigError where it holds or is in use by another run."""
    with begun(plan.where, run_parts(plan.job), JOB, job_to_json(plan.job)) as folder:
        yield folder


@contextlib.contextmanager
def begun(where: Where, parts: dict[str, str], name: str, text: str) -> Iterator[Path]:
    """The same of whatever is counted: what must not change, and what is run as JSON in a file of its own."""
    with reserved(where.folder) as folder:
        begin(folder, parts, where.fresh)
        with disk(where.folder):
            write_atomically(folder / name, text + "\n")
        yield folder


@contextlib.contextmanager
def reserved(out: Path) -> Iterator[Path]:
    """The checkpoint folder of an output folder, for one driver."""
    prepare(out)
    folder = out / CHECKPOINT
    with disk(out):
        folder.mkdir(exist_ok=True)
    with disk(out), locked(folder / "lock"):
        yield folder


@contextlib.contextmanager
def shared_place() -> Iterator[Places]:
    """One place for several plans that differ in their job only: opened for the first, closed after the last."""
    with ExitStack() as stack:
        held: list[Place] = []

        def place(where: Where, packed: Countable, say: Callable[[str], None]) -> AbstractContextManager[Place]:
            if not held:
                held.append(stack.enter_context(place_of(where, packed, say)))
            return contextlib.nullcontext(held[0])

        yield place


def count(
    plan: Plan,
    folder: Path,
    progress: Progress | None,
    say: Say,
    stop: threading.Event,
    places: Places = place_of,
    seen: Seen | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Counts:
    """Count what the folder's shards do not hold. `seen` is given all that was counted by then, now and then;
    `meanwhile` is called once while others count.

    Raises KeyboardInterrupt after `stop`, Incomplete or ClusterLost where a second run can go on.
    """
    from stress.runs import engine

    def pack() -> tuple[Countable, str]:
        packed = engine.packed_of(plan.job)
        return packed, engine.problem_digest(packed)

    subject = Subject(plan.paths, plan.seed, run_parts(plan.job), pack)
    return count_rest(plan.where, subject, folder, progress, say, stop, places, seen, meanwhile)


class Subject(NamedTuple):
    """What is counted: so many paths from a seed."""

    paths: int
    seed: int
    parts: dict[str, str]
    """What must not change between the parts of a run."""
    pack: Callable[[], tuple[Countable, str]]
    """What is ready to be counted, and its digest."""


def count_rest(
    where: Where,
    subject: Subject,
    folder: Path,
    progress: Progress | None,
    say: Say,
    stop: threading.Event,
    places: Places = place_of,
    seen: Seen | None = None,
    meanwhile: Callable[[], None] | None = None,
) -> Counts:
    """The same of whatever is counted."""
    from stress.runs import engine

    unmap_large_arrays()
    store = Store(folder, run_id(subject.parts), subject.paths)
    if where.fresh:
        store.clear()
        (folder / "problem.json").unlink(missing_ok=True)
    packed, problem = subject.pack()
    check_problem(folder, problem)
    store.load()
    for name in store.damaged:
        say("damaged", shard=name, note="its paths are counted again")
    work = missing(subject.paths, store.ranges)
    paths_found = subject.paths - size(work)
    if paths_found:
        say("resumed", paths=paths_found)
    words, machine = "nowhere: all paths were there", "cpu"
    if work:
        with places(where, packed, lambda text: say("warning", note=text)) as place:
            words, machine = place.words, kind(place.machines)
            say("counting", where=words)
            meter = rate.Meter(place.threads)  # of threads: a card's rate is another

            def step(done: int, _: int) -> None:
                meter.at(done)
                if progress is not None:
                    progress(paths_found + done, subject.paths)

            stream = functools.partial(engine.count_all, packed, problem, subject.seed, work)
            _count(where, stream, store, place, step, stop, seen, meanwhile)
            if not place.cards:
                meter.keep(problem)
    _refuse_rest(subject.paths, store, stop)
    store.tidy(KEPT)
    give_back_memory()
    return Counts(store, words, paths_found, machine)


def _refuse_rest(paths: int, store: Store, stop: threading.Event) -> None:
    """Raise KeyboardInterrupt (after `stop`) or Incomplete where paths are not counted."""
    left = paths - size(r for r in store.ranges if r[1] <= paths)
    if left and stop.is_set():
        raise KeyboardInterrupt(f"interrupted: {paths - left:,} of {paths:,} paths are kept; run again to go on")
    if left:
        raise Incomplete(f"{left:,} of {paths:,} paths are not counted; run again to go on")


def _count(
    where: Where,
    count_all: Callable[..., Any],
    store: Store,
    place: Place,
    step: Progress,
    stop: threading.Event,
    seen: Seen | None,
    meanwhile: Callable[[], None] | None,
) -> None:
    """Take in what the place counts, shard by shard, whatever ends it."""
    left = [meanwhile] if meanwhile is not None else []

    def pause() -> None:
        store.flush()
        if left:
            left.pop()()

    every = min(where.every, LOOK) if seen is not None and place.client is None else where.every
    stream = count_all(place.machines, place.client, step, every, stop, where.most, pause)
    try:
        for counted in stream:
            store.add(counted, where.every)
            if seen is not None and store.whole is not None and is_whole(counted.ranges):
                seen(store.whole.tally())
            del counted  # its memory goes back before the next one is made
    finally:
        stream.close()
        store.flush()
