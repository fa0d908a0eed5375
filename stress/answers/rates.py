"""Fans of what a pool does by month: delinquency, net loss, payment rate, yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.compared import compared
from stress.answers.frames import frame_of, framed
from stress.answers.shown import shown
from stress.arrays import Array

if TYPE_CHECKING:
    import pandas as pd


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


@shown
class Rates(NamedTuple):
    """All rates of a job."""

    job: str
    scenarios: tuple[str, ...]
    rates: tuple[Rate, ...]
    paths: int
    seed: int

    def to_dataframe(self, part: str = "rates") -> pd.DataFrame:
        """A row a rate, scenario and month: its mean over paths with its error, and the quantiles of the fan."""
        if part != "rates":
            return frame_of(self, part)
        return framed([
            {"name": rate.name, "scenario": scenario, "month": t + 1, "mean": rate.mean[k, t],
             "mean_se": rate.error[k, t]}
            | {f"quantile_{q}": x for q, x in zip((0.05, 0.25, 0.5, 0.75, 0.95), rate.level[k, t], strict=True)}
            for rate in self.rates
            for k, scenario in enumerate(self.scenarios)
            for t in range(rate.mean.shape[1])
        ])  # fmt: skip
