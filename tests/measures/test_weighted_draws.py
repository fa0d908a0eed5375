"""Means, quantiles and equally likely draws of weighted ones, by hand."""

import numpy as np
import pytest

from stress.measures.weighted_draws import equally_likely, mean_of, quantiles

VALUE, WEIGHT = np.array([4.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25])


def test_a_weighted_mean_and_its_error() -> None:
    """0.25 x 4 + 0.5 x 1 + 0.25 x 2 = 2; the error is that of weighted distances of 2, -1 and 0."""
    mean, error = mean_of(VALUE, WEIGHT)
    assert (float(mean), float(error)) == (2.0, pytest.approx(np.sqrt((0.25 * 2.0) ** 2 + (0.5 * 1.0) ** 2)))
    of_two, errors = mean_of(np.stack([VALUE, -VALUE], 1), WEIGHT)
    assert of_two.tolist() == [2.0, -2.0]
    assert errors == pytest.approx([float(error)] * 2)


def test_a_weighted_quantile_is_the_least_value_whose_weight_reaches_the_level() -> None:
    assert quantiles(VALUE, WEIGHT, [0.0, 0.49, 0.5, 0.51, 0.75, 0.76, 1.0]) == (1.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0)
    tenths = np.full(10, 0.1)  # eight of them add up to a little less than 0.8
    assert quantiles(np.arange(10.0), tenths, [0.8, 1.0]) == (7.0, 9.0)
    assert quantiles(np.arange(3.0), np.full(3, 0.3), [1.0]) == (2.0,)  # weights that fall short give the largest


def test_equally_likely_draws_are_quantiles_at_the_middles_of_equal_steps() -> None:
    """At 1/6, 1/2 and 5/6: a value of half the weight comes twice."""
    assert equally_likely(VALUE, WEIGHT).tolist() == [1.0, 1.0, 4.0]
    assert equally_likely(VALUE, np.full(3, 1.0 / 3.0)).tolist() == [1.0, 2.0, 4.0]
    assert equally_likely(np.array([5.0, 3.0]), np.array([0.6, 0.4])).tolist() == [3.0, 5.0]
