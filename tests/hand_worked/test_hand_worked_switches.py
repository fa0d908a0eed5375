"""What a tripped trigger switches, step-ups, shares and redeemed notes on tiny deals, worked out by hand."""

from typing import Any

from hand_worked import INTEREST, LAST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, run, same

SMALL = {
    "name": "small",
    "observable": "pool_factor",
    "breach": "below",
    "thresholds": [{"limit": 0.7}],
    "effect": "none",
}
"""The pool factor is 0.8, 0.64, 0.512 and 0.4096: it trips at the determination of month 2."""


def months(steps: list[Any], *arguments: Any, **more: Any) -> Any:
    """The months of a deal."""
    return run(deal(steps, *arguments, **more))


def test_pro_rata_until_a_trigger_trips_and_sequential_after() -> None:
    """Month 1 shares 200 as 133.33 : 66.67; from month 2, the month of the trip, all goes to A."""
    shared = {**PRINCIPAL[0], "order": "pro_rata", "when": {"trigger": "small", "tripped": False}}
    data = months([*INTEREST, shared, *PRINCIPAL, *RESIDUAL], triggers=[SMALL])
    same(data, "principal_paid", "A", 400.0 / 3.0, 160.0, 128.0)
    same(data, "principal_paid", "B", 200.0 / 3.0, 0.0, 0.0)


def test_a_trigger_raises_the_target_of_a_reserve() -> None:
    """2 is held; once the trigger has tripped 5. Left for it are 8, 6 and 4.4: R gets 6, 3 and 4.4."""
    low = {"step": "top_up", "account": "reserve", "target": {"amount": 2.0}}
    high = {"step": "top_up", "account": "reserve", "target": {"amount": 5.0}, "when": {"trigger": "small"}}
    data = months(
        [*INTEREST, low, high, *PRINCIPAL, *RESIDUAL, {**LAST, "source": ["reserve"]}],
        triggers=[SMALL],
        accounts=["reserve"],
    )
    same(data, "account_balance", "reserve", 2.0, 5.0, 5.0)
    same(data, "principal_paid", "R", 6.0, 3.0, 4.4)


def test_a_curable_trigger_switches_back() -> None:
    """Above 0.7 in month 1 alone: month 1 is shared, month 2 is not."""
    large = {**SMALL, "name": "large", "breach": "above", "curable": True}
    shared = {**PRINCIPAL[0], "order": "pro_rata", "when": {"trigger": "large"}}
    data = months([*INTEREST, shared, *PRINCIPAL, *RESIDUAL], triggers=[large])
    same(data, "principal_paid", "B", 200.0 / 3.0, 0.0)


def test_a_coupon_steps_up_from_a_month_on() -> None:
    """A pays 12%, from month 2 24%: 1% of 600, then 2% of 400 and of 240."""
    data = months(PLAIN, ({**A, "step_up": {"add": 0.12, "from_month": 2}}, B, REST))
    same(data, "interest_due", "A", 6.0, 8.0, 4.8)


def test_a_coupon_steps_up_in_the_period_after_a_trip() -> None:
    """The trip is at the end of month 2, whose interest has accrued: 6 and 4 at 12%, then 2% of 240."""
    data = months(PLAIN, ({**A, "step_up": {"add": 0.12, "trigger": "small"}}, B, REST), triggers=[SMALL])
    same(data, "interest_due", "A", 6.0, 4.0, 4.8)


def test_a_cap_holds_the_coupon_that_has_stepped_up() -> None:
    """3% + 9% + 12% = 24%, but at most 18%: 1.5% of 400 in month 2."""
    floating = {**A, "index": "lpr", "coupon": 0.09, "cap": 0.18, "step_up": {"add": 0.12, "from_month": 2}}
    data = months(PLAIN, (floating, B, REST), indices={"lpr": 0.03})
    same(data, "interest_due", "A", 6.0, 6.0)


def test_a_share_of_an_account_is_transferred() -> None:
    """30% of 200 of principal goes to the platform's account, 140 to A; then 48 and 112.

    R takes 60 + 8, then 48 + 16 - 4.6 - 6 = 53.4: the 32 that it still has, and 21.4 as yield.
    """
    steps = [
        *INTEREST,
        {"step": "transfer", "source": ["principal"], "to": "platform", "share": 0.3},
        *PRINCIPAL,
        {"step": "pay_residual", "note": "R", "source": ["platform", "income", "principal"]},
    ]
    data = months(steps, accounts=["platform"])
    same(data, "principal_paid", "A", 140.0, 112.0)
    same(data, "principal_paid", "R", 68.0, 32.0)
    same(data, "residual_yield", "R", 0.0, 21.4)


def test_notes_outstanding_leave_out_the_residual_note() -> None:
    """900, 700, 540 and 412 of 900 before the payments of months 1 to 4."""
    watched = {**SMALL, "observable": "notes_outstanding", "thresholds": [{"limit": 0.5}]}
    data = months(PLAIN, triggers=[watched])
    same(data, "trigger_value", "small", 1.0, 700.0 / 900.0, 0.6, 412.0 / 900.0)
    assert data["tripped"].sel(trigger="small").values.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_reserve_is_released_once_the_notes_are_small() -> None:
    """5 is paid in at closing and goes to the residual note in month 4, when 412 of 900 are outstanding."""
    late = {"observable": "notes_outstanding", "below": 0.5}
    release = {"step": "release", "account": "reserve", "target": {}, "to": "income", "when": late}
    steps = [*INTEREST, *PRINCIPAL, release, *RESIDUAL]
    data = months(steps, accounts=["reserve"], opening_cash={"reserve": 5.0})
    same(data, "account_balance", "reserve", 5.0, 5.0, 5.0, 0.0)
    same(data, "principal_paid", "R", 8.0, 6.0, 4.4, 8.12)
