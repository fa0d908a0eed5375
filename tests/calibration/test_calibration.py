"""Asset correlation and satellites: published cases, known truths, intervals that know about persistence."""

import builtins
import doctest
import importlib
import json
import sys

import numpy as np
import pytest
import tomli
from scipy.special import ndtr, ndtri
from shipped import SCENARIOS

import stress.calibration
from stress.analytic import loss_sd
from stress.calibration import (
    Term,
    calibrate_rho,
    fit_satellite,
    parse_term,
    read_satellite,
    read_table,
    satellite_to_toml,
)
from stress.calibration.horizon import averaged_persistence, spread_of_mean, to_monthly
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.tables.periods import Period
from stress.validation.published import closed_forms

CASE = closed_forms()
CARDS = SCENARIOS / "data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv"
DFAST = SCENARIOS / "data" / "dfast"
FOUR_SIGMA = 0.999936657516


def cards() -> np.ndarray:
    return np.array(read_table(CARDS).column("CreditCards")) / 100.0


def factor(draw: np.random.Generator, phi: float, n: int) -> np.ndarray:
    y = np.empty(n)
    y[0] = draw.standard_normal()
    for t in range(1, n):
        y[t] = phi * y[t - 1] + np.sqrt(1.0 - phi * phi) * draw.standard_normal()
    return y


def rates(p: float, rho: float, y: np.ndarray) -> np.ndarray:
    return ndtr((ndtri(p) - np.sqrt(rho) * y) / np.sqrt(1.0 - rho))


@pytest.mark.parametrize("module", ["horizon", "rho", "satellite"])
def test_the_examples_of_calibration_run(module):
    result = doctest.testmod(importlib.import_module(f"stress.calibration.{module}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_us_cards_give_the_published_asset_correlation():
    case, fit = CASE["A11_mle_rho"], calibrate_rho(cards(), 4)
    assert fit.n == case["n"]
    assert fit.independent.rho == pytest.approx(case["rho_mle"], abs=5e-7)
    assert fit.independent.p == pytest.approx(case["pbar_mle"], abs=5e-7)
    assert fit.moment_rho == pytest.approx(case["rho_mom"], abs=5e-7)
    assert fit.persistence == pytest.approx(case["probit_ar1"], abs=5e-6)
    assert fit.monthly.phi == pytest.approx(0.9736, abs=0.002)


def test_a_hundred_quarters_of_cards_are_worth_four():
    fit = calibrate_rho(cards(), 4)
    assert fit.effective == pytest.approx(4.0, abs=0.1)
    assert "worth 4.0 independent ones" in str(fit)
    assert fit.profile_rho.high / fit.profile_rho.low > 5.0
    assert fit.block == 25


@pytest.mark.parametrize(
    ("p", "rho", "phi", "seed"),
    [(0.03, 0.04, 0.0, 1), (0.03, 0.04, 0.7, 2), (0.1, 0.2, 0.5, 3), (0.005, 0.02, 0.9, 4), (0.05, 0.1, 0.8, 5)],
)
def test_the_truth_lies_within_four_standard_errors_by_profile(p, rho, phi, seed):
    fit = calibrate_rho(
        rates(p, rho, factor(np.random.default_rng(seed), phi, 400)), 4, level=FOUR_SIGMA, replicates=10
    )
    for truth, span in ((p, fit.profile_p), (rho, fit.profile_rho), (phi, fit.profile_phi)):
        assert span.open or span.low <= truth <= span.high
    assert fit.ar1.phi == pytest.approx(phi, abs=0.2)


@pytest.mark.slow
def test_profile_intervals_cover_a_persistent_truth_as_often_as_they_say():
    draw, n_history, inside = np.random.default_rng(11), 60, 0
    for _ in range(n_history):
        fit = calibrate_rho(rates(0.03, 0.04, factor(draw, 0.7, 120)), 4, level=0.9, replicates=10)
        inside += fit.profile_rho.low <= 0.04 <= fit.profile_rho.high
    assert abs(inside / n_history - 0.9) < 4.0 * np.sqrt(0.9 * 0.1 / n_history)


def test_the_monthly_law_has_the_spread_of_the_annual_one():
    law = to_monthly(0.037, 0.04, 0.9736**12, per_year=1)
    assert law.rho == pytest.approx(0.023, abs=5e-4)
    assert spread_of_mean(law.p, law.rho, law.phi, 12) / law.p == pytest.approx(float(loss_sd(0.037, 0.04)) / 0.037)
    for annual, monthly in ((0.06, 0.034), (0.10, 0.056), (0.15, 0.082)):
        assert to_monthly(0.037, annual, 0.9736**12, per_year=1).rho == pytest.approx(monthly, abs=1e-3)


def test_the_spread_of_a_mean_agrees_with_simulation_within_four_standard_errors():
    draw, n, months = np.random.default_rng(3), 40_000, 12
    y = np.empty((months, n))
    y[0] = draw.standard_normal(n)
    for t in range(1, months):
        y[t] = 0.9 * y[t - 1] + np.sqrt(1.0 - 0.81) * draw.standard_normal(n)
    square = (rates(0.01, 0.05, y).mean(axis=0) - 0.01) ** 2
    want = spread_of_mean(0.01, 0.05, 0.9, months) ** 2
    assert abs(square.mean() - want) < 4.0 * square.std() / np.sqrt(n)


def test_a_monthly_history_keeps_its_law_and_averages_look_smoother():
    law = to_monthly(0.12, 0.05, 0.9, per_year=12, compounding="simple")
    assert law.phi == pytest.approx(0.9)
    assert averaged_persistence(0.923, 4) < 0.923 ** (1.0 / 3.0)
    assert averaged_persistence(0.923, 12) == 0.923


def test_residuals_of_a_satellite_hold_less_correlation():
    history, macro = read_table(CARDS), read_table(DFAST / "2025-Table_1A_Historic_Domestic.csv")
    sat = fit_satellite(history, "CreditCards", macro, (Term("Unemployment rate"), Term("Unemployment rate", 0, 4)))
    whole = calibrate_rho(cards(), 4)
    rest = calibrate_rho(cards(), 4, expected=sat.expected(macro, history.start, history.n))
    assert rest.independent.rho / whole.independent.rho == pytest.approx(1.0 - sat.r2, abs=0.05)
    assert rest.persistence < whole.persistence


@pytest.mark.parametrize(
    ("rate", "per_year", "said"),
    [
        ([0.02] * 5, 4, "at least 8"),
        ([0.02] * 10, 4, "does not vary"),
        ([0.02] * 9 + [0.0], 4, "observation 10"),
        ([0.02] * 9 + [np.nan], 4, "observation 10"),
        ([0.02, 0.03] * 5, 2, "must be 1, 4 or 12"),
    ],
)
def test_a_history_without_information_is_refused(rate, per_year, said):
    with pytest.raises(DataError, match=said):
        calibrate_rho(rate, per_year)


def test_an_expected_movement_is_as_long_as_the_history():
    with pytest.raises(DataError, match="expected: has 8 observations; the history has 9"):
        calibrate_rho([0.02, 0.03, 0.025] * 3, 4, expected=[0.02, 0.03] * 4)


def test_a_correlation_that_no_monthly_one_makes_is_refused():
    with pytest.raises(
        DataError, match=r"asset correlation 0\.98 of the 12-month rate has no monthly counterpart below"
    ):
        to_monthly(0.03, 0.98, 0.0, per_year=1)


def test_a_name_that_calibration_has_not_is_no_attribute():
    with pytest.raises(AttributeError, match=r"module 'stress\.calibration' has no attribute 'calibrate_roh'"):
        stress.calibration.calibrate_roh  # noqa: B018


def test_a_short_annual_history_has_an_open_interval_and_says_so():
    draw = np.random.default_rng(2)
    fit = calibrate_rho(rates(0.03, 0.05, factor(draw, 0.8, 12)), 1)
    assert fit.profile_p.open or fit.profile_rho.open or fit.profile_phi.open
    assert "end of the range searched" in str(fit)


def cards_on_unemployment():
    history, macro = read_table(CARDS), read_table(DFAST / "2025-Table_1A_Historic_Domestic.csv")
    return fit_satellite(
        history, "CreditCards", macro, (Term("Unemployment rate"), parse_term("Unemployment rate@diff4"))
    )


def test_us_cards_on_unemployment_give_the_published_satellite():
    case, fit = CASE["A12_satellite_ols"], cards_on_unemployment()
    np.testing.assert_allclose(fit.coefficient, case["b"], atol=6e-7)
    np.testing.assert_allclose(fit.error, case["se"], atol=6e-7)
    assert fit.r2 == pytest.approx(case["R2"], abs=5e-5)
    assert fit.n == case["n"]
    assert all(robust > plain for robust, plain in zip(fit.robust_error, fit.error, strict=True))
    assert "R2 0.5325" in str(fit)


def test_a_satellite_survives_its_file(tmp_path):
    fit = cards_on_unemployment()
    file = tmp_path / "cards.toml"
    file.write_text(satellite_to_toml(fit))
    assert read_satellite(file) == fit
    file.write_text(satellite_to_toml(fit).replace('link = "logit"', 'link = "cloglog"'))
    with pytest.raises(ConfigError, match="link"):
        read_satellite(file)
    text = satellite_to_toml(fit)
    file.write_text(text.replace('link = "logit"', 'link = "log"'))
    with pytest.raises(ConfigError, match=r"is not a fitted satellite: needs link logit or probit, \[constant\]"):
        read_satellite(file)
    first = next(line for line in text.splitlines() if line.startswith("robust_error"))
    file.write_text(text.replace(first + "\n", "", 1))
    with pytest.raises(ConfigError, match="is not a fitted satellite: a coefficient has no robust_error"):
        read_satellite(file)


def test_least_squares_find_a_known_satellite_within_four_robust_errors(tmp_path):
    draw, n = np.random.default_rng(4), 160
    x = 5.0 + np.cumsum(draw.standard_normal(n + 4)) * 0.3
    noise = 0.1 * draw.standard_normal(n)
    y = -3.0 + 0.1 * x[4:] + 0.2 * (x[3:-1] - x[1:-3]) + noise
    label = [f"{1980 + (k // 4)} Q{k % 4 + 1}" for k in range(n + 4)]
    macro, history = tmp_path / "macro.csv", tmp_path / "history.csv"
    macro.write_text("Date,UR\n" + "".join(f"{d},{v:.12f}\n" for d, v in zip(label, x, strict=True)))
    history.write_text("Date,d\n" + "".join(f"{d},{100 * ndtr(v):.12f}\n" for d, v in zip(label[4:], y, strict=True)))
    terms = (Term("UR"), Term("UR", 1, 2))
    fit = fit_satellite(read_table(history), "d", read_table(macro), terms, link="probit")
    for got, error, truth in zip(fit.coefficient, fit.robust_error, (-3.0, 0.1, 0.2), strict=True):
        assert abs(got - truth) < 4.0 * error


def test_a_sample_that_macro_data_do_not_cover_is_refused():
    history, macro = read_table(CARDS), read_table(DFAST / "2025-Table_1A_Historic_Domestic.csv")
    with pytest.raises(DataError, match="is empty"):
        fit_satellite(history, "CreditCards", macro, (Term("BBB corporate yield", 0, 40),))
    with pytest.raises(DataError, match="has no row"):
        fit_satellite(history, "CreditCards", macro, (Term("Unemployment rate", 90),))
    with pytest.raises(DataError, match="must lie between"):
        fit_satellite(history, "CreditCards", macro, (Term("Unemployment rate"),), unit=1.0)
    with pytest.raises(DataError, match="linearly dependent"):
        fit_satellite(history, "CreditCards", macro, (Term("Prime rate"), Term("Prime rate")))
    with pytest.raises(DataError, match="half-years: a satellite is fitted to years, quarters or months"):
        fit_satellite(history._replace(start=Period(1991, 1, 2)), "CreditCards", macro, (Term("Unemployment rate"),))
    short = history._replace(value=history.value[:4])
    with pytest.raises(DataError, match="4 observations are too few for 2 coefficients"):
        fit_satellite(short, "CreditCards", macro, (Term("Unemployment rate"),))
    with pytest.raises(ConfigError, match="NAME@lag2"):
        parse_term("rate@lead4")


def test_a_missing_statsmodels_is_named_with_its_remedy(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith("statsmodels"):
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [n for n in sys.modules if n.startswith("statsmodels")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(importlib, "import_module", lambda name: refuse(name))
    with pytest.raises(ConfigError, match=r"abs-stress\[calibration\]"):
        cards_on_unemployment()


def test_the_commands_print_intervals_and_write_files(tmp_path, capsys):
    macro, dependence, sat = DFAST / "2025-Table_1A_Historic_Domestic.csv", tmp_path / "d.toml", tmp_path / "cards.toml"
    command = ["calibrate", "rho", str(CARDS), "--column", "CreditCards"]
    assert exit_code([*command, "-o", str(dependence)]) == 0
    said = capsys.readouterr().out
    assert "worth 4.0 independent ones" in said.replace("\n", " ")
    assert "0.0114 to 0.1310" in said
    assert tomli.loads(dependence.read_text())["dependence"]["phi"] == pytest.approx(0.9741, abs=1e-3)
    terms = ["--term", "Unemployment rate", "--term", "Unemployment rate@diff4"]
    two = ["calibrate", "satellite", str(CARDS), str(macro), "--column", "CreditCards", *terms, "-o", str(sat)]
    assert exit_code([*two, "--lags", "12"]) == 0
    assert "95% interval" in capsys.readouterr().out
    assert read_satellite(sat).robust_lags == 12
    assert exit_code([*command, "--satellite", str(sat), "--macro", str(macro), "--json"]) == 0
    rest = json.loads(capsys.readouterr().out)
    assert rest["independent"]["rho"] < 0.6 * calibrate_rho(cards(), 4).independent.rho
    assert rest["effective"] > 4.0
    assert exit_code([*command, "--satellite", str(sat)]) == 2


def test_the_shipped_satellite_is_the_fitted_one():
    shipped, fit = read_satellite(SCENARIOS / "satellites/us_cards_unemployment.toml"), cards_on_unemployment()
    np.testing.assert_allclose(shipped.coefficient, fit.coefficient, rtol=1e-12)
    np.testing.assert_allclose(shipped.robust_error, fit.robust_error, rtol=1e-9)
    assert shipped.r2 == pytest.approx(fit.r2, rel=1e-12)
