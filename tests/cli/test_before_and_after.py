"""Side by side: before, after and difference of two runs; a scenario a class; workbooks of all that is answered."""

import json
import math
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import xarray as xr
from handed import Capture, Patch

import stress
from stress import measures, results
from stress.analysis.cuts import Work, moved, smallest_cut
from stress.analysis.inputs_moved import note_share
from stress.analysis.note_targets import load_bands, target_of
from stress.analysis.sizing import size
from stress.cli import exit_code
from stress.cli.replay import _table, months
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.load import load_job
from stress.measures import means

JOB = Path("scenarios/jobs/baitiao-24m.toml")
SHORT = JOB.with_name("baitiao-12m.toml")
"""Of fewer months and notes."""
pytestmark = pytest.mark.usefixtures("read_once")


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded


@pytest.fixture(scope="module")
def two(job: Job, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A run, and one with a higher asset correlation on the same draws."""
    folder = tmp_path_factory.mktemp("two")
    harsh = job.but(pool=job.pool.but(dependence=job.pool.dependence.but(rho=0.05)))
    for name, variant in (("before", job), ("after", harsh)):
        ds = stress.simulate(variant, paths=2_048, scenarios=["baseline", "macro_severe"])
        results.save(ds, folder / name / "results.nc")
    return folder / "before", folder / "after"


@pytest.fixture(scope="module")
def opened(two: tuple[Path, Path]) -> tuple[xr.Dataset, xr.Dataset]:
    """Both, read once; not to be changed."""
    before, after = (results.open(folder) for folder in two)
    return before, after


@pytest.mark.parametrize("measure", ["expected_loss", "wal", "mean_default", "loss_probability"])
def test_the_difference_of_two_runs_is_after_less_before(measure: str, opened: tuple[xr.Dataset, xr.Dataset]) -> None:
    before, after = opened
    change = measures.compare(after, before, measure)
    assert np.allclose(change["after"] - change["before"], change["estimate"], rtol=1e-9, atol=1e-12, equal_nan=True)
    if measure == "expected_loss":
        assert np.allclose(change["before"], before["expected_loss"])
        assert np.allclose(change["after_error"], after["expected_loss_se"], rtol=1e-6, atol=1e-3)
    assert not (change["error"] > change["before_error"] + change["after_error"] + 1e-3).any()


def test_compare_prints_before_after_and_difference_in_one_unit(two: tuple[Path, Path], capsys: Capture) -> None:
    assert exit_code(["compare", *map(str, two), "--measure", "EL"]) == 0
    said = capsys.readouterr().out
    head = next(line for line in said.splitlines() if "scenario" in line).split()
    assert head[2:6] == ["before", "after", "difference", "95%"]
    assert " bp" not in said
    assert exit_code(["compare", *map(str, two), "--measure", "EL", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["difference"][0]) >= {"before", "before_error", "after", "estimate"}


def test_a_class_is_sized_under_its_own_scenario(monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.analysis.sizing.SWEEPS", 1)
    table, job = load_bands(), load_job(SHORT)
    calm, harsh, severe = (
        next(case for case in job.scenarios if case.name == name)
        for name in ("baseline", "credit_contraction", "macro_severe")
    )
    paths = job.but(paths=1024, scenarios=(calm, harsh, severe))
    shares = [note_share(paths, k) for k in range(len(paths.deal.notes))]

    def senior(case: ScenarioCase) -> float:
        """Its share where it is sized alone, under that scenario."""
        work = Work(paths, case, {0: target_of("senior:PD=0.05", table)[1]}, table, None, None)
        return moved(shares, 0, 0, smallest_cut(work, shares, 0, 0).value)[0]

    own = dict(
        [target_of("senior:PD=0.05@credit_contraction", table), target_of("mezzanine:EL=0.02@macro_severe", table)]
    )
    sized = size(paths, own)
    assert [note.scenario for note in sized.notes[:2]] == ["credit_contraction", "macro_severe"]
    assert sized.notes[2].scenario == "baseline"
    assert sized.notes[0].share == pytest.approx(senior(harsh), abs=0.02)
    assert senior(calm) > sized.notes[0].share + 0.02


def test_a_target_under_a_scenario_that_the_job_has_not_is_refused(job: Job) -> None:
    with pytest.raises(ConfigError, match="credit_contractoin"):
        size(job.but(paths=1_024), dict([target_of("A:PD=0.05@credit_contractoin", load_bands())]))


def test_a_supply_without_end_is_told_in_a_word_and_leaves_room_for_months(job: Job) -> None:
    free = job.but(pool=job.pool.but(supply=job.pool.supply.model_copy(update={"unlimited": True, "multiple": None})))
    columns = months(stress.replay(free, path=0))
    supply = [values for name, values in columns.items() if name.startswith("supply")]
    assert supply
    assert all(value == "unlimited" or value < 1e15 for values in supply for value in values)
    assert supply[0][0] == "unlimited"
    first = _table("t", columns, 160).renderables[0]  # type: ignore[union-attr]
    assert len(first.columns) > 5
    assert not any(isinstance(x, float) and abs(x) >= 1e15 for values in columns.values() for x in values)


@pytest.mark.usefixtures("no_page", "rough_searches")
def test_every_command_that_answers_writes_a_workbook(two: tuple[Path, Path], tmp_path: Path, capsys: Capture) -> None:
    few = [str(SHORT), "--paths", "64", "--scenario", "baseline"]
    asked = {
        "breakeven": [*few, "--tranche", "mezzanine", "--percentile", "0.5"],
        "size": [*few, "--target", "senior:PD=0.8"],
        "sensitivity": [*few, "--measure", "DEFAULT"],
        "compare": [*map(str, two)],
        "table": [str(two[0])],
        "report": [str(two[0]), "-o", str(tmp_path / "r.html")],
        "run": [*few, "--out", str(tmp_path / "run")],
        "cashflows": [str(JOB)],
    }
    for name, arguments in asked.items():
        book = tmp_path / f"{name}.xlsx"
        assert exit_code([name, *arguments, "--quiet", "--xlsx", str(book)]) == 0, name
        sheets = openpyxl.load_workbook(book, read_only=True)
        cells = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in sheets}
        assert {"Assumptions", "Provenance"} <= set(cells), name
        assert len(cells["Assumptions"]) > 50, name
        assert len(cells) >= 3, name
        numbers = [x for rows in cells.values() for row in rows for x in row if isinstance(x, float)]
        assert numbers, name
        assert all(map(math.isfinite, numbers)), name
        sheets.close()
    assert exit_code(["table", str(two[0]), "--xlsx", str(tmp_path / "t.csv")]) == 2
    assert "must end in .xlsx" in capsys.readouterr().err


@pytest.fixture(scope="module")
def workbook(two: tuple[Path, Path]) -> openpyxl.Workbook:
    """The first run as sheets; not to be changed."""
    file = two[0] / "t.xlsx"
    assert exit_code(["table", str(two[0]), "--quiet", "--xlsx", str(file)]) == 0
    return openpyxl.load_workbook(file)


def test_a_workbook_of_a_run_has_each_figure_beside_its_error(
    opened: tuple[xr.Dataset, xr.Dataset], workbook: openpyxl.Workbook
) -> None:
    sheet = workbook["scenario tranche"]
    head = [cell.value for cell in sheet[1]]
    ds = opened[0]
    for name in ("expected_loss", "wal", "irr"):
        at = head.index(name)
        assert head[at + 1] == f"{name}_se"
        assert sheet.cell(2, at + 1).value == pytest.approx(float(ds[name][0, 0]), abs=1e-12)
    assert sheet.cell(2, head.index("expected_loss") + 1).number_format.endswith("%")


def test_the_workbook_of_a_run_begins_with_its_classes(
    opened: tuple[xr.Dataset, xr.Dataset], workbook: openpyxl.Workbook
) -> None:
    book = workbook
    assert book.sheetnames[0] == "Summary"
    head, *rows = book["Summary"].iter_rows(values_only=True)
    ds = opened[0]
    names = [str(name) for name in ds["tranche"].values]
    by_class = {row[0]: dict(zip(head, row, strict=True)) for row in rows if row[0] in names}
    assert list(by_class) == names
    for n, name in enumerate(names):
        row = by_class[name]
        for title, of in (("Expected loss", "expected_loss"), ("P(loss)", "loss_probability")):
            assert row[title] == pytest.approx(float(ds[of][0, n]), abs=1e-15)
            assert row[f"± {title}"] == pytest.approx(float(ds[f"{of}_se"][0, n]), abs=1e-15)
            assert row[f"{title}, 95% at most"] >= row[title]
        assert row["Size"] > 0.0
        assert isinstance(row["Coupon"], str)
    assert sum(row["Size, of the pool"] for row in by_class.values()) == pytest.approx(1.0, abs=0.2)


def test_the_workbook_of_a_what_if_has_its_points_as_numbers(tmp_path: Path) -> None:
    book = tmp_path / "w.xlsx"
    asked = ["whatif", str(JOB), "--over", "default_odds=1:3", "--points", "4", "--paths", "64", "--quiet"]
    assert exit_code([*asked, "-o", str(tmp_path / "w.html"), "--xlsx", str(book)]) == 0
    sheets = openpyxl.load_workbook(book)
    head, *rows = sheets["Points"].iter_rows(values_only=True)
    rows = rows[:4]
    assert [row[0] for row in rows] == [1, 2, 3, 4]
    assert all(1.0 <= row[1] <= 3.0 for row in rows)
    assert head[1] == "default_odds (multiply)"
    assert all(isinstance(cell, (int, float)) for row in rows for cell in row)
    at = head.index("Default, pool")
    by_odds = [row[at] for row in sorted(rows, key=lambda row: row[1])]
    assert by_odds == sorted(by_odds)
    assert by_odds[0] < by_odds[-1]
    assert head[at + 1] == "± Default, pool"
    assert sheets["Points"].cell(2, at + 1).number_format.endswith("%")
    measures = {(row[0], row[1]) for row in sheets["Between points"].iter_rows(min_row=2, values_only=True)}
    assert {
        tuple(name.split(", ", 1)) for name in head[2::1] if not name.startswith("±") and "at most" not in name
    } == measures


def test_a_loss_of_few_paths_has_one_error_in_a_run_and_beside_another(opened: tuple[xr.Dataset, xr.Dataset]) -> None:
    """What a run's table tells of a mean that few paths make is told in a comparison too: batches know less of it."""
    for measure in ("expected_loss", "loss_probability", "lgd"):
        ds = opened[1]
        change = measures.compare(opened[0], ds, measure)
        own = means.loss_probability(ds) if measure == "loss_probability" else means.mean(ds, measure)
        for part in ("error", "low", "high"):
            assert np.array_equal(change[f"before_{part}"], own[part], equal_nan=True), measure
