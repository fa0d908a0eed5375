"""The compiled engine against the slow plain-Python model: same inputs, same rates, same cash flows; and its laws."""

import os
from pathlib import Path
from random import Random

import agreement
import hand_worked
import numpy as np
import path_differences
import pytest
from kernel_laws import out_of_order, overpaid, violations, wrong_signs
from language import said, words
from shipped import JOBS
from strategies import random_job

import stress


@pytest.mark.parametrize("scenario", ["base", "stressed"])
@pytest.mark.parametrize("seed", range(7))  # and ten thousand deals are slow
def test_a_path_of_the_engine_is_the_path_of_the_slow_model(seed, scenario):
    compared = agreement.compared(random_job(Random(seed)), scenario, path=11 * seed % 64)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.near_threshold
    assert not compared.violations


@pytest.mark.parametrize(("seed", "kinds"), [(11, 3), (13, 1), (19, 3), (33, 1), (142, 3)])
def test_notes_in_turn_some_of_them_pari_passu_get_what_the_slow_model_gives_them(seed, kinds):
    """`kinds`: of steps that have a list within their list."""
    job = random_job(Random(seed))
    steps = [step for steps in job.deal.priority.values() for step in steps if step.step != "pay_interest"]
    lists = {step.step for step in steps for part in getattr(step, "notes", ()) if not isinstance(part, str)}
    assert len(lists) == kinds
    for scenario in ("base", "stressed"):
        compared = agreement.compared(job, scenario, path=seed % 64)
        assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
        assert not compared.violations


@pytest.mark.parametrize("stages", [[], [{"name": "new", "moves_on": 0.3}, {"name": "old", "default_odds": 2.0}]])
def test_what_a_cured_deal_buys_after_the_pool_was_called_comes_due_as_it_survives(stages):
    """Month 2 accelerates: the pool is sold, the cash stays. From month 3 it buys again; a tenth defaults a month."""
    month_2, interest = "month >= 2 and month < 3", {"step": "pay_interest", "notes": ["A", "B"]}
    rest = {"step": "pay_residual", "note": "R", "source": ["income", "principal"], "when": "month >= 11"}
    little = {"step": "pay_principal", "notes": ["A", "B"], "source": ["income"]}
    bought = hand_worked.pool(default=0.1, payment_rate=None, plans=[{"term": 4, "share": 1.0}], stages=stages)
    deal = hand_worked.deal(
        revolving_months=8,
        scheduled_months=12,
        legal_maturity_months=12,
        purchase="payment_date",
        triggers=[{"name": "pause", "condition": month_2, "effect": "acceleration", "curable": True}],
        clean_up={"when": month_2, "price": "pool"},
        priority={
            "revolving": [interest, {"step": "purchase", "source": ["principal"]}],
            "acceleration": [interest, little, rest],
        },
    )
    job = hand_worked.job(deal, bought)
    compared = agreement.compared(job, "base", 0)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    balance = stress.replay(job, path=0)["pool_balance"].to_numpy()
    assert balance[1] == 0.0
    assert balance[3] > 100.0


@pytest.mark.parametrize("buckets", [3, 6])
@pytest.mark.parametrize("stages", [2, 3, 4])
def test_what_cures_in_a_late_stage_has_fallen_due_as_in_the_slow_model(stages, buckets):
    """What was bought as new is in every stage by then."""
    moves = [{"moves_on": 0.2 + 0.1 * i} if i < stages - 1 else {} for i in range(stages)]
    pool = hand_worked.pool(
        default=0.05,
        payment_rate=None,
        plans=[{"term": 6, "share": 0.5}, {"term": 12, "share": 0.5}],
        stages=[{"name": f"s{i}", "default_odds": 0.5 + 0.7 * i, **on} for i, on in enumerate(moves)],
        ladder=[{"rolls": 0.5, "cures": 0.5}, *[{"rolls": 0.5, "cures": 0.3, "pays_down": [0.15]}] * (buckets - 1)],
    )
    steps = [
        {"step": "pay_interest", "notes": ["A", "B"]},
        {"step": "purchase", "source": ["principal"]},
        {"step": "pay_residual", "note": "R", "source": ["income"]},
    ]
    months = {"revolving_months": 6, "scheduled_months": 24, "legal_maturity_months": 24}
    job = hand_worked.job(hand_worked.deal(purchase="payment_date", priority={"revolving": steps}, **months), pool)
    compared = agreement.compared(job, "base", 0)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]


@pytest.mark.slow
def test_twenty_thousand_paths_of_ten_thousand_deals_are_those_of_the_slow_model_and_obey_the_laws(
    tmp_path: Path, record_property
):
    """`STRESS_AGREEMENT=FILE` goes on with what `python tests/agreement.py --keep FILE` kept: an hour in parts."""
    figures = agreement.run(10_000, Path(os.environ.get("STRESS_AGREEMENT") or tmp_path / "agreement.jsonl"))
    record_property("measured", "; ".join(agreement.told(figures).splitlines()))
    assert figures.deals == 10_000
    assert figures.paths["monthly"] + figures.paths["payment_date"] >= 10_000
    assert figures.paths["daily"] >= 300
    assert not figures.apart
    assert not figures.violations
    assert figures.not_a_number == 0
    assert figures.residual <= agreement.RESIDUAL_ALLOWED
    assert len(figures.words) >= 0.98 * len(words())


def test_random_deals_say_nearly_every_word_of_the_language():
    """What is never said is named by `python tests/agreement.py`."""
    used = set().union(*(said(random_job(Random(seed))) for seed in range(40)))
    assert len(used) > 0.8 * len(words())


def test_what_is_bought_after_a_sale_shrinks_as_other_purchases_do():
    """A deal whose acceleration is cured after its pool was sold: it buys again."""
    job = random_job(Random(139))
    data = stress.replay(job, path=11, scenario="base")
    _, flows = agreement.slow(job, "base", data)
    sale = next(month for month, sold in enumerate(flows.sale_proceeds) if sold > 0.0)
    assert sum(flows.purchases[sale + 1 :]) > 0.0
    assert not [d for d in path_differences.differences(data, flows, job.pool.balance) if not d.size <= d.allowed]


@pytest.mark.parametrize("seed", [6458, 3727])
def test_deals_of_the_ten_thousand_in_which_the_models_were_apart(seed: int):
    """Cards with a long ladder, bought after a sale, paid nothing of their balance; fees accrued before a late issue
    are retained for on every clock."""
    compared = agreement.compared(random_job(Random(seed)), "base", seed % 64)
    assert not compared.near_threshold
    assert not [d for d in compared.differences if not d.size <= d.allowed]


def test_where_rounding_decides_a_condition_the_models_may_be_apart():
    """`invested < 0.333 * notes` once both are repaid: 0 < 0 in the engine, 0 < 1e-18 in the slow model."""
    compared = agreement.compared(random_job(Random(2252)), "base", 2252 % 64)
    assert compared.near_threshold
    assert [d for d in compared.differences if not d.size <= d.allowed]


def test_a_run_that_was_stopped_goes_on_with_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(agreement, "BLOCK", 1)
    keep = tmp_path / "kept.jsonl"
    agreement.run(1, keep)
    went_on = agreement.run(2, keep)
    assert len(keep.read_text().splitlines()) == 2
    assert went_on == agreement.run(2)
    assert went_on.deals == 2
    assert 0.0 < went_on.residual <= agreement.RESIDUAL_ALLOWED


@pytest.fixture
def replayed():
    """A job with a path that pays interest, fees and principal, and breaks no law."""
    job = random_job(Random(1))
    return job, stress.replay(job, path=0).copy(deep=True)


def test_the_comparison_sees_a_millionth_of_a_millionth_of_the_pool(replayed):
    job, data = replayed
    _, flows = agreement.slow(job, "base", data)
    moved = data.copy(deep=True)
    moved["prepaid"][2] += 2e-10 * job.pool.balance
    beyond = {d.name for d in path_differences.differences(moved, flows, job.pool.balance) if not d.size <= d.allowed}
    assert beyond == {"prepaid"}
    moved["irr"][0] = np.nan
    beyond = {d.name for d in path_differences.differences(moved, flows, job.pool.balance) if not d.size <= d.allowed}
    assert beyond == {"prepaid", "irr"}


def test_the_laws_see_a_wrong_sign_an_overpaid_claim_and_a_step_out_of_order(replayed):
    job, data = replayed
    size = 1e-9 * job.pool.balance
    assert not violations(job, data)
    data["interest_due"][:, 0] += job.pool.balance
    assert any("is paid before step" in words for words in out_of_order(job.deal, data, size))
    data["interest_due"][:] = data["interest_paid"]
    month = int(data["interest_paid"][:, 0].to_numpy().argmax())
    data["interest_due"][month, 0] = data["interest_paid"][month, 0] - 2 * size
    assert list(overpaid(data, size)) == ["interest_paid exceeds interest_due"]
    data["defaults"][1] = -2 * size
    assert list(wrong_signs(data, size)) == [f"defaults falls to {-2 * size}"]


@pytest.mark.parametrize("name", ["baitiao-24m", "card-master-trust"])
def test_ten_years_of_purchases_are_those_of_the_slow_model(name: str) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    deal = job.deal.but(revolving_months=120, scheduled_months=130, legal_maturity_months=132)
    long = job.but(deal=deal, scenarios=job.scenarios[:1])
    compared = agreement.compared(long, long.scenarios[0].name, path=5)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.violations
