"""A deal in mid-life is saved like any other: every command that reads a run's folder reads this one."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from shipped import ROOT

import stress
from stress.cli import exit_code
from stress.report import figure_data, figures
from stress.report.begun import begun, fan_of
from stress.results.sound import faults
from stress.runs.mid_life import state_at

JOB = ROOT / "scenarios/jobs/baitiao-24m-mid-life.toml"
AFTER = 6
pytestmark = pytest.mark.usefixtures("read_once")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of 256 paths from the state after six months."""
    out = tmp_path_factory.mktemp("mid") / "run"
    command = ["run", str(JOB), "--scenario", "baseline", "--paths", "256", "--out", str(out), "--quiet"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stress.report.write", lambda ds, path, *_, **__: Path(path).write_text("<html></html>"))
        assert exit_code(command) == 0
    return out


@pytest.fixture(scope="module")
def ds(folder: Path) -> xr.Dataset:
    """It, read once; not to be changed."""
    return stress.open(folder)


def test_it_is_read_back_and_tells_the_rest_of_the_life(ds: xr.Dataset) -> None:
    assert ds["month"].values.tolist() == list(range(AFTER + 1, 37))
    assert ds["event_month"].values.tolist() == list(range(1, 38))


def test_fans_begin_at_what_the_state_gives_and_are_drawn_to_their_end(ds: xr.Dataset) -> None:
    job = stress.load(JOB)
    assert job.state is not None
    size, state = job.pool.balance, job.state
    first = fan_of(ds, "note_balance")
    assert first.month.tolist() == list(range(AFTER, 37))
    originals = [note.original(size) for note in job.deal.notes]
    held = [state.notes[note.name].balance / original for note, original in zip(job.deal.notes, originals, strict=True)]
    assert first.level[0, :, 0].tolist() == [[share] * 5 for share in held]
    assert fan_of(ds, "cumulative_default").mean[0, 0] == state.sums.defaults / size
    pool = sum(row.performing + sum(row.late) for row in state.pool)
    assert fan_of(ds, "pool_balance").level[0, 0, 2] == pytest.approx(pool / size)
    sheet = figure_data.fan(ds, "pool_balance")
    assert sheet.rows[0][1] == str(AFTER)
    assert sheet.note.endswith("Month 6 is what the state of 2020-06 gives.")
    for figure in (figures.fan(ds, "cumulative_default"), figures.events(ds)):
        low, high = figure.axes[0].get_xlim()
        assert low < high
        assert high >= max(line.get_xdata()[-1] for line in figure.axes[0].get_lines())


def test_a_payment_that_waits_is_the_first_month_and_the_rest_of_that_month_is_data() -> None:
    """At the end of month 14 the daily deal has still to pay what it collected then: notes go from their balance in the
    state, that after the payment of month 13, by this payment to that of month 14."""
    job = stress.load(ROOT / "scenarios/jobs/baitiao-24m-daily.toml")
    job = job.but(scenarios=job.scenarios[:1], paths=256)
    state = state_at(job, 14)
    assert state.pending is not None
    later = stress.simulate(job.but(state=state))
    assert int(later["month"][0]) == 14
    balance = fan_of(later, "note_balance")
    senior, size = job.deal.notes[0], job.pool.balance
    paid = stress.replay(job.but(state=state), path=0)["note_balance"].sel(tranche=senior.name, month=14)
    assert balance.month[:2].tolist() == [13, 14]
    before, after = state.notes[senior.name].balance, float(paid)
    np.testing.assert_allclose(balance.mean[0, 0, :2], np.array([before, after]) / senior.original(size), rtol=1e-6)
    assert after < before
    assert np.isnan(later["pool_balance_mean"].values[0, 0])
    assert fan_of(later, "pool_balance").month[0] == 14
    assert fan_of(later, "pool_balance").mean[0, 0] > 0.0
    assert begun(later, "note_balance").endswith("whose own payment is still to be made.")
    assert begun(later, "cash_balance") == ""


@pytest.mark.parametrize("command", ["table", "report", "export", "compare", "plot"])
def test_every_command_that_reads_a_run_reads_it(folder: Path, command: str, tmp_path: Path) -> None:
    more = {
        "compare": [str(folder)],
        "plot": ["defaults", "-o", str(tmp_path / "defaults.svg")],
        "export": ["--out", str(tmp_path / "tables")],
    }
    assert exit_code([command, str(folder), *more.get(command, [])]) == 0


@pytest.mark.parametrize("months", [range(6, 36), range(1, 38), range(7, 36)])
def test_months_that_are_not_the_last_of_those_of_events_are_no_result(ds: xr.Dataset, months: range) -> None:
    """One too early, one too many, one short of the end."""
    moved = ds.drop_dims("month").assign_coords(month=np.array(months))
    assert "coordinate event_month is not a month longer than month" in list(faults(moved))
