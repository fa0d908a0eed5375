"""Macro tables as published: layouts, refusals, months."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import SCENARIOS

from stress.errors import DataError, LimitError
from stress.inputs.macro.interpolate import at_months, finer
from stress.inputs.table import join_tables, read_table
from stress.tables.cells import MAX_BYTES
from stress.tables.periods import Period, parse_period

DATA = SCENARIOS / "data"
DFAST = DATA / "dfast"


@pytest.mark.parametrize("file", sorted(DFAST.glob("*.csv")), ids=lambda f: f.stem)
def test_every_shipped_supervisory_table_reads(file):
    table = read_table(file)
    assert table.start.per_year == 4
    assert table.n == (13 if "Supervisory" in file.stem else 4 * (2025 + ("2026" in file.stem) - 1976))
    assert len(table.variable) == (16 if "Domestic" in file.stem else 12)
    if table.scenario != "Actual":
        assert np.all(np.isfinite(table.value))


def test_the_severely_adverse_table_holds_the_published_unemployment():
    table = read_table(DFAST / "2025-Table_3A_Supervisory_Severely_Adverse_Domestic.csv")
    assert table.scenario == "Supervisory Severely Adverse"
    assert str(table.start) == "2025 Q1"
    assert table.column("Unemployment rate")[:3] == (5.6, 6.8, 8.1)


def test_a_scenario_continues_its_history():
    history = read_table(DFAST / "2025-Table_1A_Historic_Domestic.csv")
    path = read_table(DFAST / "2025-Table_2A_Supervisory_Baseline_Domestic.csv")
    both = join_tables(history, path)
    assert both.n == history.n + path.n
    assert both.label(both.n - 1) == "2028 Q1"
    with pytest.raises(DataError, match=r"2025 Q1"):
        join_tables(history, history)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2025 Q1", Period(2025, 1, 4)),
        ("2025Q4", Period(2025, 4, 4)),
        ("Q3 2024", Period(2024, 3, 4)),
        ("2025-02", Period(2025, 2, 12)),
        ("2025-12-31", Period(2025, 12, 12)),
        ("2025M07", Period(2025, 7, 12)),
        ("2025", Period(2025, 1, 1)),
        ("2025 Q5", None),
        ("2025-13", None),
        ("soon", None),
    ],
)
def test_labels_are_periods(text, period):
    assert parse_period(text) == period


@pytest.mark.parametrize("text", ["", "7", "203", "19.", "-3.25", ".5", "+120.125", "0.2025"])
def test_a_number_shorter_than_a_year_is_no_period(text):
    assert parse_period(text) is None


def write(tmp_path: Path, text: str | bytes) -> Path:
    file = tmp_path / "table.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_dates_three_months_apart_are_quarters_and_twelve_apart_years(tmp_path):
    quarterly = read_table(write(tmp_path, "date,x\n1991-01-01,1\n1991-04-01,2\n1991-07-01,3\n"))
    assert quarterly.start == Period(1991, 1, 4)
    yearly = read_table(write(tmp_path, "date,x\n1991-12-31,1\n1992-12-31,2\n"))
    assert yearly.start == Period(1991, 1, 1)
    monthly = read_table(write(tmp_path, "\ufeffmonth,x\n1991-12,1\n1992-01,2\n"))
    assert monthly.label(1) == "1992-01"


def test_years_across_are_read_with_their_text_columns(tmp_path):
    table = read_table(
        write(tmp_path, "Country,Variable,2025,2026\nDE,Unemployment,3.4,5.1\nFR,Unemployment,7.4,9.0\n")
    )
    assert table.variable == ("DE, Unemployment", "FR, Unemployment")
    assert table.column("FR, Unemployment") == (7.4, 9.0)
    assert table.start == Period(2025, 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,x\n2025 Q1,inf\n", r"line 2, column 'x': 'inf': must be a finite number"),
        ("date,x\n2025 Q1,1e999\n", "finite"),
        ("date,x\n2025 Q1,1_000\n", "finite"),
        ("date,x\n2025 Q1,5 per cent\n", "finite"),
        ("date,x\n2025 Q1,5%\n2025 Q2,4\n", "line 3, column 'x': '4': some numbers .* percent sign"),
        ("date;x\n2025 Q1;3,5\n2025 Q2;3.6\n", "'3.6' has a decimal point and '3,5' a decimal comma"),
        (
            "date;x\n2025 Q1;3,512\n2025 Q2;3,617\n",
            "'3,512' may be 3.512 .a decimal comma. or 3512 .one of thousands., and nothing in the table shows which",
        ),
        ("date,x\n2025 Q1,1\n2025 Q3,2\n", r"line 3, column 'date': '2025 Q3': must be 2025 Q2"),
        ("date,x\n2025 Q1,1\n2025-04,2\n", "line 3"),
        ("date,x\nsoon,1\n", "each row must begin with a period"),
        ("date,x\n2025 Q1,1,2\n", "line 2: has 3 cells"),
        ("date,x,x\n2025 Q1,1,2\n", "must differ"),
        ("date\n2025 Q1\n", "no column of values"),
        ("date,x\n", "at least one row"),
        ("", "at least one row"),
        ('date,x\n2025 Q1,"1\n', "not a CSV table"),
        (b"date,x\n2025 Q1,\xff\n", "line 2: is neither UTF-8 nor certainly"),
        ("Scenario Name,Date,x\nA,2025 Q1,1\nB,2025 Q2,2\n", "2 scenarios"),
        ("date," + ",".join(f"x{k}" for k in range(501)) + "\n", "line 1: has 502 columns; at most 500"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place_and_what_is_allowed(tmp_path, text, said):
    with pytest.raises(DataError, match=said):
        read_table(write(tmp_path, text))


def test_only_small_local_files_are_read(tmp_path):
    with pytest.raises(DataError, match="local file"):
        read_table("https://example.org/table.csv")
    with pytest.raises(DataError, match="is a folder; a table is needed"):
        read_table(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(LimitError, match="larger than 4 MB once unpacked"):
        read_table(write(tmp_path, b"x" * (MAX_BYTES + 1)))


def test_an_unknown_column_names_its_neighbours():
    table = read_table(DFAST / "2025-Table_3A_Supervisory_Severely_Adverse_Domestic.csv")
    with pytest.raises(DataError, match="'Unemployment rate'"):
        table.column("Unemployment")


@given(
    level=st.floats(-5.0, 5.0), slope=st.floats(-2.0, 2.0), n=st.integers(2, 12), per_year=st.sampled_from([1, 4, 12]),
    at=st.sampled_from(["mid", "end"]),
)  # fmt: skip
def test_a_straight_line_stays_straight_between_the_first_and_last_points(level, slope, n, per_year, at):
    width = 12 // per_year
    shift = 0.5 if at == "mid" else 1.0
    value = level + slope * (np.arange(n) + shift) * width
    got = at_months(value.tolist(), Period(2025, 1, per_year), 2025 * 12, width * n, at)
    month = np.arange(n * width) + shift
    want = np.clip(month, shift * width, (n - 1 + shift) * width)
    np.testing.assert_allclose(got, level + slope * want, atol=1e-9)


def test_the_period_before_gives_the_first_months_a_line():
    got = at_months([3.0, 6.0, 9.0], Period(2024, 4, 4), 2025 * 12, 6, "end")
    np.testing.assert_allclose(got, [4.0, 5.0, 6.0, 7.0, 8.0, 9.0])


def test_a_step_holds_the_value_of_the_months_own_period():
    got = at_months([3.0, 6.0], Period(2024, 4, 4), 2024 * 12 + 10, 6, "step")
    assert got == [3.0, 3.0, 6.0, 6.0, 6.0, 6.0]


def test_years_become_quarters_on_the_same_line():
    value, first = finer([2.0, 6.0], Period(2025, 1, 1), 4, "mid")
    assert first == Period(2025, 1, 4)
    np.testing.assert_allclose(value, [2.0, 2.0, 2.5, 3.5, 4.5, 5.5, 6.0, 6.0])
