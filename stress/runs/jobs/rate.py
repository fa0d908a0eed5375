"""How fast paths are counted: measured by every run, kept with the compiled kernels, read by a dry run."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from stress.atomic import write_atomically
from stress.compiled import cache_directory
from stress.kernels.memory import Packed
from stress.runs.jobs.origin import read_json

MOST = 200
"""Problems whose rate is remembered."""
WORTH = 1.0
"""Seconds that a run must have lasted to be remembered."""


class Meter:
    """Paths per second of one thread, from the first that are counted: kernels are loaded or compiled by then."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.first: tuple[float, int] | None = None
        self.last = (0.0, 0)

    def at(self, done: int) -> None:
        """So many paths are counted now."""
        if done > 0:
            self.last = (time.perf_counter(), done)
            self.first = self.first or self.last

    def keep(self, problem: str) -> None:
        """Remember the rate, where the run was long enough to tell."""
        since, before = self.first or self.last
        spent, paths = self.last[0] - since, self.last[1] - before
        if spent >= WORTH and paths:
            remember(problem, paths / spent / self.threads)


def remember(problem: str, rate: float) -> None:
    """Keep a problem's paths per second and thread. Where nothing can be written, nothing is kept."""
    path = _file()
    if path is None:
        return
    known = read_json(path)
    known.pop(problem, None)
    latest = dict([*known.items(), (problem, rate)][-MOST:])
    with contextlib.suppress(OSError):
        write_atomically(path, json.dumps(latest))


def known(problem: str) -> float | None:
    """Paths per second and thread of the latest run of a problem."""
    path = _file()
    rate = read_json(path).get(problem) if path else None
    return float(rate) if isinstance(rate, int | float) and rate > 0 else None


def measure(packed: Packed, seed: int, seconds: float = 0.3) -> float:
    """Paths per second of this thread, measured now (after the kernels have been loaded or compiled)."""
    from stress.kernels import alone
    from stress.kernels.layout import PANEL_PATHS
    from stress.kernels.memory import Workspace

    space = Workspace(packed)
    alone.run(space, 0, 1, PANEL_PATHS, seed)
    panels, since = 0, time.perf_counter()
    while time.perf_counter() - since < seconds:
        alone.run(space, panels, 1, (panels + 1) * PANEL_PATHS, seed)
        panels += 1
    return panels * PANEL_PATHS / (time.perf_counter() - since)


def _file() -> Path | None:
    directory = cache_directory()
    return None if directory is None else directory / "rates.json"
