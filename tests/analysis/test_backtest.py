"""The back-test on the series that ships: its figures, and what no back-test may do."""

import math
from pathlib import Path

import numpy as np
import pytest

import stress
from stress.analysis.hindcast import backtest
from stress.answers.backtest import BackTest
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import Reported, read_reports
from stress.report.figures.fans import fans
from stress.report.workbook_reported import tables
from stress.tables.periods import Period

ROOT = Path(__file__).parents[2]
JOB = ROOT / "scenarios/jobs/card-master-trust.toml"


def quarter(year: int, number: int = 1) -> Period:
    return Period(year, number, 4)


@pytest.fixture(scope="module")
def cards() -> Reported:
    return read_reports(ROOT / "scenarios/reports/us-cards.toml")


@pytest.fixture(scope="module")
def plain(cards: Reported) -> BackTest:
    return backtest(stress.load(JOB), cards, quarter(2000))


@pytest.fixture(scope="module")
def adaptive(cards: Reported) -> BackTest:
    return backtest(stress.load(JOB), cards, quarter(2000), adaptive=True)


def test_knowing_the_last_quarter_more_than_halves_the_score_of_the_stationary_law(plain: BackTest) -> None:
    first, second = plain.horizons[1], plain.horizons[2]
    assert first.crps <= 0.045 < 0.07 < first.crps_stationary
    assert second.crps <= 0.060 < 0.07 < second.crps_stationary


def test_bands_hold_what_came_about_as_often_as_they_say(plain: BackTest, adaptive: BackTest) -> None:
    for h in (1, 2):
        assert 0.85 <= plain.horizons[h].coverage_90 <= 0.95
        assert 0.85 <= adaptive.horizons[h].coverage_90 <= 0.95
    assert plain.horizons[4].coverage_90 >= 0.80
    assert adaptive.horizons[4].coverage_90 >= plain.horizons[4].coverage_90


def test_in_the_crisis_half_of_the_adaptive_year_ahead_bands_held(cards: Reported) -> None:
    answer = backtest(stress.load(JOB), cards, quarter(2007, 4), quarter(2010, 4), adaptive=True)
    assert answer.horizons[4].coverage_90 >= 0.5
    assert any("4 reports ahead the 90% band held" in line for line in answer.says)  # and it is said


def test_the_misses_are_said_and_the_bankruptcy_reform_of_2005_raises_the_alarm(plain: BackTest) -> None:
    assert any("8 reports ahead the 90% band held" in line for line in plain.says)
    assert plain.alarm == "2006 Q1"


def test_sheets_of_a_workbook_hold_every_forecast_and_the_scores(plain: BackTest) -> None:
    scores, forecasts, said = tables(plain)
    assert [row[0] for row in scores.rows] == list(plain.horizons)
    assert {column.title: column.unit for column in scores.columns}["Reports ahead"] == "count"
    assert len(forecasts.rows) == len(plain.forecasts)
    units = {column.title: column.unit for column in forecasts.columns}
    assert (units["origin"], units["horizon"], units["came"]) == ("text", "count", "share")
    assert said.rows[0] == ("drift", plain.alarm or "no alarm")


def test_fans_without_a_test_of_drift_draw_no_alarm(plain: BackTest) -> None:
    (*_, test) = fans(plain._replace(drift=None)).axes
    assert test.get_title(loc="left") == "Evidence that the law no longer describes the reports"
    assert len(test.lines) == 0


def test_no_forecast_knows_what_came_after_its_origin(cards: Reported, plain: BackTest) -> None:
    rate = list(cards.figure["default_rate"])
    rate[60:] = [2.0 * x for x in rate[60:]]
    doubled = cards._replace(figure={"default_rate": tuple(rate)})
    moved = backtest(stress.load(JOB), doubled, cards.period[54], cards.period[66])
    known, forecasts = (
        str(cards.period[59]),
        {(forecast.origin, forecast.horizon): forecast for forecast in plain.forecasts},
    )
    for after in moved.forecasts:
        before = forecasts[after.origin, after.horizon]
        same = (before.low, before.median, before.high) == (after.low, after.median, after.high)
        assert same == (before.origin <= known), before.origin
    assert (
        min(forecast.origin for forecast in moved.forecasts)
        < known
        < max(forecast.origin for forecast in moved.forecasts)
    )


def test_a_forecast_depends_on_no_other_origin_that_is_scored(cards: Reported, plain: BackTest) -> None:
    late = backtest(stress.load(JOB), cards, quarter(2010), quarter(2012))
    assert late.forecasts == tuple(f for f in plain.forecasts if "2010 Q1" <= f.target <= "2012 Q1")
    assert late.forecasts


def test_the_adaptive_width_moves_bands_alone(plain: BackTest, adaptive: BackTest) -> None:
    for a, b in zip(plain.forecasts, adaptive.forecasts, strict=True):
        assert a._replace(low=0.0, high=0.0) == b._replace(low=0.0, high=0.0)
    assert any(a.low != b.low for a, b in zip(plain.forecasts, adaptive.forecasts, strict=True))


def test_few_forecasts_are_called_too_few() -> None:
    trust = read_reports(ROOT / "scenarios/reports/amex-charge-cards.toml")
    answer = backtest(stress.load(JOB), trust, Period(2007, 11, 12))
    assert all("too few to judge" in line for line in answer.says)
    assert all(s.coverage_se > 0.0 for s in answer.horizons.values())


def test_where_no_forecast_can_be_scored_it_is_said_what_an_origin_needs() -> None:
    trust = read_reports(ROOT / "scenarios/reports/amex-charge-cards.toml")
    with pytest.raises(
        DataError, match=r"no forecast to score between 1998-01 and 1998-06: an origin needs 12 reports before"
    ):
        backtest(stress.load(JOB), trust, "1998-01", "1998-06", draws=128)
    with pytest.raises(ConfigError, match="--from 2030-01: the last report is of"):
        backtest(stress.load(JOB), trust, "2030-01", draws=128)


def test_a_constant_law_is_scored_by_its_own_errors() -> None:
    """Of a series that follows the law the law is better than both rivals, and its bands hold."""
    random, y, rate = np.random.default_rng(3), 0.0, []
    for _ in range(120):
        y = 0.3 * y + math.sqrt(1.0 - 0.09) * random.standard_normal()
        rate.append(0.05 * math.exp(0.3 * y))
    periods = tuple(Period(1980, 1, 4).shift(k) for k in range(120))
    made = Reported("made", "made", periods, {"default_rate": tuple(rate)}, {"default_rate": 0.05})
    score = backtest(stress.load(JOB), made, quarter(1990)).horizons[1]
    assert score.gain > 2.0 * score.gain_se
    assert score.crps < score.crps_stationary
    assert abs(score.coverage_90 - 0.9) < 4.0 * score.coverage_se
