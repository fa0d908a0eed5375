"""Scaling: one thread against two, and the model of many cores with the run that checks it."""

from __future__ import annotations

from benchmarks.cases import Effort, Row, job_24m
from benchmarks.scaling import Prediction, predict, taken, tried
from benchmarks.timing import interleaved, median_ratio
from stress.assemble.problem import assemble
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import pack
from stress.runs import engine
from stress.runs.counting.counted import joined

WORKERS = 16
PATHS = 10**9
"""Of the run in the model."""
CORES = (1, 2, 16, 64, 256, 1024)


def scale(effort: Effort) -> list[Row]:
    """Costs of a task and of a merge, a model of 10^9 paths under eight scenarios, many small tasks on 16 processes."""
    costs = taken(job_24m(8))
    check = tried(job_24m(), WORKERS, tasks=320 if effort.rounds < 10 else 1600)
    measured: Row = {f"{name}_us": 1e6 * value for name, value in costs._asdict().items()}
    held: Row = {
        "workers": check.workers,
        "tasks": check.tasks,
        "measured_cpu_s": check.measured,
        "predicted_cpu_s": check.predicted,
        "ratio": check.measured / check.predicted,
    }
    model = [_model(predict(costs, PATHS, cores)) for cores in CORES]
    return [{"case": "scale_costs", **measured}, {"case": "scale_check", **held}, *model]


def _model(row: Prediction) -> Row:
    return {
        "case": f"scale_model_{row.cores}_cores",
        "paths": PATHS,
        "tasks": row.tasks,
        "seconds": row.seconds,
        "efficiency": row.efficiency,
        "driver_busy": row.driver,
    }


def cores(effort: Effort) -> list[Row]:
    """A whole count (tasks by Dask, tallies merged) on one thread and on two, in turns.

    `efficiency_wall` is twice the time of two threads under that of one and needs quiet cores; `efficiency_cpu`, paths
    a CPU second on two threads over those on one, holds on busy ones: what threads cost each other, not what they wait.
    """
    job = job_24m()
    packed = pack(assemble(job))
    paths = PANEL_PATHS * (256 if effort.rounds < 10 else 1024)

    def turn(threads: int) -> int:
        return joined(engine.count(packed, job.model_copy(update={"paths": paths}), threads=threads)).n_path

    turn(1)
    rates = interleaved({"one": lambda _: turn(1), "two": lambda _: turn(2)}, max(effort.rounds, 6))
    single, double = rates["one"], rates["two"]
    return [
        {
            "case": "cores",
            "paths": paths,
            "paths_per_second_1": max(single.wall),
            "paths_per_second_2": max(double.wall),
            "efficiency_wall": max(double.wall) / (2 * max(single.wall)),
            "efficiency_cpu": double.best_cpu / single.best_cpu,
            "efficiency_cpu_median": median_ratio(double, single),
        }
    ]
