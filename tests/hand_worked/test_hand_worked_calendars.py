"""Loans whose interest has a calendar, worked by hand: 900 of three-month loans, months of 31, 28 and 31 days."""

from typing import Any

import pytest
from pydantic import ValidationError

import hand_worked
from hand_worked import same
from stress.assemble.effects import notes_of_effects
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

LEVELS = {"by_month": [[1, 0.06], [2, 0.12], [3, 0.0]]}
"""Of the index: 0.5, 1 and 0% a month."""


def pool_of(remaining: int = 3, **plan: Any) -> Pool:
    """All of the pool in one plan, `remaining` instalments left."""
    return hand_worked.pool(
        balance=900.0,
        payment_rate=None,
        plans=[{"term": 3, "share": 1.0, **plan}],
        opening=[{"term": 3, "remaining": remaining, "share": 1.0}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0}],
    )


def small(**more: Any) -> Any:
    """The small deal with notes of 900 and an index; it closes on the last day of December 2021."""
    notes = ({**hand_worked.A, "amount": 600.0}, {**hand_worked.B, "amount": 200.0}, hand_worked.REST)
    return hand_worked.deal(notes=notes, **{"indices": {"lpr": LEVELS}, **more})


def follows(**floating: Any) -> dict[str, Any]:
    return {"floating": {"index": "lpr", **floating}}


@pytest.mark.parametrize(
    ("plan", "principal", "interest"),
    [
        (follows(), (300.0, 300.0, 300.0), (4.5, 6.0, 0.0)),
        (follows(margin=0.12), (300.0, 300.0, 300.0), (13.5, 12.0, 3.0)),
        (follows(floor=0.03, cap=0.09), (300.0, 300.0, 300.0), (4.5, 4.5, 0.75)),
        (follows(reset_months=2), (300.0, 300.0, 300.0), (4.5, 3.0, 0.0)),
        (follows() | {"kind": "bullet"}, (0.0, 0.0, 900.0), (4.5, 9.0, 0.0)),
        # 900 over three at 0.5%: 303.0049876; 601.4950124 over two at 1%: 305.2666190; the rest at 0%
        (follows() | {"kind": "level"}, (298.5049875, 299.2512500, 302.2437625), (4.5, 6.0149501, 0.0)),
        # 900 over three at 1%: 306.0198998 a month; 31, 28 and 31 days of 12% a year of 365
        (
            {"kind": "level", "apr": 0.12, "day_count": "ACT/365F"},
            (296.8472976, 300.4675905, 302.6851119),
            (9.1726027, 5.5523098, 3.0849003),
        ),
        ({"apr": 0.12, "day_count": "ACT/360"}, (300.0, 300.0, 300.0), (9.3, 5.6, 3.1)),
        ({"apr": 0.12, "first_period_days": 45}, (300.0, 300.0, 300.0), (13.5, 6.0, 3.0)),
        ({"origination_fee": 0.02}, (300.0, 300.0, 300.0), (18.0, 0.0, 0.0)),
    ],
)
def test_principal_and_interest_are_those_worked_by_hand(plan, principal, interest) -> None:
    data = hand_worked.run(small(indices={"lpr": LEVELS} if "floating" in plan else {}), pool_of(**plan))
    assert data["scheduled_principal"].to_numpy()[:3] == pytest.approx(principal, abs=1e-6)
    assert data["fee_income"].to_numpy()[:3] == pytest.approx(interest, abs=1e-6)


def test_a_loan_on_its_way_resets_by_its_own_instalments_and_pays_no_first_fee() -> None:
    """Two of three left: reset before the first and the third of its life, so month 2 pays 1%."""
    data = hand_worked.run(small(), pool_of(2, **follows(reset_months=2), origination_fee=0.02, first_period_days=60))
    same(data, "fee_income", None, 4.5, 4.5)


def test_an_index_that_a_scenario_moves_moves_the_loans() -> None:
    data = hand_worked.run(small(), pool_of(**follows()), shocks=(Shock(target="index_rate", add=0.06, from_month=2),))
    same(data, "fee_income", None, 4.5, 9.0, 1.5)


def test_what_is_bought_later_pays_the_levels_of_its_own_months() -> None:
    """300 come back in month 1 and buy loans of two instalments that fall due in months 2 and 3: 1%, then 0%."""
    pool = hand_worked.pool(
        balance=900.0,
        payment_rate=None,
        plans=[{"term": 2, "share": 1.0, **follows(), "origination_fee": 0.01}],
        opening=[{"term": 2, "remaining": 1, "share": 1.0}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0}],
    )
    revolving = {"revolving": [*hand_worked.INTEREST, *hand_worked.RESIDUAL]}
    data = hand_worked.run(small(revolving_months=1, purchase="each_step", priority=revolving), pool)
    same(data, "purchases", None, 900.0)
    same(data, "scheduled_principal", None, 900.0, 450.0, 450.0)
    same(data, "fee_income", None, 4.5, 9.0 + 9.0, 0.0)


def test_a_cap_on_new_receivables_counts_the_fee_at_the_start() -> None:
    """One instalment a month later: 1% of interest and 2% at the start are an APR of 36%; 12% leave nothing for a flat
    fee, 48% leave 1% a month."""
    for cap, fee in ((0.12, 0.0), (0.48, 0.01)):
        pool = hand_worked.pool(
            payment_rate=None,
            plans=[{"term": 1, "share": 1.0, "apr": 0.12, "origination_fee": 0.02}],
            segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0, "monthly_fee": 0.05}],
        )
        revolving = {"revolving": [*hand_worked.INTEREST, *hand_worked.RESIDUAL]}
        deal = hand_worked.deal(revolving_months=1, purchase="each_step", priority=revolving)
        data = hand_worked.run(deal, pool, shocks=(Shock(target="apr_cap", set=cap),))
        same(data, "fee_income", None, 80.0, 1000.0 * (0.01 + 0.02 + fee))


def test_a_late_fee_is_a_share_of_what_a_cure_pays_of_principal_and_interest() -> None:
    """Of 900, 90 are late in month 1 and 45 cure: 15 of principal and 0.45 of interest, and 5% of both. The others roll
    to default."""
    pool = hand_worked.pool(
        balance=900.0,
        payment_rate=None,
        plans=[{"term": 3, "share": 1.0, "apr": 0.12}],
        opening=[{"term": 3, "remaining": 3, "share": 1.0}],
        segments=[{"name": "all", "share": 1.0, "entry_rate": 0.0}],
        ladder={"roll_m1": 0.5, "roll_m2": 1.0, "roll_m3": 1.0},
        delinquent={"m1": 0.1},
        late_fee=0.05,
    )
    data = hand_worked.run(small(indices={}), pool)
    same(data, "cured_paid", None, 15.0)
    same(data, "fee_income", None, 0.45 + (810.0 + 30.0) * 0.01)
    same(data, "late_charge", None, 0.05 * 15.45)


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ({"apr": 0.1, **follows()}, "give apr or floating, not both"),
        (follows(cap=0.01, floor=0.02), "cap = 0.01 lies below floor = 0.02"),
    ],
)
def test_terms_that_contradict_each_other_are_refused(plan, says) -> None:
    with pytest.raises(ValidationError, match=says):
        pool_of(**plan)


def test_an_index_that_the_deal_has_not_or_that_nothing_follows_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"floating.index = 'lrp': is no index of the deal: lpr; did you mean lpr"):
        hand_worked.run(small(), pool_of(floating={"index": "lrp"}))
    with pytest.raises(ConfigError, match="'lpr' is used by no note, no formula and no loan"):
        hand_worked.run(small(), pool_of(apr=0.12))


def test_a_static_default_of_level_payments_that_float_is_refused() -> None:
    with pytest.raises(ValidationError, match="no static_default can be solved"):
        hand_worked.pool(
            payment_rate=None,
            plans=[{"term": 3, "share": 1.0, "kind": "level", **follows()}],
            segments=[{"name": "all", "share": 1.0, "entry_rate": 0.01, "static_default": 0.01}],
        )


def test_a_shock_on_the_index_is_seen_to_act_on_loans_alone() -> None:
    shocks = (Shock(target="index_rate", add=0.01),)
    cases = (ScenarioCase(name="moved", shocks=shocks),)
    parts: dict[str, Any] = {"paths": 32, "seed": 1, "clock": "monthly", "scenarios": cases}
    assert not notes_of_effects(Job(name="floating", deal=small(), pool=pool_of(**follows()), **parts))
