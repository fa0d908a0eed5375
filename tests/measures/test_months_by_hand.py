"""Means by month and events of a few paths, worked by hand."""

import numpy as np
import pytest
import xarray as xr
from synthetic import N_MONTH, results_of, weighed_alike

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import N_REPLICATE
from stress.measures import fans
from stress.measures.proportions import proportion


@pytest.fixture(scope="module")
def ds() -> xr.Dataset:
    """512 paths whose pool defaults 0.1 by the last month fill the first batch, one of 0.3 is all of the second."""
    default = np.where(np.arange(513) < 512, 0.1, 0.3)[None]
    losses = np.stack([np.zeros_like(default), default], 1)
    return results_of(losses, default, notes=["A", "B"])


def test_a_month_mean_has_the_error_of_batches_of_512_paths_and_of_one(ds: xr.Dataset) -> None:
    """Together 51.5 of 513, without the one 0.3, without the other 0.1: pseudo-values 0.1 and 0.3, and the variance is
    the mean of 512 x (0.2/513)^2 and (0.2 x 512/513)^2 / 512, which are the same."""
    answer = measures.month_mean(ds, "cumulative_default").isel(scenario=0, month=-1)
    assert float(answer["estimate"]) == pytest.approx(51.5 / 513.0)
    error = np.sqrt(512.0) * 0.2 / 513.0
    assert float(answer["error"]) == pytest.approx(error)
    assert float(answer["high"]) == pytest.approx(51.5 / 513.0 + 12.7062047 * error)
    assert answer["estimate"].attrs["units"] == "1"


def test_month_means_of_notes_are_named_by_note_and_those_of_weighted_paths_are_over_the_weights(
    ds: xr.Dataset,
) -> None:
    """In the last month the balance of B is what it lost; a weight of 2 of the one path counts it twice."""
    answer = measures.month_mean(ds, "note_balance")
    assert answer["estimate"].dims == ("scenario", "tranche", "month")
    assert float(answer["estimate"].sel(tranche="B")[0, -1]) == pytest.approx(51.5 / 513.0)
    weighted = weighed_alike(ds)
    for name in ("month_weight", "month_sum"):
        weighted[name] = weighted[name].copy(deep=True)
        weighted[name][{"month_batch": 1}] *= 2.0
    mean = measures.month_mean(weighted, "cumulative_default")["estimate"][0, -1]
    assert float(mean) == pytest.approx((51.2 + 0.6) / 514.0)
    assert measures.month_mean(ds, "excess_spread")["estimate"].attrs["units"] == "1/year"
    for measure in (measures.month_mean, measures.fan):
        with pytest.raises(DataError, match="no month quantity named 'balance'; there are cumulative_default, "):
            measure(ds, "balance")


def test_a_fan_of_the_pool_has_no_notes_and_no_bound_where_nothing_lies_beyond(ds: xr.Dataset) -> None:
    """A note that is whole or gone is so; of defaults the last bin holds all beyond, of excess spread both do."""
    assert measures.fan(ds, "pool_balance").dims == ("scenario", "month", "quantile")
    assert measures.fan(ds, "excess_spread").attrs["units"] == "1/year"
    assert measures.fan(ds, "note_balance").attrs["units"] == "1"
    assert fans.ends("A:balance") == (-np.inf, np.inf)
    assert fans.ends("cumulative_default") == (-np.inf, pytest.approx((1023 / 1024) ** 2))
    assert fans.ends("excess_spread") == (pytest.approx(-((1022 / 1024) ** 2)), pytest.approx((1022 / 1024) ** 2))
    assert fans.edges("pool_balance")[[0, 512, 1024]].tolist() == [0.0, 0.5, 2.0]
    assert fans.edges("excess_spread")[[0, 256, 512, 768, 1024]].tolist() == [-1.0, -0.25, 0.0, 0.25, 1.0]


def events(of: dict[int, int]) -> np.ndarray:
    """Paths by the month of an event; 0: never."""
    count = np.zeros(N_MONTH + 1)
    for month, paths in of.items():
        count[month - 1] = paths
    return count


def test_an_event_has_happened_by_the_month_of_its_path(ds: xr.Dataset) -> None:
    """Of eight paths two in month 3, one in month 5, five never: exact counts of eight."""
    known = ds.assign(early_count=ds["early_count"].copy(data=events({3: 2, 5: 1, 0: 5})[None]))
    answer = measures.event_probability(known, "early_amortization").isel(scenario=0)
    assert answer["estimate"].values.tolist() == [0.0] * 2 + [0.25] * 2 + [0.375] * (N_MONTH - 4)
    wanted = proportion([0, 2, 3], 8)
    for end, part in wanted._asdict().items():
        np.testing.assert_allclose(answer[end].sel(month=[2, 3, 5]), part, err_msg=end)
    with pytest.raises(DataError, match="no event named 'early'; there are early_amortization, trigger, first_loss"):
        measures.event_probability(known, "early")


def test_an_event_of_points_has_the_error_between_replicates(ds: xr.Dataset) -> None:
    """Of two replicates of 256 and 257 points 64 and 128 have it by month 3: shares of 1/4 and 128/257."""
    size, happened = np.array([256, 257]), np.array([64, 128])
    paths, count = np.zeros(256), np.zeros((1, N_REPLICATE, N_MONTH + 1))
    paths[[0, N_REPLICATE + 5]] = size  # batches of replicates 0 and 5
    count[0, [0, 5], 2], count[0, [0, 5], -1] = happened, size - happened
    sobol = ds.assign_attrs(estimator="sobol").assign(
        batch_path=("batch", paths),
        early_count=ds["early_count"].copy(data=count.sum(1)),
        early_replicate=(("scenario", "replicate", "event_month"), count),
    )
    answer = measures.event_probability(sobol, "early_amortization").isel(scenario=0)
    assert float(answer["estimate"].sel(month=3)) == pytest.approx(192 / 513)
    share, shares = size / 513.0, happened / size
    error = np.hypot(np.sqrt((np.square(shares - 192 / 513) * share / (1.0 - share)).mean()), 1.0 / 513.0)
    assert float(answer["error"].sel(month=3)) == pytest.approx(error)
    plain = proportion(0, 513)
    assert float(answer["high"].sel(month=2)) == pytest.approx(float(plain.high))
