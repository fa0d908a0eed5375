"""Scores of predictive distributions against published and hand-computed values, and the sequential test of drift."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri

from stress.measures.drift import BETS, drift
from stress.measures.scores import crps, crps_normal, log_score, log_score_of, mean_error, pit, pit_of


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


def test_a_weighted_mixture_scores_by_its_weights() -> None:
    """Three times as much of the law about 0 as of that about 1, both of spread 2."""
    centre, weight = np.array([0.0, 1.0]), np.array([0.75, 0.25])
    assert pit_of(centre, 2.0, weight, 2.0) == pytest.approx(0.75 * ndtr(1.0) + 0.25 * ndtr(0.5), rel=1e-14)
    density = (0.75 * np.exp(-0.5) + 0.25 * np.exp(-0.125)) / 2.0 / np.sqrt(2.0 * np.pi)
    assert log_score_of(centre, 2.0, weight, 2.0) == pytest.approx(np.log(density), rel=1e-14)
    far = log_score(np.array([100.0, 200.0]), np.array([1.0, 1.0]), 0.0)  # a density that is 0 as a number
    assert far == pytest.approx(-5000.0 - np.log(2.0) - 0.5 * np.log(2.0 * np.pi), rel=1e-14)
    faint = log_score_of(np.array([0.0, 3.0, 9.0]), 1.0, np.array([1e-320, 1.0, 0.0]), 0.0)  # 1 / 1e-320 is no number
    assert faint == pytest.approx(-4.5 - 0.5 * np.log(2.0 * np.pi), rel=1e-14)


def test_the_error_of_a_mean_of_independent_values_is_the_usual_one() -> None:
    x = np.array([1.0, -1.0, 3.0, 2.0])
    assert mean_error(x, 0) == pytest.approx(x.std() / 2.0, rel=1e-14)


def test_the_error_of_a_mean_of_overlapping_values_by_hand() -> None:
    """About 1.25: -0.25, -2.25, 1.75, 0.75. Squares 8.75, products of neighbours -2.0625, of those two apart -2.125."""
    x = [1.0, -1.0, 3.0, 2.0]
    assert mean_error(x, 1) == pytest.approx(np.sqrt(8.75 - 2.0625) / 4.0, rel=1e-14)
    two = 8.75 - 2.0 * (2.0 / 3.0 * 2.0625 + 1.0 / 3.0 * 2.125)
    assert mean_error(x, 2) == pytest.approx(np.sqrt(two) / 4.0, rel=1e-14)
    assert mean_error([1.0, 3.0], 7) == pytest.approx(np.sqrt(2.0 - 2.0 * 7.0 / 8.0) / 2.0, rel=1e-14)
    assert np.isnan(mean_error([1.0], 0))
    assert mean_error([2.0, 2.0], 1) == 0.0


def test_overlapping_forecasts_have_a_larger_error() -> None:
    e = np.random.default_rng(5).standard_normal(403)
    overlapping = (e[:-3] + e[1:-2] + e[2:-1] + e[3:]) / 2.0
    assert mean_error(overlapping, 4) > 1.4 * mean_error(overlapping, 0)


def test_every_bet_on_a_uniform_pit_is_fair() -> None:
    for a, b in BETS:
        from scipy.stats import beta

        assert quad(lambda u, a=a, b=b: beta.pdf(u, a, b), 0.0, 1.0)[0] == pytest.approx(1.0, rel=1e-6)


def test_the_evidence_of_two_outcomes_by_hand() -> None:
    """Half of the stake is betted on the first, a sixth more on the second, over six densities alike."""
    first = np.array([2 * 0.9, 2 * 0.1, 4 * 0.9**3, 4 * 0.1**3, 1.0 / (np.pi * 0.3), 6 * 0.09])
    second = np.array([2 * 0.8, 2 * 0.2, 4 * 0.8**3, 4 * 0.2**3, 1.0 / (np.pi * 0.4), 6 * 0.16])
    wanted = [(first / 2.0).mean() + 1.0 / 2.0, (second * (first / 2.0 + 1.0 / 6.0)).mean() + 1.0 / 3.0]
    answer = drift([0.9, 0.8])
    assert answer.evidence == pytest.approx(wanted, rel=1e-12)
    assert answer.alarm is None
    assert wanted[0] < wanted[1]
    assert drift([0.9, 0.8], level=1.0 / wanted[1] + 1e-9).alarm == 1
    assert drift([0.9, 0.8], level=1.0).alarm == 0
    assert drift([0.9, 0.8], level=1.0 / answer.evidence[1]).alarm == 1  # reached is enough
    edge = drift([0.0, 1.0]).evidence
    assert edge.tolist() == drift([1e-6, 1.0 - 1e-6]).evidence.tolist()  # held within
    assert np.isfinite(edge).all()


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
    alarms = []
    for _ in range(100):
        pits = np.concatenate([random.random(60), ndtr(random.standard_normal(18) + 1.5)])
        alarms.append(drift(pits).alarm)
    assert sum(at is not None and at >= 60 for at in alarms) > 80
