"""Tables as originators send them: titles, units, remarks, Chinese dates, periods across, numbers with commas."""

from pathlib import Path

import pytest

from stress.calibration.roll_tables import read_stocks
from stress.errors import DataError
from stress.inputs.files.reported import read_reports
from stress.tables.cells import read_cells
from stress.tables.periods import Period, parse_period
from stress.tables.series import read_series
from stress.tables.upright import upright
from stress.tape import gather
from stress.tape.outcomes import outcomes_of


def file_of(folder: Path, text: str) -> Path:
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return folder / "table.csv"


@pytest.mark.parametrize(
    ("label", "period"),
    [
        ("3月-25", Period(2025, 3, 12)),
        ("2025年3月末", Period(2025, 3, 12)),
        ("2025年12月底", Period(2025, 12, 12)),
        ("2025年Q1", Period(2025, 1, 4)),
        ("2025年3季度末", Period(2025, 3, 4)),
        ("2025年一季度末", Period(2025, 1, 4)),
        ("2025年末", Period(2025, 1, 1)),
        ("13月-25", None),
        ("25-Mar", None),  # a day, or a year
        ("2025末", None),
    ],
)
def test_chinese_labels_of_periods(label: str, period: Period | None) -> None:
    assert parse_period(label) == period


@pytest.mark.parametrize(
    "head", ["统计截止,不良率,逾期率\n,%,（%）\n", "统计截止,不良率,逾期率\n单位,万元,亿元\n".replace("单位", "")]
)
def test_a_row_of_units_is_no_heading(tmp_path: Path, head: str) -> None:
    series = read_series(file_of(tmp_path, f"{head}2019-01,1.5,2.5\n2019-02,1.6,2.5\n"))
    assert series.variable == ("不良率", "逾期率")
    assert series.note == ("left out as no rows of the table: line 2",)


@pytest.mark.parametrize("head", ["Date,rate,late_1", "rate,Date,late_1"])
def test_days_as_excel_counts_them_are_told(tmp_path: Path, head: str) -> None:
    said = "43466 may be 2019-01-01 as Excel counts days: show the column as dates, and save it"
    row = "43466,1,5\n" if head.startswith("Date") else "1,43466,5\n"
    for read in (read_series, read_stocks):
        with pytest.raises(DataError, match=f"line 2: '43466': there is no column of periods.*; {said}"):
            read(file_of(tmp_path, f"{head}\n{row}"))
    with pytest.raises(DataError, match=said):
        read_reports(file_of(tmp_path, "Month,pool\n43466,5\n"))


def test_reports_have_titles_remarks_and_decimal_commas(tmp_path: Path) -> None:
    title, foot = "Report of the servicer;;\nPool;;\n", "Note: unaudited;;\n"
    rows = "2019-01;1.010,5;5\n2019-02;1.011,25;5\n"
    reports = read_reports(file_of(tmp_path, f"{title}Month;Pool;Defaults\n{rows}{foot}"))
    assert reports.figure == {"pool": (1010.5, 1011.25), "defaults": (5.0, 5.0)}
    assert reports.note == ("left out as no rows of the table: lines 1, 2, 6",)
    with pytest.raises(DataError, match="line 4: 'Total': is neither a row that begins with a period"):
        read_reports(file_of(tmp_path, "Month,pool\n2019-01,10\n2019-02,10\nTotal,20\n"))


def test_reports_and_histories_by_bucket_may_have_their_periods_across(tmp_path: Path) -> None:
    file = file_of(tmp_path, "Item,2019,,,Change\n,1月,2月,3月,\npool,10,11,12,3\nlate_1,1,2,,\n\nSource: servicer\n")
    reports = read_reports(file)
    assert reports.figure["pool"] == (10.0, 11.0, 12.0)
    assert str(reports.period[0]) == "2019-01"
    assert "periods stand across: a column is read as a row" in reports.note
    assert "columns that are no period are left out: Change" in reports.note
    stocks = read_stocks(file, current="pool")
    assert (stocks.bucket[:2, 0].tolist(), stocks.current.tolist()) == ([1.0, 2.0], [10.0, 11.0, 12.0])


def test_a_row_that_adds_up_a_tape_is_no_loan_and_counts_for_no_allowance(tmp_path: Path) -> None:
    loans = "".join(f"{'AB'[k % 2]},12,6,{31 * (k % 3)},100,0.009\n" for k in range(9))
    head = "level,term,remaining,days_past_due,balance,monthly_fee\n"
    for total in ("合计,,,,900,\n", "Total,12,6,0,900,0.009\n", "Weighted average:,12,6,31,100,0.009\n"):
        gathered = gather(file_of(tmp_path, head + loans + total))
        assert (gathered.stock.level, gathered.stock.balance) == (("A", "B"), 900.0)
        assert [(drop.n, drop.balance, drop.first_row) for drop in gathered.dropped] == [(1, 0.0, 11)]
        assert gathered.dropped[0].reason == "its level says that it is a total or an average of other rows"
    assert gather(file_of(tmp_path, head + "all,12,6,0,100,0.009\n" * 3)).stock.level == ("all",)


def test_ages_of_a_tape_say_their_unit_and_days_as_excel_counts_them_are_told(tmp_path: Path) -> None:
    rows = "".join(
        f"2019年{month}月15日,{age}期,{'lost' if age == 2 else 'paid'}\n" for month in (1, 2) for age in (1, 2)
    )
    outcomes = outcomes_of(file_of(tmp_path, f"issued,age,status\n{rows}"), {"lost"})
    assert (outcomes.cohort, outcomes.age, outcomes.defaulted.sum()) == (("2019-01", "2019-02"), (1, 2), 2.0)
    with pytest.raises(DataError, match=r"row 2: issued '43480', .*; 43480 may be 2019-01-15 as Excel counts days"):
        outcomes_of(file_of(tmp_path, "issued,age,status\n43480,1,lost\n"), {"lost"})


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_reports, "x,1月\npool,5\n", "column '1月'|'pool'|no heading is a figure"),
        (read_reports, "Report,of\nMonth,pool\n", "line 2, column 'Report': 'Month'|no heading is a fig"),
        (read_reports, "Month,pool\nNote: unaudited,\n", "line 2, column 'Month': 'Note: unaudited': must be a period"),
        (read_series, "year,Month\nMonth,pool,defaults\n2019-01,10,5\n2019-02,10,5\n",
         "column 'pool' stands where a heading above has the months of each year"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, read, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=said):
        read(file_of(tmp_path, text))


def test_a_row_of_two_dates_is_no_heading_of_periods(tmp_path: Path) -> None:
    file = file_of(tmp_path, "name,from,to,late_1\nx,2019-01-01,2019-01-31,.\nx,2019-02-01,2019-02-28,5\n")
    assert upright(read_cells(file)) == read_cells(file)
