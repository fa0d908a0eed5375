"""A book of deals against the sum of its deals, each counted alone: is the cost linear in deals?"""

from __future__ import annotations

from pathlib import Path

from benchmarks.cases import Effort, Row
from benchmarks.timing import interleaved, median_ratio
from stress.inputs.book import Book
from stress.inputs.load import load_book
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.runs.book.count import Counter, packs_of

BOOK = Path(__file__).resolve().parents[1] / "scenarios" / "books" / "consumer.toml"
COPIES = (1, 4, 10)
"""Of the five shipped deals and eight positions."""


def book(effort: Effort) -> list[Row]:
    """Paths of a book, every deal of it, beside the same paths of its deals one after another."""
    return [_row(copies, effort) for copies in COPIES]


def copied(whole: Book, copies: int) -> Book:
    """A book with every deal and position so many times."""
    deals, positions = [], []
    for i in range(copies):
        deals += [deal.model_copy(update={"name": f"{deal.name} {i}"}) for deal in whole.deals]
        at = i * len(whole.deals)
        positions += [
            one.model_copy(update={"name": f"{one.name} {i}", "deal": one.deal + at}) for one in whole.positions
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
    found = interleaved({"book": together, "sum": apart}, effort.rounds)
    return {
        "case": f"book_{len(whole.deals)}_deals",
        "deals": len(whole.deals),
        "positions": len(whole.positions),
        "scenarios": len(whole.scenarios),
        "book_paths_per_cpu_second": found["book"].best_cpu,
        "us_per_path_deal_scenario": 1e6 / found["book"].best_cpu / len(whole.deals) / len(whole.scenarios),
        "cost_over_sum": median_ratio(found["sum"], found["book"]),
        "memory_per_worker_mb": packs.memory() / 1e6,
    }
