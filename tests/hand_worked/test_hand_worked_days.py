"""The daily clock on tiny deals, worked out by hand: due days, bills, waiting cash.

900 of one-month plans without default: on the anniversary of the order 30 falls due every day and buys 30. Month 1
revolves.
"""

from typing import Any

import pytest

from hand_worked import RESIDUAL, deal, run, same
from stress.errors import ConfigError
from stress.inputs.pool import Pool
from stress.inputs.pool.billing import Billing
from stress.inputs.scenario import Shock

PRINCIPAL_OF_A = [{"step": "pay_principal", "notes": ["A"], "source": ["principal"]}]
NOTES = ({"name": "A", "amount": 800.0}, {"name": "R", "amount": 100.0, "residual": True})
STEPS = [*PRINCIPAL_OF_A, *RESIDUAL]


def pool(term: int = 1, **more: Any) -> Pool:
    """Plans of one term with a flat fee of 1% a month; all that is offered may be bought."""
    return Pool.model_validate(
        {
            "version": 1,
            "kind": "pool",
            "name": "small",
            "currency": "CNY",
            "balance": 900.0,
            "plans": ({"term": term, "share": 1.0},),
            "segments": ({"name": "all", "share": 1.0, "entry_rate": 0.0, "monthly_fee": 0.01},),
            "supply": {"unlimited": True},
            "dependence": {"rho": 0.0, "phi": 0.0},
            **more,
        }
    )


def months(on: Pool, shocks: tuple[Shock, ...] = (), revolving: int = 1) -> Any:
    """Months of a deal that buys every day and pays what is left on the 10th."""
    of = deal(
        STEPS,
        NOTES,
        purchase="each_step",
        revolving_months=revolving,
        priority={"revolving": [{"step": "cover_defaults"}]},
    )
    return run(of, on, "daily", shocks)


def test_on_the_anniversary_of_the_order_a_month_of_collections_is_bought_once() -> None:
    data = months(pool())
    same(data, "scheduled_principal", None, 900.0, 900.0, 0.0)
    same(data, "purchases", None, 900.0, 0.0)
    same(data, "fee_income", None, 9.0, 9.0, 0.0)


def test_one_billing_date_makes_one_due_day_a_month() -> None:
    """Billed on the 10th, due on the 19th: what is bought on the 19th waits 21 days for its bill and 9 more."""
    data = months(pool(billing={"dates": (10,), "days_to_due": 9}))
    same(data, "scheduled_principal", None, 900.0, 900.0, 0.0)
    same(data, "purchases", None, 900.0)


def test_borrowers_billed_soon_after_they_buy_pay_within_the_month() -> None:
    """Bills on the 10th and the 25th, due on the 19th and the 4th: 450 of the opening pool on each.

    Day 4 buys 450: half is billed on the 10th and due on the 19th of this month, half on the 4th of the next. Day 19
    collects 450 + 225 and buys 675, half due on the 4th, half on the 19th of month 2.
    """
    data = months(pool(billing={"dates": (10, 25), "days_to_due": 9}))
    same(data, "scheduled_principal", None, 450.0 + 675.0, 225.0 + 337.5 + 337.5, 0.0)
    same(data, "purchases", None, 1125.0)
    same(data, "fee_income", None, 11.25, 9.0)


def test_borrowers_billed_late_pay_after_a_due_day_of_their_cohort_has_passed() -> None:
    """Bills on the 1st and the 16th, due on the 21st and the 6th. Day 6 buys 450: half waits 45 days, past the 21st of
    month 1, for the 21st of month 2; half 30 days. Day 21 buys 450: half is due on the 21st of month 2, half waits 45
    days for the 6th of month 3.
    """
    data = months(pool(billing={"dates": (1, 16), "days_to_due": 20}))
    same(data, "scheduled_principal", None, 900.0, 225.0 + 225.0 + 225.0, 225.0, 0.0)
    same(data, "fee_income", None, 9.0, 6.75, 2.25)


def test_later_instalments_follow_the_first_month_by_month() -> None:
    """Two instalments; the opening pool of each due day has 300 due now and 150 a month later.

    Day 4 collects 300 and buys 300: 75 + 75 due on the 19ths of months 1 and 2, 75 + 75 on the 4ths of months 2 and 3.
    Day 19 collects 375 and buys 375: 93.75 twice on the 19ths of months 2 and 3, and on the 4ths of months 2 and 3.
    """
    data = months(pool(term=2, billing={"dates": (10, 25), "days_to_due": 9}))
    same(data, "scheduled_principal", None, 675.0, 2 * (150.0 + 75.0 + 93.75), 75.0 + 2 * 93.75, 0.0)


@pytest.mark.parametrize("term", [4, 6, 12])
def test_a_bill_thirty_days_on_is_the_anniversary_of_the_order(term: int) -> None:
    """All borrowers billed on the day before they pay: one due day, and every purchase waits 30 days for it."""
    more = {"opening": ({"term": term, "remaining": 1, "share": 1.0},)}
    of = deal(
        STEPS,
        NOTES,
        purchase="each_step",
        revolving_months=1,
        legal_maturity_months=18,
        scheduled_months=18,
        priority={"revolving": [{"step": "cover_defaults"}]},
    )
    billed, own = (run(of, pool(term, **more, **b), "daily") for b in ({"billing": BILLED}, {}))
    for name in ("scheduled_principal", "fee_income", "purchases", "pool_balance"):
        assert billed[name].values == pytest.approx(own[name].values, abs=1e-9)


BILLED = {"dates": (14,), "days_to_due": 1}


def test_an_outage_of_ten_days_waits_and_then_buys_at_once_where_supply_is_unlimited() -> None:
    """Ten days of 30 wait; day 11 buys 330. Nothing is lost but time: the 330 falls due on day 11 of month 2."""
    data = months(pool(), (Shock(target="purchase_outage_days", set=10.0, to_month=1),))
    same(data, "purchases", None, 900.0)
    same(data, "scheduled_principal", None, 900.0, 900.0)


def test_after_an_outage_a_supply_of_a_fifth_more_catches_up_slowly_and_cash_stays_idle() -> None:
    """From day 11 on 36 a day: 720 in all, 180 waits at the month's end.

    Above 15% of the pool from day 4 (120 of 780; 90 of 810 on day 3) to day 30 (180 of 720): 27 days.
    """
    data = months(pool(supply={"multiple": 1.2}), (Shock(target="purchase_outage_days", set=10.0, to_month=1),))
    same(data, "purchases", None, 720.0)
    same(data, "principal_cash", None, 180.0)
    same(data, "idle_cash_days", None, 27.0)


def test_cash_that_idled_for_thirty_days_is_seen_though_it_was_spent_before_the_month_end() -> None:
    """30 days of outage: idle from day 4 to the end of month 1, 27 days, with 900 of cash. From the next day on nothing
    falls due, and 180 is offered a day: after 4 days 180 of cash on 720 of pool, 25%, after the 5th none. 31 days.
    """
    offered = (Shock(target="purchase_outage_days", set=30.0, to_month=1),)
    data = months(pool(supply={"multiple": 6.0}), offered, revolving=2)
    same(data, "purchases", None, 0.0, 900.0)
    same(data, "idle_cash_days", None, 27.0, 31.0)


def test_the_cash_of_the_first_days_is_lost_where_it_was_commingled() -> None:
    """The servicer fails with the cash of days 1 to 5, 150 and fees of 1.5: 750 is bought, 7.5 of fees is received."""
    data = months(pool(), (Shock(target="commingled_days", set=5.0, to_month=1),))
    same(data, "commingled", None, 150.0, 0.0)
    same(data, "commingled_income", None, 1.5, 0.0)
    same(data, "purchases", None, 750.0)
    same(data, "scheduled_principal", None, 900.0, 750.0)


def test_half_a_day_of_commingled_cash_is_half_of_the_day() -> None:
    data = months(pool(), (Shock(target="commingled_days", set=1.5, to_month=1),))
    same(data, "commingled", None, 45.0)


def test_days_of_commingled_cash_hit_the_due_days_that_they_hold() -> None:
    """Bills fall due on the 4th and the 19th, 450 each: three days before the 4th lose nothing, four days lose 450."""
    billing = {"dates": (10, 25), "days_to_due": 9}
    for days, lost in ((3.0, 0.0), (4.0, 450.0)):
        data = months(pool(billing=billing), (Shock(target="commingled_days", set=days, to_month=1),))
        same(data, "commingled", None, lost)


def test_cash_that_waits_five_days_earns_the_cash_rate_and_no_fee() -> None:
    """What days 1 to 25 collect is bought by day 30: 750. In month 2 days 1 to 5 buy the other 150, and what days 6 to
    25 collect is bought on days 11 to 30: 600.
    """
    data = months(pool(), (Shock(target="purchase_lag_days", set=5.0),), revolving=2)
    same(data, "purchases", None, 750.0, 750.0)
    same(data, "scheduled_principal", None, 900.0, 750.0, 750.0)


def test_idle_cash_earns_interest_day_by_day() -> None:
    """36% a year is 0.1% a day, on all cash at the day's opening. Nothing is offered for 3 days, then all is bought:
    day 2 earns on 30 and the fee of 0.3, day 3 on 60 + 0.6 and the day before's interest, and so on to 30 days of fees.
    """
    interest, income, principal = 0.0, 0.0, 0.0
    for day in range(1, 31):
        earned = 0.001 * (income + principal)
        interest, income = interest + earned, income + earned + 0.3
        principal = principal + 30.0 if day <= 3 else 0.0
    data = months(pool(cash_rate=0.36), (Shock(target="purchase_outage_days", set=3.0, to_month=1),))
    same(data, "cash_interest", None, interest)


@pytest.mark.parametrize(
    ("billing", "said"),
    [
        ({"dates": (5, 5), "days_to_due": 9}, "must increase"),
        ({"dates": (), "days_to_due": 9}, "at least 1 item"),
        ({"dates": (31,), "days_to_due": 9}, "less than or equal to 30"),
        ({"dates": (5,), "days_to_due": 0}, "greater than or equal to 1"),
    ],
)
def test_billing_dates_that_make_no_sense_are_refused(billing: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Billing.model_validate(billing)


def test_every_wait_is_shorter_than_two_months_and_ends_on_a_due_day() -> None:
    for n in range(1, 31):
        billing = Billing(dates=(1, 8, 30), days_to_due=n)
        for day in range(1, 31):
            for date, due, wait in zip(billing.dates, billing.due_days, billing.delays(day), strict=True):
                assert n <= wait <= n + 29
                assert (day + wait - due) % 30 == 0
                assert (due - date - n) % 30 == 0
        assert billing.months_later == int(any(d + w > 60 for d in range(1, 31) for w in billing.delays(d)))


def test_billing_dates_need_days() -> None:
    with pytest.raises(ConfigError, match='clock = "daily"'):
        run(deal(STEPS, NOTES), pool(billing=BILLED), "monthly")
