"""Headings of two rows, as servicers lay them out in Excel: read where it is certain what stands under what."""

from pathlib import Path

import pytest
from written_tables import sheet, text

from stress.calibration.roll_tables import read_stocks
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import read_reports
from stress.tables.cells import read_cells
from stress.tables.headings import Unclear, joined
from stress.tables.series import read_series
from stress.tape import gather
from stress.tape.source import opened

MONTHS = [[f"2019-{month:02d}", 100 + month, 90 + month, 3, 2] for month in range(1, 7)]
TWICE = (["Month", "Balance", "", "Losses", ""], ["", "Opening", "Closing", "Opening", "Closing"])
JOINED = ("Balance Opening", "Balance Closing", "Losses Opening", "Losses Closing")
ALONE = (["Month", "Balance", "", "", "Losses"], ["", "Opening", "Closing", "Count", ""])


def test_names_that_stand_twice_are_told_apart_by_what_stands_over_them(tmp_path: Path) -> None:
    rows = [["Report of the servicer", "", "", "", ""], *TWICE, *MONTHS]
    for file in (text(tmp_path, rows), sheet(tmp_path, rows, "A1:E1", "A2:A3", "B2:C2", "D2:E2")):
        series = read_series(file)
        assert series.variable == JOINED
        assert series.value[1] == (102.0, 92.0, 3.0, 2.0)
        assert any("s 2 and 3 together" in note for note in series.note)


def test_merged_cells_say_what_stands_under_what(tmp_path: Path) -> None:
    merged = sheet(tmp_path, [*ALONE, *MONTHS], "A1:A2", "B1:C1", "E1:E2")
    assert read_series(merged).variable == ("Balance Opening", "Balance Closing", "Count", "Losses")


def test_in_text_a_blank_goes_on_with_the_cell_to_its_left_where_other_names_stand_in_the_upper_row(
    tmp_path: Path,
) -> None:
    assert read_series(text(tmp_path, [*ALONE, *MONTHS])).variable[2] == "Balance Count"


def test_a_name_that_may_stand_by_itself_is_refused_in_text_and_read_where_cells_are_merged(tmp_path: Path) -> None:
    upper, lower = ["", "Balance", "", "Losses", ""], ["Month", "now", "then", "now", "Loans"]
    said = r"line 2: the heading has two rows, which leave open whether 'Loans' stands under 'Losses' or by itself, "
    said += r"as 'Month' does: write one row, such as 'Losses Loans'"
    with pytest.raises(DataError, match=said):
        read_series(text(tmp_path, [upper, lower, *MONTHS]))
    merged = sheet(tmp_path, [upper, lower, *MONTHS], "B1:C1")
    assert read_series(merged).variable == ("Balance now", "Balance then", "Losses now", "Loans")


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (["", "Balance", "", "Losses", ""], ["Month", "Opening", "Closing", "Gross", "Net"], None),  # complete
        (["Month", "Opening", "Closing", "Gross", "Net"], ["", "EUR", "EUR", "EUR", "EUR"], None),  # units
        (["Series code", "FOO", "BAR", "BAZ", "QUX"], ["Time", "", "", "", ""], None),
        (["Balance", "", "", "", ""], ["Month", "now", "now", "now", "now"], None),  # still the same names
        (["Month", "Balance", "", "", ""], ["", "now", "then", "", ""], None),  # columns without a name
        (["Month", "Balance", "", "2019-01", ""], ["", "now", "then", "now", "then"], None),  # a row of values
        (["Month", "Balance", "Balance", "Loss", "Loss"], ["", "now", "then", "now", "then"],
         ("Month", "Balance now", "Balance then", "Loss now", "Loss then")),
        (["", "Balance", "", "Loss", ""], ["Month", "now", "then", "now", "then"],
         ("Month", "Balance now", "Balance then", "Loss now", "Loss then")),
    ],
)  # fmt: skip
def test_two_rows_are_one_heading_only_where_neither_names_every_column_and_both_do(
    upper: list[str], lower: list[str], names: tuple[str, ...] | None
) -> None:
    assert joined(upper, lower, ["2019-01", "1", "2", "3", "4"]) == names


def test_the_merged_cells_are_asked_for_only_where_two_rows_may_be_a_heading() -> None:
    def never() -> dict[int, int]:
        raise AssertionError

    assert joined(["Title", "", ""], ["Month", "a", "b"], ["2019-01", "1", "2"], never) is None
    with pytest.raises(Unclear, match="whether 'd' stands under 'Y'"):
        joined(["", "X", "", "Y", ""], ["Month", "a", "b", "a", "d"], ["2019-01", "1", "2", "3", "4"])


def test_reports_and_histories_by_bucket_name_their_columns_by_both_rows(tmp_path: Path) -> None:
    rows = [["Month", "Balance", "", "", "Losses"], ["", "1-30", "31-60", "61-90", ""], *MONTHS]
    stocks = read_stocks(text(tmp_path, rows), ["Balance 1-30", "Balance 31-60", "Balance 61-90"])
    assert stocks.bucket[0].tolist() == [101.0, 91.0, 3.0]
    heads = tmp_path / "reports.toml"
    heads.write_text(
        'kind = "reports"\nversion = 1\nname = "r"\ntable = "table.csv"\n[columns.pool]\ncolumn = "Balance 31-60"\n'
    )
    assert read_reports(heads).figure["pool"][0] == 91.0


def test_a_column_of_a_report_that_stands_twice_is_refused_and_not_the_first_of_them_read(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("Month,Pool,Pool\n2019-01,5,6\n2019-02,5,6\n")
    heads = tmp_path / "reports.toml"
    heads.write_text(
        'kind = "reports"\nversion = 1\nname = "r"\ntable = "table.csv"\n[columns.pool]\ncolumn = "Pool"\n'
    )
    with pytest.raises(ConfigError, match=r"columns 2 and 3 are both called so"):
        read_reports(heads)
    (tmp_path / "table.csv").write_text("Month,pool,Pool\n2019-01,5,6\n2019-02,5,6\n")
    with pytest.raises(DataError, match=r"columns 'pool' and 'Pool' are both pool"):
        read_reports(tmp_path / "table.csv")


TAPE = [["A", 12, 6, 1000.0, 0.009, 0], ["B", 6, 3, 500.0, 0.009, 31]] * 4
OVER = (["level", "Months", "", "Amount", "", "days_past_due"], ["", "now", "left", "now", "fee", ""])
NAMES = {"term": "Months now", "remaining": "Months left", "balance": "Amount now", "monthly_fee": "amount_fee"}


def test_a_tape_names_its_columns_by_both_rows(tmp_path: Path) -> None:
    title = ["Tape of June", "", "", "", "", ""]
    for file in (
        text(tmp_path, [title, *OVER, *TAPE]),
        sheet(tmp_path, [title, *OVER, *TAPE], "A2:A3", "B2:C2", "D2:E2", "F2:F3"),
    ):
        gathered = gather(file, NAMES)
        assert (gathered.n_read, gathered.dropped) == (8, ())
        assert gathered.stock.balance == 6000.0
        assert any("s 2 and 3 together" in note for note in gathered.note)
        with pytest.raises(DataError, match=r"if it is 'Amount fee', say --column 'monthly_fee=Amount fee'"):
            opened(file, NAMES | {"monthly_fee": "Amounts fee"})
        with pytest.raises(DataError, match="has no column 'now'"):
            opened(file, NAMES | {"balance": "now"})


def test_a_tape_whose_lower_row_names_all_that_is_read_is_read_by_it(tmp_path: Path) -> None:
    lower = ["level", "term", "remaining", "balance", "monthly_fee", "days_past_due"]
    assert gather(text(tmp_path, [OVER[0], lower, *TAPE])).stock.balance == 6000.0


def test_rows_below_keep_their_numbers(tmp_path: Path) -> None:
    rows = [*TWICE, *MONTHS]
    rows[4] = ["2019-03", "x", 1, 2, 3]
    with pytest.raises(DataError, match=r"line 5, column 'Balance Opening': 'x': must be a finite number"):
        read_series(text(tmp_path, rows))
    assert read_cells(text(tmp_path, rows)).row[0].number == 2


def test_a_tape_whose_formulas_were_never_calculated_is_refused_and_not_taken_for_empty_cells(tmp_path: Path) -> None:
    head = ["level", "term", "remaining", "balance", "monthly_fee", "days_past_due", "beside"]
    rows = [head, *([*row, "=1+1"] for row in TAPE)]
    assert gather(sheet(tmp_path, rows)).n_read == 8
    rows[3][5] = "=0*2"
    with pytest.raises(DataError, match=r"sheet 'Sheet', cell F4: a formula that was never calculated: open"):
        gather(sheet(tmp_path, rows))
