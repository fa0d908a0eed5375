"""A year of servicer reports as they come: other units, a deal that is called, a renamed column, a restated month."""

from pathlib import Path

import openpyxl
import pytest
from shipped import JOB, ROOT

import stress
from stress.analysis import follow
from stress.cli import exit_code
from stress.errors import DataError
from stress.inputs.files.reported import are_reports, read_reports
from stress.inputs.job import Job

Row = list[str | float | None]
HEAD: Row = ["month", "pool_begin", "pool", "late_1", "late_2", "defaults", "note:A"]
ROWS: list[Row] = [
    ["2020-01", 1e9, 1e9, 12.6e6, 2.4e6, 0.0, 807e6],
    ["2020-02", 1e9, 1e9, 13.4e6, 3.1e6, 0.0, 807e6],
    ["2020-03", 1e9, 1e9, 15.4e6, 3.5e6, 1.45e6, 807e6],
]


def table(folder: Path, rows: list[Row], head: Row = HEAD, name: str = "t.csv") -> Path:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in (head, *rows)]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def divided(row: Row, by: float) -> Row:
    return [x / by if isinstance(x, float) else x for x in row]


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = stress.load(JOB)
    assert isinstance(loaded, Job)
    return loaded


def test_a_deal_that_is_called_is_over_and_not_the_models(job: Job, tmp_path: Path) -> None:
    """Its last report has no pool: the most likely path, on which it lives, is not told in its place."""
    gone: Row = ["2020-04", 1e9, 0.0, 0.0, 0.0, 0.0, 0.0]
    called = table(tmp_path, [*ROWS, gone])
    with pytest.raises(DataError, match=r"t\.csv: 2020-04: a pool of 0: .* is over, called or repaid"):
        follow(job, called, paths=256)
    assert follow(job, called, as_of="2020-03", paths=256).as_of == "2020-03"
    again = table(tmp_path, [*ROWS, gone, ["2020-05", 1e9, 1e9, 15e6, 3e6, 1e6, 807e6]])
    with pytest.raises(DataError, match=r"2020-04: a pool of 0 before reports of more: leave empty"):
        follow(job, again, paths=256)


def followed(folder: Path, reports: Path) -> Path:
    text = JOB.read_text().replace('"../', f'"{ROOT}/scenarios/')
    (folder / "job.toml").write_text(text.replace("version = 1", f'version = 1\nreports = "{reports}"', 1))
    return folder / "job.toml"


def test_amounts_in_thousands_are_told_with_their_unit_and_stop_a_job_that_rests_on_them(
    job: Job, tmp_path: Path
) -> None:
    reports = table(tmp_path, [divided(row, 1000.0) for row in ROWS])
    answer = follow(job, reports, paths=256)
    assert answer.given == ()
    assert any("a pool of 1,000,000, the model" in says and "unit = 1_000 of each" in says for says in answer.says)
    with pytest.raises(DataError, match=r"in units of 1,000\?.*: none of them is used: correct them"):
        stress.load(followed(tmp_path, reports))
    columns = [f'"{name}" = {{ column = "{name}", unit = 1000 }}' for name in HEAD[1:]]
    head = ['kind = "reports"', "version = 1", 'name = "t"', 'table = "t.csv"', "[columns]"]
    (tmp_path / "t.toml").write_text("\n".join([*head, *columns]) + "\n")
    state = stress.load(followed(tmp_path, tmp_path / "t.toml")).state
    assert (state.as_of, state.notes["A"].balance) == ("2020-03", 807e6)
    assert sum(held.performing + sum(held.late) for held in state.pool) == pytest.approx(1e9)


def test_amounts_in_no_unit_of_the_deal_have_no_hint(job: Job, tmp_path: Path) -> None:
    says = follow(job, table(tmp_path, [divided(row, 30.0) for row in ROWS]), paths=256).says
    assert any("none of them is used" in line and "unit" not in line for line in says)


def test_units_that_change_and_columns_that_end_are_told_by_follow_and_check(
    job: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "months").mkdir()
    renamed: Row = ["1-30 days" if name == "late_1" else name for name in HEAD]
    for k, row in enumerate(ROWS):
        table(tmp_path / "months", [divided(row, 1000.0) if k else row], renamed if k == 2 else HEAD, f"{k}.csv")
    sentences = ("2020-02: is the last report of late_1; later ones do not give it (a renamed column takes a list: "
            'column = ["old", "new"])',
            "2020-02: begins with 1,000,000.00; the report before ends with 1,000,000,000.00")  # fmt: skip
    says = follow(job, tmp_path / "months", paths=256).says
    assert set(sentences) <= set(says)
    assert exit_code(["check", str(tmp_path / "months")]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "3 reports, 2020-01 to 2020-03: pool_begin, pool, late_1" in out
    assert all(sentence in out for sentence in sentences)


def test_many_contradictions_are_counted(job: Job, tmp_path: Path) -> None:
    """Every month begins where the one before did not end: five, of which four are told."""
    rows: list[Row] = [[f"2020-0{k}", 1e9 + 1e7 * k, 1e9, 13e6, 3e6, 1e6, 807e6] for k in range(1, 7)]
    says = follow(job, table(tmp_path, rows), paths=256).says
    assert sum("the report before ends with" in line for line in says) == 4
    assert "1 more of this kind: stress check lists all" in says


def test_check_reads_a_table_of_reports_as_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A month may be missing; a table of other figures is one of periods."""
    gap = table(tmp_path, [ROWS[0], ROWS[2]])
    assert exit_code(["check", str(gap)]) == 0
    assert "2 reports, 2020-01 to 2020-03 (1 missing)" in " ".join(capsys.readouterr().out.split())
    assert not are_reports(table(tmp_path, [["2020-01", 1.0, 2.0]], ["month", "income", "unemployment"], "macro.csv"))
    assert not are_reports(table(tmp_path, [["2020-01", 1.0, 2.0]], ["month", "pool", "unemployment"], "macro.csv"))


def test_a_period_that_stands_twice_is_told_as_restated(tmp_path: Path) -> None:
    said = r"t\.csv: line 5: 2020-02 stands twice, first in line 3: of a period that was restated keep the row"
    with pytest.raises(DataError, match=said):
        read_reports(table(tmp_path, [*ROWS, ROWS[1]]))


def test_a_workbook_may_lack_its_last_cell_and_what_stands_below_is_told_by_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, ROWS[0], [*ROWS[1][:-1], None], ROWS[2], [], ["(1) Unaudited, as of the cut-off"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    reports = read_reports(tmp_path / "t.xlsx")
    a = reports.figure["note:A"]
    assert (a[0], a[1] != a[1], a[2]) == (807e6, True, 807e6)
    book.active.append(["Total", None, 3e9])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"row 7: 'Total': is neither a row that begins with a period nor a remark"):
        read_reports(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"line 4: has 3 cells; the heading has 7"):
        read_reports(table(tmp_path, [*ROWS[:2], ["2020-03", 1e9, 1e9]]))
