"""Stages and long ladders, worked by hand on a pool of 1000."""

from typing import Any

import pytest
from pydantic import ValidationError

import hand_worked
from hand_worked import same
from stress.inputs.scenario import Shock

ENTERS = [{"name": "all", "share": 1.0, "entry_rate": 0.1}]


def late(ladder: list[dict[str, Any]], **more: Any) -> Any:
    """20% of the balance paid a month, 2% of finance charge on it."""
    return hand_worked.run(hand_worked.deal(), hand_worked.pool(default=0.1, ladder=ladder, **more))


def test_a_ladder_of_one_bucket_defaults_a_month_after_entry() -> None:
    """100 enter; 40 of it default, 60 cure: they pay 20% at once, 12, and rejoin with 48. 900 pay 180, then a tenth of
    720 enters: 648 + 48 = 696 pay 139.2."""
    data = late([{"rolls": 0.4}])
    same(data, "m1", None, 100.0, 72.0)
    same(data, "defaults", None, 0.0, 40.0, 28.8)
    same(data, "cured_paid", None, 0.0, 12.0)
    same(data, "scheduled_principal", None, 180.0, 139.2)


def test_what_stays_late_pays_one_instalment_and_its_charge() -> None:
    """Of 100 in M1 30 roll on, 40 cure and pay 8, 30 stay and pay 6: M1 is 72 that enter and 24 that stay. Fees of 2%:
    on 720 current less a tenth 12.96, on the 32 that rejoin 0.64, on the 40 that cure 0.8, on the 30 that stay 0.6."""
    data = late([{"rolls": 0.3, "cures": 0.4}, {"rolls": 1.0}])
    same(data, "m1", None, 100.0, 96.0)
    same(data, "m2", None, 0.0, 30.0)
    same(data, "cured_paid", None, 0.0, 14.0)
    same(data, "fee_income", None, 18.0, 15.0)
    same(data, "defaults", None, 0.0, 0.0, 30.0)


def test_what_pays_down_a_bucket_pays_two_instalments() -> None:
    """Of 100 in M2 half pays its way down: 50 less 20% and 16% of it, 32 in M1 beside the 90 that enter."""
    ladder = [{"rolls": 0.0}, {"rolls": 0.2, "cures": 0.3, "pays_down": [0.5]}]
    data = late(ladder, delinquent={"m2": 0.1})
    same(data, "m1", None, 122.0)
    same(data, "defaults", None, 20.0)
    same(data, "cured_paid", None, 0.36 * 50.0 + 0.36 * 30.0)


def test_six_buckets_charge_off_at_180_days_and_are_overdue_until_then() -> None:
    """10% of the pool is in M4 at closing: it rolls to M5 and M6, and defaults in month 3."""
    data = late([{"rolls": 1.0}] * 6, delinquent={"m4": 0.1}, late_charge_daily=0.001)
    same(data, "m4_on", None, 100.0, 100.0, 0.0)
    same(data, "defaults", None, 0.0, 0.0, 100.0)


def test_a_cure_from_the_fifth_bucket_pays_five_instalments_and_the_charge_of_five_months() -> None:
    """20, 16, 12.8, 10.24 and 8.192% of 100: 67.232 at once, 32.768 rejoin; 0.1% a day for 150 days is 15."""
    data = late(
        [*[{"rolls": 1.0}] * 4, {"rolls": 0.0}, {"rolls": 1.0}], delinquent={"m5": 0.1}, late_charge_daily=0.001
    )
    same(data, "cured_paid", None, 67.232)
    same(data, "late_charge", None, 15.0)


def test_overdue_shares_count_the_buckets_by_their_days() -> None:
    """M2, M3, M4 of 4, 3 and 2%, all stay: 9% are 30 days late, 5% 60, 2% 90, over a pool that has paid."""
    stays = [{"rolls": 0.0, "cures": 0.0}] * 4
    deal = hand_worked.deal(
        triggers=[
            {"name": f"over {days}", "observable": f"overdue_{days}", "breach": "above", "effect": "none",
             "thresholds": [{"limit": 0.9}]}
            for days in (30, 60, 90)
        ]
    )  # fmt: skip
    pool = hand_worked.pool(ladder=stays, delinquent={"m2": 0.04, "m3": 0.03, "m4": 0.02})
    data = hand_worked.run(deal, pool)
    for days, amount in ((30, 90.0), (60, 50.0), (90, 20.0)):
        same(data, "trigger_value", f"over {days}", 0.8 * amount / 800.0)


def test_a_stage_moves_its_share_on_after_the_step() -> None:
    """Half of 800 moves on after month 1: 40 of the 400 left and 80 of the 400 moved default, 0.1 and 0.2."""
    stages = [{"name": "new", "moves_on": 0.5, "entry_rate": [0.1]}, {"name": "old", "entry_rate": [0.2]}]
    pool = hand_worked.pool(
        stages=stages, payment_rate=None, plans=[{"term": 2, "share": 1.0}],
        opening=[{"term": 2, "remaining": 2, "share": 1.0}], segments=ENTERS,
    )  # fmt: skip
    data = hand_worked.run(hand_worked.deal(), pool)
    # 1000 new: 100 default, 450 of 900 paid, 225 in each stage; then 22.5 + 45
    same(data, "defaults", None, 100.0, 67.5)
    same(data, "scheduled_principal", None, 450.0, 382.5)


def test_the_age_of_an_opening_line_says_in_which_stage_it_stands() -> None:
    """One of two instalments paid: half of it has moved on, 50 and 100 of 1000 default."""
    stages = [{"name": "new", "moves_on": 0.5, "entry_rate": [0.1]}, {"name": "old", "entry_rate": [0.2]}]
    pool = hand_worked.pool(
        stages=stages, payment_rate=None, plans=[{"term": 2, "share": 1.0}],
        opening=[{"term": 2, "remaining": 1, "share": 1.0}], segments=ENTERS,
    )  # fmt: skip
    same(hand_worked.run(hand_worked.deal(), pool), "defaults", None, 150.0)


def test_rolls_with_an_elasticity_follow_what_a_scenario_does_to_entry() -> None:
    """Odds of entry doubled, 1/9 to 2/9: odds of a roll of 0.5 are doubled too, 2/3 of M1 defaults; with 0 half."""
    for elasticity, rolled in ((1.0, 2.0 / 3.0), (0.0, 0.5)):
        pool = hand_worked.pool(default=0.1, ladder=[{"rolls": 0.5, "elasticity": elasticity}])
        data = hand_worked.run(hand_worked.deal(), pool, shocks=(Shock(target="default_odds", multiply=2.0),))
        same(data, "m1", None, 1000.0 * 2.0 / 11.0)
        same(data, "defaults", None, 0.0, 1000.0 * 2.0 / 11.0 * rolled)


@pytest.mark.parametrize(
    ("ladder", "says"),
    [
        ([{"rolls": 0.5, "cures": 0.6}], "at most 1, what is left stays"),
        ([{"rolls": 0.5, "pays_down": [0.1]}], "what becomes current cures"),
        ([{"rolls": 0.1}] * 7, "at most 6"),
    ],
)
def test_a_ladder_that_moves_more_than_there_is_or_below_its_first_bucket_is_refused(ladder, says) -> None:
    with pytest.raises(ValidationError, match=says):
        hand_worked.pool(ladder=ladder)


def test_stock_beyond_the_last_bucket_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"delinquent\.m4: the ladder has 3 buckets"):
        hand_worked.pool(ladder={"roll_m1": 0.1, "roll_m2": 0.1, "roll_m3": 0.1}, delinquent={"m4": 0.1})


@pytest.mark.parametrize(
    ("stages", "says"),
    [
        ([{"name": "a"}], "one stage is no seasoning"),
        ([{"name": "a"}, {"name": "b"}], "a: needs moves_on"),
        ([{"name": "a", "moves_on": 0.1}, {"name": "b", "moves_on": 0.1}], "b: is the last"),
        ([{"name": "a", "moves_on": 0.1, "entry_rate": [0.1, 0.1]}, {"name": "b"}], "entry_rate needs 1 rates"),
    ],
)
def test_stages_that_lead_nowhere_are_refused(stages, says) -> None:
    with pytest.raises(ValidationError, match=says):
        hand_worked.pool(stages=stages)
