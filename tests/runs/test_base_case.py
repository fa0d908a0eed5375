"""What `stress check` says of a deal on expected rates: what trips, what is repaid and when, what is never paid."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_worked import INTEREST, PLAIN, PRINCIPAL, RESIDUAL, REST, A, B, deal, pool
from handed import Capture
from shipped import JOB

import stress
from stress.cli import exit_code
from stress.inputs.deal import Deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load_job
from stress.inputs.pool import Pool
from stress.report.replayed import key_months, story
from stress.runs.base_case import TRAP, BaseCase, base_case, notes_of_base_case, summary

WHOLE = [*INTEREST, {"step": "pay_principal", "notes": ["A", "B"], "source": ["principal", "income"]}, *RESIDUAL]


def job_of(of: Deal, on: Pool | None = None) -> Job:
    cases = (ScenarioCase(name="base"),)
    return Job(name="small", deal=of, pool=on or pool(), scenarios=cases, paths=32, seed=1, clock="monthly")


def said(of: Deal, on: Pool | None = None) -> tuple[BaseCase, dict[str, str]]:
    job = job_of(of, on)
    case = base_case(job)
    return case, {note.key: note.says for note in notes_of_base_case(job, case)}


def test_the_base_case_of_a_pool_without_chance_is_its_only_path() -> None:
    """A gets 200, 160, 128 and 102.4 of principal of 600, so 9.6 are left; B's 300 are left whole. R gets what is left
    of an income of 59.04 when A has had 13.52 of interest and B 24: 21.52."""
    case, notes = said(deal())
    left = {note.note: note.unpaid for note in case.notes}
    assert left == pytest.approx({"A": 9.6, "B": 300.0, "R": 78.48}, abs=1e-9)
    assert 'notes["B"]' in notes
    assert "is left at legal maturity in month 4" in notes['notes["B"]']
    assert case.default == 0.0
    assert case.trips == ()


def test_every_change_of_phase_is_told_in_order_and_none_once_all_is_gone() -> None:
    """The pool is 1000, 800, 1000, 800 against 900: tripped, cured, tripped again, cured. A pool that is sold in month
    2 leaves a trigger, and nothing for it to accelerate."""
    full = {"name": "full", "condition": "pool > 900", "effect": "acceleration", "curable": True}
    steps = {"revolving": [*INTEREST, {"step": "pay_residual", "note": "R"}]}
    case, _ = said(deal(WHOLE, triggers=[full], priority=steps, revolving_months=3, purchase="each_step"))
    assert case.phases == (("acceleration", 1), ("revolving", 2), ("acceleration", 3), ("amortization", 4))
    assert "acceleration from month 1; revolving from month 2; acceleration from month 3;" in summary(case)
    again = deal(WHOLE, triggers=[full], priority=steps, revolving_months=3, purchase="each_step")
    trace = stress.replay(job_of(again), path=0)
    turns = "'full' trips in month 1; is cured in month 2; trips again in month 3; is cured in month 4."
    assert any(turns in line for line in story(trace))
    assert ["'full' is cured" in row[1] for row in key_months(trace).rows] == [False, True, False, True]
    late = {"name": "late", "condition": "month >= 4", "effect": "acceleration"}
    sold = deal(WHOLE, triggers=[late], clean_up={"when": "month >= 2"})
    assert said(sold)[0].phases == ()
    assert not any("Acceleration" in line for line in story(stress.replay(job_of(sold), path=0)))


def test_what_has_been_written_down_is_not_repaid() -> None:
    """5% defaults: 50, 38, 28.88, 21.9488, in all 138.8288. What interest leaves of income, 7 and 4.34, repays R and
    bears as much of it; the other 88.66 of R are written down, and 38.8288 of B."""
    down = {"step": "write_down", "notes": ["R", "B"]}
    hurt = {"name": "hurt", "condition": "note.B < 300", "effect": "none", "tested": "payment"}
    case, notes = said(deal([*PLAIN[:2], down, *PLAIN[2:]], triggers=[hurt]), pool(default=0.05))
    assert notes['triggers["hurt"]'].startswith("trips in month 3 of the base case")
    assert "limit" not in notes['triggers["hurt"]']
    written = {note.note: note.written for note in case.notes}
    assert written == pytest.approx({"A": 0.0, "B": 38.8288, "R": 88.66})
    assert "of it written down" in notes['notes["B"]']
    assert "written" not in notes['notes["A"]']


def test_random_factors_leave_the_base_case_alone() -> None:
    """With every correlation at 0 a path is the base case, whatever its draws."""
    job = load_job(JOB)
    job = job.model_copy(update={"scenarios": job.scenarios[:1]})
    still = {"rho": 0.0, "rho_roll": 0.0, "rho_prepayment": 0.0, "rho_recovery": 0.0}
    dependence = job.pool.dependence.model_copy(update=still)
    without = job.model_copy(update={"pool": job.pool.model_copy(update={"dependence": dependence})})
    case = base_case(job)
    assert base_case(without) == case
    trace = stress.replay(without, path=5)
    assert case.default == pytest.approx(float(trace["cumulative_default"][-1]), rel=1e-12)
    for note in case.notes:
        balance = trace["note_balance"].sel(tranche=note.note).values
        gone = np.flatnonzero(balance <= 1e-9 * job.pool.balance)
        assert note.repaid == (int(gone[0]) + 1 if gone.size else None)


def test_a_trigger_on_the_deficiency_trips_on_the_first_defaults_and_the_trap_is_told() -> None:
    """The deficiency is tested before income makes it good: 1% of defaults trips a limit of 0.5% in month 1."""
    limit = {"name": "gap", "observable": "deficiency", "breach": "above", "effect": "acceleration"}
    steps = {
        "revolving": [*INTEREST, {"step": "cover_defaults"}, {"step": "pay_residual", "note": "R"}],
        "acceleration": WHOLE,
    }
    of = deal(
        WHOLE,
        triggers=[{**limit, "thresholds": [{"limit": 0.005}]}],
        priority=steps,
        revolving_months=2,
        purchase="each_step",
    )
    case, notes = said(of, pool(default=0.01))
    assert [(trip.trigger, trip.month) for trip in case.trips] == [("gap", 1)]
    assert case.early_amortization == 1
    assert "trips in month 1 of the base case, early amortization" in notes['triggers["gap"]']
    assert notes['triggers["gap"]'].endswith(TRAP)
    assert "early amortization in month 1" in summary(case)


def test_cash_that_stays_and_an_account_that_nothing_fills_are_noted() -> None:
    """An account of 50 that only an event that never comes may take; another that income never reaches."""
    never = {"observable": "pool_factor", "below": 0.01}
    last = {"step": "pay_residual", "note": "R", "source": ["income", "principal", "held", "idle"], "when": never}
    steps: list[Any] = [
        *INTEREST,
        *PRINCIPAL,
        {"step": "top_up", "account": "idle", "target": {"amount": 10.0}, "when": never},
        *RESIDUAL,
        last,
    ]
    case, notes = said(deal(steps, accounts=["held", "idle"], opening_cash={"held": 50.0}))
    assert case.left == pytest.approx({"held": 50.0})
    assert notes["account held"] == "holds 50 at the end of the base case, which no step takes"
    assert notes["account idle"] == "receives nothing in the base case"


def test_an_account_that_a_state_finds_full_is_not_noted_for_receiving_nothing() -> None:
    """A reserve filled in month 1 to a target that falls: from month 2 on it only gives."""
    filled = {"step": "top_up", "account": "held", "target": "if(month < 2, 0.005 * pool, 0)"}
    given = {"step": "release", "account": "held", "target": {"share_of_notes": 0.001}, "to": "income"}
    ends = {"step": "pay_residual", "note": "R", "source": ["income", "principal", "held"], "when": "notes < 1"}
    job = job_of(deal([filled, given, *INTEREST, *PRINCIPAL, *RESIDUAL, ends], accounts=["held"]))
    later = job.but(state=stress.state_at(job, 1))
    assert later.state is not None
    assert later.state.accounts["held"] > 0.5
    assert base_case(later).never_filled == ()


def test_an_account_that_only_passes_cash_on_is_not_called_empty() -> None:
    """All income goes through it on the day it comes: it holds nothing at any month's end."""
    through = {"step": "transfer", "to": "through"}
    steps = [through, *({**step, "source": ["through"]} for step in INTEREST), *PRINCIPAL]
    last = {"step": "pay_residual", "note": "R", "source": ["through", "income", "principal"]}
    case, _ = said(deal([*steps, last], accounts=["through"]))
    assert case.never_filled == ()


def test_fees_and_interest_that_are_never_paid_are_noted_with_their_amount() -> None:
    """Income of 20, 16, 12.8 and 10.24 against a fee of 30 a month and interest of 6 and 6."""
    fee = {"name": "adviser", "base": "fixed", "amount": 30.0}
    of = deal([{"step": "pay_fee", "fee": "adviser"}, *PLAIN], fees=[fee])
    case, notes = said(of)
    assert case.fees_unpaid == pytest.approx({"adviser": 120.0 - 59.04})
    assert notes['fees["adviser"]'] == "61 of it is never paid in the base case"
    late = next(note for note in case.notes if note.note == "B")
    assert (late.late, late.first_late) == (4, 1)
    assert late.interest_unpaid > 24.0


def test_a_quiet_deal_has_no_note() -> None:
    """All of 590.4 pays notes of 500, whose interest income covers."""
    notes = ({**A, "amount": 400.0}, {**B, "amount": 100.0}, {**REST, "amount": 50.0})
    case, notes_by_key = said(deal(WHOLE, notes))
    assert notes_by_key == {}
    assert "no trigger trips" in summary(case)


def test_check_tells_the_base_case_and_takes_a_scenario(capsys: Capture) -> None:
    assert exit_code(["check", "--base-case", str(JOB)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "base case (baseline): default 5.53% of the cut-off balance; amortization from month 13; repaid: A in" in out
    assert "note: " in out
    assert exit_code(["check", "--base-case", "--scenario", "macro_severe", "--json", str(JOB)]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    (case,) = line["base_case"]
    assert case["scenario"] == "macro_severe"
    assert case["early_amortization"] == case["trips"][0]["month"]
    assert any(note["file"].endswith("baitiao-24m.toml") and "trips" in note["says"] for note in line["notes"])
    assert exit_code(["check", "--scenario", "macro_sever", str(JOB)]) == 2
    assert "did you mean macro_severe" in capsys.readouterr().err


def test_without_compiled_kernels_check_says_that_the_base_case_is_not_run() -> None:
    command = [sys.executable, "-m", "stress", "check", str(JOB)]
    done = subprocess.run(
        command, env={**os.environ, "STRESS_CACHE": "off"}, capture_output=True, text=True, check=True
    )
    assert "base case: not run" in done.stdout
    assert "--base-case" in done.stdout


@pytest.mark.usefixtures("no_figures")
def test_a_run_carries_the_notes_of_its_inputs_to_report_and_json(tmp_path: Path, capsys: Capture) -> None:
    options = ["--paths", "64", "--scenario", "macro_severe", "--out", str(tmp_path / "out"), "--json", "--quiet"]
    assert exit_code(["run", str(JOB), *options]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert any('triggers["cumulative default"]: trips in month 9' in note for note in notes)
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Notes on the inputs" in page
    assert "trips in month 9 of the base case" in page
    assert "Base case, on expected rates alone (rho 0), under macro_severe: default" in page
