"""The timed cases: which job, how many threads, against which reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import stress
from benchmarks import reference_numpy
from benchmarks.engine_run import SEED, EngineRun
from benchmarks.machine import peak_rss_mb
from benchmarks.timing import Contender, Rates, interleaved, median_ratio, per_second
from stress.inputs.job import Job
from stress.kernels.layout import PANEL_PATHS

JOBS = Path(__file__).resolve().parent.parent / "scenarios" / "jobs"
Row = dict[str, Any]


class Effort(NamedTuple):
    """How long to measure."""

    rounds: int
    seconds: float
    """Of a turn of the engine, and about that of a reference."""
    tries: int = 3
    """Of each chunk size of the NumPy reference."""
    monthly_chunks: tuple[int, ...] = (1024, 2048, 4096, 8192)
    daily_chunks: tuple[int, ...] = (1024, 2048, 4096)
    against: str = "HEAD"
    """Commit that the case `before` compares this tree with."""


QUICK = Effort(rounds=4, seconds=0.3, tries=1, monthly_chunks=(2048, 4096), daily_chunks=(2048, 4096))
FULL = Effort(rounds=12, seconds=0.6)


def job_24m(n_scenario: int = 1, clock: str = "monthly") -> Job:
    """The 24-month deal under the first n scenarios of its job (repeated where it has fewer)."""
    job = stress.load(JOBS / "baitiao-24m.toml")
    cases = [job.scenarios[k % len(job.scenarios)] for k in range(n_scenario)]
    named = tuple(c.model_copy(update={"name": f"{c.name} {k}"}) for k, c in enumerate(cases))
    return job.model_copy(update={"scenarios": named, "clock": clock})


def against_numpy(name: str, job: Job, effort: Effort, threads: int = 1) -> Row:
    """The engine and the NumPy reference in turns."""
    engine = EngineRun(job, threads)
    turn = sized(engine, effort)
    turn(0)
    peak = peak_rss_mb()
    tables = reference_numpy.all_tables(job, engine.problem)
    chunks = effort.daily_chunks if job.clock == "daily" else effort.monthly_chunks
    by_chunk = reference_numpy.best_chunk(tables, chunks, effort.tries)
    chunk = min(by_chunk, key=by_chunk.__getitem__)
    n_path = max(1, round(effort.seconds / by_chunk[chunk] / chunk / len(tables))) * chunk

    def numpy_turn(i: int) -> int:
        return reference_numpy.run(tables, n_path, chunk, SEED + i).path * len(tables)

    rates = interleaved({"engine": turn, "numpy": numpy_turn}, effort.rounds)
    row = row_of(name, job, engine, rates["engine"], peak)
    reference = rates["numpy"]
    return row | {
        "numpy_paths_per_cpu_second": reference.best_cpu,
        "numpy_paths_per_cpu_second_median": reference.median_cpu,
        "ratio_to_numpy": rates["engine"].best_cpu / reference.best_cpu,
        "ratio_to_numpy_median": median_ratio(rates["engine"], reference),
        "numpy_chunk": chunk,
        "numpy_us_by_chunk": {str(c): 1e6 * s for c, s in by_chunk.items()},
    }


def engines_alone(jobs: dict[str, tuple[Job, dict[str, Any]]], effort: Effort) -> list[Row]:
    """Variants of the engine in turns, without the reference."""
    return _in_turns(jobs, effort)[0]


def costs_of(case: str, jobs: dict[str, Job], effort: Effort) -> list[Row]:
    """Jobs in turns, a row each, then a row of what all but the first cost: CPU time over that of the first."""
    rows, rates = _in_turns({f"{case}_{name}": (job, {}) for name, job in jobs.items()}, effort)
    (_, plain), *others = zip(jobs, rates.values(), strict=True)
    costs = {f"cost_{name}": plain.best_cpu / own.best_cpu for name, own in others}
    medians = {f"median_{name}": median_ratio(plain, own) for name, own in others}
    return [*rows, {"case": f"{case}_cost"} | costs | medians]


def _in_turns(jobs: dict[str, tuple[Job, dict[str, Any]]], effort: Effort) -> tuple[list[Row], dict[str, Rates]]:
    """The row of each job, run with its options, and its rates over the turns."""
    engines = {name: EngineRun(job, **options) for name, (job, options) in jobs.items()}
    rates = interleaved({name: sized(engine, effort) for name, engine in engines.items()}, effort.rounds)
    rows = [row_of(name, jobs[name][0], engines[name], own, peak_rss_mb()) for name, own in rates.items()]
    return rows, rates


def sized(engine: EngineRun, effort: Effort) -> Contender:
    """A turn of about `effort.seconds` of wall time, in whole chunks for every thread."""
    rate = per_second(engine.run, effort.seconds)
    paths = engine.threads * rate * effort.seconds / engine.problem.sizes.n_scenario
    step = engine.chunk_panels * engine.threads if engine.threads > 1 else 1
    panels = max(1, round(paths / PANEL_PATHS / step)) * step
    return lambda _: engine.run(panels)


def row_of(name: str, job: Job, engine: EngineRun, rates: Rates, peak: float) -> Row:
    """What the table shows of the engine."""
    sizes = engine.problem.sizes
    nanoseconds = 1e9 / rates.best_cpu
    return {
        "case": name,
        "clock": job.clock,
        "threads": engine.threads,
        "n_scenario": sizes.n_scenario,
        "n_segment": sizes.n_segment,
        "n_period": sizes.n_month,
        "n_step": sizes.n_month * sizes.n_cohort,
        "rounds": len(rates.cpu),
        "paths_per_second": max(rates.wall),
        "paths_per_cpu_second": rates.best_cpu,
        "paths_per_cpu_second_median": rates.median_cpu,
        "numpy_paths_per_cpu_second": None,
        "ratio_to_numpy": None,
        "ns_per_segment_month": nanoseconds / (sizes.n_segment * sizes.n_month),
        "ns_per_segment_step": nanoseconds / (sizes.n_segment * sizes.n_month * sizes.n_cohort),
        "peak_rss_mb": peak,
    }


def monthly(effort: Effort) -> list[Row]:
    """The full 24-month deal, one scenario, one thread."""
    return [against_numpy("monthly", job_24m(), effort)]


def monthly_2_threads(effort: Effort) -> list[Row]:
    """The same on two threads (NumPy on one; the ratio is by CPU second)."""
    return [against_numpy("monthly_2_threads", job_24m(), effort, threads=2)]


def monthly_8_scenarios(effort: Effort) -> list[Row]:
    """Eight scenarios on common random numbers; a path under a scenario counts as one path."""
    return [against_numpy("monthly_8_scenarios", job_24m(8), effort)]


def daily(effort: Effort) -> list[Row]:
    """Thirty cohorts, purchases every day."""
    return [against_numpy("daily", job_24m(clock="daily"), effort)]


QUICK_CASES: dict[str, Callable[[Effort], list[Row]]] = {
    "monthly": monthly,
    "monthly_2_threads": monthly_2_threads,
    "monthly_8_scenarios": monthly_8_scenarios,
    "daily": daily,
}
"""What `--quick` runs; the names are part of the interface."""
