"""Vintage tables in the layouts of static-pool data: one truth, three layouts (the figures are made up)."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from stress.calibration.vintages import Columns, vintages_of
from stress.cli import exit_code
from stress.errors import DataError
from stress.inputs.table import read_table
from stress.tables.ages import age_of, are_ages
from stress.tables.periods import Period
from stress.tables.vintages import read_vintages

COHORT = ("2018", "2019", "2020", "2021")
AGE = tuple(range(1, 25))
SLOPE = (0.1, 0.12, 0.2, 0.3)
LOSS = [[round(s * a, 2) if a <= 24 - 6 * k else math.nan for a in AGE] for k, s in enumerate(SLOPE)]
"""(cohort, age) cumulative loss in percent; younger cohorts are seen six months less each."""


def cell(x: float, sign: str = "") -> str:
    return "" if math.isnan(x) else f"{x:.2f}{sign}"


def ages_down(corner: str = "Age", label=str, sign: str = "") -> str:
    rows = [",".join([label(a), *(cell(LOSS[k][a - 1], sign) for k in range(4))]) for a in AGE]
    return "\n".join([",".join([corner, *COHORT]), *rows]) + "\n"


def cohorts_down(label=str) -> str:
    rows = [",".join([c, *(cell(x) for x in LOSS[k])]) for k, c in enumerate(COHORT)]
    return "\n".join([",".join(["Vintage", *map(label, AGE)]), *rows]) + "\n"


def by_row() -> str:
    rows = [
        f"{c},{a},{1000 * (k + 1)},{cell(LOSS[k][a - 1])}"
        for k, c in enumerate(COHORT)
        for a in AGE
        if not math.isnan(LOSS[k][a - 1])
    ]
    return "\n".join(["vintage,months_on_book,loans,cum_loss", *rows]) + "\n"


def written(folder: Path, text: str) -> Path:
    file = folder / "vintages.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "text",
    [
        ages_down(),
        ages_down("", lambda a: f"M{a}"),
        ages_down("月", lambda a: f"第{a}期"),
        ages_down().replace(",", ";").replace(".", ","),
        "Cumulative net loss, percent of the amount originated\n\n" + ages_down() + "\nSource: servicer\n",
        cohorts_down(),
        cohorts_down(lambda a: f"MOB {a}"),
        cohorts_down(lambda a: f"{a} months"),
    ],
)
def test_both_orientations_are_the_same_table(tmp_path, text):
    got = read_vintages(written(tmp_path, text))
    assert (got.cohort, got.age) == (COHORT, AGE)
    assert got.start == tuple(Period(int(c), 1, 1) for c in COHORT)
    np.testing.assert_array_equal(got.matrix(), LOSS)
    assert got.cumulative()
    assert not got.percent


def test_a_row_for_each_cohort_and_age_has_a_matrix_for_each_figure(tmp_path):
    got = read_vintages(written(tmp_path, by_row()))
    assert got.measure == ("loans", "cum_loss")
    np.testing.assert_array_equal(got.matrix("cum_loss"), LOSS)
    seen = np.where(np.isnan(LOSS), np.nan, 1000.0 * np.arange(1, 5)[:, None])
    np.testing.assert_array_equal(got.matrix("loans"), seen)
    with pytest.raises(DataError, match="name one of loans, cum_loss"):
        got.matrix()


def test_text_beside_the_cohort_tells_cohorts_apart(tmp_path):
    text = "issue_month,grade,payments_made,lost\n2015-04,A,0,1\n2015-04,A,1,3\n2015-04,B,0,2\n2015-04,B,1,1\n"
    got = read_vintages(written(tmp_path, text))
    assert got.cohort == ("2015-04, A", "2015-04, B")
    assert got.start == (Period(2015, 4, 12),) * 2
    assert got.age == (0, 1)
    assert not got.cumulative()


def test_the_amount_originated_is_a_figure_of_the_cohort(tmp_path):
    beside = 'Vintage,Originated,1,2\n2018Q1,"1,000,000",0.1,0.2\n2018Q2,"2,500,000.5",0.1,\n'
    got = read_vintages(written(tmp_path, beside))
    assert got.base == (("Originated", (1_000_000.0, 2_500_000.5)),)
    assert math.isnan(got.matrix()[1][1])
    below = "Age,2018Q1,2018Q2\n1,0.1,0.1\n2,0.2,\nOriginated,1000,2500\n"
    assert read_vintages(written(tmp_path, below)).base == (("Originated", (1000.0, 2500.0)),)


def test_percent_signs_are_told(tmp_path):
    got = read_vintages(written(tmp_path, ages_down(sign="%")))
    assert got.percent
    np.testing.assert_array_equal(got.matrix(), LOSS)


@pytest.mark.parametrize(
    ("label", "age"),
    [
        ("12", 12),
        ("M12", 12),
        ("MOB 12", 12),
        ("12 months", 12),
        ("第12期", 12),
        ("12个月", 12),
        ("2018", None),
        ("x", None),
    ],
)
def test_ages_as_they_are_written(label, age):
    assert age_of(label) == age


def test_yields_and_money_are_no_ages():
    assert are_ages(["1", "2", "3"])
    assert are_ages(["MOB 1", "MOB 2"])
    assert not are_ages(["M1", "M2"])
    assert not are_ages(["3m", "10y"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n3,4\n", "is no vintage table"),
        ("Age,2018,2019\n1,0.1,0.2\n1,0.2,0.3\n", "age 1 follows age 1: ages must increase"),
        ("Age,2018,2018\n1,0.1,0.2\n2,0.2,0.3\n", "cohort 2, '2018': the names of cohorts must differ"),
        ("Age,2018,2019\n1,0.1,0.2\n2,x,0.3\n", "2018, 2: 'x': must be a number"),
        ("Age,2018,2019\n1,0.1%,0.2\n2,0.2%,0.3\n", "2019, 1: '0.2': some figures have a percent sign"),
        ("Age,2018,2019\n1,0.1,0.2\nthen\n2,0.2,0.3\n", "line 3: holds no figures: take it out"),
        ("Age,2018,2019\n1,0.1,0.2,9\n", "line 2: has 4 cells; the heading has 3"),
        ("vintage,age,loss\n2018,1,3\n2018,1,4\n", "line 3: age 1 of '2018' stands twice, first in line 2"),
        ("vintage,age,loss\n2018,old,3\n", "line 2: 'old': must be an age"),
        ("vintage,age,grade\n2018,1,A\n2018,2,A\n", "has no column of figures beside 'vintage' and 'age'"),
        ("Age,2018,2019\n", "at least one row"),
        ("vintage,age,loss\nnone,yet,\n", "has no rows of figures below its heading|is no vintage table"),
        ("Age;2018;2019\n1;0,1;0.2\n2;0,2;0.3\n", "has a decimal point and .* a decimal comma"),
    ],
)
def test_a_wrong_vintage_table_is_refused_by_its_place(tmp_path, text, said):
    with pytest.raises(DataError, match=said):
        read_vintages(written(tmp_path, text))


@pytest.mark.parametrize("text", [ages_down(), cohorts_down()])
def test_a_vintage_table_is_never_read_as_a_table_of_periods(tmp_path, capsys, text):
    file = written(tmp_path, text)
    with pytest.raises(DataError, match="this is a vintage table"):
        read_table(file)
    assert exit_code(["check", str(file), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert line["kind"] == "vintages"
    assert line["notes"][0]["says"] == "4 cohorts, 2018 to 2021, by ages 1 to 24; figures: value, running totals"


WIDE = "Vintage,Amount,1,2,3\n2019Q1,100,1,2,3\n2019Q2,100,1,2,\n"


@pytest.mark.parametrize("name", ["Total", "合计", "Weighted average", "Grand total:"])
def test_totals_and_averages_are_no_cohort(tmp_path, name):
    got = read_vintages(written(tmp_path, WIDE + f"{name},200,2,4,3\n"))
    assert got.cohort == ("2019Q1", "2019Q2")
    assert got.base == (("Amount", (100.0, 100.0)),)
    assert got.note == (f"totals and averages are left out: {name!r} in line 4",)
    by_row = "vintage,age,loss\n2019Q1,1,5\n2019Q2,1,6\n"
    assert read_vintages(written(tmp_path, by_row + f"{name},1,11\n")).cohort == ("2019Q1", "2019Q2")
    across = f"Age,2019Q1,2019Q2,{name}\n1,5,6,11\n2,1,,1\n"
    assert read_vintages(written(tmp_path, across)).note == (f"columns that are no cohort are left out: {name}",)


def test_a_total_is_no_size_unless_it_is_asked_for_and_what_is_taken_is_said(tmp_path):
    total = "Age,2019Q1,2019Q2\n1,5,6\n2,9,9\nTotal,14,15\n"
    table = read_vintages(written(tmp_path, total))
    with pytest.raises(DataError, match="say what each cohort began with"):
        vintages_of(table, Columns())
    assert vintages_of(table, Columns(size="Total"))[0].at_risk[0, 0] == 14.0
    vintages, notes = vintages_of(read_vintages(written(tmp_path, WIDE)), Columns())
    assert vintages.at_risk[0, 0] == 100.0
    assert "each cohort began with its Amount; --size says it otherwise" in notes


def test_an_empty_cohort_goes_on_with_the_one_above_it(tmp_path):
    merged = "vintage,age,loss\n2019Q1,1,1\n,2,2\n2019Q2,1,3\n,2,4\n"
    got = read_vintages(written(tmp_path, merged))
    assert (got.cohort, got.matrix()) == (("2019Q1", "2019Q2"), ((1.0, 2.0), (3.0, 4.0)))
    assert got.note == ("an empty 'vintage' goes on with the one above it",)
    with pytest.raises(DataError, match="line 2, column 'vintage': is empty, and nothing stands above it"):
        read_vintages(written(tmp_path, "vintage,age,loss\n,1,0.5\n2019Q2,1,3\n"))


@pytest.mark.parametrize("turned", [False, True])
def test_a_stair_of_zeros_is_ages_that_cohorts_have_not_reached(tmp_path, turned):
    rows = [f"{2016 + k},1000,{','.join(str(a if a <= 6 - k else 0) for a in range(1, 7))}" for k in range(5)]
    head = "Vintage,loans,1,2,3,4,5,6\n"
    zeros = read_vintages(written(tmp_path, head + "\n".join(rows[::-1] if turned else rows) + "\n"))
    vintages, notes = vintages_of(zeros, Columns())
    left = [",".join(x if x != "0" else "" for x in row.split(",")) for row in rows]
    wanted, _ = vintages_of(
        read_vintages(written(tmp_path, head + "\n".join(left[::-1] if turned else left) + "\n")), Columns()
    )
    np.testing.assert_array_equal(vintages.at_risk, wanted.at_risk)
    np.testing.assert_array_equal(vintages.defaulted, wanted.defaulted)
    assert any("zeros at the end" in note for note in notes)
    assert "value: running totals, taken apart by age" in notes


def test_zeros_that_make_no_stair_are_figures(tmp_path):
    rows = "2016,1000,5,0,0\n2017,1000,5,5,5\n2018,1000,5,0,5\n"
    vintages, notes = vintages_of(read_vintages(written(tmp_path, "Vintage,loans,1,2,3\n" + rows)), Columns())
    assert vintages.at_risk[0, 2] == 995.0
    assert not any("zeros" in note for note in notes)
