"""What purchases at payment dates leave of principal for senior costs, on tiny deals worked out by hand.

A of 900 is due 9 a month, the trustee 1.2% a year of the pool: both may be paid from principal. The pool yields half a
percent a month, of which a servicer takes a tenth.
"""

from typing import Any

from hand_worked import PRINCIPAL, RESIDUAL, REST, A, deal, pool, run, same

BOTH = ["income", "principal"]
FEES = [
    {"name": "servicer", "base": "interest_income", "rate": 0.1},
    {"name": "trustee", "base": "pool", "rate": 0.012},
]
COSTS = [
    {"step": "pay_fee", "fee": "servicer"},
    {"step": "pay_fee", "fee": "trustee", "source": BOTH},
    {"step": "pay_interest", "note": "A", "source": BOTH},
]
REVOLVING = [*COSTS, {"step": "purchase", "source": ["principal"]}, {**RESIDUAL[0], "source": ["income"]}]
AFTER = [*COSTS, {**PRINCIPAL[0], "notes": ["A"]}, *RESIDUAL]


def months(revolving: int, **more: Any) -> Any:
    of = deal(
        AFTER,
        ({**A, "amount": 900.0}, REST),
        fees=FEES,
        revolving_months=revolving,
        purchase="payment_date",
        priority={"revolving": REVOLVING},
        **more,
    )
    return run(of, pool(annual_yield=0.06), "payment_date")


def test_the_last_purchase_leaves_nothing_for_the_month_in_which_it_is_made() -> None:
    """Of month 1's 10 income of 5 covers 4.50: the payment of month 2 takes 5.50 from 200 and buys with the rest.
    Nobody buys after it, so that month 2 needs no principal."""
    data = months(1)
    same(data, "interest_paid", "A", 9.0)
    same(data, "fee_paid", "trustee", 1.0)
    same(data, "purchases", None, 0.0, 194.5, 0.0)


def test_a_purchase_at_a_payment_leaves_what_the_month_that_has_begun_may_need() -> None:
    """Month 2 needs 9 and 0.80, of a pool of 800, and has collected 4 before its payment: 6.20 of 194.50 stay. They are
    what month 3's payment takes from principal, and 160 buys."""
    data = months(2)
    same(data, "interest_paid", "A", 9.0, 9.0)
    same(data, "purchases", None, 0.0, 188.3, 160.0, 0.0)


def test_a_deal_may_keep_nothing_back() -> None:
    same(months(2, retain_senior_cost=False), "purchases", None, 0.0, 194.5)
