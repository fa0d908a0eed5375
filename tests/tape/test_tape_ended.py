"""Loans that codes of a published template put out of the pool: in default, charged off, redeemed, repurchased."""

from __future__ import annotations

import pandas as pd
import pytest

from stress.cli import exit_code
from stress.errors import DataError
from stress.tape import gather
from stress.tape.ended import CODES

ESMA = (
    "Data Cut-Off Date,Maturity Date,Original Term,Current Principal Balance,Current Interest Rate,"
    "Number Of Days In Arrears,Account Status\n"
)
AB_II = (
    "originalLoanTerm,remainingTermToMaturityNumber,reportingPeriodInterestRatePercentage,obligorCreditScore,"
    "currentDelinquencyStatus,reportingPeriodActualEndBalanceAmount,zeroBalanceCode,chargedoffPrincipalAmount\n"
)


def esma(*loans: tuple[float, str, str]) -> str:
    """A loan each of a balance, days in arrears and a status."""
    return ESMA + "".join(f"2026-03-31,2027-03-31,36,{balance},0.06,{late},{code}\n" for balance, late, code in loans)


def written(folder, text):
    file = folder / "tape.csv"
    file.write_text(text)
    return file


def lost(gathered):
    return [(drop.reason, drop.n, drop.balance, drop.first_row, drop.cell) for drop in gathered.dropped]


def test_loans_in_default_by_their_status_are_no_part_of_the_pool_however_few_days_they_are_late(tmp_path):
    """By hand: 1,000 + 300 + 200 + 100 stay, of them 300 up to 30 days late and 200 up to 60."""
    tape = esma((1000, "0", "PERF"), (300, "20", "ARRE"), (200, "45", "RARR"), (100, "0", "RNAR"), (50, "40", "DFLT"),
                (40, "0", "NDFT"), (30, "", "DTCR"), (20, "80", "dadb"), (10, "0", "REDF"),
                (0, "0", "RDMD"))  # fmt: skip
    gathered = gather(written(tmp_path, tape), one_level=True, allowed=0.6)
    assert gathered.stock.late.tolist() == [[1100.0, 300.0, 200.0, 0.0]]
    assert lost(gathered) == [
        ("in default by its status", 4, 140.0, 6, "DFLT"),
        ("redeemed or repurchased by its status", 1, 10.0, 10, "REDF"),
        ("balance is zero", 1, 0.0, 11, "0"),
    ]
    assert any("in default, or no longer in the pool, by Account Status are left out" in note for note in gathered.note)


def test_codes_that_say_nothing_stay_and_are_told_and_an_empty_cell_stays(tmp_path):
    tape = esma((1000, "0", "PERF"), (300, "20", "OTHR"), (200, "45", "ND5"), (100, "0", ""))
    gathered = gather(written(tmp_path, tape), one_level=True)
    assert gathered.stock.balance == 1600.0
    assert (
        "Account Status: OTHR (1 rows), ND5 (1 rows) does not say what a loan is: these stay in the pool"
        in gathered.note
    )


def test_a_code_that_is_none_is_refused_and_another_column_of_that_name_is_told_to_be_left(tmp_path, capsys):
    tape = written(tmp_path, esma((1000, "0", "PERF"), (300, "20", "DEFAULT")))
    assert exit_code(["pool", str(tape), "--levels", "all"]) == 3
    said = capsys.readouterr().err
    assert "column 'Account Status': row 3: 'DEFAULT': is no code of it: one of PERF, RNAR," in said
    gathered = gather(written(tmp_path, esma((1000, "0", "open"), (300, "20", "closed"))), one_level=True)
    assert gathered.stock.balance == 1300.0
    assert any(note.startswith("Account Status is not read: it holds none of PERF,") for note in gathered.note)


def test_more_than_may_be_dropped_is_refused_by_column_and_code(tmp_path):
    tape = written(tmp_path, esma((1000, "0", "PERF"), (300, "20", "DFLT")))
    with pytest.raises(
        DataError, match=r"row 3, column 'Account Status': 'DFLT': in default by its status \(1 rows, bal"
    ):
        gather(tape, one_level=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_charged_off_auto_loans_and_those_with_a_zero_balance_code_are_left_out_of_any_file(tmp_path, kind):
    rows = [(1000.0, None, None), (500.0, None, 0.0), (400.0, 4.0, 400.0), (300.0, 1.0, None), (200.0, None, 150.0),
            (100.0, 99.0, None)]  # fmt: skip
    names = AB_II.strip().split(",")
    frame = pd.DataFrame([(36, 24, 0.06, 700, 10, *row) for row in rows], columns=names)
    file = tmp_path / f"tape.{kind}"
    if kind == "csv":
        frame.to_csv(file, index=False)
    else:
        (frame.to_excel if kind == "xlsx" else frame.to_parquet)(file, index=False)
    gathered = gather(file, one_level=True, allowed=0.9)
    assert gathered.stock.balance == 1600.0
    assert [(drop.reason, drop.balance) for drop in gathered.dropped] == [
        ("charged off by its code: in default", 400.0),
        ("prepaid, matured, sold, repurchased or transferred by its code", 300.0),
        ("some of its principal is charged off: in default", 200.0),
    ]


def test_a_status_is_read_beside_headings_that_are_named_one_by_one(tmp_path):
    head = "grade,term,remaining,days_past_due,balance,monthly_fee,account_status\n"
    tape = written(tmp_path, head + "A,12,6,0,1000,0.01,PERF\nA,12,6,0,300,0.01,DFLT\n")
    assert gather(tape, {"level": "grade"}, allowed=0.5).stock.balance == 1000.0


def test_a_charge_off_that_is_no_amount_is_refused(tmp_path):
    tape = written(tmp_path, f"{AB_II}36,24,0.06,700,0,1000,,\n36,24,0.06,700,0,1000,,some\n")
    with pytest.raises(
        DataError, match=r"column 'chargedoffPrincipalAmount': row 3: 'some': must be an amount, or empty"
    ):
        gather(tape, one_level=True)


def test_no_code_has_two_meanings():
    for codes in CODES.values():
        assert len(set(codes.all())) == len(codes.all())
