"""Weighted paths in the measures: equal weights change nothing, others give what the definition says path by path."""

from functools import partial

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic import case, loss_bin, weighed_alike

from stress import measures
from stress.measures import sums
from stress.measures.histogram import LOW, WIDTH, Weighing, tails
from stress.measures.weighted import MOST_WEIGHT, Weights, chance

N_BATCH, SIZE = 8, 250


@pytest.mark.parametrize("level", [0.9, 0.99])
def test_equal_weights_give_the_tail_of_plain_paths(level: float) -> None:
    loss = np.random.default_rng(5).beta(0.5, 12.0, 20_000)
    count = np.bincount(loss_bin(loss), minlength=LOW.size).astype(float)
    (plain,) = tails(count, loss.sum(), [level])
    same = Weights(np.array(20_000.0), np.array(20_000.0), np.array(20_000.0))
    (tail,) = tails(count, loss.sum(), [level], Weighing(count, same))
    assert tail.quantile == plain.quantile
    assert tail.shortfall == plain.shortfall
    assert tail.shortfall_error == pytest.approx(plain.shortfall_error, rel=1e-9)
    assert tail.low == pytest.approx(plain.low, abs=10.0 * WIDTH)
    assert tail.high == pytest.approx(plain.high, abs=10.0 * WIDTH)
    assert tail.low < tail.quantile < tail.high


@pytest.fixture(scope="module")
def plain() -> xr.Dataset:
    return case(6_000, 2)


MEASURED = {
    **{name: partial(measures.mean, name=name) for name in measures.MEANS},
    "loss_probability": measures.loss_probability,
    "shortfall_probability": measures.shortfall_probability,
    "event": partial(measures.event_probability, event="first_loss"),
    "trigger": partial(measures.event_probability, event="trigger"),
    "month": partial(measures.month_mean, quantity="pool_balance"),
    "exceedance": partial(measures.exceedance, value=0.0603),
    "tail": partial(measures.value_at_risk, level=0.95),
    "pool": partial(measures.default_rate, level=[0.5, 0.99]),
    "life": measures.wal_distribution,
    "yield": measures.irr_distribution,
    "difference": partial(measures.difference, measure="expected_loss"),
}


CHANCES = ("loss_probability", "shortfall_probability", "event", "trigger", "exceedance")


@pytest.mark.parametrize("name", MEASURED)
def test_paths_that_weigh_alike_are_plain_paths(name: str, plain: xr.Dataset) -> None:
    """But for the bound where no path shows it: a weight of importance sampling may be as large as 4."""
    wanted, answer = MEASURED[name](plain), MEASURED[name](weighed_alike(plain))
    np.testing.assert_allclose(answer["estimate"], wanted["estimate"], rtol=1e-9, atol=1e-12)
    share = wanted["estimate"]
    seen = (share > 0.01) & (share < 0.99) if name in CHANCES else share != 0.0
    for end, apart in (("error", 0.05), ("low", 0.1), ("high", 0.1)):
        assert bool(seen.any())
        np.testing.assert_allclose(
            answer[end].where(seen), wanted[end].where(seen), rtol=apart, atol=1e-12, err_msg=end
        )


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    """Weights of mean 1 under the law they come from, and a loss of each path, by batch."""
    rng = np.random.default_rng(8)
    z = rng.standard_normal((N_BATCH, SIZE)) + 0.5
    return np.exp(0.125 - 0.5 * z), np.maximum(z - 1.0, 0.0)


def dataset(weight: np.ndarray, loss: np.ndarray) -> xr.Dataset:
    """Only the sums that a mean reads."""

    def of(values: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        return ("scenario", "quantity", "batch"), values.sum(1)[None, None]

    return xr.Dataset(
        {
            "loss_weight": ((), 0.0),
            "batch_path": ("batch", np.full(len(weight), SIZE)),
            "batch_weight": ("batch", weight.sum(1)),
            "batch_weight_square": ("batch", (weight**2).sum(1)),
            "batch_sum": of(weight * loss),
            "batch_square_sum": of(weight**2 * loss),
        },
        {"tranche": ["A"], "quantity": ["A:loss"], "scenario": ["base"]},
    )


def calibrated(weight: np.ndarray, loss: np.ndarray) -> float:
    """The mean loss by g = w (a + b w), with a and b such that g averages 1 and varies least."""
    w = weight.ravel()
    b = (1.0 - w.mean()) / w.var()
    return float(np.mean(w * (1.0 + b * (w - w.mean())) * loss.ravel()))


def test_a_mean_of_weighted_paths_is_that_of_calibrated_weights_and_so_without_each_batch(sample) -> None:
    weight, loss = sample
    replicates, size = sums.means(dataset(weight, loss), sums.of_notes, "loss")
    assert size.tolist() == [SIZE] * N_BATCH
    assert replicates.value[0, 0] == pytest.approx(calibrated(weight, loss), rel=1e-12)
    for batch in range(N_BATCH):
        rest = [np.delete(array, batch, axis=0) for array in sample]
        assert replicates.without[0, 0, batch] == pytest.approx(calibrated(*rest), rel=1e-12)


def test_a_mean_of_the_first_weighted_batches_is_that_of_a_run_of_them(sample) -> None:
    replicates, size = sums.means(dataset(*sample), sums.of_notes, "loss", 3)
    first, of_first = sums.means(dataset(*(array[:3] for array in sample)), sums.of_notes, "loss")
    assert size.tolist() == of_first.tolist() == [SIZE] * 3
    np.testing.assert_allclose(replicates.value, first.value, rtol=1e-12)
    np.testing.assert_allclose(replicates.without, first.without, rtol=1e-12)


def test_calibrated_weights_add_up_to_the_paths(sample) -> None:
    weight, _ = sample
    assert calibrated(weight, np.ones_like(weight)) == pytest.approx(1.0, rel=1e-12)
    replicates, _ = sums.means(dataset(weight, np.ones_like(weight)), sums.of_notes, "loss")
    np.testing.assert_allclose(replicates.value, 1.0, rtol=1e-12)
    np.testing.assert_allclose(replicates.without, 1.0, rtol=1e-12)


@pytest.mark.parametrize("mean", [0.02, 0.5, 1.0, 0.0])
def test_a_chance_has_the_bounds_of_a_gamma_law_and_where_all_or_none_show_it_those_of_one_more_path(
    mean: float,
) -> None:
    """Fay and Feuer (1997), by scipy's gamma law in the place of its inverse; weights of 0.5 and 1.5 in turns."""
    paths, most = 1_000.0, MOST_WEIGHT / 1_000.0
    weights = Weights(np.array(paths), np.array(paths), np.array(1.25 * paths))
    interval = chance(np.array(mean), np.array(1.25 * mean), weights, np.array(1.5))
    assert 0.0 <= interval.low <= interval.estimate <= interval.high <= 1.0
    if mean in (0.0, 1.0):
        assert interval.low == pytest.approx(1.0 - np.log(20.0) * most if mean else 0.0)
        assert interval.high == pytest.approx(1.0 if mean else stats.gamma.ppf(0.95, 1.0, scale=most), rel=1e-9)
        assert interval.error == pytest.approx(most)
        return
    spread = interval.error**2
    size = 1.5 / paths
    low = stats.gamma.ppf(0.025, mean**2 / spread, scale=spread / mean)
    more, wide = mean + size, spread + size**2
    assert interval.low == pytest.approx(low, rel=1e-9)
    assert interval.high == pytest.approx(stats.gamma.ppf(0.975, more**2 / wide, scale=wide / more), rel=1e-9)
    assert spread == pytest.approx(1.25 * mean * (1.0 - mean) / paths, rel=0.3)
