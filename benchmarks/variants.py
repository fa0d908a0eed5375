"""What speed depends on: scenarios, chunk sizes, steps of the priority, and the references against each other."""

from __future__ import annotations

import numpy as np

from benchmarks import hard_coded as straight_calls
from benchmarks import reference_numpy, reference_scalar
from benchmarks.cases import Effort, Row, engines_alone, job_24m, row_of, sized
from benchmarks.engine_run import SEED, EngineRun
from benchmarks.machine import peak_rss_mb
from benchmarks.numpy_model.profile import DueMatrix
from benchmarks.scalar_model import scalar_tables
from benchmarks.timing import Contender, interleaved, median_ratio
from stress.inputs.job import Job


def scenarios(effort: Effort) -> list[Row]:
    """1, 4, 8 and 16 scenarios on the same draws."""
    return engines_alone({f"scenarios_{k}": (job_24m(k), {}) for k in (1, 4, 8, 16)}, effort)


def chunks(effort: Effort) -> list[Row]:
    """Panels of 512 paths handed to the kernel at a time."""
    return engines_alone({f"chunk_{n}_panels": (job_24m(), {"chunk_panels": n}) for n in (1, 4, 16, 64)}, effort)


def numpy_chunks(effort: Effort) -> list[Row]:
    """CPU microseconds a path of the NumPy reference by chunk size, and of its plain matrix of instalments."""
    rows: list[Row] = []
    for clock, sizes in (("monthly", (256, 512, 1024, 2048, 4096, 8192)), ("daily", (256, 1024, 2048, 4096))):
        engine = EngineRun(job_24m(clock=clock))
        tables = reference_numpy.all_tables(job_24m(clock=clock), engine.problem)
        best = reference_numpy.best_chunk(tables, sizes, effort.tries)
        rows.append({"case": f"numpy_chunks_{clock}"} | {f"us_at_{n}": 1e6 * spent for n, spent in best.items()})
        if clock == "monthly":
            plain = reference_numpy.best_chunk(tables, sizes, effort.tries, profile=DueMatrix)
            rows.append({"case": "numpy_chunks_due_matrix"} | {f"us_at_{n}": 1e6 * s for n, s in plain.items()})
    return rows


def steps(effort: Effort) -> list[Row]:
    """The priority of payments as data: the same deal with every step but purchases written twice.

    The second of a pair finds nothing to pay, so results are the same; the difference is what the steps cost in all
    (reading them and their arithmetic), an upper bound of what steps compiled into the kernel could save.
    """
    plain = job_24m()
    rows = engines_alone({"steps_once": (plain, {}), "steps_twice": (with_steps_twice(plain), {})}, effort)
    once, twice = (1e9 / row["paths_per_cpu_second"] for row in rows)
    return [*rows, {"case": "steps_cost", "ns_per_path": twice - once, "share_of_a_path": (twice - once) / once}]


def hard_coded(effort: Effort) -> list[Row]:
    """The deal as data against the same deal as straight calls compiled into the kernel, in turns.

    Both must count the same paths to the last bit; `ratio_to_hard_coded` is the CPU time of the deal as data over that
    of the straight calls (aim: at most 1.3).
    """
    job = job_24m()
    engine, straight = EngineRun(job), EngineRun(job, run=straight_calls.run)
    for engine_run in (engine, straight):
        engine_run.spaces[0].clear()
        engine_run.run(4)
    if not np.array_equal(engine.spaces[0].count, straight.spaces[0].count):
        raise RuntimeError("the hard-coded deal is not the deal of the file: results differ")
    rates = interleaved({"data": sized(engine, effort), "straight": sized(straight, effort)}, effort.rounds)
    data, calls = rates["data"], rates["straight"]
    return [
        row_of("deal_as_data", job, engine, data, peak_rss_mb()),
        row_of("deal_hard_coded", job, straight, calls, peak_rss_mb()),
        {
            "case": "interpreter_cost",
            "ratio_to_hard_coded": calls.best_cpu / data.best_cpu,
            "ratio_to_hard_coded_median": median_ratio(calls, data),
        },
    ]


def with_steps_twice(job: Job) -> Job:
    """Every step of every phase repeated at once, purchases excepted."""
    priority = {
        phase: tuple(again for step in steps for again in ((step,) if step.step == "purchase" else (step, step)))
        for phase, steps in job.deal.priority.items()
    }
    return job.model_copy(update={"deal": job.deal.model_copy(update={"priority": priority})})


def references(effort: Effort) -> list[Row]:
    """The engine, NumPy with scaled purchases, NumPy with a matrix of instalments and scalar numba, in turns."""
    job = job_24m()
    engine = EngineRun(job)
    peak = peak_rss_mb()
    tables = reference_numpy.all_tables(job, engine.problem)
    scalar = scalar_tables(tables[0])
    reference_scalar.run(scalar, 32, 32, SEED)
    contenders: dict[str, Contender] = {
        "engine": sized(engine, effort),
        "numpy": lambda i: reference_numpy.run(tables, 4096 * 3, 4096, SEED + i).path,
        "numpy_matrix": lambda i: reference_numpy.run(tables, 512 * 8, 512, SEED + i, DueMatrix).path,
        "scalar": lambda i: reference_scalar.run(scalar, 4096 * 3, 1024, SEED + i)[0],
    }
    rates = interleaved(contenders, effort.rounds)
    row = row_of("monthly_against_all", job, engine, rates.pop("engine"), peak)
    for name, own in rates.items():
        row[f"{name}_paths_per_cpu_second"] = own.best_cpu
        row[f"ratio_to_{name}"] = row["paths_per_cpu_second"] / own.best_cpu
    return [row]
