"""Nothing is silent: a shock that changes no array, and what a cap cuts, are said."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import hand_worked
import numpy as np
import pytest
from strategies import random_job

import stress
from stress.assemble.effects import _same, idle_shocks, notes_of_effects
from stress.inputs.job import Job, ScenarioCase, Sweep
from stress.inputs.scenario import Shock
from stress.report.caption import caption

CASES = Path(__file__).parents[1] / "cases"
JOBS = sorted((Path(__file__).parents[2] / "scenarios" / "jobs").glob("*.toml"))
PLANS: dict[str, Any] = {"payment_rate": None, "plans": [{"term": 12, "share": 1.0}]}


def said(*shocks: Shock, **more: Any) -> list[str]:
    """Notes on one scenario of a small deal."""
    job = Job(
        name="small",
        deal=hand_worked.deal(**more.pop("deal", {})),
        pool=hand_worked.pool(**more),
        scenarios=(ScenarioCase(name="moved", shocks=shocks),),
        paths=32,
        seed=1,
        clock="monthly",
    )
    return [f"{note.key}: {note.says}" for note in notes_of_effects(job)]


def test_each_of_eight_shocks_that_move_nothing_in_a_deal_is_said_to() -> None:
    notes = notes_of_effects(stress.load(CASES / "moves_nothing" / "job.toml"))
    assert [note.part for note in notes] == [f"scenario s{i}" for i in range(1, 9)]
    assert all("moves nothing: " in note.says for note in notes)


def test_cards_pay_faster_where_the_multiple_is_above_one() -> None:
    """20, 30 and 60% a month: principal comes back after 0.346, 0.251 and 0.156 years."""
    ds = stress.simulate(stress.load(CASES / "payment_above_one" / "job.toml"), threads=1)
    np.testing.assert_allclose(ds.wal.sel(tranche="A"), [0.34649403, 0.25118983, 0.15617352], atol=1e-8)


def test_instalments_paid_faster_than_they_fall_due_are_cut_and_said_to_be() -> None:
    (note,) = said(Shock(target="payment", multiply=1.5), **PLANS)[:1]
    assert note == "shock 1 on payment: moves nothing: the payment of instalments goes no further than 1 times"


def test_a_default_rate_of_a_hundred_and_fifty_percent_runs_at_ninety_nine_and_says_so() -> None:
    assert said(Shock(target="default_rate", multiply=30.0, from_month=2), default=0.05) == [
        ": the monthly rate of entry or default is held at 99% in months 2 to 4, where 150% is asked for"
    ]


def test_a_payment_rate_beyond_the_whole_balance_is_cut_and_said_to_be() -> None:
    assert said(Shock(target="payment", multiply=6.0, to_month=1)) == [
        ": the monthly payment rate is held at 100% in month 1, where 120% is asked for"
    ]


@pytest.mark.parametrize(
    ("shock", "why"),
    [
        (Shock(target="dilution_unpaid_share", set=0.5), "nothing in this deal and pool depends on it"),
        (Shock(target="recovery", multiply=0.5), "the base is 0, and a multiple of 0 stays 0"),
        (Shock(target="index_rate", add=0.01), "this deal and pool have no such input"),
        (Shock(target="payment", multiply=1.0), "it multiplies by 1"),
        (Shock(target="cash_rate", add=0.0), "it adds 0"),
        (Shock(target="dilution", set=0.0), "the input is what it sets already"),
        (Shock(target="turnover", set=0.2), "the pool has this payment rate already"),
        (
            Shock(target="default_odds", multiply=2.0, segments=("empty",)),
            "nothing in this deal and pool depends on it",
        ),
    ],
)
def test_why_a_shock_moves_nothing_is_said(shock: Shock, why: str) -> None:
    levels = [{"name": n, "share": s, "entry_rate": 0.01} for n, s in (("all", 1.0), ("empty", 0.0))]
    assert said(shock, segments=levels) == [f"shock 1 on {shock.target}: moves nothing: {why}"]


def test_an_unpaid_share_acts_once_a_later_shock_brings_dilution() -> None:
    assert not said(Shock(target="dilution_unpaid_share", set=0.5), Shock(target="dilution", set=0.02))


def test_of_two_shocks_that_do_the_same_one_is_said_to_move_nothing() -> None:
    twice = (Shock(target="yield", set=0.5, from_month=1), Shock(target="yield", set=0.5, to_month=4))
    job = random_job(Random(1)).model_copy(update={"deal": hand_worked.deal(), "pool": hand_worked.pool()})
    assert idle_shocks(job, ScenarioCase(name="twice", shocks=twice)) == [0]


def test_keys_of_a_pool_that_need_another_to_act_are_said_to_move_nothing() -> None:
    idle = {"rho": 0.1, "phi": 0.5, "rho_roll": 0.1, "correlation_prepayment": 0.3}
    lines = said(default=0.01, dependence=idle, dilution_unpaid_share=0.5, late_charge_daily=0.001)
    assert [line.split(":")[0] for line in lines] == [
        "late_charge_daily",
        "dilution_unpaid_share",
        "dependence.rho_roll",
        "dependence.correlation_prepayment",
    ]
    acts = {**idle, "rho_prepayment": 0.1}
    ladder = {"roll_m1": 0.3, "roll_m2": 0.5, "roll_m3": 0.7}
    lively = [{"name": "all", "share": 1.0, "entry_rate": 0.01, "prepayment": 0.01}]
    assert not said(dependence=acts, ladder=ladder, segments=lively, dilution=0.01, dilution_unpaid_share=0.5)


def test_a_loading_of_every_bucket_leaves_nothing_to_that_of_the_pool_and_the_other_way_round() -> None:
    own = [{"rolls": rolls, "rho": 0.05} for rolls in (0.3, 0.5, 0.7)]
    loaded = {"rho": 0.1, "phi": 0.5, "rho_roll": 0.1}
    assert said(default=0.01, ladder=own, dependence=loaded) == [
        "dependence.rho_roll: moves nothing: nothing in this deal, pool and scenarios depends on it"
    ]
    assert not said(default=0.01, ladder=[*own[:2], {"rolls": 0.7}], dependence=loaded)
    sure = [{"rolls": 0.3}, {"rolls": 1.0, "rho": 0.05}]
    assert [note.split(":")[0] for note in said(default=0.01, ladder=sure)] == ["ladder[2].rho"]


def test_an_elasticity_acts_where_a_scenario_moves_entry() -> None:
    ladder = [{"rolls": 0.3, "elasticity": 0.5}]
    assert [note.split(":")[0] for note in said(default=0.01, ladder=ladder)] == ["ladder[1].elasticity"]
    assert not said(Shock(target="default_odds", multiply=2.0), default=0.01, ladder=ladder)


IDLE = (3, 4, 6, 9, 12, 14, 15, 17)
"""Seeds of jobs some of whose shocks move nothing."""
SEEDS = [*IDLE, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(24) if seed not in IDLE)]
SHARED = ("index_rate", "originations", "purchase_outage", "score_slope", "apr")
"""What scenarios that several deals share move in some of them alone: floating notes, purchases, levels of score."""


@functools.cache
def notes_of(path: Path) -> list[str]:
    """Notes on all jobs of a shipped file, found once."""
    job = stress.load(path)
    return [str(note) for part in (job.jobs if isinstance(job, Sweep) else (job,)) for note in notes_of_effects(part)]


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_shipped_scenario_does_nothing_only_where_another_deal_has_what_it_moves(path: Path) -> None:
    assert not [note for note in notes_of(path) if not any(f" on {target}: moves nothing" in note for target in SHARED)]


def test_months_without_a_test_are_the_same_in_both() -> None:
    assert "index_rate: moves nothing" in " ".join(notes_of(JOBS[0].parent / "baitiao-24m-all.toml"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_shock_said_to_move_nothing_leaves_every_figure_of_a_path_as_it_is(seed: int) -> None:
    job = random_job(Random(1000 + seed))
    case = job.scenarios[1]
    idle = idle_shocks(job, case)
    left = tuple(shock for place, shock in enumerate(case.shocks) if place not in idle)
    without = job.model_copy(update={"scenarios": (job.scenarios[0], case.model_copy(update={"shocks": left}))})
    assert idle or seed not in IDLE
    if idle:
        with_it, without_it = (stress.replay(each, path=5, scenario="stressed") for each in (job, without))
        held = [k for k, s in enumerate(job.pool.segments) if s.share > 0.0 or s.eligible]
        # A segment that is not held never has a balance.
        with_it, without_it = (
            path.isel(segment=held) if "segment" in path.dims else path for path in (with_it, without_it)
        )
        for name in with_it.data_vars:
            np.testing.assert_allclose(
                with_it[name], without_it[name], rtol=1e-9, atol=1e-9 * job.pool.balance, err_msg=str(name)
            )


def test_notes_of_shocks_travel_with_the_result() -> None:
    ds = stress.simulate(stress.load(CASES / "moves_nothing" / "job.toml"), paths=32, scenarios=["s2"], threads=1)
    (note,) = json.loads(ds.attrs["input_notes"])
    assert note[:2] == ["scenario s2", "shock 1 on prepayment"]


def test_the_caption_of_the_table_names_the_shocks_that_move_nothing() -> None:
    ds = stress.simulate(stress.load(CASES / "moves_nothing" / "job.toml"), paths=32, scenarios=["s2", "s3"], threads=1)
    assert "Shocks that move nothing here: s2 (prepayment), s3 (recovery)." in caption(ds)


def test_arrays_after_the_first_that_differs_are_not_asked_for() -> None:
    def arrays() -> Iterator[np.ndarray]:
        yield np.ones(2)
        raise AssertionError("the comparison goes on")

    assert not _same([np.zeros(2), np.zeros(3)], arrays())
