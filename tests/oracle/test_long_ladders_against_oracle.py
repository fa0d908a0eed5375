"""Pools of four stages under the longest ladder, and of long ladders alone: the engine against the slow model."""

from typing import Any

import agreement
import counted_again
import hand_worked
import pytest

import stress
from stress.inputs.clocks import Clock
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock

LADDER = [
    {"rolls": 0.3, "cures": 0.4},
    {"rolls": 0.25, "cures": 0.3, "pays_down": [0.2]},
    {"rolls": 0.2, "cures": 0.35, "pays_down": [0.1, 0.15]},
    {"rolls": 0.3, "cures": 0.25, "pays_down": [0.1, 0.1, 0.15]},
    {"rolls": 0.35, "cures": 0.2, "pays_down": [0.05, 0.1]},
    {"rolls": 0.4, "cures": 0.45},
]
STAGES = [
    {"name": "new", "moves_on": 0.3, "default_odds": 0.4},
    {"name": "young", "moves_on": 0.9, "default_odds": 2.0, "prepayment": 0.05},
    {"name": "grown", "moves_on": 0.2, "default_odds": 1.5},
    {"name": "old", "default_odds": 0.6, "prepayment": 0.0},
]
LATE = {f"m{b}": 0.07 - 0.01 * b for b in range(1, 7)}
LOANS: dict[str, Any] = {
    "payment_rate": None,
    "plans": [{"term": 3, "share": 0.4, "apr": 0.2}, {"term": 5, "share": 0.6, "apr": 0.15}],
    "late_charge_daily": 0.0005,
    "late_fee": 0.05,
}


def job(clock: Clock = "monthly", **of_pool: Any) -> Job:
    """Six months, the first of which buys, under shocks that put payments off, raise yields and make refunds."""
    buy = [] if clock == "monthly" else [{"step": "purchase", "source": ["principal"]}]
    deal = hand_worked.deal(
        revolving_months=1,
        scheduled_months=6,
        legal_maturity_months=6,
        purchase="each_step" if clock == "monthly" else "payment_date",
        priority={"revolving": [*hand_worked.INTEREST, *buy, *hand_worked.RESIDUAL]},
    )
    segments = [
        {"name": "one", "share": 0.7, "entry_rate": 0.05, "prepayment": 0.02, "recovery": 0.3},
        {"name": "two", "share": 0.3, "entry_rate": 0.03, "prepayment": 0.03, "recovery": 0.3},
    ]
    shocks = (
        Shock(target="payment", multiply=0.8),
        Shock(target="yield", multiply=1.1),
        Shock(target="dilution", set=0.02),
    )
    dependence = {"rho": 0.1, "rho_prepayment": 0.05, "phi": 0.8}
    pool = hand_worked.pool(**{"segments": segments, "dependence": dependence, "delinquent": LATE, **of_pool})
    case = ScenarioCase(name="base", shocks=shocks)
    return Job(name="late", deal=deal, pool=pool, scenarios=(case,), paths=32, seed=3, clock=clock)


def stages(count: int) -> list[dict[str, Any]]:
    """The first few, of which the last leads nowhere."""
    *first, last = STAGES[:count]
    return [*first, {key: value for key, value in last.items() if key != "moves_on"}]


def wrong(of: Job) -> list[Any]:
    compared = agreement.compared(of, "base", path=5)
    assert not compared.near_threshold
    return [d for d in compared.differences if not d.size <= d.allowed] + compared.violations


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_pool_of_stages_under_the_longest_ladder_is_that_of_the_slow_model(count: int) -> None:
    assert not wrong(job(**LOANS, stages=stages(count), ladder=LADDER))


@pytest.mark.parametrize("buckets", [1, 2, 3, 4, 5])
def test_so_is_one_without_stages_under_a_ladder_of_another_length(buckets: int) -> None:
    late = {name: LATE[name] for name in list(LATE)[:buckets]}
    assert not wrong(job(**LOANS, ladder=LADDER[:buckets], delinquent=late))


def test_so_is_one_whose_cures_are_all_that_does_not_roll() -> None:
    late = {"m1": 0.05, "m2": 0.04, "m3": 0.03}
    assert not wrong(job(**LOANS, stages=stages(3), ladder=[{"rolls": 0.3}] * 3, delinquent=late))


def test_so_is_one_that_enters_whole() -> None:
    """From month 3 on one segment has nothing that a cure could rejoin: cures are paid in cash."""
    whole = {"name": "whole", "share": 0.4, "entry_rate_curve": "5% for 2, 99%"}
    segments = [whole, {"name": "other", "share": 0.6, "entry_rate": 0.03}]
    of = job(**LOANS, stages=stages(2), ladder=LADDER, segments=segments, dependence={"rho": 0.99, "phi": 0.8})
    assert not wrong(of)
    assert (stress.replay(of, path=5)["entry_rate"][2:, 0] > 1.0 - 1e-9).all()


def test_so_are_cards_and_a_pool_on_the_clock_of_payment_dates() -> None:
    assert not wrong(job(stages=stages(4), ladder=LADDER))
    assert not wrong(job("payment_date", **LOANS, stages=stages(4), ladder=LADDER))


@pytest.mark.parametrize("more", [{}, {"stages": stages(2)}], ids=["plain", "stages"])
def test_a_run_counts_of_a_pool_under_a_long_ladder_what_its_paths_show(more: dict[str, Any]) -> None:
    """Of a run the rolls and recoveries are numbers of the month; a path that is shown has them on lanes."""
    segments = [{"name": "alone", "share": 1.0, "entry_rate": 0.05, "recovery_curve": "30% to 60% in 4"}]
    assert not counted_again.differences(job(**LOANS, **more, ladder=LADDER, segments=segments), 2)
