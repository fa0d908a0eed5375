"""A shock that takes its months from a table: text and workbooks, months and dates, faults by file and line."""

from pathlib import Path

import pytest
import xlsxwriter

import stress
from stress.errors import ConfigError, DataError
from stress.inputs.files.expand import cases_of_file
from stress.inputs.job import ScenarioCase
from stress.inputs.scenario import Shock
from stress.inputs.scenario.project import Horizon

JANUARY_2026 = Horizon(2026 * 12, 24)
ROWS = (("month", "mild", "severe"), ("2025-01", 1.0, 1.5), ("2026-06", 1.1, 2.25), ("2026-07", 1.2, 2.25))
BY_DATE = "\n".join(",".join(map(str, row)) for row in ROWS)


def points(folder: Path, table: str, keys: str = 'column = "severe"', horizon: Horizon | None = JANUARY_2026):
    (folder / "path.csv").write_text(table, encoding="utf-8")
    return shocks(folder, f'target = "default_odds"\nfile = "path.csv"\nhow = "multiply"\n{keys}', horizon)[0].by_month


def shocks(folder: Path, body: str, horizon: Horizon | None = JANUARY_2026, key: str = "shocks"):
    path = folder / "s.toml"
    path.write_text(f'kind = "scenario"\nversion = 1\nname = "s"\n[[{key}]]\n{body}\n', encoding="utf-8")
    return cases_of_file(path, stress.load(path), (), horizon)[0].shocks


def test_dates_are_months_of_the_deal_and_what_stands_before_them_holds_in_month_1(tmp_path):
    assert points(tmp_path, BY_DATE) == ((1, 1.5), (6, 2.25))
    assert points(tmp_path, BY_DATE, 'column = "mild"') == ((1, 1.0), (6, 1.1), (7, 1.2))


def test_a_month_end_is_of_its_own_month_and_rows_may_go_back_in_time(tmp_path):
    ends = "date,odds\n2026-03-31,3\n2026-02-28,2\n2026-01-31,1.5"
    assert points(tmp_path, ends, "") == ((1, 1.5), (2, 2.0), (3, 3.0))
    across = "odds,2026-03-31,2026-02-28,2026-01-31\nmild,3,2,1.5"
    assert points(tmp_path, across, "") == ((1, 1.5), (2, 2.0), (3, 3.0))


def test_months_from_closing_percent_and_empty_cells(tmp_path):
    assert points(tmp_path, "month,odds\n3,150\n4,\n5,200\n30,300", "percent = true") == ((3, 1.5), (5, 2.0))
    assert points(tmp_path, "month,odds\n3,150%\n5,200%", "") == ((3, 1.5), (5, 2.0))


def test_without_a_deal_month_1_is_the_first_date(tmp_path):
    assert points(tmp_path, BY_DATE, horizon=None) == ((1, 1.5), (18, 2.25))


def test_a_sheet_of_a_workbook_gives_what_the_text_gives(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "stress.xlsx")) as book:
        book.add_worksheet("About").write(0, 0, "nothing here")
        sheet = book.add_worksheet("Losses")
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    body = 'target = "default_odds"\nfile = "stress.xlsx#Losses"\ncolumn = "severe"\nhow = "multiply"'
    assert shocks(tmp_path, body)[0].by_month == points(tmp_path, BY_DATE)


def test_a_level_reads_its_own_table_and_keeps_its_segments(tmp_path):
    (tmp_path / "path.csv").write_text("month,rate\n1,1%\n2,2%", encoding="utf-8")
    move = 'target = "entry_rate", file = "path.csv", how = "set", segments = ["L1"]'
    read = shocks(tmp_path, f'name = "severe"\nshocks = [{{ {move} }}]', key="levels")
    assert read == (Shock(target="entry_rate", how="set", by_month=((1, 0.01), (2, 0.02)), segments=("L1",)),)


@pytest.mark.parametrize(
    ("table", "keys", "said"),
    [
        ("month,odds\n1,1\n2,many", "", "path.csv: line 3, column 'odds': 'many': must be a number"),
        ("month,odds\n1,1\n2,-2", "", "line 3, column 'odds': -2: multiply must be from 0 to 1000"),
        (BY_DATE, 'column = "sever"', "has no column 'sever'; there is mild, severe; did you mean severe?"),
        (BY_DATE, "", "has 2 columns of values; name one"),
        ("date,odds\n2026-01-05,1\n2026-01-25,2", "", "line 3, column 'odds': is of the same month"),
        ("month,odds\n2,1\n1,2", "", "line 3, column 'month': 1: months must go forward"),
        ("date,odds\n2031-01,1\n2031-02,2", "", "has no value on or before month 24, the deal's last"),
        ("name,odds\nx,1", "", "'x': must be a month from closing"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_file_and_line(tmp_path, table, keys, said):
    with pytest.raises(DataError) as caught:
        points(tmp_path, table, keys)
    assert said in str(caught.value)


def test_a_file_stands_alone_and_its_keys_go_with_it(tmp_path):
    for body, said in (
        ('file = "a.csv"\nhow = "set"\nset = 1.0', "exactly one of"),
        ('file = "a.csv"', "how goes with by_month or file"),
        ('set = 1.0\ncolumn = "x"', "column and percent go with file"),
    ):
        with pytest.raises(ConfigError, match=said):
            shocks(tmp_path, f'target = "recovery"\n{body}')


def test_a_table_that_was_never_read_acts_nowhere():
    with pytest.raises(ValueError, match="is not read yet"):
        ScenarioCase(name="s", shocks=(Shock(target="recovery", how="set", file="a.csv"),))
