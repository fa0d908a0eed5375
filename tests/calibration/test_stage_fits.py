"""Seasoning stages fitted to static-pool tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stress.calibration.stages import Vintages, choose_stages, fit_stages, hazard_by_age, seasons
from stress.calibration.stages_file import stages_toml

HAZARD, MOVES_ON = np.array([0.0005, 0.008]), np.array([0.17])


def drawn(seed: int, loans: int = 200_000, ages: int = 30, odds: tuple[float, ...] = (0.0,)) -> Vintages:
    """Cohorts of loans that age, default by their stages and are lost to prepayment at 2% a month."""
    rng = np.random.default_rng(seed)
    base = hazard_by_age(HAZARD, MOVES_ON, ages)
    at_risk, defaulted = np.zeros((len(odds), ages)), np.zeros((len(odds), ages))
    for k, shift in enumerate(odds):
        rate = 1.0 / (1.0 + np.exp(-shift) * (1.0 / base - 1.0))
        left = loans
        for age in range(ages):
            at_risk[k, age] = left
            defaulted[k, age] = rng.binomial(left, rate[age])
            left = rng.binomial(left - int(defaulted[k, age]), 0.98)
    return Vintages(tuple(str(k) for k in range(len(odds))), at_risk, defaulted)


@given(hazard=st.lists(st.floats(0.0, 0.2), min_size=1, max_size=4), share=st.floats(0.0, 0.9))
def test_the_hazard_of_an_age_is_that_of_a_cohort_run_stage_by_stage(hazard: list[float], share: float) -> None:
    current = np.zeros(len(hazard))
    current[0] = 1.0
    for by_age in hazard_by_age(np.array(hazard), np.full(len(hazard) - 1, share), 24):
        defaults = current * hazard
        assert by_age == pytest.approx(defaults.sum() / current.sum(), abs=1e-12)
        current = current - defaults
        moved = current[:-1] * share
        current[:-1] -= moved
        current[1:] += moved


@pytest.mark.parametrize("seed", range(3))
def test_stages_of_a_drawn_table_are_found_within_four_of_their_errors(seed: int) -> None:
    fit = fit_stages(drawn(seed), 2)
    assert (np.abs(fit.hazard - HAZARD) < 4.0 * fit.hazard_error).all()
    assert (np.abs(fit.moves_on - MOVES_ON) < 4.0 * fit.moves_on_error).all()


def test_errors_of_a_fit_are_the_spread_of_fits_to_many_tables() -> None:
    fits = [fit_stages(drawn(100 + seed), 2) for seed in range(20)]
    spread = np.std([fit.hazard[1] for fit in fits], ddof=1)
    stated = np.mean([fit.hazard_error[1] for fit in fits])
    # the spread of 20 fits has a relative error of 1 / sqrt(38)
    assert abs(spread / stated - 1.0) < 4.0 / np.sqrt(38.0)


@pytest.mark.parametrize("seed", range(2))
def test_the_data_ask_for_as_many_stages_as_drew_them(seed: int) -> None:
    choice = choose_stages(drawn(seed))
    assert len(choice.best.hazard) == 2
    assert choice.fits[1].explained > 0.9 > choice.fits[0].explained


def test_one_stage_is_written_as_the_rate_that_a_segment_has() -> None:
    ones = np.ones((1, 6))
    text = stages_toml(fit_stages(Vintages(("a",), 100 * ones, 2 * ones), 1), "a table")
    assert "# Fitted to a table: 1 stage, " in text
    assert "# entry_rate = 0.02 of a segment without a ladder" in text
    assert "[[stages]]" not in text


def test_a_constant_hazard_asks_for_one_stage() -> None:
    at_risk = np.full((1, 24), 50_000.0)
    table = Vintages(("all",), at_risk, np.random.default_rng(3).binomial(50_000, 0.01, (1, 24)).astype(float))
    assert len(choose_stages(table).best.hazard) == 1


def test_a_bad_season_shows_as_odds_and_the_spread_between_seasons_is_found() -> None:
    odds = tuple(np.random.default_rng(5).normal(0.0, 0.3, 24))
    table = drawn(7, loans=30_000, odds=odds)
    fitted = seasons(table, fit_stages(table, 2))
    assert (
        np.nanmax(np.abs(fitted.log_odds - fitted.log_odds.mean() - odds + np.mean(odds)) / fitted.log_odds_error) < 4.5
    )
    assert abs(fitted.spread - np.std(odds, ddof=1)) < 4.0 * fitted.spread_error


def test_tables_that_hold_no_hazard_are_refused() -> None:
    ones = np.ones((1, 6))
    with pytest.raises(ValueError, match="no default"):
        fit_stages(Vintages(("a",), 100 * ones, 0 * ones), 1)
    with pytest.raises(ValueError, match="too few"):
        fit_stages(Vintages(("a",), 100 * ones[:, :3], ones[:, :3]), 2)
    with pytest.raises(ValueError, match="9 stages: a number from 1 to"):
        fit_stages(Vintages(("a",), 100 * ones, ones), 9)
    vintages = Vintages(("a", "b"), 100 * np.ones((2, 6)), np.stack([ones[0], 0 * ones[0]]))
    with pytest.raises(ValueError, match="a spread between cohorts needs two cohorts with defaults"):
        seasons(vintages, fit_stages(vintages, 1))
    with pytest.raises(ValueError, match="more defaults"):
        fit_stages(Vintages(("a",), ones, 2 * ones), 1)
