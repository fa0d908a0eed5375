"""Intervals of tail means over few paths, by hand."""

import numpy as np
import pytest
from scipy import stats

from stress.measures.estimate import NORMAL
from stress.measures.few_paths import interval_error, student, tail_ends
from stress.measures.histogram import worst_of


def ends(*known: float, half: float = NORMAL) -> tuple[float, float]:
    low, high = tail_ends(*(np.array(x) for x in known), half=half)
    return float(low), float(high)


def test_the_interval_of_five_paths_is_student_s_below_and_a_gamma_s_with_one_more_path_above() -> None:
    """A mean of 0.2 of five paths beyond 0.1, the worst 0.3: the next one loses 0.3 + 0.2 + 0.1, a fifth of it more
    than the quantile is 0.1."""
    low, high = ends(0.2, 0.03, 0.1, 0.3, 5.0)
    t = stats.t(4).ppf(0.975)
    assert low == pytest.approx(0.2 / np.exp(t * 0.03 / 0.2))
    mean, variance = 0.1 + 0.1, (t / NORMAL) ** 2 * (0.03**2 + 0.1**2)
    assert high == pytest.approx(0.1 + stats.gamma(mean**2 / variance, scale=variance / mean).ppf(0.975))


def test_no_path_loses_more_than_the_whole_and_no_interval_ends_beyond_it() -> None:
    _, high = ends(0.7, 0.03, 0.6, 0.9, 100.0)
    variance = (student(100.0) / NORMAL) ** 2 * (0.03**2 + 0.004**2)
    assert high == pytest.approx(0.6 + stats.gamma(0.104**2 / variance, scale=variance / 0.104).ppf(0.975))
    assert ends(0.9, 0.2, 0.6, 0.9, 4.0)[1] == 1.0


def test_of_fewer_paths_than_four_nothing_bounds_a_mean_but_what_it_is_at_most() -> None:
    assert ends(0.2, 0.03, 0.1, 0.3, 3.6)[1] == 1.0
    assert float(tail_ends(*(np.array(x) for x in (0.2, 0.03, 0.1, 0.3, 3.6)), most=0.7)[1]) == 0.7
    assert ends(0.2, 0.03, 0.1, 0.3, 3.8)[1] < 1.0


def test_many_paths_have_the_interval_of_the_normal_law() -> None:
    low, high = ends(0.2, 1e-5, 0.1, 0.3, 1e10)
    assert [low, high] == pytest.approx([0.2 - NORMAL * 1e-5, 0.2 + NORMAL * 1e-5], abs=1e-8)
    assert ends(0.2, 1e-5, 0.1, 0.3, 1e10, half=2.13)[0] == pytest.approx(0.2 - 2.13e-5, abs=1e-8)


def test_a_tail_at_its_quantile_is_known_and_a_gain_s_lower_end_lies_as_many_errors_off() -> None:
    assert ends(0.1, 0.0, 0.1, 0.1, 50.0) == pytest.approx((0.1, 0.1))
    assert ends(-0.2, 0.01, -0.3, 0.0, 30.0)[0] == pytest.approx(-0.2 - stats.t(29).ppf(0.975) * 0.01)


def test_fewer_than_two_paths_have_half_a_degree_of_freedom() -> None:
    assert student(1.0) == pytest.approx(stats.t(0.5).ppf(0.975))
    assert student(1e9, 2.5) == 2.5


def test_an_error_is_told_as_wide_as_an_interval_that_ends_far_beyond_it() -> None:
    assert interval_error(0.01, 0.2, np.array(0.18), np.array(0.2 + 3.9 * 0.01)) == 0.01
    assert interval_error(0.01, 0.2, np.array(0.18), np.array(0.3)) == pytest.approx(0.12 / (2.0 * NORMAL))


def test_the_worst_of_weighted_paths_is_the_one_that_brings_most() -> None:
    """Four paths of weight 1 that lose 0.1 and one of 0.1 that loses 0.9: it brings less than one of the four. Of
    plain paths the worst is the largest."""
    weight, square, excess = np.array([4.0, 0.1, 0.0]), np.array([4.0, 0.01, 0.0]), np.array([0.1, 0.9, 5.0])
    assert worst_of(weight, square, excess) == pytest.approx(0.1 * 4.1 / 4.01)
    assert worst_of(weight, weight, excess) == pytest.approx(0.9)
