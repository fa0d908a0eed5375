"""Fans of what a pool does by month: delinquency, net loss, payment rate, yield."""

from __future__ import annotations

from typing import NamedTuple

from stress.answers.compared import compared
from stress.arrays import Array


@compared
class Rate(NamedTuple):
    """One rate under every scenario, by month; NaN where the pool is too small to divide by."""

    name: str
    title: str
    level: Array
    """(scenario, month, quantile): 5, 25, 50, 75 and 95% of the paths whose pool is still there."""
    mean: Array
    """(scenario, month): mean over those paths of each one's rate."""
    error: Array
    """(scenario, month): standard error of the mean."""


@compared
class Rates(NamedTuple):
    """All rates of a job."""

    job: str
    scenarios: tuple[str, ...]
    rates: tuple[Rate, ...]
    paths: int
    seed: int
