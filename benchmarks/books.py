"""A book of deals against the sum of its deals, each counted alone: is the cost linear in deals? And on many cores?"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from benchmarks.cases import Effort, Row
from benchmarks.scaling import SMALL, Costs, measure, predict, trial
from benchmarks.timing import interleaved, median_ratio
from stress.inputs.book import Book
from stress.inputs.load import load_book
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.runs import cluster
from stress.runs.book.count import WORTH, Counter, Packs, count, packs_of
from stress.runs.counting.counted import digest, joined
from stress.runs.engine import n_core

BOOK = Path(__file__).resolve().parents[1] / "scenarios" / "books" / "consumer.toml"
MEASURED, DEALS, PATHS = 2, 200, 10**7
"""Copies of the shipped deals that costs are taken on; deals and paths of the model."""
PILOT, LOSSY = 2**10, 2**13
"""Paths that a cost is taken on; of the count that loses a worker."""
WORKERS, CORES = 16, (2, 16, 64, 256)
COPIES = (1, 4, 10)
"""Of the five shipped deals and eight positions."""


def book(effort: Effort) -> list[Row]:
    """Paths of a book, every deal of it, beside the same paths of its deals one after another."""
    return [_row(copies, effort) for copies in COPIES]


def book_scale(effort: Effort) -> list[Row]:
    """Costs of a book's tasks, many small ones on 16 processes of which one is killed, a model of 200 deals.

    What was measured on `MEASURED` copies of the shipped five deals is taken as linear in deals, which `book` shows.
    """
    packs = packs_of(copied(load_book(BOOK), MEASURED))
    problem, seed = packs.digest(), packs.book.seed
    with cluster.local(n_core()) as client:
        client.wait_for_workers(n_core())
        costs = measure(packs, seed, client, PILOT)
    small = packs_of(load_book(BOOK))
    with cluster.local(WORKERS) as client:
        client.wait_for_workers(WORKERS)
        check = trial(small, small.digest(), seed, client, 32 if effort.rounds < 10 else 320, PILOT)
        killed = _with_a_loss(small, client)
    times = DEALS / len(packs.book.deals)
    whole = Costs(*(max(0.0, cost) * times for cost in costs[:3]), costs.worker, costs.schedule, costs.take_in * times)
    least = max(SMALL, int(WORTH / DEALS / len(packs.book.scenarios)))  # as `Packs.least` of so many deals
    model = [predict(whole, PATHS, cores, least=least) for cores in CORES]
    return [
        {"case": "book_scale_costs", "deals": len(packs.book.deals), "problem": problem[:12],
         **{f"{name}_us": 1e6 * value for name, value in costs._asdict().items()}},
        {"case": "book_scale_check", "workers": check.workers, "tasks": check.tasks, "measured_cpu_s": check.measured,
         "predicted_cpu_s": check.predicted, "ratio": check.measured / check.predicted, "lost_and_found": killed},
        *({"case": f"book_scale_model_{row.cores}_cores", "deals": DEALS, "paths": PATHS, "tasks": row.tasks,
           "seconds": row.seconds, "efficiency": row.efficiency, "driver_busy": row.driver} for row in model),
    ]  # fmt: skip


def _with_a_loss(packs: Packs, client: Any) -> bool:
    """Whether a count in which a worker is killed has the digest of one on a thread of this process."""
    pids = list(client.run(os.getpid).values())

    def kill_one(done: int, _: int) -> None:
        if pids and 0 < done < LOSSY:
            os.kill(pids.pop(), signal.SIGKILL)
            pids.clear()

    parts = cluster.count(packs, packs.digest(), packs.book.seed, [(0, LOSSY)], client, progress=kill_one, most=1024)
    spread_out = digest(joined(parts).tally())
    alone_ = packs._replace(book=packs.book.model_copy(update={"paths": LOSSY}))
    return not pids and spread_out == digest(count(alone_, 1))


def copied(whole: Book, copies: int) -> Book:
    """A book with every deal and position so many times."""
    deals, positions = [], []
    for i in range(copies):
        deals += [deal.model_copy(update={"name": f"{deal.name} {i}"}) for deal in whole.deals]
        at = i * len(whole.deals)
        positions += [
            position.model_copy(update={"name": f"{position.name} {i}", "deal": position.deal + at})
            for position in whole.positions
        ]
    return whole.model_copy(update={"deals": tuple(deals), "positions": tuple(positions)})


def _row(copies: int, effort: Effort) -> Row:
    whole = copied(load_book(BOOK), copies)
    packs = packs_of(whole)
    hand, spaces = Counter(packs), [Workspace(pack(packed.problem)) for packed in packs.packed]
    panels = max(packs.panels(), (16 if effort.rounds < 10 else 64) // copies)
    paths = panels * PANEL_PATHS

    def together(_: int) -> int:
        hand.run(0, panels, paths, whole.seed)
        return paths

    def apart(_: int) -> int:
        for space in spaces:
            alone.run(space, 0, panels, paths, whole.seed)
        return paths

    together(0)
    apart(0)
    rates = interleaved({"book": together, "sum": apart}, effort.rounds)
    return {
        "case": f"book_{len(whole.deals)}_deals",
        "deals": len(whole.deals),
        "positions": len(whole.positions),
        "scenarios": len(whole.scenarios),
        "book_paths_per_cpu_second": rates["book"].best_cpu,
        "us_per_path_deal_scenario": 1e6 / rates["book"].best_cpu / len(whole.deals) / len(whole.scenarios),
        "cost_over_sum": median_ratio(rates["sum"], rates["book"]),
        "memory_per_worker_mb": packs.memory() / 1e6,
    }
