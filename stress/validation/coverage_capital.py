"""How often 95% intervals of regulatory capital by month hold the truth: the worked case, truth by a long run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.analysis.capital_needs import capital
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.measures.estimate import Interval
from stress.shipped import shipped
from stress.validation.check import Finding, held

SCENARIO, MONTHS = "macro_moderate", (6, 12, 18)
TRIED = (("mezzanine", "risk_weight"), ("mezzanine", "risk_weight_95"), ("", "capital"), ("", "capital_95"))
"""Class (empty: all notes together) and what is read of it."""
PATHS, REPLICATIONS = 2_048, 1_000
LONG, RUNS = 16_384, 16
"""Paths of a run that counts towards the truth, and how many, of seeds of their own: together 9% of the error."""
LONG_SEED = 1_000_000
BAND = 0.02


def capitals(replications: int = REPLICATIONS, band: float = BAND, runs: int = RUNS) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose interval holds what the long runs found."""
    job = load_job(shipped("jobs/baitiao-24m.toml"))
    truth = np.mean([_read(job, LONG_SEED + k, LONG).estimate for k in range(runs)], axis=0)
    hits = np.zeros(truth.shape)
    for seed in range(replications):
        interval = _read(job, seed, PATHS)
        hits += (interval.low <= truth) & (truth <= interval.high)
    shares = {
        f"{name.replace('_95', ' at 95%').replace('_', ' ')} of {note or 'all notes'} in month {month}": float(share)
        for (note, name), row in zip(TRIED, hits / replications, strict=True)
        for month, share in zip(MONTHS, row, strict=True)
    }
    return held(shares, replications, band)


def _read(job: Job, seed: int, paths: int) -> Interval:
    """(measure, month) of a run."""
    answer = capital(job.model_copy(update={"seed": seed}), scenario=SCENARIO, paths=paths)
    rows = {row.note: row for row in answer.months}
    ends = np.array([[end[list(MONTHS)] for end in getattr(rows[note], name)] for note, name in TRIED])
    return Interval(*np.moveaxis(ends, 1, 0))
