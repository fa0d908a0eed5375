"""Columns that --column names: one for one thing, in the words of what was asked for."""

import pytest

from stress.cli import exit_code
from stress.errors import DataError
from stress.tape import gather
from stress.tape.source import opened

ROWS = "A,36,12,0,100,0.05,0.01\nB,36,30,45,200,0.06,0.01\n"


def tape(folder, head="level,term,remaining,days_past_due,balance,apr,fee"):
    file = folder / "tape.csv"
    file.write_text(f"{head}\n{ROWS}")
    return file


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, r"no column 'monthly_fee' \(flat fee .*\); interest a year in its place: --column apr=apr"),
        ({"apr": "interst"}, r"no column 'interst' \(interest a year on what is outstanding, as a fraction\)"),
        ({"apr": "ap"}, r"if it is 'apr', say --column apr=apr"),
        ({"apr": "apr", "monthly_fee": "fee"}, r"monthly_fee=fee and apr=apr: a tape gives one of them"),
        ({"apr": "balance"}, r"column 'balance' is named for both balance and apr"),
        ({"apr": "apr", "term": "remaining"}, r"column 'remaining' is named for both term and remaining"),
    ],
)
def test_a_column_that_is_missing_or_named_twice_is_refused_in_its_own_words(tmp_path, columns, said):
    with pytest.raises(DataError, match=said):
        opened(tape(tmp_path), columns)


def test_interest_is_read_where_the_fee_would_stand(tmp_path):
    read = opened(tape(tmp_path), {"apr": "apr"})
    assert read.interest
    assert (read.theirs["monthly_fee"], read.place["monthly_fee"]) == ("apr", 5)


@pytest.mark.parametrize("command", [["pool"], ["calibrate", "tape", "--defaulted", "D"]])
def test_a_name_given_twice_is_refused(tmp_path, capsys, command):
    ours = "term" if command == ["pool"] else "age"
    assert exit_code([*command, str(tape(tmp_path)), "--column", f"{ours}=term", "--column", f"{ours}=remaining"])
    assert f"--column: {ours} stands twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("late", "text", "said"),
    [
        ("mba", "45", "45 is none of the codes of the MBA"),
        ("mba", "4", "4 is none of the codes of the MBA"),
        ("buckets", "1.5", "1.5 is none of the whole buckets"),
    ],
)
def test_what_is_no_code_of_the_kind_that_was_named_is_refused(tmp_path, late, text, said):
    file = tape(tmp_path)
    file.write_text(file.read_text().replace(",45,", f",{text},"))
    with pytest.raises(DataError, match=said):
        gather(file, {"apr": "apr"}, late=late)
