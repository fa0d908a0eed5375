"""Reports of a deal: what is read, what is missing, what is refused, and where a report contradicts itself."""

import math
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from shipped import SCENARIOS

from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.inputs.files.rate_series import rate_series
from stress.inputs.files.report_ties import contradictions
from stress.inputs.files.reported import period_at, read_reports
from stress.tables.periods import Period
from stress.tables.series import read_series

HEAD = 'kind = "reports"\nversion = 1\nname = "x"\ntable = "t.csv"\n[columns]\n'


def written(
    folder: Path, rows: str, columns: str = 'defaults = { column = "lost" }\npool_begin = { column = "open" }'
) -> Path:
    (folder / "t.csv").write_text(rows)
    (folder / "x.toml").write_text(HEAD + columns + "\n")
    return folder / "x.toml"


def test_every_statement_of_the_charge_card_trust_ties_to_the_cent() -> None:
    reports = read_reports(SCENARIOS / "reports/amex-charge-cards.toml")
    assert len(reports.period) == 18
    assert contradictions(reports) == []
    k = reports.period.index(Period(2009, 2, 12))
    f = {name: value[k] for name, value in reports.figure.items()}
    tied = f["pool_begin"] + f["new_receivables"] - f["principal_collections"] - f["defaults"]
    assert tied == pytest.approx(f["pool"], abs=0.006)


def test_turnover_a_default_rate_of_balance_is_ten_times_that_of_new_receivables() -> None:
    """Twelve times the share of the balance that is new each month, which a payment rate of 88 to 96% keeps near 1."""
    reports = read_reports(SCENARIOS / "reports/amex-charge-cards.toml")
    of_balance = rate_series(reports).rate
    of_new = [d / n for d, n in zip(reports.figure["defaults"], reports.figure["new_receivables"], strict=True)]
    ratio = [a / b for a, b in zip(of_balance, of_new, strict=True)]
    assert 9.5 < min(ratio) <= max(ratio) < 13.0
    assert 0.0016 < min(of_new) <= max(of_new) < 0.0044


def test_missing_months_and_cells_stay_missing(tmp_path: Path) -> None:
    file = written(tmp_path, "month,open,lost\n2025-01,100,1\n2025-02,99,\n2025-05,97,2\n")
    reports = read_reports(file)
    assert reports.at == (0, 1, 4)
    assert math.isnan(reports.figure["defaults"][1])
    series = rate_series(reports)
    assert series.rate == pytest.approx((0.12, 12 * 2 / 97))
    assert series.left_out == ("2025-02",)


def test_quarters_are_found_from_their_dates(tmp_path: Path) -> None:
    reports = read_reports(written(tmp_path, "month,open,lost\n2025-01-01,1,1\n2025-04-01,1,1\n2025-10-01,1,1\n"))
    assert reports.period == (Period(2025, 1, 4), Period(2025, 2, 4), Period(2025, 4, 4))


def test_a_table_with_our_headings_needs_no_map(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("month,default rate,note:A\n2025-01,0.05,750\n2025-02,0.06,740\n")
    reports = read_reports(tmp_path / "plain.csv")
    assert reports.figure == {"default_rate": (0.05, 0.06), "note:A": (750.0, 740.0)}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "month,open,lost\n2025-02,1,1\n2025-01,1,1\n2025-03,1,1\n",
            "2025-01 follows 2025-02: periods must rise from row to row, or fall",
        ),
        ("month,open,lost\n2025-02,1,x\n", "must be a number"),
        ("month,open,lost\n2025-02,1,-4\n", "never negative"),
        ("month,open,lost\nspring,1,1\n", "must be a period"),
        ("month,open,lost\n", "needs a heading and at least one row"),
        ("month,open,lost\n2025-01,1,1\n2025 Q2,1,1\n", "months, quarters and years stand in one column of periods"),
    ],
)
def test_what_cannot_be_a_report_is_refused_in_words(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_reports(written(tmp_path, rows))


def test_monthly_rows_may_be_reports_of_a_quarter_where_the_file_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, "month,open,lost\n2025-03,100,1\n2025-07,99,2\n")
    by_quarter = HEAD.replace("[columns]", "per_year = 4\n[columns]") + 'defaults = { column = "lost" }\n'
    file.write_text(by_quarter)
    assert read_reports(file).period == (Period(2025, 1, 4), Period(2025, 3, 4))
    (tmp_path / "t.csv").write_text("month,lost\n2025-02,1\n2025-03,2\n")
    with pytest.raises(DataError, match="per_year = 4: two rows fall into one period"):
        read_reports(file)
    (tmp_path / "t.csv").write_text("year,lost\n2024,1\n2025,2\n")
    with pytest.raises(DataError, match="per_year = 4: the table reports 1 a year, which it must divide"):
        read_reports(file)


@pytest.mark.parametrize(
    ("said", "per_year", "expected"),
    [("2025", 12, Period(2025, 1, 12)), ("2025 Q3", 12, Period(2025, 7, 12)), ("2025-06", 4, Period(2025, 2, 4))],
)
def test_a_period_is_found_among_the_reports_by_its_first(said: str, per_year: int, expected: Period) -> None:
    assert period_at(said, per_year) == expected


def test_a_table_that_begins_with_its_newest_report_is_turned_round_and_its_contradictions_are_told(
    tmp_path: Path,
) -> None:
    """Web pages and downloads list the newest first: the same figures as from the oldest on, a missing month too."""
    rows = ["2025-01,100,1,99", "2025-02,99,2,97", "2025-04,90,1,89"]
    columns = "\n".join(f'{name} = {{ column = "{heading}" }}' for name, heading in
                        (("pool_begin", "open"), ("defaults", "lost"), ("pool", "end")))  # fmt: skip
    up, down = (read_reports(written(tmp_path, "\n".join(["month,open,lost,end", *order, ""]), columns))
                for order in (rows, rows[::-1]))  # fmt: skip
    assert down._replace(note=()) == up
    assert down.at == (0, 1, 3)
    assert down.note == ("rows stand newest first, 2025-04 to 2025-01: turned round",)
    rows[1] = "2025-02,98,2,96"
    file = written(tmp_path, "\n".join(["month,open,lost,end", *rows[::-1], ""]), columns)
    assert contradictions(read_reports(file)) == [("2025-02", "begins with 98.00; the report before ends with 99.00")]
    assert rate_series(read_reports(file)).rate == pytest.approx((0.12, 12 * 2 / 98, 12 / 90))


def test_dates_that_leave_open_which_is_the_newest_are_refused(tmp_path: Path) -> None:
    """4 May to 3 February with the month first, 5 April to 2 March with the day first: both fall."""
    with pytest.raises(DataError, match=r"may be 2025-05-04 .* or 2025-04-05"):
        read_reports(written(tmp_path, "month,open,lost\n5/4/2025,1,1\n3/2/2025,1,1\n"))


def test_what_is_no_period_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^spring: must be a period"):
        period_at("spring", 12)


def test_an_unknown_figure_is_told_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean defaults"):
        read_reports(written(tmp_path, "month,lost\n2025-01,1\n", 'default = { column = "lost" }'))


def test_percents_given_as_fractions_are_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "month,rate\n2025-01,5.2\n", 'default_rate = { column = "rate" }')
    with pytest.raises(DataError, match=r"unit = 0\.01"):
        rate_series(read_reports(file))


def test_reports_without_a_rate_or_with_one_of_all_and_more_are_refused(tmp_path: Path) -> None:
    bare = written(tmp_path, "month,open\n2025-01,5\n", 'pool_begin = { column = "open" }')
    with pytest.raises(DataError, match=r"has neither default_rate nor defaults and pool_begin \(or pool\): no rate"):
        rate_series(read_reports(bare))
    more = written(tmp_path, "month,open,lost\n2025-01,100,1\n2025-02,99,9\n")
    with pytest.raises(DataError, match=r"1\.09"):
        rate_series(read_reports(more))


def test_percents_are_told_by_the_middle_rate_and_a_single_bad_month_is_none(tmp_path: Path) -> None:
    columns = 'default_rate = { column = "rate" }'
    dying = written(tmp_path, "month,rate\n2025-01,0.2\n2025-02,0.4\n2025-03,1.3\n", columns)
    assert read_reports(dying).figure["default_rate"] == (0.2, 0.4, 1.3)
    printed = written(tmp_path, "month,rate\n2025-01,3.2\n2025-02,0.4\n2025-03,1.3\n", columns)
    with pytest.raises(DataError, match=r"x\.toml: .*t\.csv: default_rate: the middle one of 3 is 1\.3.*unit = 0\.01"):
        read_reports(printed)


@pytest.mark.parametrize(
    ("name", "unit", "says"),
    [
        ("late_1", "", "percents, where late_1 is an amount of money"),
        ("note:A", ", unit = 0.01", "percents, where note:A is an amount of money"),
        ("default_rate", "", r"percents: columns\.default_rate needs unit = 0\.01"),
    ],
)
def test_percent_signs_are_no_amounts_and_no_fractions(tmp_path: Path, name: str, unit: str, says: str) -> None:
    columns = f'"{name}" = {{ column = "x"{unit} }}'
    with pytest.raises(DataError, match=rf"t\.csv: column 'x': {says}"):
        read_reports(written(tmp_path, "month,x\n2025-01,0.8%\n2025-02,0.9%\n", columns))


def test_decimal_commas_are_read_and_two_spellings_refused(tmp_path: Path) -> None:
    """400.000 is four hundred thousand beside 500.100,5; alone it is 400."""
    columns = 'pool = { column = "x", unit = 1000 }\n"note:A" = { column = "y" }'
    rows = "month;x;y\n2025-01;500.100,5;400.000\n2025-02;500,25;399.000\n"
    reports = read_reports(written(tmp_path, rows, columns))
    assert reports.figure == {"pool": (500_100_500.0, 500_250.0), "note:A": (400_000.0, 399_000.0)}
    alone = read_reports(written(tmp_path, "month;x;y\n2025-01;500100;400.000\n", columns))
    assert alone.figure == {"pool": (500_100_000.0,), "note:A": (400.0,)}
    with pytest.raises(DataError, match=r"t\.csv: '1\.5' has a decimal point and '500\.100,5' a decimal comma"):
        read_reports(written(tmp_path, "month;x;y\n2025-01;500.100,5;1.5\n", columns))


EITHER = "'1,010' may be 1.01 .a decimal comma. or 1010 .one of thousands., and nothing in the table shows which"


def test_a_comma_that_may_stand_before_decimals_or_thousands_is_refused(tmp_path: Path) -> None:
    """Whatever was read before it was a thousand; another figure of the table, or another report, shows which."""
    for more, pool in (("5", None), ("0,5", 1.01), ("0.5", 1010.0), ('"1,234,567"', 1010.0)):
        table = tmp_path / "t.csv"
        table.write_text(f'month;pool;defaults\n2025-01;"1,010";{more}\n')
        if pool is None:
            with pytest.raises(DataError, match=rf"t\.csv: {EITHER}: write the one that is meant, without a comma"):
                read_reports(table)
        else:
            assert read_reports(table).figure["pool"] == (pool,)
    (tmp_path / "later.csv").write_text("month;pool;defaults\n2025-02;1,020;0,5\n")
    table.write_text("month;pool;defaults\n2025-01;1,010;5\n")
    assert read_reports(tmp_path).figure["pool"] == (1.01, 1.02)
    (tmp_path / "third.csv").write_text("month;pool;defaults\n2025-03;1,020;0.5\n")
    with pytest.raises(DataError, match=rf"t\.csv: {EITHER}"):
        read_reports(tmp_path)


@pytest.mark.parametrize("read", [read_reports, read_series])
def test_numbers_of_a_workbook_do_not_show_how_text_beside_them_is_spelled(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    """Excel shows them as the reader's own country has it."""
    book = openpyxl.Workbook()
    for row in (["month", "pool", "defaults"], ["2025-01", "1,010", 0.5], ["2025-02", 1010, 0.5]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=EITHER):
        read(tmp_path / "t.xlsx")
    book.active["B2"] = "1,01"
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match="'1,01' is text with a decimal comma where other cells are numbers"):
        read(tmp_path / "t.xlsx")
    book.active["B2"] = 1010.25
    book.save(tmp_path / "t.xlsx")
    read(tmp_path / "t.xlsx")


def test_rates_with_percent_signs_are_read_as_hundredths(tmp_path: Path) -> None:
    columns = 'default_rate = { column = "x", unit = 0.01 }'
    reports = read_reports(written(tmp_path, "month,x\n2025-01,0.8%\n2025-02,0.9%\n", columns))
    assert reports.figure["default_rate"] == pytest.approx((0.008, 0.009))
    assert reports.name == "x"


def test_check_asks_about_amounts_that_look_like_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = "\n".join(f'{name} = {{ column = "{name}" }}' for name in ("pool", "late_1", "defaults", "recoveries"))
    rows = "month,pool,late_1,defaults,recoveries\n2025-01,5e8,8.0,0,0\n2025-02,5e8,8.2,400,5\n2025-03,5e8,8.1,6000,\n"
    assert exit_code(["check", str(written(tmp_path, rows, columns))]) == 0
    out = capsys.readouterr().out
    assert "2025-01: late_1 is 8 beside a balance of 500,000,000: an amount, not a share?" in out
    assert "2025-02: recoveries is 5 beside" in out
    assert "defaults is" not in out


def test_check_says_where_a_report_contradicts_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("pool_begin", "new_receivables", "principal_collections", "defaults", "pool", "late_2", "default_rate")
    columns = "\n".join(f'{name} = {{ column = "{name}" }}' for name in names)
    rows = f"month,{','.join(names)}\n2025-01,100,10,9,1,100,3,0.12\n2025-02,101,10,10,1,100,101,0.12\n"
    rows += "2025-03,100,10,9,1,99,3,0.01\n2025-04,99,10,9,1,99,3,\n"
    assert exit_code(["check", str(written(tmp_path, rows, columns))]) == 0
    out = capsys.readouterr().out
    assert "2025-02: begins with 101.00; the report before ends with 100.00" in out
    assert "101.00 is past due of a balance of 100.00" in out
    assert "2025-03: begin + new receivables - collections - defaults is +1.00 off the balance at the end" in out
    assert "2025-03: default_rate is 1.00% a year; defaults over pool_begin are 12.00%" in out
    assert "2025-01" not in out
    assert "2025-04" not in out


def test_a_new_report_file_passes_check(tmp_path: Path) -> None:
    assert exit_code(["new", "reports", "deal", "-o", str(tmp_path)]) == 0
    assert exit_code(["check", str(tmp_path / "deal" / "reports.toml")]) == 0


def test_a_column_that_the_table_has_not_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"x.toml: columns.defaults.column = .lost.: .* has no such column: it has month"
    ):
        read_reports(written(tmp_path, "month,open\n2025-02,1\n"))


def months(folder: Path, *rows: str, head: str = "month,pool_begin,defaults") -> Path:
    """A folder with a file for each month."""
    folder.mkdir(exist_ok=True)
    for row in rows:
        (folder / f"report-{row.partition(',')[0]}.csv").write_text(f"{head}\n{row}\n")
    return folder


def test_a_folder_with_a_file_a_month_is_read_as_one_table(tmp_path: Path) -> None:
    folder = months(tmp_path / "reports", "2025-01,100,1", "2025-03,97,2")
    months(folder, "2025-02,99", head="month,pool_begin")
    reports = read_reports(folder)
    assert [str(p) for p in reports.period] == ["2025-01", "2025-02", "2025-03"]
    assert reports.figure["pool_begin"] == (100.0, 99.0, 97.0)
    assert reports.figure["defaults"][::2] == (1.0, 2.0)
    assert math.isnan(reports.figure["defaults"][1])


def test_a_file_beside_them_says_what_their_columns_mean(tmp_path: Path) -> None:
    folder = months(tmp_path / "reports", "2025-03-31,97,2", "2025-06-30,90,3", head="date,open,lost")
    columns = 'defaults = { column = "lost", unit = 1000.0 }\npool_begin = { column = "open" }\n'
    (folder / "columns.toml").write_text(HEAD.replace('"t.csv"', '"."') + columns)
    reports = read_reports(folder)
    assert reports.figure["defaults"] == (2000.0, 3000.0)
    assert reports.per_year == 4


def test_a_month_that_two_files_report_and_a_folder_without_one_are_refused(tmp_path: Path) -> None:
    folder = months(tmp_path / "reports", "2025-01,100,1")
    (folder / "again.csv").write_text("month,defaults\n2025-01,1\n")
    with pytest.raises(DataError, match=r"again\.csv and report-2025-01\.csv both report 2025-01"):
        read_reports(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no table of a report"):
        read_reports(tmp_path / "empty")


def test_a_folder_whose_files_do_not_agree_is_refused(tmp_path: Path) -> None:
    folder = months(tmp_path / "reports", "2025-01,100,1", "2025 Q2,97,2")
    with pytest.raises(DataError, match="its files report by month, by quarter and by year: one of these is needed"):
        read_reports(folder)
    for name in ("a", "b"):
        (folder / f"{name}.toml").write_text(HEAD.replace('"t.csv"', '"."') + 'defaults = { column = "defaults" }\n')
    with pytest.raises(ConfigError, match=r"holds 2 \.toml files; one at most says what the columns mean"):
        read_reports(folder)


def test_a_table_without_a_heading_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("month,write-offs\n2025-01,5\n")
    with pytest.raises(DataError, match=r'no heading is a figure of a report: default_rate, .*kind = "reports"'):
        read_reports(tmp_path / "own.csv")


def test_columns_that_are_no_figure_of_a_report_are_told(tmp_path: Path) -> None:
    """A balance of class A under the heading A is read by nothing."""
    file = tmp_path / "r.csv"
    file.write_text("month,pool,late_1,A,note:B\n2025-01,100,1,50,20\n2025-02,99,1,48,20\n")
    reports = read_reports(file)
    assert list(reports.figure) == ["pool", "late_1", "note:B"]
    assert reports.note == ("not read: 'A' (balances of notes are called note:NAME, cash of accounts account:NAME)",)
    file.write_text("month,pool,late_1\n2025-01,100,1\n2025-02,99,1\n")
    assert read_reports(file).note == ()
    file.write_text("month,pool,Late1,servicer\n2025-01,100,1,x\n2025-02,99,1,x\n")
    assert read_reports(file).note[0] == "not read: 'Late1'; did you mean late_1?"
    assert read_reports(file).note[1].startswith("not read: 'servicer' (")
