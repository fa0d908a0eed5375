"""Option-adjusted spreads: the zero spread where nothing is random, the price at a given spread, the cost of a cap."""

import json
from pathlib import Path

import hand_worked
import numpy as np
import pytest
from shipped import JOBS, SCENARIOS

import stress
from stress.analysis.note_price import price
from stress.analysis.option_adjusted import _solved
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load_job
from stress.inputs.scenario.short_rate import ShortRate

LONG = {"legal_maturity_months": 60, "scheduled_months": 60}
SLOW_POOL = {"payment_rate": {"monthly": 0.02, "annual_yield": 0.24}}


def job_of(volatility: float, spread: float = 0.0, **note: object) -> Job:
    a = {"name": "A", "amount": 600.0, **note}
    curve = {"indices": {"base": 0.03}} if "index" in note else {}
    deal = hand_worked.deal(notes=(a, hand_worked.B, hand_worked.REST), discount_spread=spread, **curve, **LONG)
    own = {} if curve else {"forward": ((1, 0.03), (13, 0.04))}
    law = ShortRate(mean_reversion=0.2, volatility=volatility, **own)
    pool = hand_worked.pool(**SLOW_POOL)
    case = ScenarioCase(name="base", short_rate=law)
    return Job(name="r", deal=deal, pool=pool, scenarios=(case,), paths=1024, seed=3, clock="monthly")


FLOATING = {"coupon": 0.01, "index": "base"}


def test_without_volatility_it_is_the_zero_spread_and_of_a_floating_note_the_discount_margin() -> None:
    for row in price(job_of(1e-8, **FLOATING), "A", [98.0, 100.0, 103.0], [1.0], [1.0], paths=1024).rows:
        assert row.option_adjusted is not None
        assert float(row.option_adjusted.estimate) == pytest.approx(row.zero_spread, abs=1e-7)
        assert row.zero_spread == pytest.approx(row.margin, abs=1e-9)


def test_in_mid_life_it_is_of_the_months_and_the_balance_that_are_left() -> None:
    job = job_of(1e-8, **FLOATING)
    later = job.but(state=stress.state_at(job, 20))
    (row,) = price(later, "A", [99.0], [1.0], [1.0], paths=1024).rows
    assert row.option_adjusted is not None
    assert float(row.option_adjusted.estimate) == pytest.approx(row.zero_spread, abs=1e-7)
    assert row.zero_spread == pytest.approx(row.margin, abs=1e-9)


def test_a_cap_costs_spread_and_an_uncapped_floating_note_gives_none_up() -> None:
    free = price(job_of(0.005, **FLOATING), "A", [100.0], [1.0], [1.0], paths=4096).rows[0]
    capped = price(job_of(0.005, **FLOATING, cap=0.045), "A", [100.0], [1.0], [1.0], paths=4096).rows[0]
    assert free.option_adjusted is not None
    assert capped.option_adjusted is not None
    error = float(free.option_adjusted.error)
    assert float(free.option_adjusted.estimate) == pytest.approx(free.zero_spread, abs=max(4.0 * error, 1e-5))
    assert capped.zero_spread == pytest.approx(free.zero_spread, abs=1e-9)
    lost = capped.zero_spread - float(capped.option_adjusted.estimate)
    assert lost > 10.0 * float(capped.option_adjusted.error)


def test_at_the_price_of_a_run_the_spread_is_the_deal_s_own() -> None:
    job = job_of(0.02, spread=0.004, coupon=0.05)
    mean = stress.simulate(job)["price"][0, 0]
    row = price(job, "A", [100.0 * float(mean)], [1.0], [1.0], paths=1024).rows[0]
    assert row.option_adjusted is not None
    assert float(row.option_adjusted.estimate) == pytest.approx(0.004, abs=1e-6)
    assert float(row.option_adjusted.error) > 0.0


def test_a_curve_of_its_own_beside_the_rate_s_is_refused() -> None:
    with pytest.raises(ConfigError, match="--zero: scenario base has a random short rate"):
        price(job_of(0.02, **FLOATING), "A", curve=((1.0, 0.02),), paths=1024)


def test_without_a_random_rate_there_is_none() -> None:
    job = job_of(0.02, **FLOATING)
    plain = job.model_copy(update={"scenarios": (ScenarioCase(name="base"),)})
    assert price(plain, "A", [100.0], [1.0], [1.0], paths=1024).rows[0].option_adjusted is None


SCENARIO = """kind = "scenario"
version = 1
name = "rates"
illustrative = ["all of the short rate"]
short_rate = { mean_reversion = 0.1, volatility = 0.01, correlation = -0.3 }
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The deal with a swap under a random short rate."""
    (tmp_path / "rates.toml").write_text(SCENARIO)
    (tmp_path / "worse.toml").write_text(
        'kind = "scenario"\nversion = 1\nname = "worse"\nextends = "rates.toml"\n'
        'shocks = [{ target = "default_odds", multiply = 2.0 }]\n'
    )
    deal, pool = (SCENARIOS / f"{kind}/auto-swapped.toml" for kind in ("deals", "pools"))
    job = load_job(JOBS / "auto-swapped.toml")
    pool = next(path for path in (SCENARIOS / "pools").glob("*.toml") if job.pool.name in path.read_text())
    text = f'kind = "job"\nversion = 1\nname = "swapped"\ndeal = "{deal}"\npool = "{pool}"\npaths = 1024\n'
    (tmp_path / "job.toml").write_text(text + 'scenarios = ["rates.toml", "worse.toml"]\n')
    return tmp_path / "job.toml"


def test_a_job_with_a_random_rate_is_checked_told_and_priced(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = load_job(written)
    assert job.scenarios[1].short_rate == job.scenarios[0].short_rate is not None
    assert exit_code(["check", str(written)]) == 0
    assert exit_code(["explain", str(written)]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "The short rate is random (Hull and White, fitted to the levels of" in out
    note = next(n.name for n in job.deal.notes if n.index is not None)
    command = ["price", str(written), "--tranche", note, "--prices", "100", "--speeds", "1", "--defaults", "1"]
    assert exit_code([*command, "--paths", "1024", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert set(row["oas"]) == {"estimate", "error", "low", "high"}
    assert np.isfinite(row["oas"]["estimate"])
    assert exit_code([*command, "--paths", "1024"]) == 0
    assert "OAS, bp" in capsys.readouterr().out


def test_a_book_refuses_a_rate_that_its_deals_do_not_share(written: Path, tmp_path: Path) -> None:
    deal = load_job(written).deal
    book = (
        f'kind = "book"\nversion = 1\nname = "b"\ncurrency = "{deal.currency}"\npaths = 1024\nseed = 1\n'
        f'deals = [{{ name = "d", job = "job.toml" }}]\nscenarios = [{{ name = "s", file = "rates.toml" }}]\n'
        f'positions = [{{ name = "p", deal = "d", note = "{deal.notes[0].name}", share = 1.0 }}]\n'
    )
    (tmp_path / "book.toml").write_text(book)
    with pytest.raises(ConfigError, match="a book has one rate for all deals in"):
        stress.load(tmp_path / "book.toml")


def test_a_price_that_no_spread_gives_has_none():
    """105 in a year, on every path: at 103 the spread is 105 / 103 - 1; next to nothing or a billion have none."""

    def values(spread):
        return 105.0 / max(1.0 + spread, 1e-3) * np.ones(8)

    assert float(_solved(values, 103.0).estimate) == pytest.approx(105.0 / 103.0 - 1.0)
    assert np.isnan(_solved(values, 0.001).estimate)
    assert np.isnan(_solved(values, 1e9).estimate)
