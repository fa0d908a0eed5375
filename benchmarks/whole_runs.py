"""Whole runs in processes of their own: memory against paths, cold and warm start, a million paths from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.cases import JOBS, Effort, Row

ROOT = JOBS.parent.parent
_SIMULATE = """
import resource, stress
job = stress.load({job!r})
stress.simulate(job, paths={paths}, seed=7, scenarios=["baseline"], threads=1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def memory(effort: Effort) -> list[Row]:
    """Peak resident memory of `stress.simulate` by number of paths: flat."""
    row: Row = {"case": "memory"}
    for paths in (10_000, 100_000, 1_000_000):
        code = _SIMULATE.format(job=str(JOBS / "baitiao-24m.toml"), paths=paths)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        row[f"peak_mb_at_{paths}"] = float(done.stdout.split()[-1])
    return [row]


def start(effort: Effort) -> list[Row]:
    """Wall seconds of `stress run --paths 1000` with an empty kernel cache, then with the cache it left."""
    with tempfile.TemporaryDirectory() as empty:
        cold = _run(1000, {"STRESS_CACHE": empty})
        warm = min(_run(1000, {"STRESS_CACHE": empty}) for _ in range(3))
    names = ("to_results_s", "to_exit_s")
    row: Row = {"case": "start"}
    for what, pair in (("cold", cold), ("warm", warm)):
        row |= {f"{what}_{name}": value for name, value in zip(names, pair, strict=True)}
    return [row]


def end_to_end(effort: Effort) -> list[Row]:
    """Wall seconds of `stress run` with a million paths of one scenario to results.nc, and to the exit; warm."""
    _run(1000, {})
    spent = sorted(_run(1_000_000, {}) for _ in range(3))
    best, median = spent[0], spent[1]
    return [{"case": "end_to_end_1m", "to_results_s": best[0], "to_exit_s": best[1], "median_to_results_s": median[0]}]


def _run(paths: int, environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds of one `stress run` of the 24-month deal under its base case: to results.nc, to the exit."""
    with tempfile.TemporaryDirectory() as out:
        folder = Path(out) / "results"
        command = [sys.executable, "-m", "stress", "run", str(JOBS / "baitiao-24m.toml"), "--scenario", "baseline"]
        command += ["--paths", str(paths), "--out", str(folder), "--quiet"]
        begin = time.time()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=os.environ | environment)
        return (folder / "results.nc").stat().st_mtime - begin, time.time() - begin
