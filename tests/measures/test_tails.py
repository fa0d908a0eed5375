"""Differences of value at risk and expected shortfall: errors that know of common random numbers."""

import functools

import numpy as np
import pytest
from shipped import JOB

import stress
from stress import measures
from stress.analysis import trials
from stress.analysis.sensitivities import sensitivity
from stress.errors import ConfigError, DataError
from stress.inputs.scenario import Shock
from stress.measures import batches
from stress.measures.tails import is_tail, replicates_of_tail, tail_of
from stress.validation.one_period import one_period_job


@functools.cache
def pair(seed: int, paths: int = 8_192):
    """A pool under a t copula as it is and with odds of default up by a tenth; what the residual note loses."""
    job = one_period_job(0.05, 0.1, (0.7,), paths=paths, seed=seed, df=8.0)
    moves = [[], [Shock(target="default_odds", multiply=1.1)]]
    return trials.counted(trials.variants(job, job.scenarios[0], moves), 1, replicated=True)


@pytest.mark.parametrize("measure", ["VAR95", "ES95"])
def test_the_error_of_a_difference_is_what_differences_of_many_seeds_spread_by(measure):
    """Of 24 seeds a standard deviation is known to 15%; each stated error rests on 16 replicates."""
    answers = [measures.difference(pair(seed), measure).isel(scenario=1, tranche=-1) for seed in range(24)]
    spread = np.std([float(a["estimate"]) for a in answers], ddof=1)
    stated = np.sqrt(np.mean([float(a["error"]) ** 2 for a in answers]))
    assert 0.55 < stated / spread < 1.8
    own_error = float(tail_of(pair(0), measure)["error"].isel(scenario=0, tranche=-1))
    assert stated < 0.6 * own_error  # most of the noise is common


@pytest.mark.parametrize("measure", ["VAR99", "ES99"])
def test_replicates_of_a_tail_say_its_own_error(measure):
    ds = pair(1)
    replicates, size = replicates_of_tail(ds, measure)
    known = tail_of(ds, measure).transpose("scenario", "tranche")
    assert replicates.value == pytest.approx(known["estimate"].values)
    error = batches.error(replicates, size)
    kept = (known["estimate"].values > 0.0) & (known["high"].values < 1.0)  # else the error is that of a bound
    assert kept.any()
    assert error[kept] == pytest.approx(known["error"].values[kept], rel=0.02)
    often = ds["loss_replicate"].sel(tranche="equity").isel(scenario=0)
    beyond = often.where(ds["coarse_bin"] > replicates.value[0, -1], 0).sum("coarse_bin")
    assert np.corrcoef(beyond, replicates.without[0, -1])[0, 1] < -0.8  # without the worst less is lost


def test_a_result_of_plain_paths_says_which_run_has_differences_of_tails():
    plain = stress.simulate(stress.load(JOB), 512, scenarios=["baseline"])
    with pytest.raises(DataError, match="--estimator sobol"):
        measures.compare(plain, plain, "VAR99")
    points = stress.simulate(stress.load(JOB), 1_024, scenarios=["baseline"], estimator="sobol")
    mean, whole, quantile = (measures.compare(points, points, name) for name in ("expected_loss", "ES99", "VAR99"))
    assert float(np.abs(whole["estimate"]).max()) == 0.0
    assert whole["high"].values == pytest.approx(100.0 * mean["high"].values)  # a path that was not seen may differ
    assert float(quantile["error"].max()) == 0.0


def test_a_tornado_of_a_tail_has_the_signs_of_finance():
    job = stress.load(JOB).model_copy(update={"paths": 4_096})
    answer = sensitivity(job, "var95", "subordinated")
    assert (answer.measure, answer.tranche) == ("VAR95", "subordinated")
    odds = next(bar for bar in answer.bars if bar.name == "default odds")
    assert odds.down is not None
    assert odds.up is not None
    assert odds.down.high < 0.0 < odds.up.low
    with pytest.raises(ConfigError, match=r"one of EL, .*VAR99"):
        sensitivity(job, "VAR")


@pytest.mark.parametrize("text", ["VAR", "ES0", "VAR100", "EL99", "var99", "VAR99.9.9"])
def test_a_tail_has_a_level_in_percent(text):
    assert not is_tail(text)


@pytest.mark.parametrize("kind", ["VAR", "ES"])
def test_tails_of_less_than_a_path_differ_by_an_error_that_nobody_knows(kind):
    """Half a path of 1,024 at 99.95%: what it loses moved by a change whose error stood at 0; each run has its own
    error, and where nothing moves a difference is bounded by the whole."""
    ds, measure = pair(1, 1024), f"{kind}99.95"
    moved = measures.difference(ds, measure).isel(scenario=1, tranche=0)
    assert float(moved["estimate"]) > 0.0
    assert np.isnan(float(moved["error"]))
    still = measures.compare(ds, ds, measure).isel(scenario=0, tranche=0)
    assert float(still["before_error"]) == float(tail_of(ds, measure)["error"].isel(scenario=0, tranche=0)) > 0.0
    assert [float(still[k]) for k in ("estimate", "low", "high")] == [0.0, -1.0, 1.0]
