"""The kernel on a card of this machine: its bits against the CPU's, then its speed.

`python -m benchmarks --case gpu` where there is one. Whatever differs in a bit is said and not timed.
"""

from __future__ import annotations

import datetime
import time
from typing import Any, NamedTuple

from benchmarks.cases import Effort, Row, job_24m
from benchmarks.engine_run import SEED
from stress.errors import StressError
from stress.gpu import driver
from stress.gpu.device import GpuWorkspace
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace
from stress.kernels.tally import Tally, merge
from stress.runs.counting.machines import machines
from stress.runs.engine import packed_of

COMPARED = 8 * PANEL_PATHS - 100
"""Paths that both count: several panels, the last in part."""
PATHS = 2**20


class Deal(NamedTuple):
    """What is compared and timed."""

    name: str
    job: Job


def deals() -> list[Deal]:
    """The worked deal under one scenario and eight, on both clocks, and by the other estimators."""
    single, eight = job_24m(), job_24m(8)
    return [
        Deal("monthly", single),
        Deal("monthly, 8 scenarios", eight),
        Deal("daily", job_24m(clock="daily")),
        Deal("monthly, importance", single.model_copy(update={"estimator": "importance"})),
        Deal("monthly, sobol", single.model_copy(update={"estimator": "sobol"})),
    ]


def gpu(effort: Effort) -> list[Row]:
    """A row for each deal. Raises ConfigError, in one sentence, without a card."""
    machines("gpu", 0)
    card = driver.Card()
    rows = [_row(deal, card, effort) for deal in deals()]
    if wrong := [row["case"] for row in rows if row["differs"]]:
        raise StressError(f"{card.name} differs from the CPU in a bit: {', '.join(wrong)}; {rows}")
    return rows


def _row(deal: Deal, card: driver.Card, effort: Effort) -> Row:
    packed = packed_of(deal.job)
    began = time.perf_counter()
    space = GpuWorkspace(packed, card)
    ready = time.perf_counter() - began
    try:
        row = {
            "case": f"gpu: {deal.name}",
            "card": card.name,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "differs": ", ".join(differing(packed, space)),
            "warps": space.warps,
            "seconds_to_load": ready,
        }
        return row if row["differs"] else row | _speed(packed, space, effort)
    finally:
        space.close()


def differing(packed: Packed, space: Any) -> list[str]:
    """Arrays of the tally in which a workspace counts other bits than the CPU."""
    panels = -(-COMPARED // PANEL_PATHS)
    cpu = Workspace(packed)
    alone.run(cpu, 0, panels, COMPARED, SEED)
    space.clear()
    space.run(0, panels, COMPARED, SEED)
    here, there = merge([cpu.tally()]), merge([space.tally()])
    return [name for name in Tally._fields if getattr(here, name).tobytes() != getattr(there, name).tobytes()]


def _speed(packed: Packed, space: GpuWorkspace, effort: Effort) -> dict[str, float]:
    """Paths x scenarios a second, the counts fetched; best turn."""
    best = float("inf")
    for turn in range(effort.rounds):
        space.clear()
        began = time.perf_counter()
        space.run(turn * PATHS // PANEL_PATHS, PATHS // PANEL_PATHS, (turn + 1) * PATHS, SEED)
        space.counts()
        best = min(best, time.perf_counter() - began)
    return {"path_scenarios_per_second": PATHS * packed.problem.sizes.n_scenario / best}
