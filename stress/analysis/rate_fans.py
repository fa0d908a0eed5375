"""Delinquency, net loss, payment rate and yield by month, over paths of every scenario run again for it."""

from __future__ import annotations

import numpy as np

from stress.analysis.monthly_flows import pool_rates
from stress.analysis.trials import Progress, case_of, only
from stress.answers.rates import Rate, Rates
from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.inputs.numbers import enough
from stress.kernels.layout import LANES
from stress.runs.trace import paths_of

PATHS = 2_048
"""Where the caller gives none: 0.2 s a scenario."""
ROWS = (
    "month_start_balance", "pool_balance", "scheduled_principal", "prepaid", "cured_paid", "defaults", "recoveries",
    "m2", "m3", "m4_on", "fee_income", "late_charge",
)  # fmt: skip
TITLES = {
    "dq30": "30 days past due or more, share of the pool and its defaults not yet written off",
    "dq60": "60 days past due or more",
    "dq90": "90 days past due or more, until written off",
    "net_loss_rate": "Net loss a year over the opening balance",
    "payment_rate": "Principal collected a month over the opening balance",
    "yield": "Yield a year over the opening balance",
}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SMALL = 0.05
"""Share of the cut-off balance below which the median pool is too small to divide by."""


def rates(job: Job, scenario: str | None = None, paths: int = PATHS, progress: Progress | None = None) -> Rates:
    """Fans of the pool's rates under one scenario or all, from plain paths of the job's seed.

    Every rate is a fraction, by month its quantiles and its mean with a standard error. Paths are rounded up to blocks
    of 32. Raises ConfigError for fewer than 64 paths, and for a scenario that the job has not.

    >>> answer = rates(job, "baseline", paths=64)
    >>> answer.rates[0].name, answer.rates[0].level.shape == (1, job.deal.legal_maturity_months, 5)
    ('dq30', True)
    """
    enough(paths)
    cases = job.scenarios if scenario is None else (case_of(job, scenario),)
    blocks = -(-paths // LANES)
    by_case = []
    for k, case in enumerate(cases):
        by_case.append(_of_case(only(job, case.name), blocks))
        if progress is not None:
            progress(k + 1, len(cases))
    n = blocks * LANES
    fans = []
    for name, title in TITLES.items():
        values = np.stack([rows[name] for rows in by_case])  # (scenario, month, path)
        fans.append(_fan(name, title, values))
    return Rates(job.name, tuple(case.name for case in cases), tuple(fans), n, job.seed)


def _fan(name: str, title: str, values: Array) -> Rate:
    """Over the paths whose pool is still there."""
    there = np.isfinite(values)
    n = there.sum(-1)
    few = n < 2
    known = np.where(few[..., None], 0.0, values)
    level, mean = np.nanquantile(known, QUANTILES, axis=-1), np.nanmean(known, axis=-1)
    error = np.nanstd(known, axis=-1, ddof=1) / np.sqrt(np.maximum(n, 1))
    level, mean, error = (np.where(few, np.nan, part) for part in (level, mean, error))
    return Rate(name, title, np.moveaxis(level, 0, -1), mean, error)


def _of_case(job: Job, blocks: int) -> dict[str, Array]:
    """(month, path) of each rate, NaN from where the median pool is small."""
    parts: dict[str, list[Array]] = {name: [] for name in (*TITLES, "month_start_balance")}
    for rows in paths_of(job, assemble(job), blocks, ROWS):
        made = pool_rates(job, rows) | rows
        for name, values in parts.items():
            values.append(made[name])
    joined = {name: np.concatenate(values, axis=1) for name, values in parts.items()}
    small = np.median(joined.pop("month_start_balance"), axis=1) < SMALL * job.pool.balance
    return {name: np.where(small[:, None], np.nan, values) for name, values in joined.items()}
