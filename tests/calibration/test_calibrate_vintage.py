"""`stress calibrate vintage`: static-pool tables become stages, on data that ship and on tables drawn from a law."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import tomli
from shipped import SCENARIOS

import stress
from stress.calibration.stages import choose_stages, hazard_by_age
from stress.calibration.vintages import Columns, vintages_of
from stress.cli import exit_code
from stress.errors import DataError
from stress.tables.vintages import read_vintages

CLUB = SCENARIOS / "data/lendingclub/36m_2015_by_payments.csv"
OF_CLUB = Columns(default="charged_off_loans", size="loans", exits=("fully_paid_loans",))
HAZARD, MOVES_ON = np.array([0.0005, 0.008]), np.array([0.17])


@pytest.fixture(scope="module")
def club():
    return vintages_of(read_vintages(CLUB), OF_CLUB)[0]


def curves(tmp_path: Path, scale: float, sign: str = "") -> Path:
    """Cumulative default of two cohorts by the law, as published: shares, the younger cut short."""
    hazard = hazard_by_age(HAZARD, MOVES_ON, 24)
    share = 1.0 - np.cumprod(1.0 - hazard)
    row = [",".join(["vintage", *(str(a) for a in range(1, 25))])]
    row += [",".join(["2019Q1", *(f"{scale * x:.10g}{sign}" for x in share)])]
    row += [",".join(["2019Q2", *(f"{scale * x:.10g}{sign}" for x in share[:12]), *[""] * 12])]
    file = tmp_path / "curves.csv"
    file.write_text("\n".join(row) + "\n")
    return file


def test_all_loans_of_the_club_leave_by_default_or_by_payment(club):
    assert club.at_risk[:, 0].sum() == 119_015
    assert club.defaulted.sum() == 17_798
    assert club.cohort == ("2015-04", "2015-05", "2015-06", "2015-07", "2015-08")
    assert (np.diff(club.at_risk, axis=1) < 0.0).all()


def test_the_hazard_of_the_club_is_reproduced_within_its_own_errors(club):
    """Two stages explain 83% of the weighted variance of the hazard by maximum likelihood, three 92%."""
    choice = choose_stages(club)
    two, three = choice.fits[1], choice.fits[2]
    assert choice.best is two
    assert not three.identified
    for fit, explained, dispersion in ((two, 0.834, 10.4), (three, 0.920, 6.0)):
        assert fit.explained == pytest.approx(explained, abs=0.002)
        assert fit.dispersion == pytest.approx(dispersion, abs=0.1)
        at_risk = club.at_risk.sum(axis=0)
        error = np.sqrt(fit.dispersion * fit.by_age * (1.0 - fit.by_age) / at_risk)
        assert (np.abs(fit.observed - fit.by_age) < 4.0 * error).all()
    np.testing.assert_allclose(two.hazard, [0.00059, 0.0078], rtol=0.02)
    assert two.moves_on[0] == pytest.approx(0.162, abs=0.002)
    flat = choice.fits[0].by_age
    early = [(flat[:n].sum() / two.observed[:n].sum()) for n in (3, 6, 12)]
    np.testing.assert_allclose(early, [4.0, 2.2, 1.4], rtol=0.05)


@pytest.mark.parametrize(("scale", "sign", "unit"), [(1.0, "", 1.0), (100.0, "", 0.01), (100.0, "%", None)])
def test_cumulative_shares_of_a_stated_size_are_read_as_the_law_that_drew_them(tmp_path, scale, sign, unit):
    table = read_vintages(curves(tmp_path, scale, sign))
    vintages, notes = vintages_of(table, Columns(size=50_000.0, unit=unit))
    hazard = vintages.defaulted[0] / vintages.at_risk[0]
    np.testing.assert_allclose(hazard, hazard_by_age(HAZARD, MOVES_ON, 24), rtol=1e-6)
    assert (vintages.at_risk[1, 12:] == 0.0).all()
    assert any("running totals" in note for note in notes)
    assert any("nothing leaves a cohort but by default" in note for note in notes)
    fit = choose_stages(vintages).best
    np.testing.assert_allclose(fit.hazard, HAZARD, rtol=1e-3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": None, "unit": 1.0}, "--size NUMBER"),
        ({"size": None}, "say what each cohort began with"),
        ({"size": "loans"}, "--size loans: a number, or one of value"),
        ({"size": 0.0}, "2019Q1: its size must be a number above 0"),
        ({"size": 0.005}, "more has left it than its size"),
        ({"cumulative": False, "size": 0.02}, "more has left it than its size"),
    ],
)
def test_a_table_whose_reading_is_not_certain_is_refused_in_words(tmp_path, change, says):
    with pytest.raises(DataError, match=says):
        vintages_of(read_vintages(curves(tmp_path, 1.0)), Columns(**change))


@pytest.mark.parametrize(
    ("loans", "asked", "says"),
    [
        ((100.0, 0.0), None, "2019Q2: its size must be a number above 0"),
        ((math.nan, 100.0), None, "2019Q1: its size must be a number above 0"),
        ((100.0, 50.0), "balance", "--size balance: a number, or one of loans, value"),
    ],
)
def test_a_cohort_has_a_size_above_0_of_its_own(tmp_path, loans, asked, says):
    file = tmp_path / "v.csv"
    file.write_text("vintage,1,2,3\n2019Q1,0,1,2\n2019Q2,0,1,2\n")
    table = read_vintages(file)._replace(base=(("loans", loans),))
    with pytest.raises(DataError, match=says):
        vintages_of(table, Columns(size=asked))
    good = vintages_of(table._replace(base=(("loans", (100.0, 50.0)),)), Columns())[0]
    assert good.at_risk[:, 0].tolist() == [100.0, 50.0]


def test_a_size_that_stands_in_no_row_of_a_cohort_is_refused_without_a_warning(tmp_path, recwarn):
    file = tmp_path / "v.csv"
    file.write_text("vintage,age,lost,loans\n2019Q1,1,1,100\n2019Q1,2,2,\n2019Q2,1,1,\n2019Q2,2,2,\n")
    with pytest.raises(DataError, match="2019Q2: its size must be a number above 0"):
        vintages_of(read_vintages(file), Columns(default="lost", size="loans"))
    assert not recwarn.list


def test_shares_that_are_read_as_amounts_are_asked_about_and_refused_where_they_are_next_to_nothing(tmp_path):
    table = read_vintages(curves(tmp_path, 1.0))
    asked = "value: none is above 1, of sizes from 500: if they are shares of the size, say --unit 1"
    vintages, notes = vintages_of(table, Columns(size=500.0))
    assert asked in notes
    assert choose_stages(vintages).fits[0].explained == 0.0
    with pytest.raises(ValueError, match=r"defaults a month, too little to be told from 0: .* --unit 1"):
        choose_stages(vintages_of(table, Columns(size=1e9))[0])
    for read in (Columns(size=500.0, unit=1.0), Columns(size=50.0)):
        assert not [note for note in vintages_of(table, read)[1] if "shares" in note]


LONG = "vintage,age,loans,bad,paid\n2019Q1,1,100,1,0\n2019Q1,2,99,2,1\n2019Q2,1,100,2,0\n2019Q2,2,98,0,2\n"


@pytest.mark.parametrize(
    ("old", "new", "columns", "says"),
    [
        ("99,2,1", "99,-2,1", Columns("bad", "loans"), "2019Q1, age 2: bad is -2: it is never negative"),
        ("98,0,2", "98,0,-2", Columns("bad", "loans", ("paid",)), "2019Q2, age 2: paid is -2: it is never negative"),
        ("98,0,2", "-98,0,2", Columns("bad", at_risk="loans"), "2019Q2, age 2: loans is -98: it is never negative"),
        ("99,2,1", "99,102,1", Columns("bad", at_risk="loans"), "2019Q1, age 2: 102 default of 99 at risk"),
    ],
)
def test_a_cell_that_cannot_be_is_refused_by_cohort_and_age(tmp_path, old, new, columns, says):
    file = tmp_path / "v.csv"
    file.write_text(LONG)
    assert vintages_of(read_vintages(file), columns)[0].defaulted.sum() == 5.0
    file.write_text(LONG.replace(old, new))
    with pytest.raises(DataError, match=says):
        vintages_of(read_vintages(file), columns)


@pytest.mark.parametrize(("risk", "ages"), [(0, 0), (100, 1)])
def test_a_table_of_one_age_or_none_has_no_stages(tmp_path, capsys, risk, ages):
    file = tmp_path / "v.csv"
    file.write_text(f"vintage,age,loans,bad\n2019Q1,1,{risk},0\n2019Q2,1,{risk},0\n")
    assert exit_code(["calibrate", "vintage", str(file), "--default", "bad", "--at-risk", "loans"]) == 3
    assert f"need 2 ages: the table has {ages}, too few" in capsys.readouterr().err


def test_of_several_figures_one_must_be_named(tmp_path):
    file = tmp_path / "two.csv"
    file.write_text("vintage,age,loans,bad\n2019Q1,1,100,1\n2019Q1,2,99,1\n2019Q2,1,100,2\n")
    with pytest.raises(DataError, match="has several figures: name one of loans, bad"):
        read_vintages(file).matrix()
    with pytest.raises(DataError, match="has no figure 'worse': name one of loans, bad"):
        read_vintages(file).matrix("worse")
    for columns, both in (
        (Columns("bad", "bad"), "default and size"),
        (Columns("bad", "loans", ("bad",)), "default and exits"),
        (Columns("bad", at_risk="bad"), "default and at risk"),
    ):
        with pytest.raises(DataError, match=f"column '(bad|loans)' is named for both {both}"):
            vintages_of(read_vintages(file), columns)


def test_ages_with_gaps_and_falling_totals_are_refused(tmp_path):
    file = tmp_path / "gap.csv"
    file.write_text("vintage,1,2,4\n2019Q1,0,1,2\n2019Q2,0,1,2\n")
    with pytest.raises(DataError, match="after 2 one is missing"):
        vintages_of(read_vintages(file), Columns(size=100.0))
    file.write_text("vintage,1,2,3\n2019Q1,0,2,1\n2019Q2,0,1,2\n")
    with pytest.raises(DataError, match="falls: it is no running total"):
        vintages_of(read_vintages(file), Columns(size=100.0, cumulative=True))


def test_the_command_prints_words_for_a_pool_draws_and_writes_files(tmp_path, capsys):
    out, figure = tmp_path / "stages.toml", tmp_path / "hazard.svg"
    options = ["--default", "charged_off_loans", "--size", "loans", "--exits", "fully_paid_loans", "--stages", "2"]
    assert (
        exit_code(["calibrate", "vintage", str(CLUB), *options, "-o", str(out), "--figure", str(figure), "--json"]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    words = tomli.loads(out.read_text())
    new, seasoned = words["stages"]
    assert (new["name"], seasoned["name"]) == ("new", "seasoned")
    assert new["moves_on"] == pytest.approx(answer["fits"][0]["moves_on"][0], rel=1e-5)
    low, high = answer["fits"][0]["hazard"]
    assert new["default_odds"] == pytest.approx(low / (1.0 - low) * (1.0 - high) / high, rel=1e-5)
    assert seasoned["default_odds"] == 1.0
    assert "observed, 95%" in figure.read_text()
    assert exit_code(["calibrate", "vintage", str(CLUB), *options]) == 0
    assert "[[stages]]" in capsys.readouterr().out
    assert exit_code(["calibrate", "vintage", str(CLUB), *options, "--draws", str(tmp_path / "d.toml")]) == 2
    assert "differ by no more than chance" in capsys.readouterr().err


def test_the_spread_of_seasons_becomes_draws_of_a_job(tmp_path):
    draw = np.random.default_rng(11)
    hazard, rows = hazard_by_age(HAZARD, MOVES_ON, 20), ["vintage,age,loans,defaulted"]
    for month in range(1, 13):
        shift, left = draw.normal(0.0, 0.3), 40_000
        for age in range(20):
            rate = 1.0 / (1.0 + np.exp(-shift) * (1.0 / hazard[age] - 1.0))
            gone = int(draw.binomial(left, rate))
            rows.append(f"2019-{month:02d},{age + 1},{left},{gone}")
            left -= gone
    table, file = tmp_path / "seasons.csv", tmp_path / "draws.toml"
    table.write_text("\n".join(rows) + "\n")
    options = [
        "--default",
        "defaulted",
        "--at-risk",
        "loans",
        "--by-age",
        "--stages",
        "2",
        "--draws",
        str(file),
        "--quiet",
    ]
    assert exit_code(["calibrate", "vintage", str(table), *options]) == 0
    draws = stress.load(file)
    assert draws.covariance[0][0] ** 0.5 == pytest.approx(0.3, abs=4.0 * 0.3 / np.sqrt(2.0 * 11.0))
    assert draws.sample.n == 12
