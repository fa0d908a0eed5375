"""A batch job's folder: complete, atomic, honest about where its numbers come from."""

import errno
import hashlib
import json
from pathlib import Path

import pytest
import xarray as xr
from handed import Capture, Patch
from shipped import JOB
from synthetic import case

from stress import results
from stress.atomic import write_atomically
from stress.cli import exit_code
from stress.errors import Incomplete
from stress.inputs.load import job_hash, load_job
from stress.runs import jobs


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    return case(2_000, 2)


@pytest.fixture
def engine(dataset: xr.Dataset, monkeypatch: Patch) -> None:
    """A ready Dataset of other notes, which takes seconds to build and has its own tests, as have desks' numbers."""
    from stress.analysis import class_numbers

    monkeypatch.setattr("stress.runs.dataset.to_dataset", lambda job, tally: dataset)
    monkeypatch.setattr(class_numbers, "beside_counts", lambda job, known: lambda ds: ds)


@pytest.mark.usefixtures("no_page", "engine")
def test_a_run_leaves_results_report_and_manifest(dataset: xr.Dataset, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "deep" / "results"
    options = ["--paths", "2000", "--seed", "7", "--threads", "1", "--scenario", "baseline", "--out", str(out)]
    assert exit_code(["run", str(JOB), *options]) == 0
    stdout, stderr = capsys.readouterr()
    assert sorted(path.name for path in out.iterdir()) == ["checkpoint", "manifest.json", "report.html", "results.nc"]
    assert stdout
    assert stderr == ""

    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["job_hash"] != job_hash(load_job(JOB))
    assert (manifest["paths"], manifest["seed"], manifest["threads"]) == (2000, "7", 1)
    assert manifest["scenarios"] == ["baseline"]
    assert len(manifest["result_sha256"]) == 64
    assert manifest["files"]["results.nc"] == hashlib.sha256((out / "results.nc").read_bytes()).hexdigest()
    assert set(manifest["seconds"]) == {"simulate", "write"}
    assert set(manifest["residuals"]) == {str(law) for law in dataset["law"].values}


@pytest.mark.usefixtures("no_page", "engine")
def test_json_is_one_document_with_measures_by_scenario_and_tranche(
    dataset: xr.Dataset, tmp_path: Path, capsys: Capture
) -> None:
    assert exit_code(["run", str(JOB), "--paths", "2000", "--out", str(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    scenario, tranche = str(dataset["scenario"].values[0]), str(dataset["tranche"].values[0])
    expected = dataset["expected_loss"].values[0, 0].item()
    assert document["measures"]["expected_loss"][scenario][tranche] == expected
    assert "loss_count" not in document["measures"]


@pytest.mark.usefixtures("no_figures")
def test_a_report_is_written_again_from_the_results(dataset: xr.Dataset, tmp_path: Path, capsys: Capture) -> None:
    results.save(dataset, tmp_path / "results.nc")
    assert exit_code(["report", str(tmp_path)]) == 0
    assert (tmp_path / "report.html").stat().st_size > 1000


@pytest.mark.usefixtures("no_page", "engine")
def test_a_full_disk_is_told_and_leaves_no_manifest(tmp_path: Path, monkeypatch: Patch) -> None:
    (tmp_path / "manifest.json").write_text("{}")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(results, "save", full)
    with pytest.raises(Incomplete, match="disk is full"):
        jobs.run(jobs.plan(load_job(JOB), paths=2000, out=tmp_path), lambda done, total: None)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: Patch) -> None:
    path = tmp_path / "x.json"
    write_atomically(path, "old")

    def fail(*_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize("figure", ["loss", "events"])
def test_a_figure_is_drawn_from_the_results(figure: str, dataset: xr.Dataset, tmp_path: Path) -> None:
    results.save(dataset, tmp_path / "results.nc")
    out = tmp_path / "figure.svg"
    assert exit_code(["plot", str(tmp_path), figure, "-o", str(out)]) == 0
    assert "<svg" in out.read_text()
    assert exit_code(["plot", str(tmp_path), figure, "-o", str(tmp_path / "figure.txt")]) == 2


def test_a_run_compared_with_itself_differs_in_nothing(dataset: xr.Dataset, tmp_path: Path, capsys: Capture) -> None:
    results.save(dataset, tmp_path / "results.nc")
    assert exit_code(["compare", str(tmp_path), str(tmp_path), "--measure", "irr", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["difference"]
    assert len(rows) == dataset.sizes["scenario"] * dataset.sizes["tranche"]
    assert {row["estimate"] for row in rows} == {0.0}
    assert exit_code(["compare", str(tmp_path), str(tmp_path), "--measure", "expected_los"]) == 2
