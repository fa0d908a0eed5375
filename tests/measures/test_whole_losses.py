"""Losses of the whole on every path: what sampling cannot show has a bound, as where nothing is lost."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic import BLOCK, loss_bin, results_of, weighed_alike

from stress import measures
from stress.kernels.tally import MOST_WEIGHT, N_REPLICATE
from stress.measures import batches
from stress.measures.estimate import NORMAL
from stress.measures.proportions import proportion, zero_count_bound
from stress.measures.replicates import CLASS
from stress.measures.tails import tail_of


def test_what_every_path_loses_whole_is_as_uncertain_as_what_none_loses() -> None:
    """Of 1,000 paths: 1 - bound to 1 in place of 0 to the bound, the error the same; of the 100 that lose, likewise."""
    some = np.where(np.arange(1000) % 10 == 0, 1.0, 0.0)
    ds = results_of(np.stack([np.ones(1000), np.zeros(1000), some])[:, None], notes=["A"])
    whole, none, _ = (measures.expected_loss(ds).isel(scenario=k, tranche=0) for k in range(3))
    assert float(whole["low"]) == pytest.approx(1.0 - float(zero_count_bound(1000)))
    assert [float(whole[k]) for k in ("estimate", "high")] == [1.0, 1.0]
    assert float(whole["error"]) == pytest.approx(float(none["error"])) != 0.0
    lost = measures.lgd(ds).isel(scenario=2, tranche=0)
    assert [float(lost[k]) for k in ("estimate", "low")] == pytest.approx([1.0, 1.0 - float(zero_count_bound(100))])
    weighted = measures.lgd(weighed_alike(ds)).isel(scenario=2, tranche=0)
    assert [float(weighted[k]) for k in ("estimate", "low")] == pytest.approx(
        [float(lost[k]) for k in ("estimate", "low")]
    )
    aimed = measures.expected_loss(weighed_alike(ds)).isel(scenario=0, tranche=0)
    assert float(aimed["low"]) == pytest.approx(1.0 + np.log(0.05) * MOST_WEIGHT / 1000)  # as of a probability


def test_a_run_that_loses_all_on_every_path_is_compared_with_its_bound() -> None:
    before, after = (results_of(np.full((1, 1, 500), loss), notes=["A"]) for loss in (1.0, 0.0))
    for measure in ("expected_loss", "loss_probability"):
        answer = measures.compare(after, before, measure).isel(scenario=0, tranche=0)
        assert [float(answer[k]) for k in ("before", "before_high")] == [1.0, 1.0]
        assert float(answer["before_low"]) == pytest.approx(1.0 - float(zero_count_bound(500)))
        assert float(answer["after_high"]) == pytest.approx(float(zero_count_bound(500)))
        assert float(answer["before_error"]) == pytest.approx(float(answer["after_error"])) != 0.0


@pytest.mark.parametrize("weighed", [False, True])
def test_a_tail_that_loses_the_whole_is_bounded_unless_more_paths_do_than_it_holds(weighed: bool) -> None:
    """Of 1,000 paths 12 or all lose the whole. The worst hundredth may be 6.2 of these and 3.8 others at the least
    (Clopper-Pearson, 97.5%); of all no chance makes them fewer than a hundredth."""
    some = np.where(np.arange(1000) < 12, 1.0, 0.0)
    ds = results_of(np.stack([some, np.ones(1000)])[:, None], notes=["A"])
    es = measures.expected_shortfall(weighed_alike(ds) if weighed else ds, 0.99).isel(tranche=0)
    few, every = (es.isel(scenario=k) for k in range(2))
    least = float(proportion(12, 1000).low) / 0.01
    assert [float(few[k]) for k in ("estimate", "low", "high")] == pytest.approx([1.0, least, 1.0], abs=0.002)
    assert float(few["error"]) == pytest.approx((1.0 - least) / 3.92, abs=0.001)
    assert [float(every[k]) for k in ("estimate", "error", "low", "high")] == pytest.approx([1.0, 0.0, 1.0, 1.0])


def replicated(losses: np.ndarray) -> xr.Dataset:
    """A result of one note whose losses (path,) are counted by replicate as well."""
    ds, path = results_of(losses[None, None], notes=["A"]), np.arange(losses.size)
    count = np.zeros((N_REPLICATE, CLASS.max() + 1))
    np.add.at(count, (path // BLOCK % N_REPLICATE, CLASS[loss_bin(losses)]), 1)
    return ds.assign(loss_replicate=(("scenario", "tranche", "replicate", "coarse_bin"), count[None, None]))


def test_a_tail_of_sobol_points_that_loses_the_whole_is_bounded_as_their_replicates_differ() -> None:
    """16 points in each of 64 blocks: the worst hundredth is 10.24 of 1,024, of which 13 lose the whole."""
    es = measures.expected_shortfall(replicated(np.where(np.arange(1024) % 79 == 0, 1.0, 0.0)), 0.99)
    answer = es.isel(scenario=0, tranche=0)
    assert float(answer["estimate"]) == pytest.approx(1.0)
    assert 0.9 < float(answer["low"]) < 0.95
    assert float(answer["high"]) == 1.0
    assert float(answer["error"]) == pytest.approx((1.0 - float(answer["low"])) / (2.0 * batches.student(16)))


def test_tails_of_the_whole_are_compared_with_the_intervals_that_each_run_has() -> None:
    before, after = (replicated(np.where(np.arange(1024) % every == 0, 1.0, 0.0)) for every in (1, 79))
    for measure in ("ES99", "VAR99"):
        answer = measures.compare(after, before, measure).isel(scenario=0, tranche=0)
        assert [float(answer[k]) for k in ("before", "before_error", "before_low")] == [1.0, 0.0, 1.0]
        own = tail_of(after, measure).isel(scenario=0, tranche=0)
        assert float(answer["after"]) == pytest.approx(1.0)
        assert float(answer["after_low"]) == float(own["low"]) < 1.0


def test_a_tail_of_less_than_a_path_is_known_no_better_than_its_value_at_risk() -> None:
    """The worst 0.01% of 4,096 paths is 0.41 of one. Losses of Beta(1/2, 20): the mean beyond their quantile lies above
    the lower end nearly always, which stood at the worst path and above that mean in a sixth of results."""
    level, law = 0.9999, stats.beta(0.5, 20.0)
    grid = np.linspace(law.ppf(level), 1.0, 20_001)
    truth = grid[0] + np.trapezoid(law.sf(grid), grid) / (1.0 - level)
    losses = np.random.default_rng(1).beta(0.5, 20.0, (200, 1, 4096))
    answer = measures.expected_shortfall(results_of(losses, notes=["A"]), level).isel(tranche=0)
    var = measures.value_at_risk(results_of(losses[:5], notes=["A"]), level).isel(tranche=0)
    assert answer["low"].values[:5] == pytest.approx(var["low"].values)
    assert (answer["high"].values == 1.0).all()
    assert (answer["low"].values <= truth).mean() >= 0.975
    assert answer["error"].values == pytest.approx((1.0 - answer["low"].values) / (2.0 * NORMAL))


def test_a_tail_of_enough_paths_that_stops_short_of_a_whole_loss_keeps_its_error() -> None:
    """1% of 10,000 paths lose the whole, 1% nearly: value at risk may be the whole, the mean of the worst is known."""
    path = np.arange(10_000) % 100
    losses = np.where(path == 0, 1.0, np.where(path == 1, 0.9, 0.0))
    es = measures.expected_shortfall(results_of(losses[None, None], notes=["A"]), 0.99).isel(scenario=0, tranche=0)
    assert float(es["low"]) > 0.98


@pytest.mark.parametrize("paths", [1000, 2000, 3000, 4097])
@pytest.mark.parametrize("weighed", [False, True])
def test_what_every_path_loses_is_one_exactly_at_every_level(weighed: bool, paths: int) -> None:
    """Not 0.9999999999999991: the tail's sum over (1 - level) paths is off by rounding."""
    ds = results_of(np.ones((1, 1, paths)), notes=["A"])
    ds = weighed_alike(ds) if weighed else ds
    levels = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9999]
    for measure in (measures.value_at_risk, measures.expected_shortfall):
        assert measure(ds, levels)["estimate"].values.tolist() == [[[1.0] * len(levels)]]
    assert measures.expected_loss(ds)["estimate"].item() == 1.0
