"""A store of kept paths that is damaged, short or made to harm: refused by one message, never read as blanks."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from handed import Capture, Patch
from mutants import kept
from shipped import JOB

from stress.cli import exit_code
from stress.results.sweep import Result
from stress.runs.jobs import reading

pytest.importorskip("pyarrow")
RUN = ["run", str(JOB), "--paths", "1024", "--scenario", "baseline", "--scenario", "macro_severe", "--keep-paths"]
ALIKE = {"a chunk of losses lost", "a chunk of nothing", "metadata that is a list", "metadata of bytes", "no dims"}
"""Refused where another of these is: a chunk is lost or cut short, metadata no JSON, dims others."""
AGAIN = ("metadata that is no JSON", "an empty folder")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that keeps its paths, and its tables."""
    from stress import report

    folder = tmp_path_factory.mktemp("kept") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "write", lambda ds, path, *_, **__: Path(path).write_text("<html></html>"))
        assert exit_code([*RUN, "--out", str(folder), "-q"]) == 0
    assert exit_code(["export", str(folder), "-q"]) == 0
    return folder


@pytest.fixture(scope="module")
def ds(run: Path) -> Result:
    return reading.open(run)


@pytest.fixture
def read_once(ds: Result, monkeypatch: Patch) -> None:
    """What lies beside the store is whole and is not read again and again."""
    monkeypatch.setattr(reading, "open", lambda _: ds)


@pytest.fixture
def copied(run: Path, tmp_path: Path) -> Path:
    for part in ("results.nc", "report.html", "manifest.json"):
        shutil.copyfile(run / part, tmp_path / part)
    for part in ("paths.zarr", "checkpoint"):
        shutil.copytree(run / part, tmp_path / part)
    return tmp_path


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow) if kind in ALIKE else kind for kind in kept.REFUSED]
)
def test_a_store_that_is_not_whole_is_refused_by_one_message(kind: str, copied: Path, capsys: Capture) -> None:
    kept.REFUSED[kind](copied / "paths.zarr")
    assert exit_code(["export", str(copied), "-q"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith(f"stress: {copied / 'paths.zarr'}: ")
    assert not list((copied / "tables").glob("*_paths/*"))


@pytest.mark.usefixtures("read_once")
@pytest.mark.parametrize("kind", kept.HARMLESS)
def test_what_changes_no_outcome_is_read_as_it_was_written(kind: str, run: Path, copied: Path) -> None:
    kept.HARMLESS[kind](copied / "paths.zarr")
    assert exit_code(["export", str(copied), "-q"]) == 0
    for table in ("note_paths", "pool_paths"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(copied / "tables" / table), pd.read_parquet(run / "tables" / table)
        )


@pytest.mark.usefixtures("no_pages")
@pytest.mark.parametrize("kind", ["a chunk lost", *(pytest.param(kind, marks=pytest.mark.slow) for kind in AGAIN)])
def test_the_same_run_writes_a_store_again_that_is_not_whole(
    kind: str, run: Path, copied: Path, capsys: Capture
) -> None:
    kept.REFUSED[kind](copied / "paths.zarr")
    assert exit_code([*RUN, "--out", str(copied), "-q"]) == 0
    assert exit_code(["export", str(copied), "-q"]) == 0
    pd.testing.assert_frame_equal(
        pd.read_parquet(copied / "tables/note_paths"), pd.read_parquet(run / "tables/note_paths")
    )
    capsys.readouterr()
    assert exit_code([*RUN, "--out", str(copied), "--log-json"]) == 0
    assert '"event": "complete"' in capsys.readouterr().err
