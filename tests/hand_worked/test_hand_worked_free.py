"""Flat fees and fees at the start, worked by hand: a share of the balance that bears no fee, and the steady state.

Half of what is lent is for one month and never bears a fee, half for three months in equal parts at 1% a month of what
was lent. A third of the balance of 1000 is then free by itself: the 666.67 of three-month loans were 1000 when lent.
"""

from typing import Any

import hand_worked
from hand_worked import EVERGREEN, deal, run, same
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

FREE = {"term": 1, "share": 0.5, "always_fee_free": True}


def pool(free: float, **plan: Any) -> Pool:
    return hand_worked.pool(
        payment_rate=None,
        fee_free_share=free,
        plans=[FREE, {"term": 3, "share": 0.5, **plan}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0, "monthly_fee": 0.01}],
    )


def months(on: Pool, *shocks: Shock) -> Any:
    """A deal without costs: all principal buys, so the pool stays as it is."""
    notes = ({**hand_worked.A, "coupon": 0.0}, {**hand_worked.B, "coupon": 0.0}, hand_worked.REST)
    return run(deal(notes=notes, **EVERGREEN), on, shocks=shocks)


def test_a_share_of_the_balance_bears_no_fee_beyond_the_plans_that_never_do() -> None:
    """60% free leaves 40% that pays, six tenths of the two thirds: 0.6 of 1% of 1000, also of what is bought."""
    data = months(pool(0.6))
    same(data, "fee_income", None, 6.0, 6.0, 6.0)
    same(data, "purchases", None, 2000.0 / 3.0, 2000.0 / 3.0)


def test_a_shock_on_the_free_share_is_one_on_the_balance_that_purchases_lead_to() -> None:
    """A third is what never pays: what is bought pays in full. Month 2 has 0.6% of 666.67 and 1% of 333.33."""
    data = months(pool(0.6), Shock(target="fee_free_share", set=1.0 / 3.0))
    same(data, "fee_income", None, 6.0, 4.0 + 10.0 / 3.0, 2.0 + 20.0 / 3.0, 10.0)


def test_a_third_of_the_steady_state_of_three_month_loans_has_not_paid_its_first_instalment() -> None:
    """Of 1000 lent, 333.33 are new in every month, at closing too: 2% of them at the start, beside fees of 10."""
    data = months(pool(1.0 / 3.0, origination_fee=0.02))
    same(data, "fee_income", None, 10.0 + 20.0 / 3.0, 10.0 + 20.0 / 3.0)
