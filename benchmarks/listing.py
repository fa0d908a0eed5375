"""All cases by name, in the order of a full run."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks import books, collateral, estimators, following, gpu, gradients, scale, structures, variants, whole_runs
from benchmarks.before import before
from benchmarks.cases import QUICK_CASES, Effort, Row

ASKED_FOR = ("before", "gpu")
"""Cases that a full run leaves out: they need another commit, or a card."""
CASES: dict[str, Callable[[Effort], list[Row]]] = {
    **QUICK_CASES,
    "before": before,
    "scenarios": variants.scenarios,
    "chunks": variants.chunks,
    "numpy_chunks": variants.numpy_chunks,
    "steps": variants.steps,
    "hard_coded": variants.hard_coded,
    "formulas": structures.formulas,
    "series": structures.series,
    "collateral": collateral.collateral,
    "references": variants.references,
    "estimators": estimators.estimators,
    "gradients": gradients.cost_of_scores,
    "follow": following.a_month_added,
    "cores": scale.cores,
    "scale": scale.scale,
    "book": books.book,
    "book_scale": books.book_scale,
    "gpu": gpu.gpu,
    "memory": whole_runs.memory,
    "start": whole_runs.start,
    "end_to_end": whole_runs.end_to_end,
}
