"""A series of a master trust that waits with its principal: what excess spread is over, and what is left to sell.

The trust and the series are those of the page on trusts: 1000, of which the series has 400. It repays from month 3 on,
so that the principal of months 1 and 2 waits in its account.
"""

from typing import Any

from hand_worked import run, same
from hand_worked.test_hand_worked_trusts import COVER, END, EXCESS, INTEREST, REPAY, series, trust_pool


def waiting(**more: Any) -> Any:
    steps = [*INTEREST, COVER, {**REPAY, "when": "month > 2"}, EXCESS, END]
    return run(series(0, steps=steps, **more), trust_pool())


def test_yield_and_base_rate_are_over_what_is_invested_and_the_principal_that_waits() -> None:
    """Month 1 leaves 318 invested and 82 of cash. Month 2 collects 4.77 and charges 1.59 off; A and B still cost 2.4:
    all over 400. Its 80 of principal and the 1.59 that income makes good wait too."""
    data = waiting()
    same(data, "invested", None, 318.0, 318.0 - 81.59)
    same(data, "principal_cash", None, 82.0, 163.59)
    same(data, "portfolio_yield", None, 12.0 * 4.0 / 400.0, 12.0 * 3.18 / 400.0)
    same(data, "base_rate", None, 12.0 * 2.4 / 400.0, 12.0 * 2.4 / 400.0)
    same(data, "excess_spread", None, 0.048, 12.0 * 0.78 / 400.0)


def test_a_call_sells_what_the_months_principal_leaves_of_the_series_and_nothing_after_that() -> None:
    """Month 4 begins with 155.227950 invested, charges 0.5% of it off and collects 80: a call sells the 74.451810 that
    are left. Month 5 begins with these, and its share of principal, 80, is more: a call has nothing to sell."""
    months = {"scheduled_months": 8, "legal_maturity_months": 8}
    called = waiting(clean_up={"when": "month > 3"}, **months)
    same(called, "invested", None, 318.0, 236.41, 155.22795, 0.0)
    same(called, "sale_proceeds", None, 0.0, 0.0, 0.0, 155.22795 * 0.995 - 80.0, 0.0)
    late = waiting(clean_up={"when": "month > 4"}, **months)
    same(late, "invested", None, 318.0, 236.41, 155.22795, 155.22795 * 0.995 - 80.0, 0.0)
    same(late, "sale_proceeds", None, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
