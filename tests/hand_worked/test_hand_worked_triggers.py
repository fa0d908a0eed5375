"""Every observable and every rule of a trigger on tiny deals, worked out by hand."""

from typing import Any

import pytest

from hand_worked import INTEREST, LAST, PLAIN, PRINCIPAL, RESIDUAL, A, deal, pool, run, same

DEFAULTING = pool(default=0.05, recovery=0.2)
"""Defaults 50, 38, 28.88; recoveries 0, 10, 7.6; principal 190, 144.4, 109.744; pool 760, 577.6, 438.976."""
LATE = pool(ladder={"roll_m1": 0.5, "roll_m2": 0.5, "roll_m3": 0.5}, delinquent={"m1": 0.05, "m2": 0.03, "m3": 0.02})
"""900 performing, 50 / 30 / 20 late. Month 1: 10 defaults, M3 15, M2 25, cures of 25, 15 and 10 pay 5, 5.4 and 4.88.

The rest rejoins: 934.72 performing pays 186.944; the pool is 747.776 + 25 + 15 = 787.776.
"""


def watch(observable: str, limit: float = 0.5, breach: str = "above", **more: Any) -> dict[str, Any]:
    """A trigger that is tested in every month."""
    return {
        "name": "watched",
        "observable": observable,
        "breach": breach,
        "thresholds": [{"limit": limit}],
        "effect": "none",
        **more,
    }


def values(trigger: dict[str, Any], on: Any, steps: Any = PLAIN, **more: Any) -> Any:
    """A deal with one trigger."""
    return run(deal(steps, triggers=[trigger], **more), on)


RATIOS = {
    ("cumulative_default", "cut_off"): (0.05, 0.088, 0.11688),
    ("cumulative_default", "current_pool"): (50.0 / 760.0, 88.0 / 577.6, 116.88 / 438.976),
    ("default_stock", "cut_off"): (0.05, 0.078, 0.09928),
    ("default_stock", "current_pool"): (50.0 / 760.0, 78.0 / 577.6, 99.28 / 438.976),
    # what income is left repays the residual note and so also reduces the deficiency: 7 and 14.44 - 4.1 - 6 = 4.34
    ("deficiency", "cut_off"): (0.05, 0.05 - 0.007 + 0.028),
    ("deficiency", "current_pool"): (50.0 / 760.0, 71.0 / 577.6),
}


@pytest.mark.parametrize("case", RATIOS)
def test_a_ratio_names_its_denominator(case: tuple[str, str]) -> None:
    """Amounts as in DEFAULTING over 1000 at cut-off, or over the pool at the month's end."""
    observable, denominator = case
    same(values(watch(observable, denominator=denominator), DEFAULTING), "trigger_value", "watched", *RATIOS[case])


def test_a_ratio_over_all_that_was_ever_bought() -> None:
    """190 is bought in month 1, then 5% of 950 = 47.5 defaults and 0.2 x 902.5 = 180.5 is bought.

    50 / 1190 and 97.5 / 1370.5.
    """
    trigger = watch("cumulative_default", denominator="cut_off_plus_purchases")
    order = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    bought = {"revolving_months": 2, "purchase": "each_step", "priority": {"revolving": order}}
    data = values(trigger, pool(default=0.05), PLAIN, **bought)
    same(data, "trigger_value", "watched", 50.0 / 1190.0, 97.5 / 1370.5)


def test_excess_spread_is_income_less_costs_and_defaults_over_the_opening_pool() -> None:
    """Month 1: 12 x (19 - 12 - 50) / 1000. A is repaid 190, then 154.4.

    Month 2: 12 x (14.44 - 4.1 - 6 - 38 + 10) / 760. Month 3: 12 x (10.9744 - 2.556 - 6 - 28.88 + 7.6) / 577.6.
    """
    spread = (-0.516, -12.0 * 23.66 / 760.0, -12.0 * 18.8616 / 577.6)
    same(values(watch("excess_spread"), DEFAULTING), "trigger_value", "watched", *spread)
    mean = sum(spread) / 3.0
    data = values(watch("excess_spread_3m", -0.1, "below"), DEFAULTING)
    assert float(data["trigger_value"].sel(month=3, trigger="watched")) == pytest.approx(mean, abs=1e-10)
    assert data["tripped"].sel(trigger="watched").values.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_three_month_excess_spread_is_not_tested_before_month_three() -> None:
    """Every month is far below -0.1, but a step on the three-month mean runs from month 3 on."""
    trap = {"observable": "excess_spread_3m", "below": -0.1}
    steps = [*INTEREST, {"step": "top_up", "account": "trap", "target": {"amount": 100.0}, "when": trap}, *PRINCIPAL]
    end = [
        {**RESIDUAL[0], "source": ["income", "principal", "trap"], "when": {"observable": "pool_factor", "below": 0.01}}
    ]
    data = run(deal([*steps, *end], accounts=["trap"]), DEFAULTING)
    assert [x > 0.0 for x in data["account_balance"].sel(account="trap").values.tolist()] == [False, False, True, True]


def test_overdue_shares_count_the_stock_that_is_not_written_off() -> None:
    """Month 1 of LATE over 787.776 + 10: 30+ days 25 + 15 + 10, 60+ days 15 + 10, 90+ days 10."""
    for observable, amount in (("overdue_30", 50.0), ("overdue_60", 25.0), ("overdue_90", 10.0)):
        same(values(watch(observable), LATE), "trigger_value", "watched", amount / 797.776)


def test_the_payment_rate_counts_scheduled_payments_prepayments_and_cures() -> None:
    """186.944 scheduled and 15.28 cured of 1000; without arrears 200 of 1000 and 160 of 800."""
    same(values(watch("payment_rate"), LATE), "trigger_value", "watched", 0.202224)
    same(values(watch("payment_rate"), pool()), "trigger_value", "watched", 0.2, 0.2)


def test_the_pool_factor_is_over_the_cut_off_balance() -> None:
    """800, 640 and 512 of 1000."""
    same(values(watch("pool_factor"), pool()), "trigger_value", "watched", 0.8, 0.64, 0.512)


def test_unpaid_senior_interest_is_seen_at_the_next_determination() -> None:
    """Income of 5 against 6 of class A interest: 1 of 600 is unpaid after month 1 and seen in month 2."""
    data = values(watch("senior_shortfall"), pool(annual_yield=0.06))
    same(data, "trigger_value", "watched", 0.0, 1.0 / 600.0)


def test_idle_cash_is_counted_in_days() -> None:
    """A is to stand at 500: 100 of principal waits after month 1, against 15% of 640 = 96 in month 2: 30 days.

    Month 3: 260 against 15% of 512: 60 days; then 388 repays A, so in month 4 nothing waits.
    """
    schedule = {**PRINCIPAL[0], "notes": ["A"], "to_balance": [[1, 500.0], [3, 0.0]]}
    late = {**PRINCIPAL[0], "notes": ["B"], "when": {"observable": "pool_factor", "below": 0.1}}
    rest = [{"step": "pay_residual", "note": "R"}, {**LAST, "source": ["principal"]}]
    steps = [*INTEREST, schedule, late, *rest]
    same(values(watch("idle_cash_days", 40.0), pool(), steps), "trigger_value", "watched", 0.0, 30.0, 60.0, 0.0)


def tripped(trigger: dict[str, Any], on: Any = None) -> list[float]:
    """By month whether it has tripped."""
    by_month: list[float] = values(trigger, on)["tripped"].sel(trigger="watched").values.tolist()
    return by_month


def test_a_trigger_above_or_below_its_limit_trips_and_latches() -> None:
    """The pool factor is 0.8, 0.64, 0.512, 0.4096."""
    assert tripped(watch("pool_factor", 0.7, "below")) == [0.0, 1.0, 1.0, 1.0]
    assert tripped(watch("pool_factor", 0.7, "above")) == [1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(("curable", "wanted"), [(False, [0.0, 1.0, 1.0, 1.0]), (True, [0.0, 1.0, 0.0, 0.0])])
def test_a_trigger_that_is_breached_again_starts_to_count_again(curable: bool, wanted: list[float]) -> None:
    """The pool is 0.8, 0.64, 0.512 and 0.41. Below 0.9 twice it trips; month 3 asks for 0.5, month 4 for 0.9 again.

    The one month of the new breach is not enough to trip, nor does it take back what has tripped for good.
    """
    limits = [{"from_month": t, "to_month": t, "limit": limit} for t, limit in enumerate((0.9, 0.9, 0.5, 0.9), 1)]
    trigger = watch("pool_factor", breach="below", months=2, thresholds=limits, curable=curable)
    assert tripped(trigger) == wanted


def test_a_curable_trigger_resets_once_the_test_passes() -> None:
    """Above 0.7 in month 1 alone."""
    assert tripped(watch("pool_factor", 0.7, "above", curable=True)) == [1.0, 0.0, 0.0, 0.0]


def test_consecutive_months_in_breach_are_needed() -> None:
    """Below 0.7 from month 2: the second month running is month 3."""
    assert tripped(watch("pool_factor", 0.7, "below", months=2)) == [0.0, 0.0, 1.0, 1.0]


def test_a_scheduled_limit_holds_in_its_months_only() -> None:
    """0.64 in month 2 is above 0.65 never, in month 3 0.512 is above 0.5; months 1 and 4 are not tested."""
    thresholds = [{"from_month": 2, "to_month": 2, "limit": 0.65}, {"from_month": 3, "to_month": 3, "limit": 0.5}]
    data = values({**watch("pool_factor"), "thresholds": thresholds}, pool())
    assert data["tripped"].sel(trigger="watched").values.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_early_amortization_stops_purchases_and_repays_from_the_next_collections() -> None:
    """5% defaults in month 1 trip a limit of 4%. Month 1 has already bought its 190: the pool is 950.

    Month 2: 47.5 defaults, 902.5 pays 180.5 to A and nothing is bought; the pool is 722.
    """
    trigger = watch("cumulative_default", 0.04, effect="acceleration")
    order = [*INTEREST, {"step": "pay_residual", "note": "R"}]
    bought = {"revolving_months": 3, "purchase": "each_step", "priority": {"revolving": order}}
    data = values(trigger, pool(default=0.05), PLAIN, **bought)
    same(data, "purchases", None, 190.0, 0.0)
    same(data, "pool_balance", None, 950.0, 722.0)
    same(data, "principal_paid", "A", 0.0, 180.5)
    assert float(data["final_early_amortization"]) == 1.0


def test_an_event_of_default_changes_the_order_at_the_payment_of_the_same_month() -> None:
    """B's interest ranks behind A's principal: in month 1 A has all 219 - 6 of it, B nothing."""
    order = [
        {"step": "pay_interest", "note": "A"},
        {"step": "pay_principal", "notes": ["A"], "source": ["principal", "income"]},
        {"step": "pay_interest", "note": "B", "source": ["income", "principal"]},
        {"step": "pay_principal", "notes": ["B"], "source": ["principal", "income"]},
        *RESIDUAL,
    ]
    trigger = watch("cumulative_default", 0.04, effect="event_of_default")
    data = values(trigger, pool(default=0.05), PLAIN, priority={"event_of_default": order})
    same(data, "interest_paid", "A", 6.0)
    same(data, "principal_paid", "A", 190.0 + 13.0)
    same(data, "interest_paid", "B", 0.0)


def test_the_later_of_two_phases_holds() -> None:
    """Both trip in month 1: acceleration and event of default; the deal is in the event of default, phase 3."""
    first = {**watch("cumulative_default", 0.04, effect="acceleration"), "name": "first"}
    second = watch("pool_factor", 0.9, "below", effect="event_of_default")
    orders = {"acceleration": PLAIN, "event_of_default": PLAIN}
    data = run(deal(PLAIN, triggers=[first, second], priority=orders), pool(default=0.05))
    assert data["phase"].values.tolist()[0] in (3.0, "event_of_default")


def test_interest_by_phase_follows_the_phase_of_the_payment() -> None:
    """A pays every 3 months while revolving, monthly after: 12% of 600 gathers 6 + 6 in two months of revolving.

    Month 3 is the first of amortization: 18 is due at once.
    """
    slow = {**A, "payment_months": {"revolving": 3}}
    order = [*INTEREST, {"step": "purchase"}]
    notes = (slow, *deal().model_dump(mode="json", exclude_defaults=True)["notes"][1:])
    data = run(deal(PLAIN, notes, revolving_months=2, purchase="each_step", priority={"revolving": order}))
    same(data, "interest_due", "A", 0.0, 0.0, 18.0)
