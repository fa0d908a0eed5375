"""A cumulative net loss and its timing come out of the engine as they were asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import stress
from stress.analysis.loss_timing import loss_timing
from stress.errors import ConfigError

JOBS = Path(__file__).parents[2] / "scenarios" / "jobs"


@pytest.fixture(scope="module")
def job():
    return stress.load(JOBS / "baitiao-24m.toml")


def test_net_loss_and_timing_come_back_to_a_billionth_through_ladder_recoveries_and_purchases(job) -> None:
    """2% of cut-off over two years, 60 and 40%, in a revolving pool with a ladder of three months."""
    found = loss_timing(job, 0.02, (0.6, 0.4))
    late = found.found[2]
    assert found.error < 1e-9
    assert found.found[14] == pytest.approx(late + 0.6 * (0.02 - late), abs=1e-9)
    assert found.found[-1] == pytest.approx(0.02, abs=1e-9)
    by_month = np.diff(found.found[2:15])
    assert by_month == pytest.approx(np.full(12, by_month.mean()), abs=1e-9)


def test_the_loss_in_cash_is_that_asked_for_once_all_recoveries_have_come() -> None:
    """36 months after the last default of a static auto pool; a ladder of three buckets, so that nothing lingers."""
    job = stress.load(JOBS / "auto-2021-a.toml")
    ladder = {"roll_m1": 0.2, "roll_m2": 0.4, "roll_m3": 0.6}
    found = loss_timing(job.but(pool=job.pool.but(ladder=ladder)), 0.009, (0.5, 0.3, 0.2))
    assert found.error < 1e-9
    assert found.final == pytest.approx(0.009, abs=1e-9)


def test_the_scenario_reproduces_it_in_a_replay(job) -> None:
    found = loss_timing(job, 0.02, (0.6, 0.4))
    calm = job.but(pool=job.pool.but(dependence={"rho": 0.0, "phi": 0.0}), scenarios=(found.case,))
    data = stress.replay(calm, path=0)
    lost = np.cumsum((data["defaults"] - data["recoverable"]).to_numpy()) / job.pool.balance
    np.testing.assert_allclose(lost, found.found, atol=1e-9)


@pytest.mark.parametrize(
    ("loss", "timing", "says"),
    [
        (2.0, (1.0,), "must lie between 0 and 1"),
        (0.01, (0.5, 0.4), "must sum to 1, not 0.9"),
        (0.01, (0.2,) * 5, "end after the deal's legal maturity"),
        (0.9, (1.0,), "too little of the pool is left to lose"),
    ],
)
def test_a_loss_that_cannot_be_is_refused(job, loss, timing, says) -> None:
    with pytest.raises(ConfigError, match=says):
        loss_timing(job, loss, timing)
