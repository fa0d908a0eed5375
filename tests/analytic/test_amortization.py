"""Loans as people make them: what is due, and what interest is charged on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stress.analytic import level_payment, pass_through_month, schedule

KINDS = ("equal_principal", "level", "interest_only", "balloon", "bullet")


def loan(kind, rate, term, grace, beyond):
    """Principal due and balance by instalment, per unit of the loan."""
    plan = schedule(kind, rate, term, min(grace, term - 1) if kind == "interest_only" else 0, term + beyond)
    return plan.due / plan.whole, plan.balance / plan.whole


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    rate=st.one_of(st.just(0.0), st.floats(1e-6, 2.0)),
    term=st.integers(1, 360),
    grace=st.integers(0, 24),
    beyond=st.integers(1, 120),
)
def test_a_loan_pays_itself_back_once_and_is_worth_par_at_its_own_rate(kind, rate, term, grace, beyond):
    due, balance = loan(kind, rate, term, grace, beyond)
    assert due.sum() == pytest.approx(1.0, abs=1e-10)
    np.testing.assert_allclose(balance, due[::-1].cumsum()[::-1], atol=1e-10)
    value = (1.0 + rate / 12.0) ** -np.arange(1.0, term + 1.0)
    assert value @ (due + rate / 12.0 * balance) == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=60)
@given(rate=st.floats(1e-6, 1.0), term=st.integers(2, 360))
def test_a_level_loan_pays_the_annuity_every_month(rate, term):
    due, balance = loan("level", rate, term, 0, 1)
    np.testing.assert_allclose(due + rate / 12.0 * balance, level_payment(rate, term), rtol=1e-9)


@settings(max_examples=60)
@given(kind=st.sampled_from(KINDS[:3]), rate=st.floats(0.0, 1.0), term=st.integers(2, 120), paid=st.integers(1, 119))
def test_what_is_left_of_a_loan_is_a_loan_over_the_months_left(kind, rate, term, paid):
    paid, grace = min(paid, term - 1), term // 3 if kind == "interest_only" else 0
    whole, rest = schedule(kind, rate, term, grace), schedule(kind, rate, term - paid, max(0, grace - paid))
    left = whole.due[paid:] / whole.balance[paid]
    np.testing.assert_allclose(left, rest.due / rest.whole, atol=1e-11)


def test_a_mortgage_of_a_hundred_thousand_at_six_per_cent_pays_what_its_table_says():
    """Standard amortization table: 599.55 a month over 30 years, 99.55 of it principal in the first month; a balance of
    99,900.45 after it, 93,054.36 after 60."""
    due, balance = loan("level", 0.06, 360, 0, 1)
    assert round(1e5 * float(level_payment(0.06, 360)), 2) == 599.55
    assert round(1e5 * due[0], 2) == 99.55
    assert [round(1e5 * balance[i], 2) for i in (1, 60)] == [99900.45, 93054.36]


def test_the_first_month_of_a_pass_through_has_the_scheduled_principal_of_a_level_loan():
    month = pass_through_month(400e6, 0.08125, 0.075, 357, 0.0)
    due, _ = loan("level", 0.08125, 357, 0, 1)
    assert month.scheduled_principal == pytest.approx(400e6 * due[0], rel=1e-12)
