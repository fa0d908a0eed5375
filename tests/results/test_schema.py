"""Exported tables: what the schema says is what files hold, a version never changes what a column means."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from handed import Capture, Patch
from shipped import JOB

import stress
from stress import schema
from stress.cli import exit_code
from stress.report.export import forget_paths, paths_to_parquet, to_parquet

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
FROZEN = Path(__file__).parent / "schema_1.json"
pytestmark = pytest.mark.usefixtures("no_pages")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two scenarios that keeps its paths, with its tables."""
    folder = tmp_path_factory.mktemp("run")
    command = ["run", str(JOB), "--paths", "1024", "--scenario", "baseline", "--scenario", "macro_severe"]
    assert exit_code([*command, "--keep-paths", "--out", str(folder), "--quiet"]) == 0
    assert exit_code(["export", str(folder), "--quiet"]) == 0
    return folder


def test_a_column_of_a_version_stays_what_it_is() -> None:
    """Columns may be added; one that goes or means something else needs a new VERSION and a new frozen file."""
    before, now = json.loads(FROZEN.read_text(encoding="utf-8")), schema.document()
    assert before["version"] == now["version"]
    for name, table in before["tables"].items():
        assert table["keys"] == now["tables"][name]["keys"]
        known = {column["name"]: column for column in now["tables"][name]["columns"]}
        assert all(known.get(column["name"]) == column for column in table["columns"]), name


def test_every_table_of_the_schema_is_written_with_its_columns_types_units_and_version(run: Path) -> None:
    tables = schema.tables()
    for name, table in tables.items():
        file = run / "tables" / f"{name}.parquet"
        file = file if file.is_file() else run / "tables" / name / "part-00000.parquet"
        arrow_schema = parquet.read_schema(file)
        assert [(field.name, str(field.type)) for field in arrow_schema] == [(c.name, c.type) for c in table.columns]
        assert [field.metadata[b"unit"].decode() for field in arrow_schema] == [c.unit for c in table.columns]
        assert arrow_schema.metadata[b"stress_schema"].decode() == str(schema.VERSION)
    written = {
        path.relative_to(run / "tables").parts[0].removesuffix(".parquet") for path in (run / "tables").iterdir()
    }
    assert written == {*tables, "schema.json"}
    assert json.loads((run / "tables/schema.json").read_text(encoding="utf-8")) == schema.document()


def test_pandas_opens_measures_and_paths_in_a_line(run: Path) -> None:
    ds = stress.open(run)
    measures = pd.read_parquet(run / "tables/scenario_tranche.parquet").set_index(["scenario", "tranche"])
    for scenario in ds["scenario"].values:
        for note in ds["tranche"].values:
            loss = measures.loc[(str(scenario), str(note)), "expected_loss"]
            assert loss == float(ds["expected_loss"].sel(scenario=scenario, tranche=note))
    paths = pd.read_parquet(run / "tables/note_paths")
    assert len(paths) == 2 * len(ds["tranche"]) * 1024
    means = paths.groupby(["scenario", "tranche"])["loss"].mean()
    assert np.allclose(means, measures["expected_loss"].loc[means.index], atol=1e-9)


def test_duckdb_opens_them_in_a_line(run: Path) -> None:
    import duckdb

    query = f"select scenario, avg(\"default\") from '{run}/tables/pool_paths/*.parquet' group by all"
    rows = duckdb.sql(query).fetchall()
    ds = stress.open(run)
    for scenario, default in rows:
        assert default == pytest.approx(float(ds["default_rate_mean"].sel(scenario=scenario)), abs=1e-9)
    bad = duckdb.sql(
        f"select count(*) from '{run}/tables/note_paths/*.parquet' join '{run}/tables/pool_paths/*.parquet' "
        "using (scenario, path) where any_loss = 1 and net_loss < 0"
    )
    assert bad.fetchall() == [(0,)]


def test_paths_are_written_in_stretches_and_each_path_once(run: Path, tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.report.export.STRETCH", 300)
    files = paths_to_parquet(run / "paths.zarr", tmp_path)
    assert len(files) == 2 * 4
    pool = pd.read_parquet(tmp_path / "pool_paths")
    assert sorted(pool[pool["scenario"] == "baseline"]["path"]) == list(range(1024))
    with xr.open_zarr(run / "paths.zarr") as kept:
        row = pool[(pool["scenario"] == "baseline") & (pool["path"] == 777)]
        assert float(row["default"].iloc[0]) == float(kept["pool_default"].sel(scenario="baseline")[777])


def test_a_folder_holds_the_tables_of_one_result(run: Path, tmp_path: Path, monkeypatch: Patch) -> None:
    """Of an earlier run with more paths, or with paths kept where this one kept none, nothing is left to be read."""
    monkeypatch.setattr("stress.report.export.STRETCH", 300)
    paths_to_parquet(run / "paths.zarr", tmp_path)
    (tmp_path / "mine.parquet").write_bytes(b"")
    stale = tmp_path / "scenario_tranche_level.parquet"
    stale.write_bytes(b"of another version")
    monkeypatch.setattr("stress.report.export.STRETCH", 2000)
    assert len(paths_to_parquet(run / "paths.zarr", tmp_path)) == 2
    assert len(pd.read_parquet(tmp_path / "pool_paths")) == 2 * 1024
    ds = stress.open(run)
    few = ds[[name for name in ds.data_vars if "level" not in ds[name].dims]]
    to_parquet(few, tmp_path)
    assert not stale.exists()
    assert (tmp_path / "mine.parquet").exists()
    forget_paths(tmp_path)
    assert not list((tmp_path / "pool_paths").iterdir())


def test_what_is_written_of_a_run_that_goes_on_is_labelled_so(
    run: Path, tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    part = stress.open(run).assign_attrs(partial="512 of 1,024 paths")
    monkeypatch.setattr("stress.runs.jobs.reading.open", lambda _: part)
    (tmp_path / "results.nc").write_bytes(b"")
    assert exit_code(["export", str(tmp_path), "-o", str(tmp_path / "t"), "--json"]) == 0
    said = capsys.readouterr()
    assert "PARTIAL: 512 of 1,024 paths so far" in said.err
    assert json.loads(said.out)["partial"] == [{"partial": "512 of 1,024 paths"}]
    assert parquet.read_schema(tmp_path / "t/scenario.parquet").metadata[b"partial"] == b"512 of 1,024 paths"
    assert b"partial" not in parquet.read_schema(run / "tables/scenario.parquet").metadata


def test_the_schema_is_printed_and_nothing_kept_is_refused_in_words(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["export", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema.document()
    assert exit_code(["export"]) == 2
    assert exit_code(["export", str(tmp_path / "none")]) == 3
    assert "none" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["breakeven", "--tranche", "A"],
        ["size", "--target", "EL=0.001"],
        ["reverse", "--tranche", "mezzanine"],
        ["sensitivity"],
        ["clocks"],
    ],
)
def test_a_dry_run_of_a_question_says_what_would_run(command: list[str], capsys: Capture) -> None:
    assert exit_code([command[0], str(JOB), *command[1:], "--dry-run", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["scenario"], document["paths"]) == ("baseline", 32_768)
    assert document["runs"]


@pytest.mark.parametrize(
    "command",
    [
        ["breakeven", "--tranche", "C"],
        ["breakeven", "--tranche", "A", "--shock", "defualts"],
        ["reverse", "--tranche", "A", "--scenario", "none"],
        ["sensitivity", "--measure", "ELL"],
        ["size", "--target", "EL"],
    ],
)
def test_a_dry_run_refuses_what_the_run_refuses(command: list[str]) -> None:
    assert exit_code([command[0], str(JOB), *command[1:], "--dry-run"]) == 2
