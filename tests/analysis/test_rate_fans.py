"""Fans of delinquency, net loss, payment rate and yield: of the very paths that a replay shows."""

from pathlib import Path

import numpy as np
import pytest

import stress
from stress import analysis, results
from stress.analysis.monthly_flows import pool_rates
from stress.answers.rates import Rates
from stress.cli import exit_code
from stress.inputs.job import Job
from stress.report.page.chapters import chapter

JOB = Path("scenarios/jobs/baitiao-24m.toml")


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded


@pytest.fixture(scope="module")
def answer(job: Job) -> Rates:
    return analysis.rates(job, "macro_severe", paths=64)


def test_the_rates_are_those_of_the_paths_that_a_replay_shows(job: Job, answer: Rates) -> None:
    flows = [analysis.cash_flows(job, "macro_severe", path=k) for k in range(64)]
    for rate in answer.rates:
        paths = np.stack([flow[rate.name].values for flow in flows])
        known = np.isfinite(rate.mean[0])
        assert known.sum() > 12
        assert np.allclose(rate.mean[0][known], paths.mean(0)[known], rtol=1e-9, atol=1e-12), rate.name
        assert np.allclose(rate.level[0][known, 2], np.median(paths, 0)[known], rtol=1e-9, atol=1e-12), rate.name


def test_bands_lie_in_order_and_later_stages_of_arrears_are_smaller(answer: Rates) -> None:
    by_name = {rate.name: rate for rate in answer.rates}
    for rate in answer.rates:
        assert (np.diff(np.nan_to_num(rate.level), axis=-1) >= -1e-12).all()
    for wide, narrow in (("dq30", "dq60"), ("dq60", "dq90")):
        assert (np.nan_to_num(by_name[wide].level) >= np.nan_to_num(by_name[narrow].level)).all()


def test_nothing_is_told_of_a_pool_that_is_nearly_gone(job: Job, answer: Rates) -> None:
    assert np.isnan(answer.rates[0].mean[0, -1])
    assert chapter(answer).more[0].data.rows[-1][1] != str(job.deal.legal_maturity_months)


@pytest.mark.usefixtures("no_figures")
def test_a_report_shows_the_rates_when_asked(job: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results.save(stress.simulate(job, paths=512, scenarios=["baseline"]), tmp_path / "results.nc")
    assert exit_code(["report", str(tmp_path), "--with", "rates", "--paths", "64", "--quiet"]) == 0
    text = (tmp_path / "report.html").read_text()
    for words in ("30 days past due or more", "Net loss a year", "Principal collected a month", "64 paths of each"):
        assert words in text


def test_no_share_of_the_pool_is_more_than_all_of_it(job: Job) -> None:
    """Where rounding leaves a pool of less than nothing beside defaults that are not yet written off."""
    rows = dict.fromkeys(
        ("month_start_balance", "scheduled_principal", "prepaid", "cured_paid", "defaults"), np.ones(1)
    )
    rows |= dict.fromkeys(("recoveries", "m2", "m3", "m4_on", "fee_income", "late_charge"), np.zeros(1))
    stock = np.array([1e-3 * job.pool.balance])
    rates = pool_rates(job, rows | {"pool_balance": np.array([-1e-7]), "overdue_stock": stock})
    assert [rates[name].item() for name in ("dq30", "dq60", "dq90")] == [1.0, 1.0, 1.0]
