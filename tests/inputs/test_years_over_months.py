"""Periods over two rows of a heading, years above months or quarters: one truth in many spellings (made up)."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter
from written_tables import sheet, text

from stress.errors import DataError
from stress.tables.series import read_series
from stress.tables.vintages import read_vintages

NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
PARTS: dict[str, Sequence[object]] = {
    "2019-01 names": NAMES,
    "2019-01 numbers": range(1, 13),
    "2019-01 Chinese": [f"{k}月" for k in range(1, 13)],
    "2019-01 whole": [f"%d-{k:02d}" for k in range(1, 13)],
    "2019 Q1 names": ["Q1", "Q2", "Q3", "Q4"],
    "2019 Q1 ends": ["31-Mar", "30-Jun", "30-Sep", "31-Dec"],
    "2019 Q1 numbers": range(1, 5),
    "2019 Q1 turned": ["1Q", "2Q", "3Q", "4Q"],
    "2019 Q1 Chinese": ["一季度", "二季度", "三季度", "四季度"],
    "2019 H1 names": ["H1", "H2"],
}


def wide(parts: Sequence[object], more: Sequence[str] = ()) -> list[list[object]]:
    """Two years over their parts, then two variables."""
    upper: list[object] = [""]
    lower: list[object] = ["Item"]
    for year in (2019, 2020):
        upper += [year, *[""] * (len(parts) + len(more) - 1)]
        lower += [*(str(part).replace("%d", str(year)) for part in parts), *more]
    width = len(upper)
    return [upper, lower, ["rate", *(k + 0.5 for k in range(1, width))], ["other", *range(1, width)]]


@pytest.mark.parametrize("name", PARTS)
def test_years_over_their_parts_are_periods(tmp_path: Path, name: str) -> None:
    parts = PARTS[name]
    n, title = len(parts), ["Figures of the servicer"]
    merged = (f"B2:{get_column_letter(n + 1)}2", f"{get_column_letter(n + 2)}2:{get_column_letter(2 * n + 1)}2")
    for file in (text(tmp_path, wide(parts)), sheet(tmp_path, [title, *wide(parts)], "A1:D1", *merged)):
        series = read_series(file)
        assert name.startswith(str(series.start))
        assert series.variable == ("rate", "other")
        assert series.value == tuple((k + 0.5, k) for k in range(1, 2 * n + 1))
        assert any("together" in note for note in series.note)


def test_totals_of_a_year_are_no_period(tmp_path: Path) -> None:
    series = read_series(text(tmp_path, wide(["Q1", "Q2", "Q3", "Q4"], ["Total"])))
    assert [row[1] for row in series.value] == [1, 2, 3, 4, 6, 7, 8, 9]
    assert "columns that are no period are left out: 2019 Total, 2020 Total" in series.note


def test_numbers_are_quarters_or_months_as_the_years_follow_each_other(tmp_path: Path) -> None:
    for upper, lower, start in (
        (["", 2019, "", "", 2020, ""], ["x", 10, 11, 12, 1, 2], "2019-10"),
        (["", 2019, "", 2020, ""], ["x", 3, 4, 1, 2], "2019 Q3"),
        (["", "2019 Q1", "", "", "2019 Q2", ""], ["x", 1, 2, 3, 4, 5], "2019-01"),
    ):
        assert str(read_series(text(tmp_path, [upper, lower, ["rate", *lower[1:]]])).start) == start


@pytest.mark.parametrize(
    ("upper", "lower", "said"),
    [
        (["", 2019, "", "", ""], ["x", 1, 2, 3, 4], "line 2: .* whether 1 to 4 below 2019 are quarters or months is"),
        (["", 2019, "", 2020, ""], ["x", "2018-11", "2018-12", "2020-01", "2020-02"],
         "line 2: the heading has two rows, and '2018-11' stands below 2019, to which it does not belong"),
        (["", 2019, "", 2020, ""], ["x", "Jan", "Mar", "Jan", "Feb"], "column 3: '2019-03': must be 2019-02, without"),
        (["", "FY2019", "", "FY2020", ""], ["x", "Q1", "Q2", "Q1", "Q2"], "'FY2019' above it is a fiscal year"),
        (["", "FY2019", "FY2020"], ["rate", 1, 2], "line 1: 'FY2019': is a fiscal year"),
    ],
)  # fmt: skip
def test_what_two_rows_leave_open_is_refused(
    tmp_path: Path, upper: list[object], lower: list[object], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        read_series(text(tmp_path, [upper, lower, ["rate", *[1.5] * (len(lower) - 1)]]))


def test_cohorts_across_may_stand_over_two_rows(tmp_path: Path) -> None:
    rows = wide(["Q1", "Q2", "Q3", "Q4"])[:2] + [[age, *[age / 10] * 8] for age in (1, 2, 3)]
    vintages = read_vintages(text(tmp_path, rows))
    assert vintages.cohort[3:5] == ("2019 Q4", "2020 Q1")
    assert vintages.matrix()[7] == (0.1, 0.2, 0.3)
