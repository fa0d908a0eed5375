"""Dates such as 3/4/2025: a column is read in one way, which it shows itself, wherever dates stand in tables."""

import datetime
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from handed import Capture
from hypothesis import given
from hypothesis import strategies as st

from stress.calibration.roll_tables import read_stocks, transitions
from stress.cli import exit_code
from stress.errors import DataError
from stress.inputs.deal.index_file import dated as dated_rows
from stress.inputs.files.reported import read_reports
from stress.tables.cells import read_cells
from stress.tables.dates import WrongLabel, different, in_order, read_labels, with_dates, written
from stress.tables.periods import Period, parse_stamp
from stress.tables.series import read_series
from stress.tables.vintages import read_vintages
from stress.tape.issued import Issued
from stress.tape.outcomes import outcomes_of
from stress.tape.source import OUTCOMES, opened

US, EU = "%m/%d/%Y", "%d/%m/%Y"
ENDS = [datetime.date(2019, month, 1) - datetime.timedelta(1) for month in range(2, 9)]
FIRSTS = [datetime.date(2019, month, 1) for month in range(1, 8)]
JANUARY = Period(2019, 1, 12)
WAYS = {US: "month/day/year", EU: "day/month/year"}


def file_of(folder: Path, text: str) -> Path:
    (folder / "table.csv").write_text(text)
    return folder / "table.csv"


@given(
    days=st.sets(st.dates(datetime.date(1990, 1, 1), datetime.date(2049, 12, 31)), min_size=1),
    way=st.sampled_from([US, EU]),
)
def test_a_column_with_a_part_above_twelve_is_read_as_it_was_written(days: set[datetime.date], way: str) -> None:
    column = [day.strftime(way) for day in [*sorted(days), datetime.date(2050, 1, 13)]]
    labels = read_labels(column, in_order)
    assert [written(stamp) for stamp in labels.stamp] == [
        day.isoformat() for day in [*sorted(days), datetime.date(2050, 1, 13)]
    ]
    assert labels.style == WAYS[way]


@given(days=st.sets(st.dates(datetime.date(1990, 1, 1), datetime.date(2049, 12, 31)), min_size=2, max_size=6))
def test_two_ways_are_never_mixed_in_one_column(days: set[datetime.date]) -> None:
    column = [day.strftime(way) for day, way in zip(sorted(days), itertools.cycle([US, EU]), strict=False)]
    try:
        stamps = read_labels(column, in_order).stamp
    except WrongLabel:
        return
    parts = [tuple(map(int, text.split("/"))) for text in column]
    month_first = [f"{year}-{first:02d}-{second:02d}" for first, second, year in parts]
    day_first = [f"{year}-{second:02d}-{first:02d}" for first, second, year in parts]
    assert [written(stamp) for stamp in stamps] in (month_first, day_first)


@pytest.mark.parametrize(
    ("column", "place", "said"),
    [
        (
            ["1/31/2019", "2/3/2019", "31/3/2019"],
            2,
            "is day/month/year, but '1/31/2019' before it month/day/year: dates of a",
        ),
        (["31/1/2019", "2/28/2019"], 1, "is month/day/year, but '31/1/2019' before it day/month/year"),
        (
            ["2/2/2019", "3/4/2020"],
            1,
            r"may be 2020-03-04 \(month/day/year\) or 2020-04-03 \(day/month/year\), and nothing in",
        ),
        (["1/31/2019", "2/30/2019"], 1, "must be a period such as"),
    ],
)
def test_a_column_that_shows_no_way_or_two_is_refused_with_both(column: list[str], place: int, said: str) -> None:
    with pytest.raises(WrongLabel, match=said) as refused:
        read_labels(column, in_order)
    assert refused.value.place == place


def test_first_days_of_months_are_told_by_their_order_or_by_being_of_different_months() -> None:
    column = [day.strftime(US) for day in FIRSTS]
    assert [s.period.number for s in read_labels(column, different).stamp] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(WrongLabel, match="may be 2019-02-01"):
        read_labels(column, in_order)  # days one to seven of January are in order too


@pytest.mark.parametrize("text", ["1/31/2019 12:00:00 AM", "1/31/2019 0:00", "1/31/2019 11:59PM"])
def test_a_time_after_a_date_is_left_out(text: str) -> None:
    (stamp,) = read_labels([text], in_order).stamp
    assert written(stamp) == "2019-01-31"
    assert parse_stamp("2019-01-31 12:00 AM") == stamp


@pytest.mark.parametrize(("way", "days"), [*itertools.product([US, EU], [ENDS, FIRSTS])])
class TestEveryTable:
    def test_macro_tables_with_periods_down_or_across(
        self, tmp_path: Path, way: str, days: list[datetime.date]
    ) -> None:
        label = [day.strftime(way) for day in days]
        down = "Date,rate\n" + "".join(f"{text},{k}.5\n" for k, text in enumerate(label))
        across = f"Country,Name,{','.join(label)}\nUS,rate,{','.join(f'{k}.5' for k in range(len(label)))}\n"
        for text in (down, across):
            series = read_series(file_of(tmp_path, text))
            assert (series.start, series.value[2]) == (JANUARY, (2.5,))
            assert f"dates are {WAYS[way]}" in series.note

    def test_vintages_in_each_of_their_layouts(self, tmp_path: Path, way: str, days: list[datetime.date]) -> None:
        label = [day.strftime(way) for day in days]
        ages_across = "Vintage,1,2,3\n" + "".join(f"{text},0.1,0.2,0.3\n" for text in label)
        ages_down = f"Age,{','.join(label)}\n" + "".join(f"{age}{f',0.{age}' * len(label)}\n" for age in (1, 2, 3))
        a_row_each = "vintage,age,loss\n" + "".join(f"{text},{age},0.{age}\n" for text in label for age in (1, 2, 3))
        for text in (ages_across, ages_down, a_row_each):
            vintages = read_vintages(file_of(tmp_path, text))
            assert vintages.start == tuple(JANUARY.shift(k) for k in range(7))
            assert vintages.matrix()[3] == (0.1, 0.2, 0.3)
            assert f"dates are {WAYS[way]}" in vintages.note

    def test_histories_by_bucket_and_transitions(self, tmp_path: Path, way: str, days: list[datetime.date]) -> None:
        label = [day.strftime(way) for day in days]
        stocks = read_stocks(file_of(tmp_path, "Date,late_1,late_2\n" + "".join(f"{text},5,3\n" for text in label)))
        assert stocks.month == tuple(2019 * 12 + k for k in range(7))
        moves = "".join(f"{text},{a},{a + 1},5\n{text},{a},{a},50\n" for text in label for a in (0, 1))
        rolls = transitions(file_of(tmp_path, f"month,from,to,amount\n{moves}"))
        assert rolls is not None
        assert rolls[0].n == 7
        assert stocks.note[-1] == rolls[1][-1] == f"dates are {WAYS[way]}"

    def test_reports(self, tmp_path: Path, way: str, days: list[datetime.date]) -> None:
        rows = "".join(f"{day.strftime(way)},0.05\n" for day in days)
        reports = read_reports(file_of(tmp_path, f"Month,default_rate\n{rows}"))
        assert reports.period == tuple(JANUARY.shift(k) for k in range(7))
        assert reports.note == (f"dates are {WAYS[way]}",)


@pytest.mark.parametrize("way", [US, EU])
def test_files_of_a_folder_of_reports_are_read_in_one_way_that_any_of_them_shows(tmp_path: Path, way: str) -> None:
    for k, day in enumerate([datetime.date(2019, 2, 5), datetime.date(2019, 3, 4), datetime.date(2019, 4, 15)]):
        (tmp_path / f"{k}.csv").write_text(f"Month,default_rate\n{day.strftime(way)},0.05\n")
    assert [str(period) for period in read_reports(tmp_path).period] == ["2019-02", "2019-03", "2019-04"]
    (tmp_path / "2.csv").unlink()
    with pytest.raises(
        DataError, match=r"0.csv: line 2, column 'Month': '.*': may be 2019-0[25]-0[25] .* or 2019-0[25]-0[25] "
    ):
        read_reports(tmp_path)


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("Date,x\n1/31/2019,1\n28/2/2019,2\n", read_series),
        ("Country,Name,1/31/2019,28/2/2019\nUS,rate,1,2\n", read_series),
        ("Vintage,1,2\n1/31/2019,0.1,0.2\n28/2/2019,0.1,0.2\n", read_vintages),
        ("Date,late_1\n1/31/2019,1\n28/2/2019,2\n", read_stocks),
        ("month,from,to,amount\n1/31/2019,0,1,5\n28/2/2019,0,1,5\n", transitions),
        ("Month,default_rate\n1/31/2019,0.1\n28/2/2019,0.1\n", read_reports),
    ],
)
def test_every_table_refuses_a_column_of_two_ways_at_the_second(tmp_path: Path, table: str, read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=r"'28/2/2019': is day/month/year, but '1/31/2019' before it month/day/year"):
        read(file_of(tmp_path, table))


def tape(folder: Path, issued: list[str]) -> Path:
    rows = "".join(f"{text},{age},{'lost' if age == 3 else 'paid'}\n" for text in issued for age in range(1, 6))
    return file_of(folder, f"issued,age,status\n{rows}")


@pytest.mark.parametrize("way", [US, EU])
def test_a_tape_with_outcomes_is_read_in_the_way_that_a_later_row_shows(tmp_path: Path, way: str) -> None:
    days = [datetime.date(2019, 2, 1), datetime.date(2019, 3, 1), datetime.date(2019, 4, 30)]
    outcomes = outcomes_of(tape(tmp_path, [day.strftime(way) for day in days]), {"lost"})
    assert outcomes.cohort == ("2019-02", "2019-03", "2019-04")
    assert f"issued: dates are {WAYS[way]}" in outcomes.note


def test_a_tape_of_first_days_has_to_be_told_unless_its_cohorts_are_the_same_in_both_ways(
    tmp_path: Path, capsys: Capture
) -> None:
    file = tape(tmp_path, ["02/01/2019", "03/01/2019", "04/01/2019"])
    said = (
        r"column 'issued': row 2: '02/01/2019' may be 2019-02-01 or 2019-01-02, and no date of the column has a part "
    )
    with pytest.raises(DataError, match=rf"{said}above 12: say --dates mdy \(month/day/year\) or --dates dmy"):
        outcomes_of(file, {"lost"})
    assert outcomes_of(file, {"lost"}, dates="mdy").cohort == ("2019-02", "2019-03", "2019-04")
    assert outcomes_of(file, {"lost"}, dates="dmy").cohort == ("2019-01",)
    by_year = outcomes_of(file, {"lost"}, per_year=1)
    assert (by_year.cohort, len(by_year.note)) == (("2019",), 1)
    ask = ["calibrate", "tape", str(file), "--defaulted", "lost", "--stages", "1", "--table", str(tmp_path / "t.csv")]
    assert exit_code([*ask, "--dates", "mdy"]) == 0
    assert (tmp_path / "t.csv").read_text().splitlines()[1].startswith("2019-02,")
    assert exit_code([*ask, "--dates", "mdd"]) == 2
    assert "did you mean" in capsys.readouterr().err


def test_a_tape_of_two_ways_is_refused_with_a_row_of_each_and_what_is_said_decides(tmp_path: Path) -> None:
    file = tape(tmp_path, ["02/03/2019", "03/13/2019", *(["03/14/2019"] * 300), "30/04/2019"])
    said = (
        r"'03/13/2019' in row 7 is month/day/year and '30/04/2019' in row 1512 is day/month/year: dates of a column are"
    )
    with pytest.raises(DataError, match=said):
        outcomes_of(file, {"lost"})
    outcomes = outcomes_of(file, {"lost"}, dates="mdy")
    assert outcomes.cohort == ("2019-02", "2019-03")
    assert "5 rows left out, the first: row 1512: issued '30/04/2019'" in outcomes.note[-1]


def test_chunks_of_a_tape_show_the_way_for_those_before_them(tmp_path: Path) -> None:
    issued = Issued(opened(tape(tmp_path, ["02/01/2019"]), None, OUTCOMES), 12)
    first = issued.cohorts(2, pd.Series(["02/01/2019", "2019-05", "never"]))
    assert first == {"02/01/2019": ("2019-02", "2019-01"), "2019-05": ("2019-05", "2019-05"), "never": None}
    with pytest.raises(DataError, match="row 2: '02/01/2019' may be"):
        issued.order()
    issued.cohorts(5, pd.Series(["20/01/2019"]))
    assert issued.order() == 1


def dated(folder: Path, name: str, head: str, rows: list[str]) -> str:
    """A table whose first column is the ends of months, with the month first."""
    ends = [datetime.date(2015 + k // 12, k % 12 + 1, 1) - datetime.timedelta(1) for k in range(len(rows))]
    lines = [head, *(f"{day.strftime(US)},{row}" for day, row in zip(ends, rows, strict=True))]
    (folder / name).write_text("\n".join(lines) + "\n")
    return str(folder / name)


def test_commands_say_once_how_dates_were_read_and_files_that_they_write_keep_it(
    tmp_path: Path, capsys: Capture
) -> None:
    rng = np.random.default_rng(5)
    rates = [f"{x:.3f}" for x in 3.0 + np.cumsum(rng.normal(0.0, 0.1, 60))]
    history = dated(tmp_path, "rates.csv", "Date,rate", rates)
    macro = dated(tmp_path, "macro.csv", "Date,u,v", [f"{x:.3f},{y:.3f}" for x, y in rng.normal(5.0, 1.0, (60, 2))])
    late = [f"{x:.1f},{0.4 * x:.1f},{0.2 * x:.1f}" for x in 100.0 + rng.normal(0.0, 5.0, 60)]
    buckets = dated(tmp_path, "late.csv", "Date,late_1,late_2,late_3", late)
    moves = dated(tmp_path, "moves.csv", "month,from,to,amount", [f"0,1,{k + 5}" for k in range(12)])
    ages = dated(tmp_path, "ages.csv", "Vintage,size,1,2,3", [f"1000,{k % 3 + 1},5,9" for k in range(12)])
    out = tmp_path / "out.toml"
    for ask, where in (
        (["rho", history, "-o"], ""),
        (["satellite", history, macro, "--term", "u", "-o"], "macro.csv: "),
        (["var", macro, "--variable", "u", "--variable", "v", "--lags", "1", "-o"], ""),
        (["rolls", buckets, "--macro", macro, "--variable", "u", "-o"], "macro.csv: "),
        (["rolls", moves, "-o"], ""),
        (["vintage", ages, "--size", "size", "--stages", "1", "-o"], ""),
    ):
        assert exit_code(["calibrate", *ask, str(out)]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert said.count(f"note: {where}dates are month/day/year") == 1
        assert "(dates are month/day/year)" in out.read_text()


def test_a_check_says_how_dates_of_reports_indices_and_shocks_are_read(tmp_path: Path, capsys: Capture) -> None:
    report = dated(tmp_path, "table.csv", "Month,default_rate", ["0.05"] * 4)
    (tmp_path / "reports.toml").write_text(
        'kind = "reports"\nversion = 1\nname = "r"\ntable = "table.csv"\n'
        '[columns.default_rate]\ncolumn = "default_rate"\n'
    )
    (tmp_path / "s.toml").write_text(
        'kind = "scenario"\nversion = 1\nname = "s"\n'
        '[[shocks]]\ntarget = "entry_rate"\nhow = "multiply"\nfile = "table.csv"\n'
    )
    for file, key in (("reports.toml", "table"), ("s.toml", "shocks[1].file")):
        assert exit_code(["check", str(tmp_path / file)]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert key in said
        assert said.count("dates are month/day/year") == 1
    frame, *_ = dated_rows(read_cells(report), None)
    assert frame.note == ("dates are month/day/year",)
    assert with_dates("a.csv", frame.note) == "a.csv (dates are month/day/year)"
    assert with_dates("a.csv", ("sheet 'x'",)) == "a.csv"
