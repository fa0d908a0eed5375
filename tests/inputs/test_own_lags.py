"""Satellites with a lag of their own: fitted, written, read, projected and read backwards alike."""

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.special import expit, logit

from stress.analysis.macro_path import macro_path
from stress.calibration import Term, fit_satellite, parse_term, read_satellite, read_table, satellite_to_toml
from stress.errors import ConfigError
from stress.inputs.files.expand import cases_of_file
from stress.inputs.files.parse import parse
from stress.inputs.macro.satellite import OwnLag, Satellite, SatelliteTerm, carried, dies_out

SATELLITE = """kind = "satellite"
version = 1
name = "s"
link = "log"
per_year = 12
[[terms]]
variable = "x"
coefficient = 0.5
[[own]]
lag = 1
coefficient = 0.6
"""
SCENARIO = """kind = "scenario"
version = 1
name = "m"
[macro]
tables = [{ file = "path.csv" }]
start = "2025-02"
interpolation = "step"
[[satellites]]
file = "s.toml"
target = "default_odds"
"""
TABLE = "Date,x\n2025-01,1\n2025-02,2\n2025-03,2\n2025-04,2\n2025-05,1\n2025-06,1\n"


def written(folder: Path, satellite: str = SATELLITE) -> list[float]:
    """Logs of the monthly multiples of a scenario whose variable rises by 1 for three months."""
    for name, text in (("path.csv", TABLE), ("s.toml", satellite), ("m.toml", SCENARIO)):
        (folder / name).write_text(text)
    (case,) = cases_of_file(folder / "m.toml", parse(folder / "m.toml"))
    return [math.log(value) for _, value in case.shocks[0].by_month]


def test_a_move_builds_up_and_dies_out_by_the_share_that_is_carried_on(tmp_path: Path) -> None:
    """0.5, 0.5 + 0.3, 0.5 + 0.48, then 0.6 of the month before."""
    assert written(tmp_path) == pytest.approx([0.5, 0.8, 0.98, 0.588, 0.3528], abs=1e-9)


def test_without_its_own_lag_the_same_satellite_follows_the_variable(tmp_path: Path) -> None:
    plain = SATELLITE.partition("[[own]]")[0]
    assert written(tmp_path, plain) == pytest.approx([0.5, 0.5, 0.5, 0.0, 0.0], abs=1e-9)


def test_its_r2_is_not_what_macro_variables_explain(tmp_path: Path) -> None:
    sample = "[sample]\nn = 99\nfirst = 'a'\nlast = 'b'\nr2 = 0.8\nrobust_lags = 3\nresidual_sd = 0.1\n"
    sample += "residual_persistence = 0.1\n"
    (tmp_path / "path.csv").write_text(TABLE)
    (tmp_path / "s.toml").write_text(SATELLITE + sample)
    (tmp_path / "m.toml").write_text(SCENARIO + "residual_rho = true\n")
    with pytest.raises(ConfigError, match="counts what those explain"):
        cases_of_file(tmp_path / "m.toml", parse(tmp_path / "m.toml"))


def test_coefficients_that_never_die_out_are_refused() -> None:
    terms = (SatelliteTerm(variable="x", coefficient=1.0),)
    for own in ([(1, 1.0)], [(1, 0.7), (2, 0.3)], [(2, -1.1)]):
        lags = tuple(OwnLag(lag=lag, coefficient=a) for lag, a in own)
        with pytest.raises(ValidationError, match="does not die out: a root is not below 1"):
            Satellite(version=1, kind="satellite", name="s", link="logit", per_year=4, terms=terms, own=lags)


@settings(max_examples=200)
@given(st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=4))
def test_an_autoregression_dies_out_where_the_roots_of_its_companion_are_below_one(a: list[float]) -> None:
    companion = np.zeros((len(a), len(a)))
    companion[0] = a
    companion[1:, :-1] = np.eye(len(a) - 1)
    largest = np.abs(np.linalg.eigvals(companion)).max()
    if abs(largest - 1.0) > 1e-6:
        assert dies_out(tuple(OwnLag(lag=i, coefficient=x) for i, x in enumerate(a, 1))) == (largest < 1.0)


def test_least_squares_find_a_known_lag_and_the_file_keeps_it(tmp_path: Path) -> None:
    """logit(y_t) = -2 + 0.2 x_t + 0.5 logit(y_{t-1}) + noise over 400 months."""
    rng = np.random.default_rng(7)
    x, z = 5.0 + np.cumsum(rng.standard_normal(400)) * 0.2, np.zeros(400)
    z[0] = (-2.0 + 0.2 * x[0]) / 0.5
    for t in range(1, 400):
        z[t] = -2.0 + 0.2 * x[t] + 0.5 * z[t - 1] + 0.05 * rng.standard_normal()
    months = [f"{1990 + t // 12}-{t % 12 + 1:02d}" for t in range(400)]
    (tmp_path / "h.csv").write_text(
        "Date,d\n" + "".join(f"{m},{100 * expit(v):.10f}\n" for m, v in zip(months, z, strict=True))
    )
    (tmp_path / "x.csv").write_text("Date,x\n" + "".join(f"{m},{v:.10f}\n" for m, v in zip(months, x, strict=True)))
    tables = read_table(tmp_path / "h.csv"), read_table(tmp_path / "x.csv")
    fit = fit_satellite(tables[0], "d", tables[1], (parse_term("@lag1"), Term("x")))
    assert [str(term) for term in fit.term] == ["x", "@lag1"]
    assert (fit.n, fit.first) == (399, "1990-02")
    for got, error, true in zip(fit.coefficient, fit.robust_error, (-2.0, 0.2, 0.5), strict=True):
        assert abs(got - true) < 4.0 * error
    file = tmp_path / "s.toml"
    file.write_text(satellite_to_toml(fit, "s"))
    assert read_satellite(file) == fit
    assert "[[own]]\nlag = 1\n" in file.read_text()


def test_rates_that_a_satellite_with_memory_made_are_read_back_to_the_variable() -> None:
    terms, own = (SatelliteTerm(variable="x", coefficient=0.3),), (OwnLag(lag=1, coefficient=0.5),)
    of = Satellite(
        version=1, kind="satellite", name="s", link="logit", per_year=12, annualised=False, terms=terms, own=own
    )
    move = [0.0, 1.0, 2.0, 2.0, 0.5, 0.0]
    shift = np.array(carried(own, [0.3 * x for x in move]))
    base = np.full((6, 1), 0.02)
    rates = [xr.Dataset({"entry_rate": (("month", "segment"), r)}) for r in (expit(logit(base) + shift[:, None]), base)]
    np.testing.assert_allclose(macro_path(of, *rates).move[:, 0], move, atol=1e-9)


def test_a_rate_explained_by_itself_alone_is_refused() -> None:
    history = read_table("scenarios/data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv")
    with pytest.raises(ConfigError, match="at least one variable"):
        fit_satellite(history, "CreditCards", history, (parse_term("@lag1"),))
    with pytest.raises(ConfigError, match="from 1 to 24 periods"):
        parse_term("@lag0")
