"""The price of a note: riskless at its coupon it is par, however often it pays; a step-up is worth what it adds."""

import datetime
from typing import Any

import pytest
from hand_worked import PLAIN, RESIDUAL, REST, A, B, deal, pool, run

TWELVE: Any = {"scheduled_months": 12, "legal_maturity_months": 12}
"""A year, so that interest may be due every month, quarter, half-year or year."""


def _bullet(**more: Any) -> Any:
    """A: 600 at 12%, all repaid in month 12 by a pool of 1000 that pays 20% a month; interest comes first."""
    repaid = {"step": "pay_principal", "notes": ["A"], "source": ["principal"], "to_balance": [[1, 600.0], [12, 0.0]]}
    last = {**RESIDUAL[0], "when": {"observable": "pool_factor", "below": 0.08}}
    interest = {"step": "pay_interest", "note": "A", "source": ["income", "principal"]}
    return deal([interest, repaid, last], **{"notes": (A, {**REST, "amount": 400.0}), **TWELVE, **more})


def _price(of: Any, note: str = "A") -> float:
    return float(run(of)["price"].sel(tranche=note))


@pytest.mark.parametrize("every", [1, 2, 3, 4, 6, 12])
@pytest.mark.parametrize("start", [{}, {"first_payment_date": datetime.date(2022, 4, 10)}])
def test_a_riskless_note_is_worth_par_at_its_coupon_however_often_it_pays(every: int, start: Any) -> None:
    note = {**A, "payment_months": {"amortization": every}}
    assert _price(_bullet(notes=(note, {**REST, "amount": 400.0}), **start)) == pytest.approx(1.0, abs=1e-12)


def test_a_spread_costs_what_it_takes_from_each_payment() -> None:
    """12% a year and 12% of spread, quarterly: each quarter brings 3% and discounts 6%."""
    note = {**A, "payment_months": {"amortization": 3}}
    price = _price(_bullet(notes=(note, {**REST, "amount": 400.0}), discount_spread=0.12))
    assert price == pytest.approx(sum(0.03 / 1.06**n for n in range(1, 5)) + 1.06**-4, abs=1e-12)


def test_a_step_up_is_worth_the_same_by_date_and_by_trigger() -> None:
    """12 points more on 600 from month 3 on: 6 a month, discounted at 1% a month from months 3 to 12."""
    by_date = {**A, "step_up": {"add": 0.12, "from_month": 3}}
    by_trigger = {**A, "step_up": {"add": 0.12, "trigger": "small"}}
    small: Any = {"name": "small", "observable": "pool_factor", "breach": "below", "effect": "none"}
    small["thresholds"] = [{"limit": 0.7}]  # the pool is at 64% of the cut-off at the end of month 2
    rest = {**REST, "amount": 400.0}
    wanted = 1.0 + sum(0.01 / 1.01**t for t in range(3, 13))
    assert _price(_bullet(notes=(by_date, rest))) == pytest.approx(wanted, abs=1e-12)
    assert _price(_bullet(notes=(by_trigger, rest), triggers=[small])) == pytest.approx(wanted, abs=1e-12)


def test_a_deal_issued_late_prices_from_issue() -> None:
    """15 days of 12% before the first payment of month 3, then a month: 491 / 1.005, 103.52 / 1.005 / 1.01, of 600."""
    late = deal(PLAIN, (A, B, REST), issue_date=datetime.date(2022, 3, 25))
    price = float(run(late, pool())["price"].sel(tranche="A"))
    assert price == pytest.approx((491.0 / 1.005 + 103.52 / 1.005 / 1.01) / 600.0, abs=1e-12)
