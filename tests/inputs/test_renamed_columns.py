"""Columns of reports that were renamed in mid-year: one figure, each period under one of its headings."""

import math
from pathlib import Path

import pytest

from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import read_reports

HEAD = 'kind = "reports"\nversion = 1\nname = "x"\ntable = "TABLE"\n[columns]\n'
RENAMED = 'late_1 = { column = ["late_1", "1-30 days"] }\npool = { column = "pool" }'


def written(folder: Path, rows: str, columns: str) -> Path:
    (folder / "t.csv").write_text(rows)
    (folder / "x.toml").write_text(HEAD.replace("TABLE", "t.csv") + columns + "\n")
    return folder / "x.toml"


def test_a_column_that_was_renamed_in_mid_year_is_one_figure(tmp_path: Path) -> None:
    """In one table, in which each row fills one of the two; n/a says that nothing was reported."""
    rows = "month,pool,late_1,1-30 days\n2025-01,100,3,\n2025-02,99,,4\n2025-03,98,n/a,\n2025-04,97,n/a,5\n"
    reported = read_reports(written(tmp_path, rows, RENAMED))
    assert reported.figure["late_1"] == pytest.approx((3.0, 4.0, math.nan, 5.0), nan_ok=True)
    assert reported.figure["pool"] == (100.0, 99.0, 98.0, 97.0)


def test_a_folder_of_reports_has_either_heading_in_each_table(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all/a.csv").write_text("month,pool,late_1\n2025-01,100,3\n")
    (tmp_path / "all/b.csv").write_text("month,pool,1-30 days\n2025-02,99,4\n")
    file = tmp_path / "x.toml"
    file.write_text(HEAD.replace("TABLE", "all") + RENAMED + "\n")
    assert read_reports(file).figure["late_1"] == (3.0, 4.0)
    (tmp_path / "all/c.csv").write_text("month,pool,late\n2025-03,98,5\n")
    with pytest.raises(ConfigError, match=r"columns\.late_1\.column = .late_1.: .*c\.csv has no such column"):
        read_reports(file)


@pytest.mark.parametrize(
    ("rows", "columns", "said"),
    [
        ("2025-01,100,3,\n2025-02,99,3,4\n", RENAMED, r"line 3.*: 'late_1' and '1-30 days' give late_1: each"),
        ("2025-01,100,3,\n2025-02,99,,\n", RENAMED, r"line 3.*: none of 'late_1', '1-30 days' gives late_1: each"),
        ("2025-01,100,3,\n", RENAMED.replace("1-30 days", "1-30 day"), "did you mean 1-30 days"),
        ("2025-01,100,3,\n", RENAMED.replace("1-30 days", "late_1"), "'late_1' stands twice"),
        ("2025-01,100,3,\n", RENAMED.replace(', "1-30 days"', ""), "late_1.column"),
        ("2025-01,100,3,\n", RENAMED.replace('["late_1", "1-30 days"]', "7"), "late_1.column"),
    ],
)
def test_a_period_gives_a_renamed_figure_once(rows: str, columns: str, said: str, tmp_path: Path, capsys) -> None:
    file = written(tmp_path, "month,pool,late_1,1-30 days\n" + rows, columns)
    with pytest.raises((ConfigError, DataError), match=said) as refused:
        read_reports(file)
    assert exit_code(["check", str(file)]) == 2
    assert str(refused.value).splitlines()[0].partition("x.toml")[2] in capsys.readouterr().err


def test_a_percent_sign_stands_under_both_headings_or_under_none(tmp_path: Path) -> None:
    columns = 'default_rate = { column = ["losses", "charge-offs"], unit = 0.01 }'
    file = written(tmp_path, "month,losses,charge-offs\n2025-01,3%,\n2025-02,,4%\n", columns)
    assert read_reports(file).figure["default_rate"] == pytest.approx((0.03, 0.04))
    file = written(tmp_path, "month,losses,charge-offs\n2025-01,3%,\n2025-02,,4\n", columns)
    with pytest.raises(DataError, match=r"charge-offs.*some numbers of the column have a percent sign"):
        read_reports(file)
