"""Break-even multiples against the one-period closed form, and what a curve that is not monotone says."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from shipped import JOB, JOBS

from stress.analysis import trials
from stress.analysis.break_even import breakeven
from stress.analysis.levers import LEVERS, lever_of
from stress.analysis.what_if import whatif
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.validation.one_period import one_period_job

P, RHO, ENHANCEMENT = 0.02, 0.1, 0.12


def odds(p: float) -> float:
    return p / (1.0 - p)


@pytest.fixture(scope="module")
def answer():
    return breakeven(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "A", percentiles=(0.5, 0.95, 0.99))


@pytest.fixture(scope="module")
def mezzanine():
    """Without percentiles it is of the deterministic path; paths of the job give its curve alone."""
    return breakeven(load_job(JOB).but(paths=512), "mezzanine", percentiles=())


def test_the_deterministic_break_even_is_where_the_default_rate_meets_the_enhancement(answer):
    calm = answer.answers[0]
    assert calm.percentile is None
    assert calm.value == pytest.approx(odds(ENHANCEMENT) / odds(P), rel=1e-5)
    assert calm.low <= odds(ENHANCEMENT) / odds(P) <= calm.high
    assert calm.monotone


def test_a_break_even_says_the_multiple_of_net_loss_and_of_default_and_not_of_odds_alone(answer):
    """Without recoveries all of them are those of the default rate: enhancement over p where the note breaks even."""
    calm = answer.answers[0].loss
    for multiple in (calm.net_loss_multiple, calm.default_multiple):
        assert multiple == pytest.approx(ENHANCEMENT / P, rel=1e-5)
    assert calm.net_loss == pytest.approx(ENHANCEMENT, rel=1e-5)
    assert calm.base_net_loss == pytest.approx(P, rel=1e-9)
    assert answer.answers[0].value > calm.net_loss_multiple


@pytest.mark.parametrize("at", [1, 2, 3])
def test_the_mean_loss_at_a_percentile_is_its_default_rate_before_the_factor(answer, at):
    multiple, loss = answer.answers[at], answer.answers[at].loss
    p = ndtr(np.sqrt(1.0 - RHO) * ndtri(ENHANCEMENT) - np.sqrt(RHO) * ndtri(multiple.percentile))
    assert abs(loss.net_loss - p) < 4.0 * loss.net_loss_error
    assert abs(loss.net_loss_multiple - p / P) < 4.0 * loss.net_loss_multiple_error
    assert loss.constant_default_rate is None


@pytest.mark.parametrize("at", [1, 2, 3])
def test_at_a_percentile_the_quantile_of_the_default_rate_meets_the_enhancement(answer, at):
    multiple = answer.answers[at]
    p = ndtr(np.sqrt(1.0 - RHO) * ndtri(ENHANCEMENT) - np.sqrt(RHO) * ndtri(multiple.percentile))
    assert multiple.low < multiple.value < multiple.high
    assert abs(multiple.value - odds(p) / odds(P)) < 4.0 * multiple.error
    assert multiple.monotone
    assert multiple.says == ""


def test_a_percentile_beyond_the_paths_is_met_by_paths_around_a_loss():
    rare = breakeven(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "A", percentiles=(0.9999, 0.99999))
    assert rare.estimator == "importance"
    for multiple in rare.answers[1:]:
        p = ndtr(np.sqrt(1.0 - RHO) * ndtri(ENHANCEMENT) - np.sqrt(RHO) * ndtri(multiple.percentile))
        assert abs(multiple.value - odds(p) / odds(P)) < 4.0 * multiple.error
        assert multiple.error < 0.03 * multiple.value


def test_more_certainty_means_a_smaller_multiple(answer):
    by_percentile = [multiple.value for multiple in answer.answers[1:]]
    assert by_percentile == sorted(by_percentile, reverse=True)


def test_the_curve_rises_from_whole_to_lost(answer):
    assert answer.curve.probability[0] == 0.0
    assert answer.curve.probability[-1] > 0.5
    assert np.all(np.diff(answer.curve.value) > 0.0)
    assert np.all((answer.curve.low <= answer.curve.probability) & (answer.curve.probability <= answer.curve.high))


def test_a_trigger_can_make_more_defaults_help_and_the_answer_says_so(mezzanine):
    calm = mezzanine.answers[0]
    assert not calm.monotone
    assert [crossing.fails for crossing in calm.crossings] == [True, False, True]
    assert "not monotone: crosses 3 times" in calm.says
    assert calm.value == calm.crossings[0].value


def test_a_note_that_no_multiple_breaks_is_said_to_be_whole_to_the_end():
    calm = breakeven(one_period_job(P, RHO, (1.0 - ENHANCEMENT,)), "A", percentiles=(), ends=(0.1, 2.0)).answers[0]
    assert np.isnan(calm.value)
    assert "paid in full up to 2" in calm.says


def test_a_note_that_fails_everywhere_is_said_to_fail_at_the_benign_end():
    calm = breakeven(one_period_job(0.5, RHO, (0.9,)), "A", percentiles=(), ends=(1.0, 5.0)).answers[0]
    assert np.isnan(calm.value)
    assert calm.says == "not paid in full even at 1"


@pytest.mark.parametrize("name", LEVERS)
def test_every_lever_moves_nothing_at_its_neutral_value_and_runs_between_its_ends(name):
    lever = lever_of(name)
    assert lever.shock(lever.neutral).target == lever.target
    np.testing.assert_allclose(lever.place(lever.value([0.0, 0.3, 1.0])), [0.0, 0.3, 1.0], atol=1e-12)
    assert min(lever.benign, lever.adverse) <= lever.neutral <= max(lever.benign, lever.adverse)
    assert lever.value(lever.place(lever.neutral)).item() == lever.neutral  # not 0.9999999999999999


def test_what_is_unknown_is_told_the_right_one():
    job = one_period_job(P, RHO, (0.9,))
    for arguments, words in (
        (("B",), "no such note"),
        (("A", "default"), "did you mean defaults"),
        (("A", "defaults", "bad"), "no such scenario"),
    ):
        with pytest.raises(ConfigError, match=words):
            breakeven(job, *arguments)
    with pytest.raises(ConfigError, match="between 0 and 1"):
        breakeven(job, "A", percentiles=(99.0,))


@pytest.mark.parametrize(
    ("name", "ends", "said"),
    [
        ("defaults", (np.nan, None), "--from nan: .*must be from above 0 to 1000"),
        ("defaults", (None, 1e6), r"--to 1e\+06: .*must be from above 0 to 1000"),
        ("defaults", (0.0, None), "--from 0: .*must be from above 0"),
        ("recovery", (-1.0, None), "--from -1: multiple of recoveries, must be from 0 to 10"),
        ("fee_free_share", (None, 2.0), "--to 2: .*must be from -1 to 1"),
        ("commingling", (None, 40.0), "--to 40: .*must be from 0 to 30"),
        ("recovery", (1.0, 1.0), "--from 1 --to 1: the ends of the search must differ"),
        ("dilution", (None, 1.5), "--to 1.5: .*must be from 0 to 1"),
    ],
)
def test_an_end_that_no_shock_may_have_is_refused_with_its_option_and_range(name, ends, said):
    with pytest.raises(ConfigError, match=said):
        lever_of(name, *ends)


def test_a_shock_on_index_rates_of_a_deal_without_any_is_no_sign_of_strength():
    with pytest.raises(ConfigError, match="the job has no index rates"):
        breakeven(one_period_job(P, RHO, (0.9,)), "A", "index", percentiles=())


@pytest.mark.parametrize("shock", ["originations", "fee_free_share"])
def test_a_shock_on_what_a_static_pool_has_not_is_refused_in_every_question(shock):
    job = load_job(JOBS / "auto-prime.toml").but(paths=32)
    with pytest.raises(ConfigError, match=f"--shock {shock}: nothing in this deal, pool and scenario depends on it"):
        breakeven(job, "B", shock, percentiles=())
    with pytest.raises(ConfigError, match=f"--over {shock}: nothing in this deal, pool and scenario depends on it"):
        whatif(job, [f"{shock}=0.1:0.2"])


def test_timely_interest_breaks_where_the_deterministic_run_first_misses_some(mezzanine):
    job = load_job(JOB).but(paths=512)
    answer = breakeven(job, "mezzanine", percentiles=(), interest=True)
    calm = answer.answers[0]
    assert answer.interest
    assert 0.1 < calm.value < mezzanine.answers[0].value
    lever = lever_of("defaults")
    around = trials.variants(job, job.scenarios[0], [[lever.shock(calm.low * 0.999)], [lever.shock(calm.high * 1.001)]])
    note = trials.note_index(job, "mezzanine")
    assert trials.outcomes(around).of_notes("shortfall")[:, note].tolist() == [0.0, 1.0]
