"""Conditional rates as polynomials in the factor: accuracy, preservation of the mean, degree classes."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.errors import ConfigError
from stress.links import DEGREES, FIT_ERROR, RATIONAL, conditional_rate, evaluate_links, fit_links

DENSE = np.linspace(-9.0, 9.0, 2001)
NODE, WEIGHT = np.polynomial.hermite_e.hermegauss(120)
WEIGHT = WEIGHT / WEIGHT.sum()


@settings(max_examples=60)
@given(p=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6), rho=st.floats(0.0, 0.24), sign=st.sampled_from([1, -1]))
def test_a_fitted_rate_stays_within_its_bound_everywhere(p, rho, sign):
    rate = np.array(p)
    fit = fit_links(rate, rho, sign)
    assert fit.degree != RATIONAL
    want = conditional_rate(rate[:, None], rho, DENSE, sign)
    got = evaluate_links(fit.coef[:, None, :], DENSE)
    assert np.max(np.abs(got - want)) <= FIT_ERROR
    assert np.max(np.abs(got - want)) <= 1.3 * fit.max_error + 1e-14


@pytest.mark.parametrize(
    ("rho", "degree"), [(0.0, 0), (0.005, 10), (0.023, 16), (0.1, 24), (0.2, 36), (0.35, RATIONAL)]
)
def test_the_degree_class_grows_with_asset_correlation(rho, degree):
    fit = fit_links(np.linspace(1e-4, 0.9, 50), rho)
    assert fit.degree == degree
    assert fit.coef.shape == (50, max(degree + 1, 0))
    assert (fit.max_error <= FIT_ERROR) == (degree != RATIONAL)


@pytest.mark.parametrize("rho", [0.005, 0.023, 0.1, 0.2])
def test_no_lower_degree_class_would_be_within_the_bound(rho):
    rate = np.linspace(1e-4, 0.9, 9)
    link = fit_links(np.tile(rate, (20, 1)), rho)
    for degree in [degree for degree in DEGREES if degree < link.degree]:
        errors = []
        for p in rate:
            curve = partial(conditional_rate, p, rho)
            fit = np.polynomial.Chebyshev.interpolate(curve, degree, [-9.0, 9.0])
            errors.append(np.max(np.abs(np.clip(fit(DENSE), 0.0, 1.0) - curve(DENSE))))
        assert max(errors) > FIT_ERROR


def test_months_at_the_same_rate_have_the_same_polynomial_as_one_month():
    rate = np.linspace(1e-4, 0.9, 100)
    once, again = fit_links(rate, 0.05), fit_links(np.tile(rate, (36, 1)), 0.05)
    assert once.degree == again.degree
    np.testing.assert_allclose(again.coef, np.broadcast_to(once.coef, again.coef.shape), rtol=1e-9, atol=1e-9)


@settings(max_examples=40)
@given(p=st.floats(1e-6, 0.99), rho=st.floats(0.001, 0.24), sign=st.sampled_from([1, -1]))
def test_the_mean_over_the_factor_is_the_unconditional_rate(p, rho, sign):
    fit = fit_links(p, rho, sign)
    assert WEIGHT @ evaluate_links(fit.coef, NODE) == pytest.approx(p, abs=3e-10)


def test_a_low_factor_raises_default_and_lowers_prepayment():
    z = np.array([-3.0, 0.0, 3.0])
    default = evaluate_links(fit_links(0.02, 0.05, 1).coef, z)
    prepayment = evaluate_links(fit_links(0.02, 0.05, -1).coef, z)
    assert default[0] > default[1] > default[2]
    np.testing.assert_allclose(prepayment, default[::-1], atol=2e-10)


def test_certain_and_impossible_events_do_not_depend_on_the_factor():
    fit = fit_links([0.0, 0.3, 1.0], [0.1, 0.1, 0.1])
    assert np.all(evaluate_links(fit.coef[0], DENSE) == 0.0)
    assert np.all(evaluate_links(fit.coef[2], DENSE) == 1.0)


def test_a_group_may_mix_correlations_and_keeps_its_shape():
    p = np.random.default_rng(1).uniform(0.001, 0.5, (3, 5, 4))
    rho = np.array([0.0, 0.02, 0.05])[:, None, None]
    fit = fit_links(p, rho)
    assert fit.coef.shape == (3, 5, 4, fit.degree + 1)
    z = np.array([-4.0, 1.5])
    got = evaluate_links(fit.coef[..., None, :], z)
    np.testing.assert_allclose(got, conditional_rate(p[..., None], rho[..., None], z), atol=FIT_ERROR)


def test_the_factor_is_clamped_at_nine():
    fit = fit_links(0.02, 0.05)
    assert evaluate_links(fit.coef, -40.0) == evaluate_links(fit.coef, -9.0)


@pytest.mark.parametrize(
    ("p", "rho"), [(-0.1, 0.1), (1.1, 0.1), (np.nan, 0.1), (0.1, 1.0), (0.1, -0.01), (0.1, np.nan)]
)
def test_rates_and_correlations_out_of_range_are_refused(p, rho):
    with pytest.raises(ConfigError):
        fit_links(p, rho)
