"""What speed depends on: scenarios, chunk sizes, steps of the priority, and the scalar reference."""

from __future__ import annotations

from benchmarks import reference_numpy, reference_scalar
from benchmarks.cases import Effort, Row, engines_alone, job_24m, row_of, sized
from benchmarks.engine_run import SEED, EngineRun
from benchmarks.machine import peak_rss_mb
from benchmarks.scalar_model import scalar_tables
from benchmarks.timing import interleaved, median_ratio, per_second

from stress.inputs.job import Job


def scenarios(effort: Effort) -> list[Row]:
    """1, 4, 8 and 16 scenarios on the same draws."""
    return engines_alone({f"scenarios_{k}": (job_24m(k), {}) for k in (1, 4, 8, 16)}, effort)


def chunks(effort: Effort) -> list[Row]:
    """Panels of 512 paths handed to the kernel at a time."""
    return engines_alone({f"chunk_{n}_panels": (job_24m(), {"chunk_panels": n}) for n in (1, 4, 16, 64)}, effort)


def numpy_chunks(effort: Effort) -> list[Row]:
    """CPU microseconds a path of the NumPy reference by chunk size, and of its plain matrix of instalments."""
    from benchmarks.numpy_model.profile import DueMatrix

    rows: list[Row] = []
    for clock, sizes in (("monthly", (256, 512, 1024, 2048, 4096, 8192)), ("daily", (256, 1024, 2048, 4096))):
        engine = EngineRun(job_24m(clock=clock))
        tables = reference_numpy.all_tables(job_24m(clock=clock), engine.problem)
        found = reference_numpy.best_chunk(tables, sizes, effort.tries)
        rows.append({"case": f"numpy_chunks_{clock}"} | {f"us_at_{n}": 1e6 * spent for n, spent in found.items()})
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


def with_steps_twice(job: Job) -> Job:
    """Every step of every phase repeated at once, purchases excepted."""
    priority = {
        phase: tuple(step for one in steps for step in ((one,) if one.step == "purchase" else (one, one)))
        for phase, steps in job.deal.priority.items()
    }
    return job.model_copy(update={"deal": job.deal.model_copy(update={"priority": priority})})


def scalar(effort: Effort) -> list[Row]:
    """The engine against the scalar numba reference, in turns."""
    job = job_24m()
    engine = EngineRun(job)
    peak = peak_rss_mb()
    tables = scalar_tables(reference_numpy.all_tables(job, engine.problem)[0])
    reference_scalar.run(tables, 32, 32, SEED)
    rate = per_second(lambda n: reference_scalar.run(tables, 256 * n, 256, SEED)[0], effort.seconds)
    n_path = max(1, round(rate * effort.seconds / 1024)) * 1024
    found = interleaved(
        {"engine": sized(engine, effort), "scalar": lambda i: reference_scalar.run(tables, n_path, 1024, SEED + i)[0]},
        effort.rounds,
    )
    row = row_of("monthly_against_scalar_numba", job, engine, found["engine"], peak)
    return [
        row
        | {
            "scalar_paths_per_cpu_second": found["scalar"].best_cpu,
            "ratio_to_scalar": found["engine"].best_cpu / found["scalar"].best_cpu,
            "ratio_to_scalar_median": median_ratio(found["engine"], found["scalar"]),
        }
    ]
