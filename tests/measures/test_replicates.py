"""Errors of quantiles and tail means of Sobol points come from their sixteen replicates."""

import numpy as np
import pytest
from shipped import JOB

import stress
from stress import measures
from stress.kernels import tally
from stress.report.estimator import estimator
from stress.runs import engine
from stress.runs.counting.counted import joined
from stress.validation import coverage
from stress.validation.one_period import one_period_job

SCENARIOS = ["baseline", "macro_severe"]


def counted(how: str, paths: int):
    job = engine.with_options(stress.load(JOB), paths, 7, SCENARIOS)
    job = job.model_copy(update={"estimator": how})
    return joined(engine.count(engine.packed_of(job), job, threads=1)).tally()


@pytest.fixture(scope="module")
def sobol():
    return stress.simulate(stress.load(JOB), 16_384, scenarios=SCENARIOS, estimator="sobol")


@pytest.mark.parametrize("paths", [4_096, 3_000])
def test_replicates_add_up_to_the_losses_of_all_paths_in_coarser_bins(paths):
    counts = counted("sobol", paths)
    first = np.unique(tally.coarse_bins(), return_index=True)[1]
    assert (counts.replicate_count.sum(2) == np.add.reduceat(counts.loss_count, first, axis=-1)).all()
    size = counts.batch_path.reshape(-1, tally.N_REPLICATE).sum(0)
    assert (counts.replicate_count.sum(-1) == size).all()
    assert size.sum() == paths


@pytest.mark.parametrize("how", ["plain", "importance"])
def test_paths_that_are_not_sobols_carry_no_replicates(how):
    assert counted(how, 512).replicate_count.size == 0


def test_coarse_bins_are_narrow_against_the_loss_and_keep_the_atoms_alone():
    width = np.bincount(tally.coarse_bins())
    low = np.cumsum(width) - width
    assert width.size == tally.N_COARSE
    assert (width[low < 128] == 1).all()
    assert (width[1:-1] <= np.maximum(1, low[1:-1] / tally.OCTAVE)).all()
    assert width[0] == width[-1] == 1


def test_a_quantile_of_a_smooth_loss_is_known_better_from_sobol_points(sobol):
    plain = stress.simulate(stress.load(JOB), 16_384, scenarios=SCENARIOS)
    for level in (0.9, 0.95):
        for better, rough in zip(*(measures.pool_tails(ds, "default", level) for ds in (sobol, plain)), strict=True):
            ratio = better["error"] / rough["error"]
            assert ratio[0] < 0.5
            assert ratio[1] < 0.95
            apart = np.abs(better["estimate"] - rough["estimate"])
            assert (apart < 4.0 * np.hypot(better["error"], rough["error"])).all()
    value = float(measures.default_rate(sobol, 0.9)["estimate"][0])
    chance, rough = (measures.exceedance(ds, value).isel(scenario=0) for ds in (sobol, plain))
    assert chance["error"] < 0.8 * rough["error"]
    assert chance["low"] < 0.1 < chance["high"]


@pytest.mark.slow
def test_errors_are_what_estimates_of_many_scrambles_spread_by():
    """40 seeds: a variance of 39 degrees of freedom lies within a factor of 0.45 to 1.8 of the truth 4 times of 10,000
    it does not; the mean square of stated errors adds little to that."""
    job = one_period_job(coverage.P, coverage.RHO, (0.82, 0.06), paths=4_096, df=coverage.DF)
    job = job.model_copy(update={"estimator": "sobol"})
    runs = [stress.simulate(job, seed=seed) for seed in range(40)]
    for which in (0, 1):
        answers = [measures.pool_tails(ds, "default", 0.95)[which].isel(scenario=0) for ds in runs]
        spread = np.var([float(a["estimate"]) for a in answers], ddof=1)
        stated = np.mean([float(a["error"]) ** 2 for a in answers])
        assert 0.4 < stated / spread < 2.2


def test_too_few_paths_for_a_level_leave_the_whole_note_at_risk():
    few = stress.simulate(stress.load(JOB), 1_024, scenarios=["macro_severe"], estimator="sobol")
    tail = measures.default_rate(few, 0.9999)
    assert float(tail["high"].item()) == 1.0
    assert float(tail["low"].item()) < float(tail["estimate"].item())


def test_fewer_than_two_replicates_are_measured_as_plain_paths():
    ds = stress.simulate(stress.load(JOB), 32, scenarios=["macro_severe"], estimator="sobol")
    var, es = measures.note_tails(ds, 0.95)
    assert np.isfinite(var["error"]).all()
    assert (es["low"] <= es["high"]).all()


def test_the_page_says_which_intervals_do_not_come_from_replicates(sobol):
    (said,) = estimator(sobol)
    assert "the intervals of life, yield and price by path are those of plain paths" in said
    (older,) = estimator(sobol.drop_vars(["loss_replicate", "early_replicate"]))
    assert "the intervals of events by month, VaR, ES, life, yield and price by path are those of plain paths" in older


@pytest.mark.slow
def test_the_error_of_an_event_is_what_its_probability_spreads_by_over_scrambles():
    """A loss on one path in fifty: as plain paths the error would be stated three times too large or more."""
    job = one_period_job(0.02, 0.1, (0.9,), paths=4_096).model_copy(update={"estimator": "sobol"})
    runs = [measures.event_probability(stress.simulate(job, seed=s), "first_loss").isel(scenario=0) for s in range(40)]
    spread = np.var([float(run["estimate"][0, -1]) for run in runs], ddof=1)
    stated = np.mean([float(run["error"][0, -1]) ** 2 for run in runs])
    mean = np.mean([float(run["estimate"][0, -1]) for run in runs])
    grain = 1.0 / job.paths**2  # an estimate is no finer than a path
    assert 0.4 < stated / (spread + grain) < 2.2
    assert stated < mean * (1.0 - mean) / job.paths / 4.0


def test_events_by_month_take_their_errors_from_replicates(sobol):
    for event in ("early_amortization", "trigger", "first_loss"):
        last = measures.event_probability(sobol, event).isel(month=-1)
        count = sobol[measures.months.EVENTS[event][0]]
        happened = 1.0 - count.isel(event_month=-1) / 16_384
        np.testing.assert_allclose(last["estimate"], happened, atol=1e-12)
        assert ((last["low"] <= last["estimate"]) & (last["estimate"] <= last["high"])).all()
    loss, first = measures.loss_probability(sobol), measures.event_probability(sobol, "first_loss").isel(month=-1)
    alike = np.isclose(first["estimate"], loss["estimate"], rtol=1e-9, atol=0.0)
    assert alike.sum() >= 2
    np.testing.assert_allclose(first["error"].values[alike], loss["error"].values[alike], rtol=1e-9)


def test_a_mixture_of_scenarios_keeps_the_replicates(sobol):
    mixed = measures.mixture(sobol, {"baseline": 0.5, "macro_severe": 0.5})
    middle = measures.pool_tails(mixed, "default", 0.5)[0].isel(scenario=0)
    low, high = measures.default_rate(sobol, 0.5)["estimate"].values
    assert low < float(middle["low"]) <= float(middle["estimate"]) <= float(middle["high"]) < high
