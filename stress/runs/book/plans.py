"""What counting a book takes, told from its first panels."""

from __future__ import annotations

import time
from typing import NamedTuple

from stress.kernels.layout import PANEL_PATHS
from stress.runs.book.count import Counter, Packs
from stress.runs.counting.ranges import chunks
from stress.runs.engine import n_core

PILOT = 2
"""Panels that a dry run times."""


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
    hand.run(0, 1, PANEL_PATHS, book.seed)  # compiled and in the caches
    begin = time.process_time()
    hand.run(0, PILOT, PILOT * PANEL_PATHS, book.seed)
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
        sent_per_task=sum(array.nbytes for array in hand.counts()),
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
