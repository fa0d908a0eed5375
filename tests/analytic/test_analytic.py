"""Closed forms: figures that no check of `validate` reads, laws among them, agreement with simulation."""

import doctest
import importlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal, norm
from scipy.stats import t as student

from stress import analytic
from stress.analytic.large_pool import bivariate_normal
from stress.validation.published import closed_forms

CASE = closed_forms()
MODULES = ("instalment", "large_pool", "mixture", "prepayment", "turnover", "two_pools")


@pytest.mark.parametrize("module", MODULES)
def test_every_public_closed_form_shows_an_example_that_runs(module):
    page = importlib.import_module(f"stress.analytic.{module}")
    result = doctest.testmod(page)
    assert result.attempted > 0
    assert result.failed == 0


def test_flat_fee_plans_have_the_published_apr():
    case = CASE["A1_flat_fee_apr"]
    for term, published in case["published_apr_pct"].items():
        apr = 100.0 * analytic.flat_fee_apr(case["monthly_flat_fee"], int(term))
        assert apr == pytest.approx(published, abs=case["tol_pct_points"])
        assert apr == pytest.approx(case["exact_apr_pct"][term], abs=5e-5)
    for term, payment in case["example_payments_P3000"].items():
        assert analytic.flat_fee_payment(3000, 0.005, int(term)) == pytest.approx(payment)


@given(fee=st.floats(0.0, 0.1), term=st.integers(1, 60))
def test_the_apr_discounts_the_payments_to_the_principal(fee, term):
    rate = float(analytic.flat_fee_apr(fee, term)) / 12.0
    value = sum((fee + 1.0 / term) / (1.0 + rate) ** k for k in range(1, term + 1))
    assert value == pytest.approx(1.0, abs=1e-12)


@given(smm=st.floats(0.0, 0.5))
def test_monthly_and_annual_prepayment_rates_are_inverse(smm):
    assert analytic.smm_from_cpr(analytic.cpr_from_smm(smm)) == pytest.approx(smm, abs=1e-12)


@pytest.mark.parametrize("row", CASE["A7_lhp"]["rows"])
def test_large_pool_quantiles_and_expected_shortfall(row):
    p, rho = row["p"], row["rho"]
    for key, value in row.items():
        if key.startswith("q"):
            assert analytic.loss_quantile(float(key[1:]) / 100.0, p, rho) == pytest.approx(value, abs=6e-7)
            assert analytic.loss_distribution(value, p, rho) == pytest.approx(float(key[1:]) / 100.0, abs=1e-5)
        if key.startswith("ES"):
            assert analytic.loss_es(float(key[2:]) / 100.0, p, rho) == pytest.approx(value, abs=6e-7)


def test_tranche_expected_loss_and_default_probability():
    case = CASE["A13_lhp_tranche_el"]
    low, high = np.array([0.0, 0.05, 0.11]), np.array([0.05, 0.11, 1.0])
    got = analytic.tranche_el(low, high, case["p"], case["rho"], case["lgd"])
    np.testing.assert_allclose(got, case["12m 0-5/5-11/11-100"], atol=6e-9)
    np.testing.assert_allclose(analytic.tranche_pd(low, case["p"], case["rho"], case["lgd"]), case["PD"], atol=1e-8)
    assert got @ (high - low) == pytest.approx(case["p"] * case["lgd"], abs=1e-12)


def test_a_run_off_pool_loses_the_closed_form():
    case = CASE["A14_runoff"]
    assert analytic.run_off_default(case["q"], case["pi"]) == pytest.approx(case["total_loss"], abs=5e-8)
    q = analytic.breakeven_default_rate(0.11, case["pi"])
    assert q == pytest.approx(case["breakeven_q_for_11pct_no_revolving"], abs=5e-9)
    assert q / case["q"] == pytest.approx(case["breakeven_multiple"], abs=5e-7)


NODE, WEIGHT = np.polynomial.legendre.leggauss(300)
"""A nodal distance of 0.1 at most, where the integrand turns over 0.3."""


@given(h=st.floats(-6.0, 6.0), k=st.floats(-6.0, 6.0), r=st.floats(-0.95, 0.95))
def test_the_bivariate_normal_agrees_with_its_conditional_integral(h, k, r):
    slope = np.sqrt(1.0 - r * r)
    x = -12.0 + (h + 12.0) * (NODE + 1.0) / 2.0
    want = (h + 12.0) / 2.0 * float(WEIGHT @ (norm.pdf(x) * norm.cdf((k - r * x) / slope)))
    assert bivariate_normal(h, k, r) == pytest.approx(want, abs=1e-9)


@pytest.mark.parametrize(("h", "k"), [(0.0, 0.0), (0.0, 1.0), (0.0, -1.0), (-1.0, 0.0), (1.0, 0.0), (np.inf, 0.5)])
def test_the_bivariate_normal_holds_on_its_axes(h, k):
    want = multivariate_normal([0.0, 0.0], [[1.0, 0.4], [0.4, 1.0]]).cdf([min(h, 40.0), k])
    assert bivariate_normal(h, k, 0.4) == pytest.approx(float(want), abs=1e-6)


def test_the_t_copula_tends_to_the_normal_one_and_has_a_heavier_tail():
    normal = float(analytic.loss_quantile(0.999, 0.03, 0.04))
    assert analytic.t_loss_quantile(0.999, 0.03, 0.04, 1e6) == pytest.approx(normal, rel=2e-4)
    tail = [analytic.t_loss_quantile(0.999, 0.03, 0.04, nu) for nu in (4.0, 10.0, 30.0)]
    assert tail[0] > tail[1] > tail[2] > normal


def test_the_t_copula_quantile_agrees_with_simulation_within_four_standard_errors():
    p, rho, nu, n = 0.03, 0.04, 8.0, 400_000
    draw = np.random.default_rng(7)
    scale = np.sqrt(chi2.rvs(nu, size=n, random_state=draw) / nu)
    rate = norm.cdf((student.ppf(p, nu) * scale - np.sqrt(rho) * draw.standard_normal(n)) / np.sqrt(1.0 - rho))
    assert abs(rate.mean() - p) < 4.0 * rate.std() / np.sqrt(n)
    for level in (0.5, 0.99, 0.999):
        share = float(np.mean(rate <= analytic.t_loss_quantile(level, p, rho, nu)))
        assert abs(share - level) < 4.0 * np.sqrt(level * (1.0 - level) / n)


def test_a_steady_book_pays_two_over_n_plus_one_of_its_balance():
    for term in (1, 3, 12, 24):
        profile = analytic.steady_profile([1.0], [term])
        assert profile[0] / profile.sum() == pytest.approx(2.0 / (term + 1))
        assert analytic.steady_payment_rate([1.0], [term]) == pytest.approx(2.0 / (term + 1))
        assert profile.sum() == pytest.approx(analytic.steady_average_life([1.0], [term]))


def test_turnover_of_plans_meets_a_month_by_month_count():
    share, term = np.array([0.565, 0.05, 0.02, 0.10, 0.025, 0.18, 0.06]), np.array([1, 3, 4, 6, 8, 12, 24])
    s = 1e-8  # first order in q
    got = analytic.turnover_of_plans(s, share, term)
    due = analytic.steady_profile(share, term)
    pool, q = due.sum(), s / analytic.steady_average_life(share, term)
    total = 12.0 * q * pool
    for first in range(len(due)):
        total += q * due[first:].sum()
    assert got.cumulative_default == pytest.approx(total / pool, rel=1e-9)
    assert got.payment_rate == pytest.approx(due[0] / pool)


def test_a_pool_that_buys_nothing_defaults_as_a_static_one():
    """No month of purchases is a number of months; of plans to first order in q (4 months' instalments: R = 2)."""
    assert analytic.turnover_by_payment_rate(0.01, 0.2, months=0).cumulative_default == pytest.approx(0.01, abs=1e-15)
    of_plans = analytic.turnover_of_plans(0.01, [1.0], [4], 0)
    assert of_plans.cumulative_default == pytest.approx(of_plans.default_rate * 2.0, abs=1e-15)
    level = analytic.schedule("level", 0.1, 3, interest_only=0, amortization=0)
    assert level.due == pytest.approx(analytic.schedule("level", 0.1, 3).due)


def test_turnover_by_payment_rate_meets_a_month_by_month_count():
    s, m = 0.0101, 0.3
    got = analytic.turnover_by_payment_rate(s, m)
    total, balance = 12.0 * got.default_rate, 1.0
    for _ in range(400):
        total += got.default_rate * balance
        balance *= (1.0 - got.default_rate) * (1.0 - m)
    assert got.cumulative_default == pytest.approx(total, abs=1e-12)
    assert analytic.run_off_default(got.default_rate, m) == pytest.approx(s, abs=1e-15)


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.252, 0.9])
def test_contributions_of_two_pools_sum_to_the_shortfall_and_follow_their_weights(correlation):
    law = analytic.TwoPools((0.3, 0.7), (0.03, 0.05), (0.1, 0.2), correlation)
    contributions = analytic.two_pool_contributions(0.99, law)
    assert sum(contributions) == pytest.approx(analytic.two_pool_es(0.99, law), rel=1e-7)
    step = 1e-4  # Euler: the derivative of the shortfall of w_1 D_1 + w_2 D_2 by w_1, for weights that do not sum to 1

    def shortfall(first: float) -> float:
        scale = first + 0.7
        return scale * analytic.two_pool_es(0.99, law._replace(weight=(first / scale, 0.7 / scale)))

    slope = (shortfall(0.3 + step) - shortfall(0.3 - step)) / (2.0 * step)
    assert contributions[0] == pytest.approx(0.3 * slope, rel=1e-4)
