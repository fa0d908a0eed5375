"""`stress compare` of results that two versions of the engine wrote."""

import json
from pathlib import Path

import pytest
from handed import Capture
from shipped import JOBS

import stress
from stress.cli import exit_code
from stress.results import save


@pytest.mark.parametrize("attribute", ["version", "source_digest"])
def test_runs_of_unlike_versions_are_compared_and_said_to_be(attribute: str, tmp_path: Path, capsys: Capture) -> None:
    """A month's change across an upgrade: the figures stand, with whose they are beside them."""
    ds = stress.simulate(stress.load(JOBS / "baitiao-12m.toml"), paths=64, scenarios=["baseline"])
    files = [str(save(ds, tmp_path / "old.nc"))]
    files.append(str(save(ds.assign_attrs({attribute: "0.0.9-older"}), tmp_path / "new.nc")))
    assert exit_code(["compare", *files, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (says,) = document["says"]
    assert says.startswith("Written by unlike versions of stress")
    assert "0.0.9-older" in says
    assert all(row["estimate"] == 0.0 for row in document["difference"])
    assert exit_code(["compare", files[0], files[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["says"] == []
