"""Tapes under the headings of published templates, with dates in the place of instalments left, of one level."""

from __future__ import annotations

import re

import numpy as np
import pytest

from stress.cli import exit_code
from stress.errors import DataError
from stress.inputs.load import load
from stress.tape import gather

ESMA = (
    "Unique Identifier,Data Cut-Off Date,Maturity Date,Original Term,Current Principal Balance,Current Interest Rate,"
    "Number Of Days In Arrears"
)
LOANS = (
    "DE1,2026-03-31,2026-07-15,60,1000,7.2,0\n"  # April to July: 4 instalments
    "DE2,2026-03-31,2029-03-31,36,3000,6.0,0\n"  # 36
    "DE3,2026-03-31,2027-01-01,48,500,8.0,20\n"
    "DE4,2026-03-31,2027-01-01,48,400,8.0,40\n"
    "DE5,2026-03-31,2026-01-31,48,100,8.0,120\n"  # matured and in default
)
AB_II = (
    "assetNumber,originalLoanTerm,remainingTermToMaturityNumber,reportingPeriodInterestRatePercentage,"
    "obligorCreditScore,currentDelinquencyStatus,reportingPeriodActualEndBalanceAmount\n"
    "A1,36,30,0.29,700,0,1000\nA2,60,50,0.31,640,0,3000\nA3,60,50,0.31,640,20,300\nA4,60,50,0.31,640,45,200\n"
)


def written(folder, text):
    file = folder / "tape.csv"
    file.write_text(text)
    return file


def test_an_esma_tape_is_read_as_it_is_and_its_instalments_left_are_the_months_to_maturity(tmp_path):
    gathered = gather(written(tmp_path, f"{ESMA}\n{LOANS}"), one_level=True, allowed=0.5)
    stock = gathered.stock
    assert stock.level == ("all",)
    assert {(term, left): stock.line[0, term, left] for term, left in ((60, 4), (36, 36))} == {
        (60, 4): 1000.0,
        (36, 36): 3000.0,
    }
    assert stock.late.tolist() == [[4000.0, 500.0, 400.0, 0.0]]
    assert stock.rate == pytest.approx([(0.072 * 1000 + 0.06 * 3000) / 4000])
    assert stock.months_left == pytest.approx([(4 * 1000 + 36 * 3000) / 4000])
    assert any("2020/1224" in note and "Maturity Date" in note for note in gathered.note)
    assert [(drop.n, drop.reason.split(":")[0]) for drop in gathered.dropped] == [(1, "more than 90 days past due")]


def test_a_tape_of_regulation_ab_ii_is_read_as_it_is(tmp_path):
    gathered = gather(written(tmp_path, AB_II), cuts=(660.0,))
    assert gathered.interest
    assert gathered.stock.level == ("660 and above", "below 660")
    assert gathered.stock.rate == pytest.approx([0.29, 0.31])
    assert gathered.stock.late[:, 0].tolist() == [1000.0, 3000.0]


def test_what_is_named_goes_before_what_a_template_has(tmp_path):
    """The rate at origination, days under another heading, instalments left in a column of their own."""
    text = f"{ESMA},left,at origination\n" + "".join(f"{row},{k + 3},9.5\n" for k, row in enumerate(LOANS.splitlines()))
    named = {"remaining": "left", "apr": "at origination"}
    stock = gather(written(tmp_path, text), named, one_level=True, allowed=0.5).stock
    assert np.argwhere(stock.line[0] > 0.0).tolist() == [[36, 4], [60, 3]]
    assert stock.rate == pytest.approx([0.095])


@pytest.mark.parametrize(
    ("columns", "levels", "says"),
    [
        ([], None, r"no column 'level' .* --column level=HEADING, or of loans of one level --levels all"),
        (["level=Unique Identifier"], "all", "--levels all and --column level=Unique Identifier: say one of them"),
        (["remaining=Original Term", "maturity=Maturity Date"], "all", "say one of them"),
        (["maturity=Maturty Date"], "all", "if it is 'Maturity Date', say --column 'maturity=Maturity Date'"),
    ],
)
def test_what_a_tape_lacks_or_has_twice_is_told(tmp_path, capsys, columns, levels, says):
    file = written(tmp_path, f"{ESMA}\n{LOANS}")
    options = [part for column in columns for part in ("--column", column)]
    assert exit_code(["pool", str(file), *options, *(["--levels", levels] if levels else [])]) == 3
    assert re.search(says, capsys.readouterr().err)


def test_a_date_that_may_be_another_month_is_refused_by_its_row(tmp_path):
    loans = LOANS.replace("2029-03-31", "03/04/2029")
    with pytest.raises(DataError, match=r"column 'Maturity Date': row 3: '03/04/2029' may be 2029-03-04 or 2029-04-03"):
        gather(written(tmp_path, f"{ESMA}\n{loans}"), one_level=True, allowed=0.5)


def test_a_loan_without_a_date_is_dropped(tmp_path):
    loans = LOANS.replace("2026-07-15", "ND5")
    gathered = gather(written(tmp_path, f"{ESMA}\n{loans}"), one_level=True, allowed=0.5)
    assert gathered.dropped[0].reason == "a cell is empty or no number"
    assert gathered.stock.late[0, 0] == 3000.0


def test_the_command_writes_the_pool_and_tells_months_left_and_interest(tmp_path, capsys):
    file, out = written(tmp_path, f"{ESMA}\n{LOANS}"), tmp_path / "pool.toml"
    asked = ["pool", str(file), "--levels", "all", "--currency", "EUR", "--allow-dropped", "0.5", "-o", str(out)]
    assert exit_code(asked) == 0
    head, *_, total = [
        line.split() for line in capsys.readouterr().out.splitlines() if "level" in line or "100.00%" in line
    ]
    assert head[-3:] == ["months", "left", "APR"]
    assert total[-2:] == ["28.0", "6.30%"]
    (segment,) = load(out).segments
    assert (segment.name, segment.apr) == ("all", 0.063)
