"""Histories as they are: zeros, net recoveries, months not yet published, fractions, other frequencies."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stress.calibration import MacroTable
from stress.calibration.sample import averaged, sample
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.tables.periods import Period

LABEL = [f"{2015 + k // 12}-{k % 12 + 1:02d}" for k in range(60)]


def rates(seed: int = 3) -> list[float]:
    """Sixty months around 4.5% a year, with memory."""
    draw, z, rows = np.random.default_rng(seed), 0.0, []
    for _ in LABEL:
        z = 0.8 * z + 0.6 * draw.standard_normal()
        rows.append(round(4.5 * math.exp(0.12 * z), 4))
    return rows


def history(folder: Path, cells: list[object], name: str = "history.csv") -> Path:
    file = folder / name
    file.write_text("date,chargeoff\n" + "".join(f"{m},{x}\n" for m, x in zip(LABEL, cells, strict=True)))
    return file


def calibrated(capsys, *words: str) -> dict:
    capsys.readouterr()
    assert exit_code(["calibrate", *words, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_months_of_zero_are_named_and_left_out_when_asked(tmp_path, capsys):
    clean = rates()
    file = history(tmp_path, [0.0, 0.0, 0.0, *clean[3:]])
    assert exit_code(["calibrate", "rho", str(file)]) == 3
    said = capsys.readouterr().err
    assert "the rate of 2015-01 is 0, like 2 others (2015-02, 2015-03)" in said
    assert "--first 2015-04 --last 2019-12 (57 months)" in said
    got = calibrated(capsys, "rho", str(file), "--first", "2015-04")
    want = calibrated(capsys, "rho", str(history(tmp_path, clean, "clean.csv")), "--first", "2015-04")
    assert got["n"] == 57
    assert got["ar1"] == want["ar1"]
    assert any("the sample is 2015-04 to 2019-12, 57 months" in note for note in got["notes"])


@pytest.mark.parametrize(("cell", "said"), [(-0.12, "2017-07 is -0.0012"), ("", "2017-07 is not published")])
def test_a_month_of_net_recoveries_or_none_splits_the_history(tmp_path, capsys, cell, said):
    file = history(tmp_path, [*rates()[:30], cell, *rates()[31:]])
    assert exit_code(["calibrate", "rho", str(file)]) == 3
    err = capsys.readouterr().err
    assert said in err
    assert "--first 2015-01 --last 2017-06 (30 months)" in err
    assert calibrated(capsys, "rho", str(file), "--last", "2017Q2")["n"] == 30


def test_months_not_yet_published_are_left_out_and_said(tmp_path, capsys):
    got = calibrated(capsys, "rho", str(history(tmp_path, [*rates()[:58], "ND", "ND"])))
    assert got["n"] == 58
    said = " | ".join(got["notes"])
    assert "nothing is published for 2019-11, 2019-12: left out" in said


def test_fractions_read_as_percents_get_a_note_on_the_unit(tmp_path, capsys):
    file = history(tmp_path, [round(x / 100.0, 6) for x in rates()])
    said = " | ".join(calibrated(capsys, "rho", str(file))["notes"])
    assert "no rate reaches 1% a year" in said
    assert "say --unit 1" in said
    assert not any("reaches" in note for note in calibrated(capsys, "rho", str(file), "--unit", "1")["notes"])


def test_a_quarterly_history_is_fitted_on_months_averaged_to_quarters(tmp_path, capsys):
    pytest.importorskip("statsmodels")
    draw = np.random.default_rng(11)
    unemployment = np.round(5.0 + np.cumsum(0.2 * draw.standard_normal(60)), 2)
    quarter = unemployment.reshape(20, 3).mean(axis=1)
    rate = 100.0 / (1.0 + np.exp(3.8 - 0.14 * quarter))
    macro = tmp_path / "macro.csv"
    macro.write_text("date,U\n" + "".join(f"{m}-01,{x}\n" for m, x in zip(LABEL, unemployment, strict=True)))
    file = tmp_path / "quarters.csv"
    file.write_text("date,loss\n" + "".join(f"{2015 + k // 4} Q{k % 4 + 1},{x}\n" for k, x in enumerate(rate)))
    got = calibrated(capsys, "satellite", str(file), str(macro), "--term", "U")
    assert got["coefficient"] == pytest.approx([-3.8, 0.14], abs=1e-6)
    assert f"the months of {macro} are averaged to quarters" in got["notes"]
    part = calibrated(capsys, "satellite", str(file), str(macro), "--term", "U", "--first", "2016", "--last", "2018")
    assert (part["n"], part["first"], part["last"]) == (12, "2016 Q1", "2018 Q4")
    back = calibrated(capsys, "satellite", str(macro), str(file), "--term", "loss")
    assert back["per_year"] == 4


def table(value: list[float], start: Period) -> MacroTable:
    return MacroTable("x.csv", "", start, ("x",), tuple((x,) for x in value))


@given(
    value=st.lists(st.floats(0.1, 9.0), min_size=12, max_size=40), month=st.integers(1, 12),
    per_year=st.sampled_from([1, 2, 4]),
)  # fmt: skip
def test_the_mean_of_complete_periods_is_the_mean_of_their_months(value, month, per_year):
    monthly = table(value, Period(2020, month, 12))
    width = 12 // per_year
    start = -(monthly.start.ordinal) % width
    if len(value) - start < width:
        with pytest.raises(DataError, match="no complete period"):
            averaged(monthly, per_year)
        return
    coarse = averaged(monthly, per_year)
    assert coarse.start.ordinal * width == monthly.start.ordinal + start
    for k, (mean,) in enumerate(coarse.value):
        assert mean == pytest.approx(np.mean(value[start + k * width : start + (k + 1) * width]))


def test_a_sample_must_lie_in_its_history():
    monthly = table([4.0] * 24, Period(2020, 1, 12))
    assert sample(monthly, "x", first="2020Q2", last="2020").table.start == Period(2020, 4, 12)
    assert sample(monthly, "x", first="2020Q2", last="2020").table.n == 9
    assert sample(table([4.0] * 8, Period(2020, 1, 4)), "x", first="2020-05").table.start == Period(2020, 2, 4)
    ends = sample(table([math.nan, 4.0, 4.5, math.nan], Period(2020, 1, 12)), "x")
    assert ends.rate == pytest.approx((0.04, 0.045))
    assert "not published and left out: 2020-01, 2020-04" in ends.note
    with pytest.raises(DataError, match="column 'x': nothing is published in the sample"):
        sample(table([math.nan, 4.0], Period(2020, 1, 12)), "x", last="2020-01")
    with pytest.raises(DataError, match="quarters cannot be averaged to months"):
        averaged(table([4.0] * 8, Period(2020, 1, 4)), 12)
    with pytest.raises(ConfigError, match="lies after"):
        sample(monthly, "x", first="2021-05", last="2020-03")
    with pytest.raises(ConfigError, match="must be a period"):
        sample(monthly, "x", first="soon")
    with pytest.raises(DataError, match="has no row 2019-01"):
        sample(monthly, "x", first="2019-01")
    with pytest.raises(DataError, match="say --unit"):
        sample(monthly, "x", unit=1.0)
