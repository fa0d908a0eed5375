"""What a month added to a followed deal costs: the posterior found again, the rest of the life, what moved it."""

from __future__ import annotations

import time

import numpy as np

import stress
from benchmarks.cases import JOBS, Effort, Row
from benchmarks.machine import peak_rss_mb
from stress.analysis.filtering import given_all
from stress.analysis.from_today import later, standing
from stress.analysis.observed import seen_of
from stress.analysis.whitened import Whitened
from stress.inputs.files.reported import opened

PATHS = 100_000
REPORTS = JOBS.parent / "reports" / "baitiao-24m-made-up.toml"


def a_month_added(effort: Effort) -> list[Row]:
    """One row: seconds of the twelfth report at 100,000 weighted paths, on all cores; the best of turns.

    Of a `stress follow` the twelfth month costs this, less what it is told already (the mode of the eleventh), and so
    does a job that names its reports.
    """
    job = stress.load(JOBS / "baitiao-24m.toml")
    job = job.but(scenarios=job.scenarios[:1])
    whitened, reports = Whitened(job), opened(REPORTS)
    seen, _ = seen_of(job, reports, whitened.sample(np.zeros((1, 1))).ratio[0])
    last = int(seen.month[-1])
    before = given_all(whitened, seen.of(seen.month < last), np.zeros(0), job.seed, 256)
    wall = cpu = float("inf")
    for _ in range(1 + effort.rounds // 4):
        begin, cpu_begin = time.perf_counter(), time.process_time()
        posterior = given_all(whitened, seen, before.centre, job.seed, PATHS)
        standing_now = standing(whitened, reports, last + 1, posterior.centre)
        stands = later(job, standing_now.state, reports.file)
        stands.whitened.sample(posterior.point)
        wall, cpu = min(wall, time.perf_counter() - begin), min(cpu, time.process_time() - cpu_begin)
    return [
        {
            "case": "follow",
            "paths": PATHS,
            "effective": posterior.effective,
            "month_seconds": wall,
            "month_cpu_seconds": cpu,
            "peak_rss_mb": peak_rss_mb(),
        }
    ]
