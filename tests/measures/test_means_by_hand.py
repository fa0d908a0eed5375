"""Means and chances of notes worked by hand: what they are over, their bounds, and notes that have none."""

import numpy as np
import pytest
import xarray as xr
from synthetic import results_of

from stress import measures
from stress.errors import DataError
from stress.measures import batches, means
from stress.measures.estimate import Interval
from stress.measures.proportions import proportion

NOTES = ["A", "B"]


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    """Two batches of 32 paths: B loses 0.1 on each of the first, 0.9 on half of the second; A nothing."""
    loss = np.repeat([0.1, 0.9, 0.0], [32, 16, 16])
    return results_of(np.stack([0.0 * loss, loss])[None], loss[None], notes=NOTES)


def of(answer: xr.Dataset, tranche: str = "B") -> list[float]:
    """Its parts for a note."""
    row = answer.sel(tranche=tranche) if "tranche" in answer.dims else answer
    return [float(row[end].item()) for end in ("estimate", "error", "low", "high")]


def test_a_mean_is_over_paths_and_a_loss_given_loss_over_those_that_lost(ds: xr.Dataset) -> None:
    """Batches average 0.1 and 0.45: 0.275 with an error of 0.175, more than the interval of a share can hold."""
    low = 0.275 / np.exp(12.7062047 * 0.175 / 0.275)
    assert of(measures.expected_loss(ds)) == pytest.approx([0.275, 0.175, low, 1.0])
    assert of(measures.loss_probability(ds)) == pytest.approx([float(part) for part in proportion(48, 64)])
    assert of(measures.shortfall_probability(ds)) == pytest.approx([float(part) for part in proportion(16, 64)])
    given = measures.lgd(ds)
    assert of(given)[0] == pytest.approx(17.6 / 48.0)
    pseudo = np.array([2.0 * 17.6 / 48.0 - 0.9, 2.0 * 17.6 / 48.0 - 0.1])  # without a batch 0.9 and 0.1
    assert of(given)[1] == pytest.approx(np.std(pseudo, ddof=1) / np.sqrt(2.0))
    assert of(given)[3] == 1.0
    assert of(measures.multiple(ds))[0] == pytest.approx(1.06 - 0.275)
    pool = measures.mean(ds, "mean_net_loss")
    assert pool["estimate"].dims == ("scenario",)
    assert of(pool)[:2] == pytest.approx([0.9 * 0.275, 0.9 * 0.175])
    assert of(pool)[3] > 1.0  # of the pool no share is asked


def test_where_no_path_lost_the_chance_of_a_loss_bounds_the_loss(ds: xr.Dataset) -> None:
    chance = of(measures.loss_probability(ds), "A")
    assert of(measures.expected_loss(ds), "A") == chance
    assert chance[0] == chance[2] == 0.0
    assert np.isnan(of(measures.lgd(ds), "A")[0])
    assert of(measures.lgd(ds), "A")[2:] == [0.0, 1.0]


def test_a_share_is_held_within_0_and_1_and_an_end_that_is_none_is_that_of_the_range(ds: xr.Dataset) -> None:
    """As sums of calibrated weights may lie a little beyond, and one batch has no interval."""
    for name in ("lgd", "expected_loss"):
        for given, wanted in (((-0.1, 0.5), (0.0, 0.5)), ((1.1, 1.2), (1.0, 1.0)), ((np.nan, np.nan), (0.0, 1.0))):
            parts = [np.full((1, 2), value) for value in (0.5, 0.0, *given)]
            bounded = means._bounded(ds, name, Interval(*parts))
            assert (bounded.low[0, 1], bounded.high[0, 1]) == wanted
            assert (bounded.estimate[0, 1], bounded.error[0, 1]) == (0.5, 0.0)


def test_a_yield_may_be_below_nothing_and_has_even_ends(ds: xr.Dataset) -> None:
    """0.05 less the loss: -0.05 and -0.4 by batch."""
    estimate, error, low, high = of(measures.irr(ds))
    assert (estimate, error) == (pytest.approx(-0.225), pytest.approx(0.175))
    assert high - estimate == pytest.approx(estimate - low) == pytest.approx(12.7062047 * 0.175)


def test_notes_without_principal_and_residual_ones_have_no_yield_or_no_life(ds: xr.Dataset) -> None:
    job = '{"deal": {"notes": [{"name": "A"}, {"name": "B", "residual": true}]}}'
    rest, certificate = ds.assign_attrs(job=job), ds.assign_coords(original=("tranche", [0.0, 1.0]))
    for dataset, measure, blank in (
        (ds, "wal", [False, False]),
        (rest, "wal", [False, True]),
        (rest, "irr", [False, False]),
        (certificate, "wal", [True, False]),
        (certificate, "irr", [True, False]),
        (certificate, "price", [False, False]),
    ):
        assert np.isnan(measures.mean(dataset, measure)["estimate"].values[0]).tolist() == blank, measure
        assert np.isnan(means.replicates_of(dataset, measure)[0].without[0, :, 0]).tolist() == blank, measure
    assert means.speaks_of(certificate, "expected_loss").tolist() == [False, True]
    assert means.speaks_of(certificate, "multiple").tolist() == [True, True]
    assert means.is_residual(rest).tolist() == [False, True]
    with pytest.raises(DataError, match=r"no mean named 'wall'; there are expected_loss, .*did you mean wal"):
        measures.mean(ds, "wall")


def test_a_mean_of_the_first_batches_is_that_of_their_paths(ds: xr.Dataset) -> None:
    replicates, size = means.replicates_of(ds, "lgd", 1)
    assert size.tolist() == [32.0]
    assert replicates.value[0, 1] == pytest.approx(0.1)
    whole, both = means.replicates_of(ds, "lgd")
    assert both.tolist() == [32.0, 32.0]
    np.testing.assert_allclose(whole.without[0, 1], [0.9, 0.1])


def test_a_chance_of_points_has_the_error_between_their_replicates() -> None:
    """Blocks of 32 points in turn are replicates: two of them, of which 8 and 16 points lose."""
    loss = np.zeros(64)
    loss[:8], loss[32:48] = 0.5, 0.5
    sobol = results_of(np.stack([0.0 * loss, loss])[None], notes=NOTES, estimator="sobol")
    error = np.hypot(0.125, 1.0 / 64.0)
    factor = np.exp(batches.student(2) * error / 0.375)
    assert of(measures.loss_probability(sobol)) == pytest.approx([0.375, error, 0.375 / factor, 1.0])
