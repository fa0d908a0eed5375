"""Importance sampling and Sobol points estimate what plain sampling does, with smaller errors that are honest."""

import numpy as np
import pytest

import stress
from stress import measures, report
from stress.analytic import tranche_el, tranche_pd
from stress.errors import ConfigError, DataError
from stress.measures import target
from stress.measures.weighted import TINY, chance, weights_of
from stress.runs import engine
from stress.runs.dataset import to_dataset
from stress.runs.sampling import shifts
from stress.runs.sampling.shifts import aims_of
from stress.validation.one_period import one_period_job

P, RHO, ATTACH, DETACH = 0.02, 0.10, 0.25, 0.35
"""A note between these shares of a one-period pool loses with probability 4e-6."""
MEANS = ("expected_loss", "loss_probability", "irr", "price", "multiple", "wal", "shortfall_probability")


@pytest.fixture(scope="module")
def rare():
    job = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=32_768)
    return stress.simulate(job, estimator="importance")


@pytest.fixture(scope="module")
def worked(worked_job):
    return worked_job


@pytest.fixture(scope="module")
def plain_rare():
    """Plain paths of the same job."""
    return stress.simulate(one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=32_768))


@pytest.fixture(scope="module")
def plain_worked(worked):
    """Plain paths of two scenarios of the worked case."""
    return stress.simulate(worked, paths=32_768, seed=5, scenarios=[case.name for case in worked.scenarios[:2]])


def agree(first, second, name, note=slice(None)):
    """Two estimates of every note within 4 standard errors of their difference."""
    gap = np.abs(first[name].values - second[name].values)[..., note]
    error = np.hypot(first[f"{name}_se"].values, second[f"{name}_se"].values)[..., note]
    np.testing.assert_array_less(np.nan_to_num(gap), 4.0 * np.nan_to_num(error) + 1e-7, err_msg=name)


def test_a_loss_of_four_in_a_million_is_found_and_known_within_three_percent(rare):
    exact = (float(tranche_pd(ATTACH, P, RHO)), float(tranche_el(ATTACH, DETACH, P, RHO)))
    assert 3e-6 < exact[0] < 5e-6
    note = rare.sel(tranche="B", scenario="base")
    for truth, name in zip(exact, ("loss_probability", "expected_loss"), strict=True):
        assert abs(float(note[name]) - truth) < 4.0 * float(note[f"{name}_se"])
        assert float(note[f"{name}_se"]) < 0.03 * truth
    assert float(note["loss_probability_low"]) < exact[0] < float(note["loss_probability_high"])


def test_plain_sampling_would_need_a_thousand_times_the_paths(rare):
    note = rare.sel(tranche="B", scenario="base")
    probability = float(note["loss_probability"])
    plain_variance = probability * (1.0 - probability) / int(rare.attrs["paths"])
    assert plain_variance / float(note["loss_probability_se"]) ** 2 > 1_000.0


def test_frequent_losses_are_estimated_as_well_as_by_half_as_many_plain_paths(rare, plain_rare):
    exact = float(tranche_el(0.0, ATTACH, P, RHO))
    note = rare.sel(tranche="equity", scenario="base")
    assert abs(float(note["expected_loss"]) - exact) < 4.0 * float(note["expected_loss_se"])
    plain = plain_rare.sel(tranche="equity", scenario="base")
    assert float(note["expected_loss_se"]) < 2.0 * float(plain["expected_loss_se"])


def test_weights_average_one_and_every_histogram_stands_for_all_paths(rare):
    weights = weights_of(rare)
    mean, error = weights.first / weights.paths, np.sqrt(weights.variance / weights.paths)
    assert abs(mean - 1.0) < 4.0 * error
    assert measures.weighted.mass(rare, "loss").sum(-1) == pytest.approx(float(weights.paths), rel=1e-12)
    assert measures.effective_paths(rare) < float(weights.paths)
    assert rare["loss_top_weight"].max() <= 4.0
    assert (rare["effective_losses"].sel(tranche="B") > 500.0).all()
    assert measures.warnings(rare) == []


def test_tails_of_weighted_paths_are_those_of_the_closed_form(rare):
    from stress.analytic import loss_quantile

    level = 1.0 - 1e-5
    exact = (float(loss_quantile(level, P, RHO)) - 0.0) / ATTACH
    answer = measures.value_at_risk(rare, level).sel(tranche="equity", scenario="base")
    assert float(answer["low"]) <= exact <= float(answer["high"])
    assert float(answer["high"] - answer["low"]) < 0.05
    shortfall = measures.expected_shortfall(rare, 1.0 - 1e-5).sel(tranche="B", scenario="base")
    truth = float(tranche_el(ATTACH, DETACH, P, RHO)) / 1e-5
    assert abs(float(shortfall["estimate"]) - truth) < 4.0 * float(shortfall["error"])


@pytest.mark.parametrize("estimator", ["importance", "sobol"])
def test_every_measure_of_the_worked_case_agrees_with_plain_sampling(worked, plain_worked, estimator):
    plain, first_two = plain_worked, worked.model_copy(update={"scenarios": worked.scenarios[:2]})
    other = stress.simulate(first_two, paths=16_384, seed=6, estimator=estimator)
    assert other.attrs["estimator"] == estimator
    for name in MEANS:
        agree(plain, other, name)
    for name in ("early_amortization_probability", "trigger_probability", "first_loss_probability"):
        agree(plain, other, name)
    for name in ("cumulative_default", "excess_spread", "pool_balance", "cash_balance", "note_balance"):
        gap = np.abs(plain[f"{name}_mean"] - other[f"{name}_mean"]).values
        error = np.hypot(plain[f"{name}_mean_se"], other[f"{name}_mean_se"]).values
        often = np.abs(plain[f"{name}_mean"]).values > 1e-3  # a balance of few paths has no error to speak of
        assert (gap[often] <= 5.0 * error[often] + 1e-6).all(), name  # 16 batches: an error of its own
    fan = np.abs(plain["cumulative_default"] - other["cumulative_default"]).sel(quantile=[0.25, 0.5, 0.75]).values
    assert fan.max() < 0.01
    low, high = (np.maximum(plain[f"value_at_risk_{k}"], other[f"value_at_risk_{k}"]) for k in ("low", "high"))
    low, high = low.values, np.minimum(plain["value_at_risk_high"], other["value_at_risk_high"]).values
    assert (low <= high + 2e-4).mean() > 0.95


def test_a_weighted_result_is_saved_mixed_compared_and_reported(rare, plain_rare, tmp_path):
    from stress import results

    path = results.save(rare, tmp_path / "results.nc")
    back = results.open(path)
    assert back["loss_weight"].equals(rare["loss_weight"])
    assert measures.expected_loss(back)["estimate"].equals(measures.expected_loss(rare)["estimate"])
    mixed = measures.mixture(rare, {"base": 1.0})
    np.testing.assert_allclose(measures.expected_loss(mixed)["estimate"], rare["expected_loss"], rtol=1e-12)
    same = measures.compare(rare, back, "expected_loss")
    assert (same["estimate"] == 0.0).all()
    with pytest.raises(DataError, match="estimator"):
        measures.compare(rare, plain_rare, "expected_loss")
    assert report.write(rare, tmp_path / "report.html").stat().st_size > 10_000


def test_importance_sampling_that_has_nothing_to_aim_at_is_plain_sampling_and_says_so():
    """Notes lose often, or never: the bound of what no path shows is that of all paths, not of a quarter of them."""
    job = one_period_job(0.02, 0.1, (0.98,), paths=4_096)
    asked, plain = (stress.simulate(job, estimator=how) for how in ("importance", "plain"))
    assert asked.attrs["estimator"] == "plain"
    assert "plain paths, not importance" in asked.attrs["estimator_choice"]
    assert not measures.is_weighted(asked)
    for name in ("expected_loss", "expected_loss_se", "loss_probability_high", "value_at_risk"):
        np.testing.assert_array_equal(asked[name], plain[name])
    job = job.model_copy(update={"estimator": "importance"})
    assert stress.replay(job, path=5).equals(stress.replay(job.model_copy(update={"estimator": "plain"}), path=5))


@pytest.mark.usefixtures("quick_search")
@pytest.mark.parametrize("estimator", ["importance", "sobol"])
def test_a_path_is_replayed_as_it_was_drawn(worked, estimator):
    job = worked.model_copy(update={"scenarios": worked.scenarios[1:2], "paths": 1_024, "estimator": estimator})
    ds = stress.simulate(job)
    counts = ds["loss_count"].isel(scenario=0, tranche=-1).values
    bin_ = int(np.flatnonzero(counts)[-2])
    path = int(ds["loss_path"].isel(scenario=0, tranche=-1, loss_bin=bin_))
    again = stress.replay(job, path)
    low, high = float(ds["loss_bin_low"][bin_]), float(ds["loss_bin_high"][bin_])
    assert low <= float(again["loss"][-1]) <= high


def test_an_event_that_no_weighted_path_shows_has_the_bound_of_the_plain_ones(rare):
    weights = weights_of(rare)
    none = chance(np.array(0.0), np.array(0.0), weights)
    assert float(none.estimate) == 0.0
    assert float(none.high) == pytest.approx(-np.log(0.05) * 4.0 / float(weights.paths), rel=1e-9)
    tiny = chance(np.array(1e-15), np.array(1e-29), weights)
    assert (float(tiny.estimate), float(tiny.high)) == (0.0, TINY)


@pytest.mark.parametrize("rounding", [-2e-16, 0.0, 2e-16])
def test_an_event_on_every_weighted_path_has_the_bound_of_one_on_none_from_below(rare, rounding):
    """The calibrated variance is 0 there, or what rounding leaves of it: neither says how sure 1 is."""
    weights = weights_of(rare)
    none = chance(np.array(0.0), np.array(0.0), weights)
    every = chance(np.array(1.0 + rounding), np.array(weights.second / weights.paths), weights)
    assert (float(every.estimate), float(every.high)) == (1.0, 1.0)
    assert float(every.low) == pytest.approx(1.0 - float(none.high), rel=1e-12)
    assert float(every.error) == float(none.error)


@pytest.mark.usefixtures("quick_search")
def test_a_note_that_rests_on_few_paths_is_named_in_a_warning(worked):
    job = worked.model_copy(update={"scenarios": worked.scenarios[:1]})
    ds = stress.simulate(job, paths=512, estimator="importance")
    few = (ds["effective_losses"] > 0.0) & (ds["effective_losses"] < 50.0)
    assert few.any()
    lines = measures.warnings(ds)
    assert len(lines) >= int(few.sum())
    name = str(ds["tranche"].values[few.values[0]][0])
    assert any(line.startswith(f"{name} under baseline") for line in lines)


def test_shifts_do_not_depend_on_the_paths_that_they_weight_and_are_searched_for_once(worked, monkeypatch):
    severe = worked.model_copy(update={"scenarios": worked.scenarios[1:2]})
    first = aims_of(severe.model_copy(update={"paths": 1_000}))
    monkeypatch.setattr(shifts, "_round", None)
    second = aims_of(severe.model_copy(update={"paths": 9_000, "estimator": "importance"}))
    assert all(np.array_equal(a.shift, b.shift) for a, b in zip(first[0], second[0], strict=True))
    with pytest.raises(TypeError, match="not callable"):
        aims_of(severe.model_copy(update={"seed": severe.seed + 1}))
    assert {aim.tranche for aim in first[0]} >= {"A", "B", "mezzanine"}
    assert all(aim.lost > 0.1 for aim in first[0])


def test_sobol_points_make_the_error_of_an_expected_loss_ten_times_smaller():
    job = one_period_job(0.03, 0.2, (0.6, 0.2), paths=16_384)
    exact = float(tranche_el(0.0, 0.2, 0.03, 0.2))
    plain, sobol = stress.simulate(job), stress.simulate(job, estimator="sobol")
    assert float(sobol["expected_loss_se"][0, -1]) < 0.1 * float(plain["expected_loss_se"][0, -1])
    assert abs(float(sobol["expected_loss"][0, -1]) - exact) < 4.0 * float(sobol["expected_loss_se"][0, -1])


def test_a_run_stops_at_its_target_error_or_at_its_budget_and_says_which(worked):
    severe = worked.model_copy(update={"scenarios": worked.scenarios[1:2]})
    easy = stress.simulate(severe, paths=1_000_000, target_error="EL:subordinated=0.01")
    assert easy.attrs["paths"] < 200_000
    assert "reached" in easy.attrs["target"]
    assert float(easy["expected_loss_se"][0, -1] / easy["expected_loss"][0, -1]) <= 0.01
    whole = stress.simulate(severe, paths=int(easy.attrs["paths"]))
    np.testing.assert_array_equal(easy["loss_count"], whole["loss_count"])
    hard = stress.simulate(severe, paths=40_000, target_error="PD:mezzanine=0.001")
    assert hard.attrs["paths"] == 40_000
    assert "budget of 40,000 paths ended first" in hard.attrs["target"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("EL:B", "MEASURE:NOTE=RELATIVE"),
        ("XX:B=0.1", "one of EL"),
        ("EL:Z=0.1", "one of A, B"),
        ("VAR:B=0.1", "level in percent"),
        ("EL99:B=0.1", "level in percent"),
        ("DEFAULT:B=0.1", "measure of the pool"),
        ("EL:B=2", "between 0 and 1"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused_with_what_is_allowed(text, says):
    with pytest.raises(ConfigError, match=says):
        target.parse(text, ["A", "B"])


def test_auto_takes_importance_sampling_for_rare_losses_and_sobol_points_for_frequent_ones(worked):
    rare = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=4_096)
    ds = stress.simulate(rare, estimator="auto")
    assert ds.attrs["estimator"] == "importance"
    assert "pilot" in ds.attrs["estimator_choice"]
    often = one_period_job(0.1, 0.1, (0.7,), paths=4_096)
    assert stress.simulate(often, estimator="auto").attrs["estimator"] == "sobol"
    with pytest.raises(ConfigError, match="one of plain, sobol"):
        stress.simulate(often, estimator="best")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["loss_probability", "expected_loss"])
def test_intervals_of_weighted_estimates_cover_the_truth_as_often_as_they_say(name):
    exact = {
        "loss_probability": [float(tranche_pd(a, P, RHO)) for a in (DETACH, ATTACH, 0.0)],
        "expected_loss": [float(tranche_el(a, b, P, RHO)) for a, b in ((DETACH, 1.0), (ATTACH, DETACH), (0.0, ATTACH))],
    }[name]
    job = one_period_job(P, RHO, (1.0 - DETACH, DETACH - ATTACH), paths=8_192)
    packed = engine.packed_of(job.model_copy(update={"estimator": "importance"}))
    hits, runs = np.zeros(3), 1_000
    for seed in range(runs):
        from stress.kernels import alone
        from stress.kernels.memory import Workspace

        seeded, space = job.model_copy(update={"seed": seed, "estimator": "importance"}), Workspace(packed)
        alone.run(space, 0, 16, 8_192, seed)
        ds = to_dataset(seeded, space.tally())
        low, high = (ds[f"{name}_{side}"].values[0] for side in ("low", "high"))
        hits += (low <= exact) & (exact <= high)
    share = hits[:2] / runs
    assert ((share >= 0.93) & (share <= 0.975)).all(), share
