"""A cumulative net loss and its timing come out of the engine as they were asked for."""

import json

import numpy as np
import pytest
from shipped import JOB, JOBS

import stress
from stress.analysis.loss_timing import LossTiming, loss_timing
from stress.cli import exit_code
from stress.errors import ConfigError


@pytest.fixture(scope="module")
def job():
    return stress.load(JOB)


def test_net_loss_and_timing_come_back_to_a_billionth_through_ladder_recoveries_and_purchases(job) -> None:
    """2% of cut-off over two years, 60 and 40%, in a revolving pool with a ladder of three months."""
    answer = loss_timing(job, 0.02, (0.6, 0.4))
    late = answer.modelled[2]
    assert answer.error < 1e-9
    assert answer.modelled[14] == pytest.approx(late + 0.6 * (0.02 - late), abs=1e-9)
    assert answer.modelled[-1] == pytest.approx(0.02, abs=1e-9)
    by_month = np.diff(answer.modelled[2:15])
    assert by_month == pytest.approx(np.full(12, by_month.mean()), abs=1e-9)


def test_the_loss_in_cash_is_that_asked_for_once_all_recoveries_have_come() -> None:
    """36 months after the last default of a static auto pool; a ladder of three buckets, so that nothing lingers."""
    job = stress.load(JOBS / "auto-2021-a.toml")
    ladder = {"roll_m1": 0.2, "roll_m2": 0.4, "roll_m3": 0.6}
    answer = loss_timing(job.but(pool=job.pool.but(ladder=ladder)), 0.009, (0.5, 0.3, 0.2))
    assert answer.error < 1e-9
    assert answer.final == pytest.approx(0.009, abs=1e-9)


def test_the_scenario_reproduces_it_in_a_replay(job) -> None:
    answer = loss_timing(job, 0.02, (0.6, 0.4))
    calm = job.but(pool=job.pool.but(dependence={"rho": 0.0, "phi": 0.0}), scenarios=(answer.case,))
    data = stress.replay(calm, path=0)
    lost = np.cumsum((data["defaults"] - data["recoverable"]).to_numpy()) / job.pool.balance
    np.testing.assert_allclose(lost, answer.modelled, atol=1e-9)


@pytest.mark.parametrize(("late", "said"), [(0.0, False), (0.002, True)])
def test_the_command_tells_it_by_year_and_writes_a_scenario(late, said, tmp_path, monkeypatch, capsys) -> None:
    """14 months: what stays late is told where it defaults after the months that were asked for."""
    wanted = np.linspace(0.001, 0.014, 14)
    solved = LossTiming(np.array([1.5] * 12 + [0.5, 1.5]), wanted, wanted - late, 0.0141)
    heard = []
    monkeypatch.setattr("stress.analysis.loss_timing.loss_timing", lambda job, *asked: heard.append(asked) or solved)
    out = tmp_path / "base.toml"
    asked = ["calibrate", "losses", str(JOBS / "turnover.toml"), "--net-loss", "0.014", "--timing", "0.6,0.4"]
    assert exit_code([*asked, "-o", str(out)]) == 0
    assert heard == [(0.014, (0.6, 0.4))]
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines() if line.split()[:1] in (["12"], ["14"])]
    assert rows == [
        ["12", "1.2000%", f"{1.2 - 100 * late:.4f}%", "1.5"],
        ["14", "1.4000%", f"{1.4 - 100 * late:.4f}%", "1"],
    ]
    assert "at legal maturity: 1.4100% of the cut-off balance." in shown
    assert ("What stays late defaults after the months" in " ".join(shown.split())) == said
    (shock,) = stress.load(out).shocks
    assert (shock.target, shock.how) == ("entry_rate", "multiply")
    assert shock.by_month == tuple(enumerate(solved.multiple, 1))
    assert exit_code([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["multiple"] == solved.multiple.tolist()
    assert exit_code([*asked[:-1], "0.6;0.4"]) == 2
    assert "--timing '0.6;0.4': shares by year between commas" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("loss", "timing", "says"),
    [
        (2.0, (1.0,), "must lie between 0 and 1"),
        (0.01, (0.5, 0.4), "must sum to 1, not 0.9"),
        (0.01, (0.5, 0.6, -0.1), "must not be below 0"),
        (0.01, (0.2,) * 5, "end after the deal's legal maturity"),
        (0.9, (1.0,), "too little of the pool is left to lose"),
    ],
)
def test_a_loss_that_cannot_be_is_refused(job, loss, timing, says) -> None:
    with pytest.raises(ConfigError, match=says):
        loss_timing(job, loss, timing)
