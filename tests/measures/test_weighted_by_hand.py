"""Weighted paths worked by hand: what they are worth, their chances and their tails."""

import numpy as np
import pytest
import xarray as xr

from stress import measures
from stress.kernels.tally import MOST_WEIGHT
from stress.measures.estimate import NORMAL
from stress.measures.histogram import HIGH, LOW, Weighing, _weighted_interval, tails
from stress.measures.weighted import TINY, Weights, chance, square, variance

N_BIN = LOW.size


def weights(paths: float, first: float, second: float) -> Weights:
    """Of so many paths, with these sums of the weights and of their squares."""
    return Weights(np.array(paths), np.array(first), np.array(second))


def dataset() -> xr.Dataset:
    """100 paths, weights of 1.5 in one batch of 50 and 0.5 in the other: 4 of the one lose B, 64 of both lose C.

    Bins: none, some, all of the note. None loses A, 4 lose all of B, 40 of weight 1.5 all of C and 24 of 0.5 some.
    """
    dims = ("scenario", "tranche", "loss_bin")
    count = np.array([[100, 0, 0], [96, 0, 4], [36, 24, 40]])
    first = np.array([[100.0, 0.0, 0.0], [94.0, 0.0, 6.0], [28.0, 12.0, 60.0]])
    second = np.array([[125.0, 0.0, 0.0], [116.0, 0.0, 9.0], [29.0, 6.0, 90.0]])
    return xr.Dataset(
        {
            "loss_count": (dims, count[None]),
            "loss_weight": (dims, first[None]),
            "loss_weight_square": (dims, second[None]),
            "loss_top_weight": (dims[:2], np.array([[0.0, 1.5, 1.5]])),
            "batch_path": ("batch", np.array([50.0, 50.0])),
            "batch_weight": ("batch", np.array([75.0, 25.0])),
            "batch_weight_square": ("batch", np.array([112.5, 12.5])),
        },
        {"scenario": ["base"], "tranche": ["A", "B", "C"]},
    )


def test_weights_of_one_and_a_half_and_of_a_half_are_worth_80_of_100_paths() -> None:
    """100^2 / 125; of B 6^2 / 9 and of C 72^2 / 96, the largest of them 1.5 of 6 and of 72."""
    ds = dataset()
    assert measures.effective_paths(ds) == pytest.approx(80.0)
    trust = measures.trust(ds)
    np.testing.assert_allclose(trust["effective_losses"][0], [0.0, 4.0, 54.0])
    np.testing.assert_allclose(trust["largest_share"][0], [np.nan, 0.25, 1.5 / 72.0])
    sentences = ["B under base: rests on 4 effective paths, 25% of it on one path"]
    assert measures.warnings(ds) == sentences
    assert measures.warnings(ds.drop_vars("loss_weight")) == []
    ds["loss_weight"][0, 0, 2] = 100.0 * TINY  # as good as none
    assert measures.trust(ds)["effective_losses"][0, 0] == 0.0


def test_a_note_that_rests_on_one_path_or_on_few_or_on_a_heavy_one_is_told() -> None:
    ds = dataset()
    counts = {"loss_weight": [0.0, 0.0, 1.5], "loss_weight_square": [0.0, 0.0, 2.25], "loss_count": [99, 0, 1]}
    single = ds.assign({k: ds[k].copy(data=np.broadcast_to(v, ds[k].shape)) for k, v in counts.items()})
    assert measures.warnings(single)[1:] == [
        f"{n} under base: rests on 1 effective path, 100% of it on one path" for n in "BC"
    ]
    heavy = ds.assign(loss_top_weight=ds["loss_top_weight"] * 5.0)
    assert measures.warnings(heavy)[1] == "C under base: rests on 54 effective paths, 10% of it on one path"
    few = ds.assign(loss_weight_square=ds["loss_weight_square"] * 1.125)
    assert measures.warnings(few)[1] == "C under base: rests on 48 effective paths, 2% of it on one path"


def test_fifty_effective_paths_and_a_tenth_on_one_are_enough() -> None:
    """Fifty that weigh 10 together, the squares 2: 10^2 / 2, the largest 1."""
    ds = dataset()
    fifty = {"loss_weight": [90.0, 0.0, 10.0], "loss_weight_square": [123.0, 0.0, 2.0], "loss_count": [50, 0, 50]}
    ds = ds.assign({k: ds[k].copy(data=np.broadcast_to(v, ds[k].shape)) for k, v in fifty.items()})
    assert measures.warnings(ds.assign(loss_top_weight=ds["loss_top_weight"] * 0.0 + 1.0)) == []


def test_squares_of_weights_are_no_less_than_those_of_equal_ones() -> None:
    """Of 24 paths that weigh 12 together: 6 at least; sums that lost their last digits are lifted to it."""
    ds = dataset()
    ds["loss_weight_square"][0, 2, 1], ds["loss_weight_square"][0, 1, 2] = 5.0, 10.0
    squares = square(ds, "loss")
    assert squares[0, 2].tolist() == [29.0, 6.0, 90.0]
    assert squares[0, 1].tolist() == [116.0, 0.0, 10.0]
    np.testing.assert_allclose(measures.mass(dataset(), "loss"), dataset()["loss_weight"])  # weights of mean 1


def test_weights_of_another_mean_are_calibrated_to_1() -> None:
    """Weights of 1.5 and 0.5 in three of four parts and one: mean 1.25, variance 0.1875. Calibrated they average 1."""
    moments = weights(4.0, 5.0, 7.0)
    assert moments.variance == pytest.approx(0.1875)
    slope = (1.0 - 1.25) / 0.1875
    g = [w * (1.0 + slope * (w - 1.25)) for w in (1.5, 0.5)]
    assert moments.calibrated(np.array(4.5), np.array(6.75)) == pytest.approx(3.0 * g[0] / 4.0)
    assert moments.calibrated(np.array(0.5), np.array(0.25)) == pytest.approx(g[1] / 4.0)
    assert moments.calibrated(np.array(5.0), np.array(7.0)) == pytest.approx(1.0)


def test_what_the_weights_explain_is_taken_out_of_a_variance() -> None:
    """1 - 0.5^2 less (0.75 - 0.5)^2 / 0.25, over 100 paths; never below 0."""
    of = weights(100.0, 100.0, 125.0)
    assert variance(np.array(0.5), np.array(1.0), np.array(0.75), of) == pytest.approx(0.005)
    assert variance(np.array(0.5), np.array(0.2), np.array(0.5), of) == 0.0


def test_chances_at_the_ends_are_bounds_and_one_without_variance_is_known() -> None:
    """1,000 paths, weights of 0.5 and 1.5: none, a rounding, half, all but a rounding, and beyond."""
    of, most = weights(1_000.0, 1_000.0, 1_250.0), MOST_WEIGHT / 1_000.0
    interval = chance(
        np.array([-1e-3, 0.0, 1e-13, 0.5, 1.0 - 1e-13, 1.5]), np.array([0.0, 0.0, 1e-13, 0.5, 1.2, 1.2]), of
    )
    np.testing.assert_array_equal(interval.estimate, [0.0, 0.0, 0.0, 0.5, 1.0, 1.0])
    unseen, sure = -np.log(0.05) * most, 1.0 + np.log(0.05) * most
    some = chance(np.array(0.5), np.array(0.5), of)
    np.testing.assert_allclose(interval.low, [0.0, 0.0, 0.0, some.low, sure, sure])
    np.testing.assert_allclose(interval.high[1:], [unseen, TINY, some.high, 1.0, 1.0])
    np.testing.assert_allclose(interval.error, [most, most, TINY, np.sqrt(0.25) / np.sqrt(1_000.0), most, most])
    few = chance(np.array(1.0), np.array(1.0), weights(8.0, 8.0, 8.0))
    assert (few.low, few.high) == (0.0, 1.0)  # of 8 paths even all say nothing
    many = chance(np.array(0.9), np.array(0.9), weights(8.0, 8.0, 10.0))
    assert many.high == 1.0  # no chance is more
    assert many.low < 0.9
    flat = chance(np.array(0.5), np.array(0.25), of, np.array(1.5))  # whatever the paths, the mean is the same
    assert (flat.low, flat.estimate, flat.high, flat.error) == (0.5, 0.5, 0.5, 0.0)


def test_without_its_largest_weight_a_chance_has_one_more_path_of_the_usual_one() -> None:
    of = weights(1_000.0, 1_000.0, 1_250.0)
    usual = chance(np.array(0.02), np.array(0.03), of)
    assert usual.high == chance(np.array(0.02), np.array(0.03), of, np.array(1.5)).high
    assert usual.high < chance(np.array(0.02), np.array(0.03), of, np.array(2.0)).high


@pytest.fixture
def steps() -> tuple[np.ndarray, Weighing]:
    """100 paths that lose 0.0001, 0.0002 ... less a little, of weights whose squares average 2, in the tail as well."""
    count = np.zeros(N_BIN)
    count[1:101] = 1.0
    return count, Weighing(2.0 * count, weights(100.0, 100.0, 200.0))


def test_the_interval_of_a_weighted_quantile_inverts_that_of_exceeding_it(steps) -> None:
    """A share p of the paths beyond has the variance 2 p (1 - p) / 100 and that of one more path of weight 2, 0.0004.

    10% lies within 1.96 errors of 22% (from 9.9%), not of 23% (10.7%); of 3% (to 9.1%), not of 4% (10.7%). 1% lies
    within those of 10% (from 0.8%), not of 11% (1.5%), and of none at all: one more path is 2%.
    """
    assert _weighted_interval(*steps, 0.9) == (LOW[78], HIGH[97])
    assert _weighted_interval(*steps, 0.99) == (LOW[90], 1.0)


def test_one_more_path_is_as_heavy_as_the_last_that_lost(steps) -> None:
    """The worst weighs 6, with the one before it 4 on average: 1.96 times 6% is more than 10%, 1.96 times 4% less."""
    count, weighing = steps
    square = weighing.square.copy()
    square[100] = 6.0
    assert _weighted_interval(count, weighing._replace(square=square), 0.9)[1] == 1.0


def test_where_nobody_loses_the_next_path_may_weigh_most() -> None:
    """One path of weight 4 in 20: an error of 0.2, that reaches 0.392 to the last digit."""
    count = np.zeros(N_BIN)
    count[0] = 20.0
    weighing, half_width = Weighing(count, weights(20.0, 20.0, 20.0)), NORMAL * 0.2
    assert 1.0 - (1.0 - half_width) == half_width
    assert _weighted_interval(count, weighing, 1.0 - half_width) == (0.0, 0.0)
    assert _weighted_interval(count, weighing, 1.0 - half_width + 1e-9) == (0.0, 1.0)


def test_the_error_of_a_weighted_tail_mean_is_that_of_what_lies_beyond(steps) -> None:
    """The worst ten of 100 paths, at 0.5 to 9.5 bins beyond the quantile of 0.009; squares of weights average 2."""
    count, weighing = steps
    (tail,) = tails(count, float(count @ LOW) + 0.005, [0.9], weighing)
    assert tail.quantile == pytest.approx(0.009)
    excess = (np.arange(10) + 0.5) * 1e-4
    first, second = excess.sum() / 100.0, np.square(excess).sum() / 100.0
    assert tail.shortfall == pytest.approx(0.009 + 10.0 * first)
    spread = np.sqrt((2.0 * second - first**2 - (2.0 * first - first) ** 2 / 1.0) / 100.0)
    assert tail.shortfall_error == pytest.approx(spread / 0.1)
    assert (tail.low, tail.high) == (LOW[78], HIGH[97])
