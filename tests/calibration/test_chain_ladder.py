"""Vintages projected to their ends: a published triangle, triangles by hand, and the command on tables as published."""

from __future__ import annotations

import json

import numpy as np
import pytest
from shipped import ROOT

from stress.calibration.chain_ladder import chain_ladder
from stress.cli import exit_code

TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
"""Taylor and Ashe (1983), as Mack (1993) projects it."""


def triangle(text: str) -> np.ndarray:
    rows = [[float(cell) for cell in line.split()] for line in text.strip().splitlines()]
    width = max(map(len, rows))
    return np.array([row + [np.nan] * (width - len(row)) for row in rows])


def test_projections_and_errors_are_those_of_mack() -> None:
    """Table of Mack (1993): what is still to come, its standard error, and the error of the sum."""
    answer = chain_ladder(triangle(TAYLOR_ASHE))
    rest = [0, 94_634, 469_511, 709_638, 984_889, 1_419_459, 2_177_641, 3_920_301, 4_278_972, 4_625_811]
    error = [0, 75_535, 121_699, 133_549, 261_406, 411_010, 558_317, 875_328, 971_258, 1_363_155]
    assert np.rint(answer.final - answer.so_far).tolist() == rest
    assert np.rint(answer.error).tolist() == error
    assert np.sqrt(answer.covariance.sum()) == pytest.approx(2_447_095, abs=0.5)


def test_a_triangle_by_hand() -> None:
    """Factors 8 / 4 and 6 / 4, without spread: a third of a life's loss comes at each age."""
    answer = chain_ladder(np.array([[2.0, 4.0, 6.0], [2.0, 4.0, np.nan], [1.0, np.nan, np.nan]]))
    assert answer.factor.tolist() == [2.0, 1.5]
    assert answer.share == pytest.approx([1 / 3, 2 / 3, 1.0])
    assert answer.final.tolist() == [6.0, 6.0, 3.0]
    assert answer.error.tolist() == [0.0, 0.0, 0.0]


def test_a_vintage_that_has_lost_nothing_is_not_projected_and_moves_no_factor() -> None:
    """Nobody has lost anything at the first age; the last vintage is still there."""
    answer = chain_ladder(np.array([[0.0, 4.0, 6.0], [0.0, 4.0, np.nan], [0.0, np.nan, np.nan]]))
    assert np.isnan(answer.factor[0])
    assert answer.share == pytest.approx([0.0, 2 / 3, 1.0])
    assert answer.final[:2].tolist() == [6.0, 6.0]
    assert np.isnan(answer.final[2])


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[1.0, 2.0]], "has 2 ages; a projection needs 3"),
        ([[1.0, 2.0, 3.0], [1.0, np.nan, 2.0]], "vintage 2 lacks an age before its last"),
        ([[1.0, 2.0, 3.0], [np.nan] * 3], "vintage 2 has no figure"),
        ([[1.0, -2.0, 3.0]], "a running total is below 0"),
        ([[1.0, 2.0, np.nan]], "no vintage has reached the last age"),
    ],
)
def test_what_is_no_triangle_is_refused(rows: list[list[float]], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        chain_ladder(np.array(rows))


CURVE = np.concatenate([np.zeros(3), np.arange(1.0, 22.0) / 21.0])
"""Of a life of 24 months, from the fourth on in equal parts."""
LIFE, SIZE = (6.0, 9.0, 12.0), (100, 300, 200)


def table(folder, unit: str = "%", net: bool = False):
    """Three vintages, 24, 18 and 9 months old, of 100, 300 and 200 million; net, the first recovers some at the end."""
    rows = ["month,2023 Q1,2023 Q3,2024 Q2", "Original Balance," + ",".join(f'"{size},000,000"' for size in SIZE)]
    for month in range(1, 25):
        cells = [
            f"{life * CURVE[month - 1]:.9f}{unit}" if month <= age else ""
            for life, age in zip(LIFE, (24, 18, 9), strict=True)
        ]
        rows.append(",".join([str(month), *cells]))
    if net:
        rows[-1] = f"24,5.5{unit},,"
    file = folder / "losses.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def told(file, *options: str):
    import io
    from contextlib import redirect_stdout

    out = io.StringIO()
    with redirect_stdout(out):
        assert exit_code(["calibrate", "projection", str(file), *options, "--json"]) == 0
    return json.loads(out.getvalue())


def test_the_command_projects_every_vintage_and_weighs_them_by_size(tmp_path) -> None:
    answer = told(table(tmp_path))
    assert [row["projected"] for row in answer["vintages"].values()] == pytest.approx([0.06, 0.09, 0.12], abs=1e-8)
    assert answer["life"] == pytest.approx((6 + 27 + 24) / 600, abs=1e-8)
    assert answer["net_loss"] == answer["life"]
    assert answer["timing"] == pytest.approx([9 / 21, 12 / 21], abs=1e-6)
    assert answer["curve"]["12"] == pytest.approx(9 / 21, abs=1e-6)


def test_a_pool_in_mid_life_loses_what_is_still_to_come_of_what_is_left(tmp_path) -> None:
    """After 9 months 6 of 21 parts are lost: 15 are to come, 12 of them within a year, over 80% of the balance."""
    answer = told(table(tmp_path), "--age", "9", "--pool-factor", "0.8")
    assert answer["net_loss"] == pytest.approx(0.095 * 15 / 21 / 0.8, abs=1e-7)
    assert answer["timing"] == pytest.approx([12 / 15, 3 / 15], abs=1e-6)


def quarterly(folder):
    """Vintages of four quarters, known at one date: each is one age older than the next. A quarter of the loss a year's
    first quarter, then an eighth each."""
    curve = [25.0, 37.5, 50.0, 62.5, 75.0, 87.5, 100.0]
    rows = ["vintage," + ",".join(str(age) for age in range(1, 8))]
    for k, name in enumerate(("2023Q1", "2023Q2", "2023Q3", "2023Q4")):
        rows.append(",".join([name, *(f"{share / 20:.4f}%" for share in curve[: 7 - k]), *[""] * k]))
    file = folder / "quarters.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_ages_are_quarters_where_each_quarter_is_one_age_older_than_the_next(tmp_path) -> None:
    """21 months in all: 62.5% in the first year, 37.5% in the second; read as months it would all come in one year."""
    answer = told(quarterly(tmp_path))
    assert answer["timing"] == pytest.approx([0.625, 0.375])
    assert answer["end"] == 21
    assert any(note.startswith("ages are of 3 months") for note in answer["notes"])
    assert told(quarterly(tmp_path), "--months", "1")["timing"] == [1.0]
    later = told(quarterly(tmp_path), "--age", "6", "--pool-factor", "1")
    assert later["net_loss"] == pytest.approx(0.05 * 0.625)
    assert later["timing"] == pytest.approx([0.8, 0.2])


def test_shares_without_a_size_weigh_alike_and_net_losses_that_fall_need_a_word(tmp_path, capsys) -> None:
    alike = table(tmp_path)
    alike.write_text("\n".join(line for line in alike.read_text().splitlines() if "Balance" not in line))
    answer = told(alike)
    assert answer["life"] == pytest.approx(0.09, abs=1e-8)
    assert "every cohort weighs alike: --size says what each began with" in answer["notes"]
    net = table(tmp_path, net=True)
    assert exit_code(["calibrate", "projection", str(net)]) == 3
    assert "falls with age: say --cumulative (net losses may fall) or --by-age" in capsys.readouterr().err
    assert told(net, "--cumulative")["vintages"]["2023 Q1"]["projected"] == pytest.approx(0.055)


def test_figures_by_month_on_file_come_to_their_own_sum() -> None:
    """Cohorts that are all at their end: nothing is projected, and the first age of the table counts."""
    file = ROOT / "scenarios/data/lendingclub/36m_2015_by_payments.csv"
    answer = told(file, "--loss", "charged_off_loans", "--size", "loans", "--by-age")
    assert answer["error"] == 0.0
    assert answer["net_loss"] == answer["life"] == pytest.approx(0.1495, abs=5e-5)
    assert sum(answer["timing"]) == pytest.approx(1.0)


def test_the_table_ends_in_the_command_that_solves_it(tmp_path, capsys) -> None:
    assert exit_code(["calibrate", "projection", str(table(tmp_path))]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "2024 Q2 200,000,000 9 3.43% 28.6% 12.00% 0.00%" in shown
    assert "stress calibrate losses JOB.toml --net-loss 0.0950 --timing 0.4286,0.5714" in shown


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--age", "9"], "--age and --pool-factor: give both"),
        (["--pool-factor", "0.8"], "--age and --pool-factor: give both"),
        (["--age", "9", "--pool-factor", "80"], "--pool-factor 80: must be above 0 and at most 1"),
        (["--age", "24", "--pool-factor", "0.5"], "--age 24: the table ends at an age of 24 months"),
    ],
)
def test_a_pool_in_mid_life_of_which_too_little_is_said_is_refused(tmp_path, capsys, options, says) -> None:
    assert exit_code(["calibrate", "projection", str(table(tmp_path)), *options]) == 2
    assert says in capsys.readouterr().err
