"""A deal in mid-life is saved like any other: every command that reads a run's folder reads this one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from shipped import ROOT

import stress
from stress.cli import exit_code
from stress.results.sound import faults

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
