"""Back-test of a reported default rate: from each origin the law refitted to what was known then, against what came.

The law is the engine's own: a probit AR(1) (`stress.calibration.forecast`), parameters drawn, the innovation variance
local. Every origin draws from a generator of its own (seed, origin), so that an answer depends on no cut or order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from stress.analysis import kept
from stress.analysis.kept import Interrupted
from stress.analysis.rivals import job_rates, last_value, stationary
from stress.answers.backtest import BackTest, Forecast, Scores
from stress.arrays import Array, Ints
from stress.calibration.forecast import HALF_LIFE, ahead, draw
from stress.errors import ConfigError, DataError
from stress.inputs.files.rate_series import RateSeries, rate_series
from stress.inputs.files.reported import Reported, opened, period_at
from stress.inputs.job import Job
from stress.inputs.numbers import FEW_DRAWS, enough
from stress.measures.drift import drift
from stress.measures.scores import crps, log_score, mean_error, pit
from stress.tables.periods import Period

DRAWS = 4000
LEAST = 12
"""Reports that an origin must know: with fewer, the persistence is not told from the prior."""
LEVEL = 0.9
FEW = 8
"""Forecasts of a horizon below which nothing is said of it."""
STEP = 0.1
"""Of the adaptive width: it grows by e^0.09 where a band missed and falls by e^-0.01 where it held (quantile tracking,
Angelopoulos, Candes and Tibshirani 2023, on the logarithm of the width)."""
MONTHLY = 100.0 / 12.0
"""From a fraction a year to percentage points a month."""


class _Known(NamedTuple):
    """One forecast on the scale of probits, before any width is adapted."""

    origin: int
    horizon: int
    target: int
    low: float
    median: float
    high: float


def backtest(
    job: Job,
    reports: Reported | str | os.PathLike[str],
    first: Period | str,
    last: Period | str | None = None,
    horizons: Sequence[int] = (),
    adaptive: bool = False,
    half_life: float = HALF_LIFE,
    draws: int = DRAWS,
    progress: Callable[[int, int], None] | None = None,
) -> BackTest:
    """Score the forecasts whose target lies between `first` and `last`, from every origin that knows 12 reports.

    `reports`: a file, or what was read of one; periods as 2000-01 or 2000 Q1; `horizons` in reports ahead. Widths adapt
    from the first origin on, scored or not. Raises ConfigError, for fewer than 100 draws too, DataError where no origin
    or no target is left.

    >>> cards = stress.load("scenarios/jobs/card-master-trust.toml")
    >>> answer = stress.analysis.backtest(cards, "scenarios/reports/us-cards.toml", "2014-01", draws=500)
    >>> answer.horizons[1].months
    8
    """
    enough(draws, FEW_DRAWS, "draws =")
    reports = opened(reports)
    first = period_at(first, reports.per_year)
    last = None if last is None else period_at(last, reports.per_year)
    series = rate_series(reports)
    horizons = tuple(horizons) or ((1, 3, 6, 12) if reports.per_year == 12 else (1, 2, 4, 8))
    at = np.array([p.ordinal - series.period[0].ordinal for p in series.period])
    begin, end = (p.ordinal - series.period[0].ordinal for p in (first, last or series.period[-1]))
    if first > series.period[-1]:
        raise ConfigError(f"--from {first}: the last report is of {series.period[-1]}")
    if last is not None and last < first:
        raise ConfigError(f"--to {last}: lies before --from {first}")
    own = job_rates(job.pool, reports.per_year, draws, np.random.default_rng([job.seed, 0]))
    forecasts: list[tuple[_Known, Forecast]] = []
    stopped = None
    for origin in (o for o in range(LEAST, len(at)) if adaptive or _asked(at[o - 1], horizons, begin, end)):
        if kept.asked_to_stop():
            stopped = origin
            break
        if progress is not None:
            progress(origin - LEAST, len(at) - LEAST)
        seed = np.random.default_rng([job.seed, int(at[origin])])
        forecasts += _from(series, at, origin, horizons, half_life, draws, own, seed)
    if adaptive:
        forecasts = _adapted(forecasts)
    inside = [forecast for band, forecast in forecasts if begin <= at[band.target] <= end]
    if not inside:
        if stopped is not None:
            raise Interrupted
        raise DataError(
            f"{reports.file}: no forecast to score between {first} and {last or series.period[-1]}: an origin needs "
            f"{LEAST} reports before its target; the file has {len(at)} rates, {series.period[0]} to "
            f"{series.period[-1]}"
        )
    answer = _answer(job, reports, series, inside, horizons, adaptive, half_life, draws)
    if stopped is None:
        return answer
    cut = f"interrupted: what was known from {series.period[stopped - 1]} on was not scored"
    return answer._replace(says=(cut, *answer.says))


def _asked(known: int, horizons: Sequence[int], begin: int, end: int) -> bool:
    """Whether a forecast from an origin is scored; widths that adapt learn from those that are not, too."""
    return any(begin <= known + horizon <= end for horizon in horizons)


def _answer(
    job: Job,
    reports: Reported,
    series: RateSeries,
    inside: list[Forecast],
    horizons: Sequence[int],
    adaptive: bool,
    half_life: float,
    draws: int,
) -> BackTest:
    """Scores by horizon, drift of the nearest, what failed."""
    scores = {
        h: _scores([f for f in inside if f.horizon == h]) for h in horizons if any(f.horizon == h for f in inside)
    }
    nearest = [f for f in inside if f.horizon == min(scores)]
    test = drift([f.pit for f in nearest]) if min(scores) == 1 else None
    return BackTest(
        job=job.name,
        reports=reports.name,
        made_of=series.made_of,
        per_year=reports.per_year,
        first=min(f.target for f in inside),
        last=max(f.target for f in inside),
        adaptive=adaptive,
        half_life=half_life,
        draws=draws,
        seed=job.seed,
        forecasts=tuple(inside),
        horizons=scores,
        drift=test,
        drift_period=tuple(f.target for f in nearest),
        alarm=None if test is None or test.alarm is None else nearest[test.alarm].target,
        says=(*(f"{reports.name}: {note}" for note in reports.note), *_failures(scores)),
    )


def _from(
    series: RateSeries,
    at: Ints,
    origin: int,
    horizons: Sequence[int],
    half_life: float,
    draws: int,
    own: Array,
    seed: np.random.Generator,
) -> list[tuple[_Known, Forecast]]:
    """Forecasts of the origin that knows the first `origin` reports, for each horizon whose target was reported."""
    rate = np.array(series.rate)
    g, known = ndtri(rate), slice(0, origin)
    drawn = draw(g[known], at[known], draws, seed, half_life)
    unconditional = stationary(g[known], draws)
    made = []
    for horizon in horizons:
        reached = np.flatnonzero(at == at[origin - 1] + horizon)
        if not reached.size:
            continue
        target = int(reached[0])
        centre, spread = ahead(drawn, float(g[origin - 1]), horizon)
        probit = centre + spread * seed.standard_normal(draws)
        low, median, high = (float(x) for x in np.quantile(probit, (0.5 - LEVEL / 2, 0.5, 0.5 + LEVEL / 2)))
        came = MONTHLY * float(rate[target])
        made.append((
            _Known(origin, horizon, target, low, median, high),
            Forecast(
                origin=str(series.period[origin - 1]),
                horizon=horizon,
                target=str(series.period[target]),
                low=float(ndtr(low)),
                median=float(ndtr(median)),
                high=float(ndtr(high)),
                came=float(rate[target]),
                pit=pit(centre, spread, float(g[target])),
                log_score=log_score(centre, spread, float(g[target])),
                crps=crps(MONTHLY * ndtr(probit), came),
                crps_last=crps(MONTHLY * last_value(g[known], at[known], horizon, draws), came),
                crps_stationary=crps(MONTHLY * unconditional, came),
                crps_job=crps(MONTHLY * own, came),
            ),
        ))  # fmt: skip
    return made


def _adapted(forecasts: list[tuple[_Known, Forecast]]) -> list[tuple[_Known, Forecast]]:
    """Bands whose width has learnt, by horizon, from the forecasts whose target an origin knows."""
    width = {band.horizon: 0.0 for band, _ in forecasts}
    waiting: list[tuple[_Known, float, Forecast]] = []
    adapted = []
    for band, forecast in forecasts:
        for item in [w for w in waiting if w[0].horizon == band.horizon and w[0].target < band.origin]:
            waiting.remove(item)
            width[band.horizon] += STEP * (float(not item[2].held) - (1.0 - LEVEL))
        scale = float(np.exp(width[band.horizon]))
        low, high = (float(ndtr(band.median + scale * (x - band.median))) for x in (band.low, band.high))
        new = forecast._replace(low=low, high=high)
        waiting.append((band, scale, new))
        adapted.append((band, new))
    return adapted


def _scores(of: list[Forecast]) -> Scores:
    lag = of[0].horizon
    held, score, gain, log = (
        np.array(x, float) for x in zip(*((f.held, f.crps, f.crps_last - f.crps, f.log_score) for f in of), strict=True)
    )
    return Scores(
        months=len(of),
        coverage_90=float(held.mean()),
        coverage_se=max(mean_error(held, lag) if len(of) > 1 else 0.0, _binomial(held)),
        crps=float(score.mean()),
        crps_se=mean_error(score, lag),
        crps_last=float(np.mean([f.crps_last for f in of])),
        crps_stationary=float(np.mean([f.crps_stationary for f in of])),
        crps_job=float(np.mean([f.crps_job for f in of])),
        gain=float(gain.mean()),
        gain_se=mean_error(gain, lag),
        log_score=float(log.mean()),
        log_score_se=mean_error(log, lag),
    )


def _binomial(held: Array) -> float:
    """Error of a share from few trials: that of (hits + 1/2) / (n + 1), so that none of two is no certainty."""
    share = (held.sum() + 0.5) / (held.size + 1.0)
    return float(np.sqrt(share * (1.0 - share) / held.size))


def _failures(scores: dict[int, Scores]) -> list[str]:
    """The honest sentences: bands that held too little, rivals that were as good."""
    sentences = []
    for h, s in scores.items():
        ahead_of = f"{h} report{'s' * (h > 1)} ahead"
        if s.months < FEW:
            sentences.append(f"{ahead_of} {s.months} forecast{'s' * (s.months > 1)}: too few to judge")
            continue
        if s.coverage_90 < LEVEL - 0.05:
            sentences.append(f"{ahead_of} the 90% band held {100 * s.coverage_90:.0f}%: it is too narrow")
        best = min(
            (s.crps_last, "the last value"),
            (s.crps_stationary, "the stationary law"),
            (s.crps_job, "the job's own law"),
        )
        if s.crps >= best[0]:
            sentences.append(f"{ahead_of} {best[1]} is as good or better (CRPS {best[0]:.4f} against {s.crps:.4f})")
    return sentences
