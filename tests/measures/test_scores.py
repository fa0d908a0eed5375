"""Scores of predictive distributions against published and hand-computed values, and the sequential test of drift."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from stress.measures.drift import BETS, drift
from stress.measures.scores import crps, crps_normal, log_score, mean_error, pit


def test_crps_of_a_normal_law_at_its_mean_is_the_published_value() -> None:
    assert crps_normal(0.0, 1.0, 0.0) == pytest.approx((np.sqrt(2.0) - 1.0) / np.sqrt(np.pi), rel=1e-14)


@pytest.mark.parametrize(("mean", "spread", "came"), [(0.0, 1.0, 0.7), (2.0, 0.3, 1.1), (-1.0, 4.0, 5.0)])
def test_crps_is_the_integral_of_the_squared_distance_of_distribution_functions(
    mean: float, spread: float, came: float
) -> None:
    below = quad(lambda x: ndtr((x - mean) / spread) ** 2, mean - 12 * spread, came)[0]
    above = quad(lambda x: ndtr(-(x - mean) / spread) ** 2, came, max(came, mean) + 12 * spread)[0]
    assert crps_normal(mean, spread, came) == pytest.approx(below + above, rel=1e-6)


def test_crps_of_draws_by_hand() -> None:
    assert crps([3.0], 5.0) == 2.0  # of a point forecast: the absolute error
    assert crps([0.0, 2.0], 1.0) == 0.5  # 1 - 1/2
    assert crps([0.0, 1.0, 5.0], 1.0) == pytest.approx(5.0 / 3.0 - (2 * (1 + 5 + 4) / 9) / 2, rel=1e-14)


def test_crps_of_many_equal_steps_of_a_law_is_that_of_the_law() -> None:
    n = 20_000
    quantiles = 1.5 + 0.4 * ndtri((np.arange(n) + 0.5) / n)
    assert crps(quantiles, 1.1) == pytest.approx(crps_normal(1.5, 0.4, 1.1), abs=1e-5)


def test_pit_and_log_score_of_a_mixture_are_means_over_its_parts() -> None:
    centre, spread = np.array([0.0, 1.0]), np.array([1.0, 2.0])
    assert pit(centre, spread, 0.5) == pytest.approx((ndtr(0.5) + ndtr(-0.25)) / 2, rel=1e-14)
    density = (np.exp(-0.125) + np.exp(-0.03125) / 2) / np.sqrt(2 * np.pi) / 2
    assert log_score(centre, spread, 0.5) == pytest.approx(np.log(density), rel=1e-14)


def test_the_error_of_a_mean_of_independent_values_is_the_usual_one() -> None:
    x = np.array([1.0, -1.0, 3.0, 2.0])
    assert mean_error(x, 0) == pytest.approx(x.std() / 2.0, rel=1e-14)


def test_overlapping_forecasts_have_a_larger_error() -> None:
    e = np.random.default_rng(5).standard_normal(403)
    overlapping = (e[:-3] + e[1:-2] + e[2:-1] + e[3:]) / 2.0
    assert mean_error(overlapping, 4) > 1.4 * mean_error(overlapping, 0)


def test_every_bet_on_a_uniform_pit_is_fair() -> None:
    for a, b in BETS:
        from scipy.stats import beta

        assert quad(lambda u, a=a, b=b: beta.pdf(u, a, b), 0.0, 1.0)[0] == pytest.approx(1.0, rel=1e-6)


def test_false_alarms_over_a_whole_life_are_no_more_than_stated() -> None:
    random, n = np.random.default_rng(11), 2000
    alarms = sum(drift(random.random(120), level=0.05).alarm is not None for _ in range(n))
    assert alarms / n <= 0.05 + 4.0 * np.sqrt(0.05 * 0.95 / n)


def test_the_stake_is_worth_one_on_average_as_long_as_the_model_is_right() -> None:
    random = np.random.default_rng(12)
    stake = np.array([drift(random.random(5)).evidence[-1] for _ in range(4000)])
    assert abs(stake.mean() - 1.0) < 4.0 * stake.std() / np.sqrt(stake.size)


def test_a_change_after_five_good_years_is_found_within_a_year_and_a_half() -> None:
    random = np.random.default_rng(13)
    found = []
    for _ in range(100):
        pits = np.concatenate([random.random(60), ndtr(random.standard_normal(18) + 1.5)])
        found.append(drift(pits).alarm)
    assert sum(at is not None and at >= 60 for at in found) > 80
