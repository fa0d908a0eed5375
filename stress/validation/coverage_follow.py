"""How often 95% intervals of a followed deal hold the law given its reports: the worked case, truth by long runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.analysis.filtering import follow
from stress.arrays import Array
from stress.inputs.files.reported import Reported, read_reports
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.measures.estimate import NORMAL
from stress.shipped import shipped
from stress.validation.check import Finding, held

SCENARIO, AS_OF, NOTE = "baseline_predictive", "2020-02", "subordinated"
"""Default rate, rho and phi are drawn by path; two reports are read, which leave half of the paths effective."""
WHAT = ("cumulative default before any report", "cumulative default given the reports",
        f"expected loss of {NOTE} before any report", f"expected loss of {NOTE} given the reports",
        f"worth of {NOTE} given the reports")  # fmt: skip
PATHS, REPLICATIONS = 1_024, 500
LONG, RUNS = 16_384, 8
"""Paths of a run that counts towards the truth, and how many, of seeds of their own: together 9% of the error."""
LONG_SEED = 1_000_000
BAND = 0.03


def followed(replications: int = REPLICATIONS, band: float = BAND, runs: int = RUNS) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose interval holds what the long runs found."""
    job = load_job(shipped("jobs/baitiao-24m-uncertain.toml"))
    reports = read_reports(shipped("reports/baitiao-24m-made-up.toml"))
    truth = np.mean([_read(job, reports, LONG_SEED + k, LONG)[0] for k in range(runs)], axis=0)
    hits = np.zeros(truth.shape)
    for seed in range(replications):
        mean, error = _read(job, reports, seed, PATHS)
        hits += np.abs(mean - truth) <= NORMAL * error
    return held(dict(zip(WHAT, (hits / replications).tolist(), strict=True)), replications, band)


def _read(job: Job, reports: Reported, seed: int, paths: int) -> tuple[Array, Array]:
    """Estimates and their standard errors."""
    answer = follow(job.model_copy(update={"seed": seed}), reports, AS_OF, SCENARIO, paths)
    note = next(note for note in answer.notes if note.name == NOTE)
    pairs = (
        (answer.default_before, answer.default_before_se),
        (answer.default, answer.default_se),
        (note.expected_loss_before, note.expected_loss_before_se),
        (note.expected_loss, note.expected_loss_se),
        (note.worth, note.worth_se),
    )
    mean, error = np.array(pairs, np.float64).T
    return mean, error
