"""Matrices of moves: rows from, columns to, as servicers and rating agencies publish them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from written_tables import sheet, text

from stress.calibration.loan_states import ladder_of, state_of
from stress.calibration.move_tables import matrices
from stress.calibration.roll_tables import transitions
from stress.calibration.rolls import Rolls
from stress.cli import exit_code
from stress.errors import DataError

STATES = ["Current", "1-30", "31-60", "61-90", "Charge-off", "Paid"]
ROWS = [
    ["from \\ to", *STATES],
    ["Current", "94.0%", "4.0%", "0.0%", "0.0%", "0.0%", "2.0%"],
    ["1-30", "40.0%", "25.0%", "30.0%", "0.0%", "0.0%", "5.0%"],
    ["31-60", "15%", "8%", "20%", "55%", "0%", "2%"],
    ["61-90", "5%", "2%", "3%", "18%", "70%", "2%"],
]
Rows = Sequence[Sequence[object]]


def read(file: Path) -> tuple[Rolls, tuple[str, ...]]:
    rolls = matrices(file)
    assert rolls is not None
    return rolls


def shares(fit: Rolls) -> list[list[float]]:
    return [[*np.round(row, 6)] for row in (fit.rolls, fit.stays, fit.pays_down)]


WORKED = [[0.04, 0.3, 0.55, 0.7], [0.0, 0.25, 0.2, 0.18], [0.0, 0.0, 0.08, 0.05]]


def test_percentages_of_one_matrix_are_the_shares_of_a_ladder(tmp_path: Path) -> None:
    """Of 61-90 days 2% and 3% pay down, 70% default, 18% stay: 5% and 2% are current or paid."""
    around = [
        ["Transition matrix of a servicer"],
        *ROWS,
        ["Charge-off", "", "", "", "", "100%", ""],
        ["Note: unaudited"],
    ]
    fit, notes = read(text(tmp_path, around))
    assert shares(fit) == WORKED
    assert fit.cures[1:].tolist() == pytest.approx([0.45, 0.17, 0.07])
    assert (fit.n, np.isnan(fit.rolls_error).all()) == (1, True)
    assert notes[0] == "left out as no rows of the table: lines 1, 8"
    assert notes[1].startswith("percentages from (rows) to (columns): Current is current, 1-30 is bucket 1")
    assert notes[1].endswith("Charge-off is default, Paid is paid off")


def test_a_workbook_says_the_same_as_numbers_and_as_shares(tmp_path: Path) -> None:
    plain = [[float(cell.rstrip("%")) if "%" in cell else cell for cell in row] for row in ROWS]
    assert shares(read(sheet(tmp_path, plain))[0]) == WORKED
    of_one = [[cell / 100.0 if isinstance(cell, float) else cell for cell in row] for row in plain]
    assert shares(read(sheet(tmp_path, of_one))[0]) == WORKED
    file = sheet(tmp_path, [["", "To", "", "", "", "", ""], *of_one], "B1:G1")
    assert shares(read(file)[0]) == WORKED
    book = openpyxl.load_workbook(file)
    for row in book.active.iter_rows(min_row=3, min_col=2):
        for cell in row:
            cell.number_format = "0.0%"
    book.save(file)
    assert shares(read(file)[0]) == WORKED


COUNTS = [
    ["month", "from", 0, 1, 2, 3],
    ["2024-01", 0, 980, 20, 0, 0],
    ["", 1, 5, 6, 9, 0],
    ["", 2, 1, 1, 2, 4],
    ["", 3, 0, 1, 1, 2],
    ["2024-02", 0, 970, 30, 0, 0],
    ["", 1, 5, 5, 10, 0],
    ["", 2, 1, 1, 2, 6],
    ["", 3, 0, 1, 1, 2],
]


def test_numbers_of_loans_by_month_give_what_the_long_table_gives(tmp_path: Path) -> None:
    """But for the roll of the last bucket, of which neither tells anything."""
    fit, _ = read(text(tmp_path, COUNTS))
    assert read(sheet(tmp_path, COUNTS, "A2:A5", "A6:A9"))[0].rolls[:3].tolist() == fit.rolls[:3].tolist()
    long: list[list[object]] = [["month", "from", "to", "loans"]]
    for k, row in enumerate(COUNTS[1:]):
        long += [[f"2024-0{1 + k // 4}", row[1], to, n] for to, n in enumerate(row[2:])]
    rolls = transitions(text(tmp_path, long))
    assert rolls is not None
    assert (fit.n, rolls[0].n) == (2, 2)
    for name in ("rolls", "rolls_error", "stays", "stays_error", "pays_down", "pays_down_error"):
        np.testing.assert_allclose(getattr(fit, name)[:3], getattr(rolls[0], name)[:3], err_msg=name)
    assert fit.rolls[1] == pytest.approx(19.0 / 40.0)
    assert np.isnan(fit.rolls[3])


@pytest.mark.parametrize("between", [[], [["Total", 1, 1, 1, 1]], [["all of it in words"]]])
def test_shares_by_month_are_averaged_with_the_spread_of_months_as_error(tmp_path: Path, between: Rows) -> None:
    """Rolls of 0.3 and 0.4: 0.35, and the error of a mean of two."""
    heading = ["", "Current", "M1", "M2+", "Default"]
    first = [["Current", 0.95, 0.05, 0, 0], ["M1", 0.5, 0.2, 0.3, 0], ["M2+", 0.2, 0.1, 0.3, 0.4]]
    second = [["Current", 0.96, 0.04, 0, 0], ["M1", 0.5, 0.1, 0.4, 0], ["M2+", 0.2, 0.1, 0.2, 0.5]]
    rows = [["Matrix of January 2024"], heading, *first, *between, ["Month: 2024-02"], heading, *second]
    fit, _ = read(text(tmp_path, rows))
    assert (fit.n, fit.rolls[1], fit.rolls[2]) == (2, pytest.approx(0.35), pytest.approx(0.45))
    assert fit.rolls_error[1] == pytest.approx(0.05)


def test_what_goes_straight_to_default_is_told(tmp_path: Path) -> None:
    """A ladder has no word for it: of current it counts as not late, of a bucket as staying."""
    rows = [["", "Current", "1-30", "31-60", "Default"], ["Current", 0.94, 0.05, 0, 0.01], ["1-30", 0.5, 0.2, 0.2, 0.1]]
    fit, notes = read(text(tmp_path, [*rows, ["31-60", 0, 0, 0.5, 0.5]]))
    assert fit.stays[1] == pytest.approx(0.3)
    assert notes[-2:] == (
        "1.00% a month goes from 'Current' to default past other buckets: counted as not late",
        "10.00% a month goes from '1-30' to default past other buckets: counted as staying",
    )


GOOD = [["", "Current", "1-30", "31-60"], ["Current", 0.95, 0.05, 0], ["1-30", 0.5, 0.3, 0.2], ["31-60", 0.2, 0.3, 0.5]]


def changed(row: int, column: int, cell: object) -> list[list[object]]:
    rows = [[*line] for line in GOOD]
    rows[row][column] = cell
    return rows


def percentages() -> list[list[object]]:
    return [[100 * cell if isinstance(cell, float | int) else cell for cell in row] for row in GOOD]


REFUSED = {
    "short": (changed(2, 3, 0.1), "line 3, from '1-30': adds up to 0.9: shares of a row add up to 1"),
    "over": ([*percentages()[:3], ["31-60", 20, 30, 51.2]], "line 4, from '31-60': adds up to 101.2: shares of a row"),
    "turned": ([GOOD[0], ["Current", 0.9, 0.5, 0.2], ["1-30", 0.1, 0.3, 0.3], ["31-60", 0, 0.2, 0.5]],
               "adds up to 1.6: shares of a row add up to 1 .its columns do: rows are from, columns to"),
    "negative": (changed(2, 1, -0.5), "line 3, from '1-30': '-0.5': must be a number from 0 to 1e"),
    "text": (changed(2, 1, "many"), "'many': must be a number"),
    "no column": (changed(3, 0, "61-90"), "line 4: '61-90': is none of the columns: Current, 1-30, 31-60"),
    "no state": (changed(3, 0, "late"), "line 4: 'late': is no state: take the line out"),
    "no row": (GOOD[:3], "the matrix has no row from '31-60'"),
    "gap": ([["", "Current", "1-30", "61-90"], *GOOD[1:3], ["61-90", 0, 0, 1]], "'61-90': must begin where the bucket"),
    "wide": ([["", "Current", "1-90"], ["Current", 1, 0], ["1-90", 0, 1]], "has 90 days"),
    "late start": ([["", "Current", "61-90"], ["Current", 1, 0], ["61-90", 0, 1]], "must begin 1 to 31 days late"),
    "order": ([["", "Current", "M2", "M1"], ["Current", 1, 0, 0], ["M2", 0, 1, 0], ["M1", 0, 0, 1]], "bucket 1 must"),
    "two names": ([["", "Current", "M1", "31-60"], ["Current", 1, 0, 0], ["M1", 0, 1, 0], ["31-60", 0, 0, 1]],
                  "buckets are named by number and by days"),
    "two currents": ([["", "-1", "0", "1"], ["-1", 1, 0, 0], ["0", 0, 1, 0], ["1", 0, 0, 1]], "2 of the states"),
    "no bucket": ([["", "Current", "Default"], ["Current", 0.9, 0.1]], "none of the states Current, Default is"),
    "no months": ([*GOOD, *GOOD], "line 6, from 'Current': stands twice, first in line 2: several matrices need their"),
    "one month": ([["2024-01"], *GOOD, ["2024-01"], *GOOD], "stands twice of 2024-01, first in line 3"),
    "others": ([["2024-01"], *GOOD, ["2024-02"], ["", "Current", "1-30"], ["Current", 1, 0]], "has other states than"),
    "a base": ([[*GOOD[0], "Balance"], *([*row, 5] for row in GOOD[1:])], "has column 'Balance', which is no state"),
    "unnamed": (changed(0, 3, ""), "has a cell without a heading"),
    "signs": (changed(1, 1, "95%"), "some cells have a percent sign, others none"),
    "empty": ([*GOOD[:3], ["31-60", "", "", ""]], "every row from '31-60' is empty or 0"),
    "seven": ([["", *range(8)], *([k, *(float(k == j) for j in range(8))] for k in range(8))], "has 7 buckets"),
    "points": (changed(1, 1, "0,95"), "write one of them"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_leaves_something_open_is_refused_by_its_line(tmp_path: Path, why: str) -> None:
    rows, said = REFUSED[why]
    with pytest.raises(DataError, match=said):
        matrices(text(tmp_path, rows))


def test_rows_add_up_within_their_rounding_and_to_a_hundredth_at_most(tmp_path: Path) -> None:
    rows = percentages()
    rows[2][1:] = [49.7, 30.1, 20.1]
    assert read(text(tmp_path, rows))[0].rolls[1] == pytest.approx(20.1 / 99.9)
    with_total = [[*row, total] for row, total in zip(GOOD, ("Total", 1, 1, 1), strict=True)]
    assert read(text(tmp_path, [*with_total, ["Total", 1, 1, 1, 3]]))[0].rolls[1] == pytest.approx(0.2)


def test_tables_of_balances_are_none(tmp_path: Path) -> None:
    assert matrices(text(tmp_path, [["month", "current", "late_1", "late_2"], ["2024-01", 90, 5, 2]])) is None
    assert matrices(text(tmp_path, [["a"], ["1"]])) is None


@pytest.mark.parametrize(
    ("label", "kind", "days"),
    [("Current", "current", (0, 0)), ("0-29", "current", (0, 0)), ("To 1-30", "days", (1, 30)),
     ("31 to 60 days past due", "days", (31, 60)), ("30–59 dpd", "days", (30, 59)), ("90+", "days", (90, 10_000)),
     ("over 120 days", "days", (120, 10_000)), ("M3+", "number", (3, 0)), ("late_2", "number", (2, 0)),
     ("-2", "current", (0, 0)), ("Write-off", "default", (0, 0)), ("charged-off", "default", (0, 0)),
     ("Prepaid", "paid", (0, 0)), ("结清", "paid", (0, 0))],
)  # fmt: skip
def test_labels_of_states(label: str, kind: str, days: tuple[int, int]) -> None:
    state = state_of(label)
    assert state is not None
    assert (state.kind, (state.first, state.last)) == (kind, days)


def test_labels_that_are_no_states() -> None:
    assert [state_of(label) for label in ("", "2024-01", "95%", "0.95", "60-31", "age", "12", "total")] == [None] * 8
    assert ladder_of(["Current", "30-59", "60-89", "90+", "Loss"]).place == (0, 1, 2, 3, 4)


def test_the_command_reads_a_matrix_and_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = text(tmp_path, ROWS)
    assert exit_code(["calibrate", "rolls", str(file), "-o", str(tmp_path / "ladder.toml")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 month of transitions" in said
    assert "One month tells no error" in said
    assert "rolls = 0.55\ncures = 0.17\npays_down = [0.08]" in (tmp_path / "ladder.toml").read_text(encoding="utf-8")
    assert exit_code(["calibrate", "rolls", str(text(tmp_path, GOOD))]) == 0
    assert "give a state of default" in capsys.readouterr().out
    assert exit_code(["calibrate", "rolls", str(text(tmp_path, changed(2, 3, 0.1)))]) == 3
