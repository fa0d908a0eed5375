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
    return [{"case": "start", "cold_s": cold, "warm_s": warm}]


def end_to_end(effort: Effort) -> list[Row]:
    """Wall seconds of `stress run` with a million paths of one scenario, files written; best of three, warm."""
    _run(1000, {})
    spent = sorted(_run(1_000_000, {}) for _ in range(3))
    return [{"case": "end_to_end_1m", "best_s": spent[0], "median_s": spent[1]}]


def _run(paths: int, environment: dict[str, str]) -> float:
    """Wall seconds of one `stress run` of the 24-month deal under its base case."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "stress", "run", str(JOBS / "baitiao-24m.toml"), "--scenario", "baseline"]
        command += ["--paths", str(paths), "--out", str(Path(out) / "results"), "--quiet"]
        begin = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=os.environ | environment)
        return time.perf_counter() - begin
