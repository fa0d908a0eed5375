"""What a book takes, and where it is counted: threads of this process, workers of this machine, a cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from stress.kernels.layout import PANEL_PATHS
from stress.runs.book.count import Counter, Packs, Progress, count
from stress.runs.book.tally import BookTally
from stress.runs.counting.ranges import chunks
from stress.runs.engine import n_core

PILOT = 2
"""Panels that a dry run times."""
Say = Callable[..., None]


class BookPlan(NamedTuple):
    """What counting a book takes."""

    book: str
    deals: int
    positions: int
    scenarios: int
    paths: int
    workers: int
    """Threads or processes."""
    tasks: int
    cpu_seconds: float
    """Of one core, as timed on a few hundred paths."""
    seconds: float
    """On so many workers."""
    seconds_per_worker: float
    memory_per_worker: int
    """Bytes."""
    sent_per_task: int
    """Bytes that a task sends back before compression."""


def plan_of(packs: Packs, threads: int | None, workers: int | None) -> BookPlan:
    """Time, memory and tasks of a book, from its first panels."""
    book, hands = packs.book, workers or threads or n_core()
    hand = Counter(packs)
    hand.run((0, PANEL_PATHS))  # compiled and in the caches
    begin = time.process_time()
    hand.run((0, PILOT * PANEL_PATHS))
    spent = (time.process_time() - begin) / (PILOT * PANEL_PATHS) * book.paths
    tasks = len(chunks([(0, book.paths)], hands))
    return BookPlan(
        book=book.name,
        deals=len(book.deals),
        positions=len(book.positions),
        scenarios=len(book.scenarios),
        paths=book.paths,
        workers=hands,
        tasks=tasks,
        cpu_seconds=spent,
        seconds=spent / min(hands, tasks),
        seconds_per_worker=spent / hands,
        memory_per_worker=packs.memory(),
        sent_per_task=sum(array.nbytes for array in hand.tally),
    )


def says(plan: BookPlan) -> str:
    """The plan in a few lines."""
    return (
        f"{plan.book}: {plan.deals} deals, {plan.positions} positions, {plan.scenarios} scenarios, "
        f"{plan.paths:,} paths\n"
        f"{plan.workers} workers, {plan.tasks} tasks; {plan.cpu_seconds:,.1f} s of one core, about "
        f"{plan.seconds:,.1f} s in all (timed on {PILOT * PANEL_PATHS:,} paths)\n"
        f"memory per worker {plan.memory_per_worker / 1e6:,.0f} MB, which does not grow with paths; a task sends "
        f"{plan.sent_per_task / 1e6:,.1f} MB before compression"
    )


def counted(
    packs: Packs,
    threads: int | None,
    workers: int | None,
    scheduler: str | None,
    progress: Progress | None = None,
    say: Say | None = None,
    stop: threading.Event | None = None,
) -> BookTally:
    """The counts of a book. The same bits wherever they are made. Raises ClusterLost, Incomplete.

    `stop` ends a count early, with fewer paths.
    """
    if workers is None and scheduler is None:
        return count(packs, threads or n_core(), progress, stop)
    return _on_cluster(packs, workers, scheduler, progress, say or _silent, stop)


def _on_cluster(
    packs: Packs,
    workers: int | None,
    scheduler: str | None,
    progress: Progress | None,
    say: Say,
    stop: threading.Event | None,
) -> BookTally:
    from stress.runs import cluster
    from stress.runs.book.spread import spread

    Counter(packs).run((0, 1))  # compile here: the workers load what is kept
    opened = cluster.join(scheduler) if scheduler is not None else cluster.local(workers or 1)
    with opened as client:
        cluster.check(client)
        say("workers", slots=cluster.n_slot(client))
        return spread(packs, client, progress, stop)


def _silent(event: str, **fields: Any) -> None:
    """A log that nobody reads."""
