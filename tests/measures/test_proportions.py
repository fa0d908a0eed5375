"""Probabilities from counts: Clopper and Pearson's interval, the error of Jeffreys' posterior, by hand and by scipy."""

import numpy as np
import pytest
from scipy import stats

from stress.measures.proportions import UNSEEN, proportion


def test_a_share_of_two_of_eight() -> None:
    """Clopper and Pearson: 0.0319 to 0.6509; the error is that of Beta(2.5, 6.5), sqrt(16.25 / 10) / 9."""
    interval = proportion(2, 8)
    assert interval.estimate == 0.25
    assert (interval.low, interval.high) == (pytest.approx(0.0318540, abs=1e-6), pytest.approx(0.6508558, abs=1e-6))
    assert interval.error == pytest.approx(np.sqrt(1.625) / 9.0)
    none, every, empty = proportion(0, 8), proportion(8, 8), proportion(0, 0)
    assert (none.low, none.high) == (0.0, pytest.approx(1.0 - 0.05**0.125))
    assert (every.low, every.high) == (pytest.approx(0.05**0.125), 1.0)
    assert np.isnan(empty.estimate)
    assert (empty.low, empty.high) == (0.0, 1.0)


def test_clopper_pearson_is_the_beta_quantile_and_contains_the_estimate() -> None:
    answer = proportion([1, 5, 50], 100)
    np.testing.assert_allclose(answer.low, stats.beta.ppf(0.025, [1, 5, 50], [100, 96, 51]), rtol=1e-10)
    np.testing.assert_allclose(answer.high, stats.beta.ppf(0.975, [2, 6, 51], [99, 95, 50]), rtol=1e-10)


def test_counts_of_a_mixture_need_not_be_whole() -> None:
    answer = proportion([0.5, 7.5], 8)
    np.testing.assert_allclose(answer.low, stats.beta.ppf(0.025, [0.5, 7.5], [8.5, 1.5]), rtol=1e-9)
    np.testing.assert_allclose(answer.high, stats.beta.ppf(0.975, [1.5, 8.5], [7.5, 0.5]), rtol=1e-9)


def test_one_path_is_a_sample_and_none_is_not() -> None:
    answer = proportion([0, 1, 0], [1, 1, 0])
    assert answer.error[:2] == pytest.approx([np.sqrt(0.75 / 3.0) / 2.0] * 2)
    assert answer.estimate[:2].tolist() == [0.0, 1.0]
    assert answer.high[0] == pytest.approx(0.95)
    assert answer.low[1] == pytest.approx(0.05)
    assert np.isnan(answer.estimate[2])
    assert np.isnan(answer.error[2])
    assert (answer.low[2], answer.high[2]) == (0.0, 1.0)


@pytest.mark.parametrize("paths", [1_000, 1_000_000])
def test_a_share_as_large_as_the_bound_of_what_no_path_showed_would_stay_unseen_once_in_twenty(paths: int) -> None:
    assert (1.0 - UNSEEN / paths) ** paths == pytest.approx(0.05, abs=5e-4)
