"""What the derivatives by every input cost: CPU time of a run with scores over that of the same paths without."""

from __future__ import annotations

import time
from collections.abc import Callable

import stress
from benchmarks.cases import JOBS, Effort, Row
from stress.analysis.gradients import gradients
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack

PATHS = 2**15
MEASURES = [(measure, note) for note in ("B", "subordinated") for measure in ("EL", "PD", "ES99")]


def cost_of_scores(effort: Effort) -> list[Row]:
    """One row: seconds of a plain run of one scenario, of one with scores, their ratio; the best of turns each.

    Both from the job to the counts: its arrays made, its paths simulated and summed.
    """
    job = stress.load(JOBS / "baitiao-24m.toml")
    first = job.but(scenarios=job.scenarios[:1], paths=PATHS)

    def plain() -> None:
        alone.run(Workspace(pack(assemble(first))), 0, PATHS // PANEL_PATHS, PATHS, first.seed)

    single = [("EL", "subordinated")]
    runs: dict[str, Callable[[], object]] = {
        "plain": plain,
        "scores": lambda: gradients(first, single, paths=PATHS),
        "scores_of_six": lambda: gradients(first, MEASURES, paths=PATHS),
    }
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(1 + effort.rounds):
        for name, run in runs.items():
            begin = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - begin)
    row: Row = {"case": "gradients", "paths": PATHS}
    for name, seconds in best.items():
        row[f"{name}_seconds"] = seconds
    row["scores_to_plain"] = best["scores"] / best["plain"]
    row["scores_of_six_to_plain"] = best["scores_of_six"] / best["plain"]
    return [row]
