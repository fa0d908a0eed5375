"""Cards: a lower payment rate stays lower, what is not paid bears finance charges, and triggers on it respond."""

import csv
from pathlib import Path
from typing import Any

import agreement
import hand_worked
import numpy as np
import pytest
from hand_worked import EVERGREEN, same

import stress
from stress.assemble.effects import notes_of_effects
from stress.assemble.months import resolve
from stress.assemble.turnover import pool_under
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

CASE = Path(__file__).parents[1] / "cases" / "card_payment"


def months(*shocks: Shock, on: Pool | None = None, **more: Any) -> Any:
    return hand_worked.run(hand_worked.deal(**more), on or hand_worked.pool(), shocks=shocks)


def test_balances_principal_and_finance_charges_are_those_worked_by_hand_to_the_cent() -> None:
    """36 months at payment rates of 20, 10 and 15% of the balance, 1% of finance charge on it."""
    with (CASE / "expected.csv").open() as file:
        rows = list(csv.DictReader(file))
    job = stress.load(CASE / "job.toml")
    for name in ("k1.0", "k0.5", "k0.75"):
        path = stress.replay(job, path=0, scenario=name)
        want = [row for row in rows if row["scenario"] == name]
        columns = {
            "month_start_balance": "balance_at_start",
            "scheduled_principal": "principal_paid",
            "fee_income": "finance_charge",
        }
        for ours, theirs in columns.items():
            got = path[ours].to_numpy().ravel()[: len(want)]
            np.testing.assert_allclose(got, [float(row[theirs]) for row in want], atol=0.005)


def test_a_payment_rate_that_falls_by_a_quarter_stays_lower_by_a_quarter() -> None:
    """15% of 1000, 850, 722.5; 2% of finance charge on the same balances: nothing is deferred."""
    data = months(Shock(target="payment", multiply=0.75))
    same(data, "scheduled_principal", None, 150.0, 127.5, 108.375)
    same(data, "fee_income", None, 20.0, 17.0, 14.45)


def test_a_month_of_low_payment_leaves_the_balance_to_the_next_months() -> None:
    """Month 1 pays a half: 100 of 1000, then 20% of 900 and of 720; finance charges on each balance."""
    data = months(Shock(target="payment", multiply=0.5, to_month=1))
    same(data, "scheduled_principal", None, 100.0, 180.0, 144.0)
    same(data, "fee_income", None, 20.0, 18.0, 14.4)


def test_a_payment_rate_moves_by_month_and_leaves_defaults_alone() -> None:
    """20, 10, 30 and 30% of what has not defaulted; 10% of each balance defaults: 1000, 720, 583.2."""
    moved = Shock(target="payment_rate", by_month=((2, 0.1), (3, 0.3)), how="set")
    data = months(moved, on=hand_worked.pool(default=0.1))
    same(data, "scheduled_principal", None, 180.0, 64.8, 157.464)
    same(data, "defaults", None, 100.0, 72.0, 58.32)


@pytest.mark.parametrize(
    ("shock", "want"),
    [
        ({"multiply": 0.5}, [0.1, 0.1, 0.1]),
        ({"add": 0.05, "from_month": 2}, [0.2, 0.25, 0.25]),
        ({"set": 0.3, "to_month": 1}, [0.3, 0.2, 0.2]),
        ({"multiply": 10.0}, [1.0, 1.0, 1.0]),
    ],
)
def test_a_payment_rate_is_multiplied_added_to_and_set(shock: dict[str, Any], want: list[float]) -> None:
    case = ScenarioCase(name="moved", shocks=(Shock(target="payment_rate", **shock),))
    rate = resolve(hand_worked.deal(), hand_worked.pool(), case).payment_rate
    assert rate is not None
    assert rate[:3].tolist() == pytest.approx(want)


def test_faster_payment_is_faster_as_far_as_the_whole_balance() -> None:
    """A half more is 30%: 300, 210, 147; six times as much pays all of it in month 1."""
    same(months(Shock(target="payment", multiply=1.5)), "scheduled_principal", None, 300.0, 210.0, 147.0)
    same(months(Shock(target="payment", multiply=6.0)), "scheduled_principal", None, 1000.0, 0.0)


def test_while_revolving_the_observed_payment_rate_and_yield_are_what_the_shock_says() -> None:
    """Times 0.75 for life: 15% of the pool is paid each month and 24% a year earned, in every month."""
    data = months(Shock(target="payment", multiply=0.75), **EVERGREEN)
    start = data["month_start_balance"].to_numpy().ravel()[:12]
    np.testing.assert_allclose(data["scheduled_principal"].to_numpy().ravel()[:12] / start, 0.15, rtol=1e-12)
    np.testing.assert_allclose(12.0 * data["fee_income"].to_numpy().ravel()[:12] / start, 0.24, rtol=1e-12)


def test_a_trigger_on_the_payment_rate_trips_in_the_month_in_which_it_falls() -> None:
    """Below 16% for a month: times 0.75 from month 3 is 15%, and the revolving period ends there."""
    watch = {
        "name": "slow",
        "observable": "payment_rate",
        "breach": "below",
        "effect": "acceleration",
        "thresholds": [{"limit": 0.16}],
    }
    data = months(Shock(target="payment", multiply=0.75, from_month=3), triggers=[watch], **EVERGREEN)
    assert data["tripped"].sel(trigger="slow").to_numpy().ravel()[:4].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_turnover_keeps_the_static_default_and_a_payment_rate_keeps_the_monthly_one() -> None:
    pool = hand_worked.pool(default=0.01)
    turned = pool_under(pool, ScenarioCase(name="faster", shocks=(Shock(target="turnover", set=0.4),)))
    static = 0.01 / (1.0 - 0.99 * 0.8)
    assert turned.segments[0].entry_rate == pytest.approx(static * 0.4 / (1.0 - static * 0.6), rel=1e-9)
    moved = ScenarioCase(name="faster", shocks=(Shock(target="payment_rate", set=0.4),))
    assert pool_under(pool, moved) is pool


def test_turnover_has_no_months() -> None:
    with pytest.raises(ValueError, match="set once for the whole life, without months; payment_rate moves by month"):
        Shock(target="turnover", set=0.4, from_month=3)


@pytest.mark.parametrize(("clock", "billing"), [("daily", (8, 22)), ("daily", None), ("payment_date", None)])
def test_cards_bought_between_bills_pay_as_in_the_slow_model(clock: Any, billing: tuple[int, ...] | None) -> None:
    """The payment rate moves by month, late balances cure; with bills some purchases pass a step before their first."""
    late = {"ladder": {"roll_m1": 0.3, "roll_m2": 0.5, "roll_m3": 0.7}, "dependence": {"rho": 0.1, "phi": 0.5}}
    bills = {} if billing is None else {"billing": {"dates": billing, "days_to_due": 25}}
    months = {"revolving_months": 4, "scheduled_months": 8, "legal_maturity_months": 8}
    buys = {"revolving": [*hand_worked.INTEREST, {"step": "purchase", "source": ["principal"]}, *hand_worked.RESIDUAL]}
    at_payment = {"purchase": "payment_date", "priority": buys} if clock == "payment_date" else {}
    deal = hand_worked.deal(**{**EVERGREEN, **months, **at_payment})
    moved = (
        Shock(target="payment_rate", by_month=((2, 0.05), (4, 0.4), (5, 0.1)), how="set"),
        Shock(target="payment", multiply=0.7, from_month=3),
    )
    job = Job(
        name="billed",
        deal=deal,
        pool=hand_worked.pool(default=0.05, **late, **bills),
        scenarios=(ScenarioCase(name="slow", shocks=moved),),
        paths=32,
        seed=3,
        clock=clock,
    )
    comparison = agreement.compared(job, "slow", path=7)
    assert not [difference.name for difference in comparison.differences if not difference.size <= difference.allowed]
    assert not comparison.violations


def test_a_payment_rate_set_for_life_is_told_from_a_turnover() -> None:
    cases = (ScenarioCase(name="faster", shocks=(Shock(target="payment_rate", set=0.4),)),)
    job = Job(
        name="x", deal=hand_worked.deal(), pool=hand_worked.pool(), scenarios=cases, paths=32, seed=1, clock="monthly"
    )
    (note,) = notes_of_effects(job)
    assert note.says.endswith("turnover keeps the static default")
