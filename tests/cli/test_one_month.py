"""The smallest deal that is one: one note, one month, one path, nothing that defaults. Every command answers."""

from pathlib import Path

import pytest
from handed import Capture
from shipped import ROOT

import stress
from stress import report
from stress.analysis.credit_loss import ecl
from stress.analysis.gradients import gradient
from stress.cli import exit_code
from stress.inputs.job import Job
from stress.report import story
from stress.report.page.chapters import chapter

DEAL = """
kind = "deal"
version = 1
name = "one month"
currency = "CNY"
closing_date = 2025-12-31
payment_day = 1
revolving_months = 0
scheduled_months = 1
legal_maturity_months = 1
day_count = "ACT/365F"
purchase = "none"
notes = [{ name = "only", share = 1.0, coupon = 0.0 }]
[priority]
amortization = [
  { step = "pay_interest", note = "only" },
  { step = "pay_principal", notes = ["only"], source = ["principal", "income"] },
]
"""
POOL = """
kind = "pool"
version = 1
name = "bills"
currency = "CNY"
balance = 100.0
plans = [{ term = 1, share = 1.0 }]
segments = [{ name = "all", share = 1.0, entry_rate = 0.0 }]
dependence = { rho = 0.0, phi = 0.0 }
"""
JOB = """
kind = "job"
version = 1
name = "one month"
deal = "deal.toml"
pool = "pool.toml"
scenarios = ["base.toml"]
paths = 1
seed = 0
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    base = 'kind = "scenario"\nversion = 1\nname = "base"\n'
    for name, text in (("deal", DEAL), ("pool", POOL), ("base", base), ("job", JOB)):
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / "job.toml"


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["check"], "repaid: only in month 1"),
        (["ecl", "--paths", "64"], "< 4.69%"),
        (["price", "--tranche", "only", "--paths", "64", "--prices", "100"], "0.000%"),
    ],
)
def test_a_deal_of_a_month_is_answered(command: list[str], says: str, file: Path, capsys: Capture) -> None:
    name, *options = command
    assert exit_code([name, str(file), *options]) == 0
    out = capsys.readouterr().out
    assert says in out
    assert not {"nan", "-0.0", "-0.000%"} & set(out.split())


@pytest.mark.usefixtures("no_figures")
def test_one_path_bounds_a_loss_in_percent(file: Path, tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["run", str(file), "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "< 95.0%" in out
    assert "0 [0, 100%]" in out
    assert " bp" not in out
    assert "1 path, seed 0" in out


def test_a_deal_of_a_month_has_no_state(file: Path, tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["state", str(file), "--month", "1", "-o", str(tmp_path / "state.toml")]) == 2
    assert "one month ends with month 1: no month is left after one" in capsys.readouterr().err


def test_no_stress_is_a_multiple_of_nothing(file: Path, capsys: Capture) -> None:
    assert exit_code(["rating", str(file), "--stresses", str(ROOT / "scenarios/stresses/example.toml")]) == 2
    assert "the pool loses nothing" in capsys.readouterr().err


@pytest.mark.usefixtures("no_figures")
def test_a_chapter_with_nothing_to_draw_has_no_figure(file: Path, tmp_path: Path) -> None:
    job = stress.load(file).but(paths=64)
    answers = [gradient(job, "EL", paths=64), ecl(job, paths=64)]
    assert chapter(answers[0]).exhibit is None
    text = report.write(stress.simulate(job), tmp_path / "r.html", answers).read_text(encoding="utf-8")
    assert "Derivatives of EL of only" in text
    assert [row.month for row in answers[1].rows] == [0, 0]


def test_of_a_deal_in_mid_life_expected_losses_begin_at_its_state() -> None:
    losses = ecl(stress.load(ROOT / "scenarios/jobs/baitiao-24m-mid-life.toml"), scenarios=["baseline"], paths=64)
    assert {row.month for row in losses.rows} == {6, 18}


def test_of_what_does_not_default_no_month_is_the_worst(file: Path) -> None:
    job = stress.load(file)
    assert isinstance(job, Job)
    first, *_ = story(stress.replay(job, path=0))
    assert first.startswith("Nothing defaults.")
    assert "worst month" not in first


def test_of_a_deal_in_mid_life_defaults_and_recoveries_are_those_since_closing() -> None:
    trace = stress.replay(stress.load(ROOT / "scenarios/jobs/baitiao-24m-mid-life.toml"), path=3)
    recovered = float(trace["cumulative_default"][-1] - trace["default_stock"][-1])
    since = float(trace["recoveries"].sum()) / trace.attrs["cut_off"]
    assert recovered - since == pytest.approx(121523.0 / 1e9, rel=1e-6)
    assert f"{100.0 * recovered:.2f}% is recovered" in story(trace)[0]
