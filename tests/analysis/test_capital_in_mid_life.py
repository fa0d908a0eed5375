"""Capital of a deal that is met in mid-life: by hand, as the months of the whole life have it, and in every form."""

import json
from math import exp
from typing import Any

import hand_worked
import numpy as np
import pytest
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress.analysis.capital_needs import Bank, capital, load_rules
from stress.analysis.class_numbers import committee
from stress.analysis.positions import positions
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.report.page.capital_chapter import capital_sheet, months_sheet
from stress.report.page.chapters import chapter
from stress.report.workbook_capital import tables

LADDER = {"roll_m1": 0.5, "roll_m2": 0.6, "roll_m3": 0.7}
LATER = str(JOBS / "baitiao-24m-mid-life.toml")


def standing(
    notes: dict[str, float], performing: float, late: tuple[float, ...], defaults: tuple[float, ...], cash: float = 0.0
) -> Job:
    """The small deal after two of its four months."""
    state = {
        "version": 1,
        "kind": "state",
        "name": "by hand",
        "as_of": "2022-02",
        "phase": "amortization",
        "notes": {name: {"balance": balance} for name, balance in notes.items()},
        "accounts": {"income": 0.0, "principal": cash},
        "triggers": {},
        "pool": [{"segment": "all", "performing": performing, "late": late}],
        "sums": {"defaults": sum(defaults)},
        "lately": {"defaults": defaults},
    }
    pool = hand_worked.pool(0.05, ladder=LADDER)
    return hand_worked.job(hand_worked.deal(), pool).but(state=State.model_validate_json(json.dumps(state)))


def sec_sa(low: float, high: float, k: float) -> float:
    """CRE41 with p = 1: 1,250% below K_A, beyond it the exponential that falls off by K_A."""
    at, to = max(low - k, 0.0), high - k
    beyond = (exp(-to / k) - exp(-at / k)) / (-(to - at) / k)
    below = max(k - low, 0.0)
    return max(0.15, 12.5 * (below + (high - k) * beyond) / (high - low) if below else 12.5 * beyond)


def test_a_seasoned_deal_by_hand() -> None:
    """540 are current, 60 late, 12 + 18 have defaulted and are not written off: 630, with 10 of cash 640. A 200, B 300
    and R 100 stand on them: A attaches at 1 - 200/640 = 0.6875, B at 1 - 500/640 = 0.21875, R at 1 - 600/640 = 0.0625.
    W is 30/630 = 1/21, K_SA 8% of (20 x 75% + 150%) / 21, K_A 20/21 of it and half of 1/21: 0.0836735."""
    answer = capital(
        standing({"A": 200.0, "B": 300.0, "R": 100.0}, 540.0, (30.0, 20.0, 10.0), (12.0, 18.0), 10.0), paths=64
    )
    k = 20.0 / 21.0 * 0.08 * 16.5 / 21.0 + 0.5 / 21.0
    assert k == pytest.approx(0.0836735, abs=1e-7)
    assert (answer.as_of, answer.delinquent) == ("2022-02", pytest.approx(1.0 / 21.0))
    wanted = {"A": (0.6875, 1.0), "B": (0.21875, 0.6875), "R": (0.0625, 0.21875)}
    for row, balance in zip(answer.weights, (200.0, 300.0, 100.0), strict=True):
        low, high = wanted[row.note]
        assert (row.attachment, row.detachment, row.K_A) == pytest.approx((low, high, k), abs=1e-12)
        assert row.risk_weight == pytest.approx(sec_sa(low, high, k), rel=1e-9)
        assert row.capital == pytest.approx(0.08 * row.risk_weight * balance)
    assert [row.senior for row in answer.weights] == [True, False, False]
    for by_month, original in zip(answer.months, (600.0, 300.0, 100.0, 1000.0), strict=True):
        assert by_month.month.tolist() == [2.0, 3.0, 4.0]
        needed = sum(row.capital for row in answer.weights if by_month.note in ("", row.note))
        assert by_month.capital.estimate[0] == pytest.approx(needed / original)


def test_the_class_that_is_first_now_is_senior_and_what_nothing_stands_behind_needs_all_of_it() -> None:
    """A is repaid. B of 300 stands on 250: of it 5/6 weigh what the pool does, 75%, by ratings and by the bank's own
    capital too, and 1/6 weighs 1,250%; nothing stands behind R, and it is an exposure all the same."""
    job = standing({"A": 0.0, "B": 300.0, "R": 100.0}, 250.0, (), (0.0, 0.0))
    answer = capital(job, bank=Bank(irb_capital=0.05, qualities={"B": "B"}), paths=64)
    assert [note.note for note in answer.exposures()] == ["B", "R"]
    b, r = answer.exposures()
    assert (b.attachment, b.detachment, b.senior) == (0.0, 1.0, True)
    assert b.risk_weight == pytest.approx(5.0 / 6.0 * 0.75 + 12.5 / 6.0)
    assert b.irba == pytest.approx(5.0 / 6.0 * 12.5 * 0.05 + 12.5 / 6.0)
    assert b.erba == pytest.approx(5.0 / 6.0 * 0.75 + 12.5 / 6.0)
    assert (r.risk_weight, r.irba, r.capital) == pytest.approx((12.5, 12.5, 100.0))
    assert [row[0] for row in capital_sheet(answer).rows] == ["B (senior)", "R"]
    numbers = {note.note: note for note in committee(job, paths=64).classes}
    assert np.isnan(numbers["A"].risk_weight)
    assert numbers["B"].risk_weight == b.risk_weight


def test_what_the_bank_says_of_delinquency_takes_the_place_of_what_the_state_tells() -> None:
    job = standing({"A": 200.0, "B": 300.0, "R": 100.0}, 540.0, (), (12.0, 18.0))
    assert capital(job, paths=64).delinquent == pytest.approx(30.0 / 570.0)
    assert capital(job, bank=Bank(delinquent=0.2), paths=64).delinquent == pytest.approx(0.2)


def test_a_state_that_does_not_tell_what_has_defaulted_of_late_is_refused() -> None:
    job = standing({"A": 200.0, "B": 300.0, "R": 100.0}, 540.0, (), (18.0,))
    with pytest.raises(ConfigError, match=r"lately\.defaults: has 1 months, 2 are needed: capital counts"):
        capital(job, paths=64)


@pytest.mark.parametrize(
    ("name", "month"),
    [("baitiao-24m", 1), ("baitiao-24m", 20), ("baitiao-24m-daily", 20), ("platform-small-business", 6),
     ("card-trust-2005-1", 14), ("microcredit-late-issue", 3)],
)  # fmt: skip
def test_a_state_of_a_path_stands_where_the_whole_life_does_in_its_month(name: str, month: int) -> None:
    """Month 0 of what starts there, and every month after it, on clocks that pay at once and later."""
    job = stress.load(JOB.with_name(f"{name}.toml"))
    job, path = job.but(scenarios=job.scenarios[:1]), 5
    whole, later = positions(job, 1), positions(job.but(state=stress.state_at(job, month, path=path)), 1)
    for field in ("attachment", "detachment", "senior", "uncovered", "delinquent", "balance", "pool"):
        of_life, of_rest = (getattr(place, field)[..., path] for place in (whole, later))
        assert of_rest == pytest.approx(of_life[month:], rel=1e-9, abs=1e-5 if field in ("balance", "pool") else 1e-9)
    assert later.loss[:, path] == pytest.approx(whole.loss[:, path], abs=1.0)


def test_the_base_case_of_a_deal_without_chance_needs_in_mid_life_what_its_months_say() -> None:
    steps = [*hand_worked.INTEREST, *hand_worked.PRINCIPAL, *hand_worked.RESIDUAL]
    job = hand_worked.job(hand_worked.deal(steps), hand_worked.pool(0.03))
    whole = capital(job, paths=64)
    for month in (1, 2, 3):
        later = capital(job.but(state=stress.state_at(job, month)), paths=64)
        assert later.delinquent > 0.0
        for of_life, of_rest in zip(whole.months, later.months, strict=True):
            assert of_rest.month.tolist() == of_life.month[month:].tolist()
            for field in ("risk_weight", "capital", "capital_95"):
                wanted, estimate = (getattr(x, field).estimate for x in (of_life, of_rest))
                assert estimate == pytest.approx(wanted[month:], rel=1e-9, abs=1e-12, nan_ok=True)


def test_maturity_is_of_the_years_that_are_left() -> None:
    """36 months at closing, 12 of them over: M_T = 1 + 80% of one year. BBB of 2.2 and 3.1 at 1 and 5 years."""
    job = stress.load(JOB)
    later = job.but(scenarios=job.scenarios[:1], state=stress.state_at(job, 12))
    b = {row.note: row for row in capital(later, bank=Bank(qualities={"B": "BBB"}), paths=64).weights}["B"]
    assert b.erba == pytest.approx((2.2 + 0.2 * 0.9) * (1.0 - (b.detachment - b.attachment)))


def test_a_transfer_in_mid_life_is_of_the_loans_that_are_left() -> None:
    job = stress.load(JOB)
    later = job.but(scenarios=job.scenarios[:1], state=stress.state_at(job, 18))
    rules = load_rules(SCENARIOS / "rules/eu-crr.toml")
    bank = Bank(kept={"A": 1.0}, excess_spread=0.01)
    transfer = capital(later, rules, bank, paths=64).transfer
    assert later.state is not None
    left = sum(held.performing + sum(held.late) for held in later.state.pool) + sum(later.state.lately.defaults)
    late = sum(later.state.lately.defaults) / left
    assert transfer.pool_capital == pytest.approx(0.08 * (0.75 * (1.0 - late) + 1.5 * late) * left / 1e9)
    designated = float(transfer.excess.designated.estimate)
    assert 0.01 / 12.0 * left / 1e9 * 0.9 < designated < 0.01 * 1.5 * left / 1e9, "of the months to come alone"
    with pytest.raises(ConfigError, match="what was trapped by then is in no state"):
        capital(later, rules, bank._replace(excess_kind="trapped"), paths=64)


def test_every_form_says_of_what_month_it_is(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    answer = capital(stress.load(LATER), paths=64)
    assert "After 2020-06" in capital_sheet(answer).note
    assert months_sheet(answer).rows[0][0] == "A, month 6"
    page = chapter(answer)
    assert "After 2020-06" in page.sheet.note
    assert tables(answer)[0].name == "2020-06"
    assert tables(answer)[1].rows[0][1] == 6
    assert exit_code(["capital", LATER, "--paths", "64"]) == 0
    shown = capsys.readouterr().out
    assert "regulatory capital after 2020-06" in shown
    assert "closing" not in shown
    assert exit_code(["capital", LATER, "--paths", "64", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["as_of"] == "2020-06"
    assert document["months"]["A"]["month"][0] == 6
    assert document["notes"]["B"]["risk_weight"] == pytest.approx(answer.weights[1].risk_weight)
