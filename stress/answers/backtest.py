"""The answer of a back-test: every forecast with what came, and each horizon's score beside its rivals."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.answers.frames import frame_of
from stress.answers.shown import shown
from stress.measures.drift import Drift

if TYPE_CHECKING:
    import pandas as pd


class Forecast(NamedTuple):
    """One period predicted from one origin; rates are fractions a year."""

    origin: str
    """Last period that was known."""
    horizon: int
    target: str
    low: float
    median: float
    high: float
    """The 90% band and its middle; with the adaptive width, where that was asked for."""
    came: float
    pit: float
    log_score: float
    """Log density of the probit."""
    crps: float
    crps_last: float
    crps_stationary: float
    crps_job: float
    """In percentage points a month (rate / 12): of the law, of the last value, of the stationary law refitted at the
    same origin, of the job's own law."""

    @property
    def held(self) -> bool:
        """Whether the band held what came."""
        return self.low <= self.came <= self.high


class Scores(NamedTuple):
    """What the forecasts of one horizon were worth."""

    months: int
    """Forecasts scored (the name is the interface's; they are of reports)."""
    coverage_90: float
    coverage_se: float
    crps: float
    crps_se: float
    crps_last: float
    crps_stationary: float
    crps_job: float
    gain: float
    """crps_last - crps; above 0 the law is the better one."""
    gain_se: float
    log_score: float
    log_score_se: float


@shown
class BackTest(NamedTuple):
    """Forecasts from every origin, their scores by horizon, the evidence of drift."""

    job: str
    reports: str
    made_of: str
    per_year: int
    first: str
    last: str
    """Targets scored."""
    adaptive: bool
    half_life: float
    draws: int
    seed: int
    forecasts: tuple[Forecast, ...]
    horizons: dict[int, Scores]
    drift: Drift | None
    drift_period: tuple[str, ...]
    alarm: str | None
    says: tuple[str, ...]
    """Where it failed, in sentences."""

    def to_dataframe(self, part: str = "forecasts") -> pd.DataFrame:
        """A row a forecast; of `horizons` a row a horizon with its scores."""
        return frame_of(self, part)
