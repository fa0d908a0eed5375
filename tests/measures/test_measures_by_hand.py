"""Measures of samples so small that they are worked out by hand; what they refuse."""

import numpy as np
import pytest
from scipy import stats
from synthetic import case, results_of

from stress import measures
from stress.errors import DataError
from stress.kernels.tally import N_COARSE
from stress.measures import batches, fans, histogram, losses, replicates, tails
from stress.measures.estimate import NORMAL
from stress.measures.histogram import WIDTH
from stress.measures.proportions import proportion, zero_count_bound
from stress.measures.replicates import Replicated


def counted(**paths: int) -> np.ndarray:
    """Paths by loss bin: `_0` and `_1` of losses of 0 and 1, `_37` of losses between 0.0036 and 0.0037."""
    count = np.zeros(10_002)
    for name, number in paths.items():
        count[-1 if name == "_1" else int(name[1:])] = number
    return count


def test_a_quantile_of_a_fan_lies_within_its_bin_as_far_as_its_rank() -> None:
    """Four paths between 0.2 and 0.4 and four between 0.4 and 0.8; the outermost bins stand for their outer edge."""
    edge, count = np.array([0.0, 0.2, 0.4, 0.8, 1.0]), np.array([[0, 4, 4, 0], [2, 0, 0, 2], [0, 0, 0, 0]])
    quantiles = fans.quantiles(count, edge, np.array([0.125, 0.5, 0.75, 1.0]))
    np.testing.assert_allclose(quantiles, [[0.25, 0.4, 0.6, 0.8], [0.0, 0.0, 1.0, 1.0], [np.nan] * 4], atol=1e-12)
    np.testing.assert_allclose(fans.quantiles(0.1 * count, edge, np.array([0.125, 0.5, 0.75, 1.0])), quantiles)


def test_the_jackknife_of_two_batches() -> None:
    """Batches of 1 and 3 paths that average 4 and 2: together 2.5, without the one 2, without the other 4.

    Pseudo-values 4 x 2.5 - 3 x 2 = 4 and 4/3 x 2.5 - 1/3 x 4 = 2, centre 4/4 + 2 x 3/4 = 2.5: the variance is the mean
    of 1.5^2 / 3 and 0.5^2 / (1/3), 0.75. Student's quantile with one degree of freedom is 12.7062.
    """
    size = np.array([1.0, 3.0])
    interval = batches.symmetric(batches.ratio(np.array([4.0, 6.0]), size), size)
    assert (interval.estimate, interval.error) == (2.5, pytest.approx(np.sqrt(0.75)))
    assert interval.high - 2.5 == pytest.approx(12.7062047 * np.sqrt(0.75)) == pytest.approx(2.5 - interval.low)
    assert batches.student(1) == batches.student(2)
    assert np.isnan(batches.error(batches.ratio(np.array([4.0]), size[:1]), size[:1]))


def test_a_positive_estimate_is_multiplied_and_divided() -> None:
    """exp(12.7062 x 0.1 / 2): an error of 0.06 and a grain of 0.08 are 0.1 together."""
    of_two = batches.Replicates(np.array(2.0), np.array([2.0 - 0.06, 2.0 + 0.06]))
    interval = batches.positive(of_two, np.ones(2), grain=0.08)
    assert interval.error == pytest.approx(0.1)
    assert interval.high == pytest.approx(2.0 * np.exp(0.05 * 12.7062047))
    assert interval.low == pytest.approx(2.0 / np.exp(0.05 * 12.7062047))
    none = batches.positive(batches.Replicates(np.array(0.0), np.zeros(2)), np.ones(2))
    assert (none.low, none.high) == (0.0, 0.0)


def test_the_tail_of_ten_paths() -> None:
    """Six lose nothing, three about 0.2 and one all. At 70% the quantile lies a third into the bin of the three.

    Those at 0.2 stand at the middle of their bin, moved so that the sum is 1.60009: 0.20003 each. The worst three are
    the whole and two of the three: the mean of the two stands (1 - 2/3) / 2 of the bin above.
    """
    (tail,) = histogram.tails(counted(_0=6, _2001=3, _1=1), 1.60009, [0.7])
    assert tail.quantile == pytest.approx(0.2 + WIDTH / 3.0, abs=1e-12)
    part = 0.20003 + WIDTH / 6.0
    assert tail.shortfall == pytest.approx((1.0 + 2.0 * part) / 3.0, abs=1e-12)
    excess = np.array([1.0 - tail.quantile, part - tail.quantile])
    first, second = 0.1 * excess[0] + 0.2 * excess[1], 0.1 * excess[0] ** 2 + 0.2 * excess[1] ** 2
    assert tail.shortfall_error == pytest.approx(np.sqrt((second - first**2) / 10.0) / 0.3, abs=1e-12)
    assert (tail.low, tail.high) == (0.0, 1.0)


def test_the_quantile_of_a_hundred_paths_lies_between_ranks_of_a_binomial_count() -> None:
    """One path in each bin from the second on: of a hundred the median lies between ranks 40 and 61.

    At 20% of ten it lies between none and rank 6: at most 4 lie below it with 96.7%, at most 5 with 99.4%.
    """
    (tail,) = histogram.tails(counted(**{f"_{k + 1}": 1 for k in range(1, 101)}), 0.5, [0.5])
    assert (tail.low, tail.high) == (pytest.approx(0.0040), pytest.approx(0.0062))
    (few,) = histogram.tails(counted(**{f"_{k + 1}": 1 for k in range(1, 11)}), 0.0055, [0.2])
    assert (few.low, few.high) == (0.0, pytest.approx(0.0007))
    (six,) = histogram.tails(counted(**{f"_{k + 1}": 1 for k in range(1, 7)}), 0.0021, [0.5])
    assert (six.low, six.high) == (pytest.approx(0.0001), pytest.approx(0.0007))  # but once in 32 times
    (none,) = histogram.tails(counted(), 0.0, [0.5])
    assert (none.low, none.high) == (0.0, 1.0)
    assert np.isnan([none.quantile, none.shortfall, none.shortfall_error]).all()


def test_a_rank_lies_in_the_first_bin_that_reaches_it() -> None:
    count = np.array([0.0, 1.0, 0.0, 2.0])
    places = [(histogram._bin_of_rank(np.cumsum(count), rank), rank) for rank in (0.5, 1.0, 1.5, 3.0, 4.0)]
    assert [at for at, _ in places] == [1, 1, 3, 3, 3]  # one beyond all in the last
    assert [histogram._share_above(count, np.cumsum(count), *place) for place in places] == [0.5, 0.0, 0.75, 0.0, 0.0]
    assert histogram._share_above(count, np.cumsum(count), 0, 0.0) == 0.0  # where nobody lies


def test_losses_of_a_bin_stay_in_it_whatever_their_sum() -> None:
    """Two paths between 0.5 and 0.5001: at most half a bin is made up for; of all that is lost or none, nothing is."""
    for total, wanted in ((1.00012, 0.50006), (1.0, 0.5), (0.9, 0.5), (1.1, 0.5001), (float("nan"), 0.50005)):
        value = histogram._values(counted(_0=3, _5001=2), total)
        assert value[5001] == pytest.approx(wanted, abs=1e-12)
        assert (value[0], value[-1]) == (0.0, 1.0)
    assert histogram._values(counted(_0=3, _1=2), 1.5)[5001] == pytest.approx(0.50005)


def test_the_interval_of_a_tail_mean_is_that_of_many_paths_or_its_error_as_wide_as_its_bound() -> None:
    """A mean of 0.2 with an error of 0.01; then one of nothing, and one of a quantile that may be the whole."""

    def interval(low: float, high: float, es: float, error: float, limit: float = 0.5) -> list[float]:
        tail = histogram.Tail(*(np.array(x) for x in (min(0.15, es), low, high, es, error, 0.3, 1e12)))
        whole = np.array(1.0)
        return [float(part) for part in losses._shortfall_interval(tail, limit * whole, 2.0, whole)]

    low = 0.2 / np.exp(0.1)
    variance = (2.0 / NORMAL) ** 2 * 1e-4
    high = 0.15 + stats.gamma(0.05**2 / variance, scale=variance / 0.05).ppf(0.975)
    assert interval(0.1, 0.3, 0.2, 0.01) == pytest.approx([0.2, 0.01, 0.2 / np.exp(0.1), high], rel=1e-6)
    assert interval(0.19, 0.3, 0.2, 0.01)[2] == 0.19
    assert interval(0.0, 0.3, 0.0, 1e-9) == [0.0, 0.125, 0.0, 0.5]
    assert interval(0.0, 0.3, 0.0, 0.0, 1.5) == [0.0, 0.25, 0.0, 1.0]
    assert interval(0.1, 1.0, 0.2, 0.01) == pytest.approx([0.2, (1.0 - low) / 4.0, low, 1.0])
    assert interval(1.0, 1.0, 1.0, 0.01) == [1.0, 0.01, 1.0, 1.0]  # more than the whole is not beyond it


@pytest.fixture
def two() -> tuple[np.ndarray, Replicated]:
    """Two replicates of 400 points: 100 and 104 of them lose between 0.0004 and 0.0005, the others nothing."""
    rows = np.zeros((2, N_COARSE))
    rows[:, 0], rows[:, 5] = (300.0, 296.0), (100.0, 104.0)
    return counted(_0=596, _5=204), Replicated(rows, np.array([400.0, 400.0]))


def test_the_chance_of_a_loss_over_two_replicates(two) -> None:
    """Shares of 0.25 and 0.26 are 0.255 with an error of 0.005, and no finer than 1 of 800; Student's 12.7062 of it."""
    interval = replicates.exceeding(two[0], two[1], np.array([204.0, 0.0]), np.array([0, 5]))
    error = np.hypot(0.005, 1.0 / 800.0)
    factor = np.exp(12.7062047 * error / 0.255)
    np.testing.assert_allclose(interval.estimate, [0.255, 0.0])
    np.testing.assert_allclose(interval.error, [error, 1.0 / 800.0])
    np.testing.assert_allclose(interval.low, [0.255 / factor, 0.0])
    np.testing.assert_allclose(interval.high, [0.255 * factor, 1.0 - 0.025 ** (1.0 / 800.0)])


def test_the_quantiles_of_two_replicates(two) -> None:
    """The chance of any loss lies between 0.197 and 0.330: 0.3 may be the loss or none, 0.15 is it."""
    assert replicates.quantile_interval(*two, 0.7) == (0.0, pytest.approx(0.0005))
    assert replicates.quantile_interval(*two, 0.85) == (pytest.approx(0.0004), pytest.approx(0.0005))
    assert replicates.quantile_interval(*two, 0.5) == (0.0, 0.0)
    assert replicates.quantile_interval(*two, 0.999) == (pytest.approx(0.0004), 1.0)


def test_an_interval_that_just_reaches_the_level_holds_it() -> None:
    """Half of two replicates of 64 points lose; levels at the ends of the interval of that chance, to a digit."""
    rows = np.zeros((2, N_COARSE))
    rows[:, [0, 5]] = 32.0
    of = counted(_0=64, _5=64), Replicated(rows, np.array([64.0, 64.0]))
    ends = replicates.exceeding(*of, np.array([64.0]), np.array([0]))
    low, high = float(ends.low[0]), float(ends.high[0])
    assert (1.0 - (1.0 - low), 1.0 - (1.0 - high)) == (low, high)
    assert replicates.quantile_interval(*of, 1.0 - low) == (0.0, pytest.approx(0.0005))
    assert replicates.quantile_interval(*of, 1.0 - low + 1e-9) == (pytest.approx(0.0004), pytest.approx(0.0005))
    assert replicates.quantile_interval(*of, 1.0 - high) == (0.0, 0.0)
    assert replicates.quantile_interval(*of, 1.0 - high + 1e-9) == (0.0, pytest.approx(0.0005))


def test_a_chance_that_no_point_or_every_point_shows_is_that_of_plain_paths() -> None:
    """Two replicates of 4 points: none, 3 of all, all; and 3 of 4 in a replicate alone."""
    size, plain = np.full(2, 4.0), proportion([0, 3, 8], 8)
    shown = batches.ratio(np.array([[0.0, 0.0], [1.0, 2.0], [4.0, 4.0]]), np.broadcast_to(size, (3, 2)))
    interval = replicates.chance(plain, shown, size)
    for end, part in plain._asdict().items():
        np.testing.assert_allclose(getattr(interval, end)[[0, 2]], part[[0, 2]], err_msg=end)
    error = np.hypot(0.125, 0.125)
    assert interval.error[1] == pytest.approx(error)
    assert interval.low[1] == pytest.approx(0.375 / np.exp(12.7062047 * error / 0.375))
    assert interval.high[1] == 1.0
    single = replicates.chance(proportion([3], 4), batches.ratio(np.array([[3.0]]), size[:1]), size[:1])
    assert [part.item() for part in single] == pytest.approx([part.item() for part in proportion([3], 4)])


def test_paths_of_a_coarse_bin_stand_at_their_mean_excess_and_share() -> None:
    """Beyond 0.00042: of a loss bin from 0.0004 the upper 80%, 0.000032 on average, of one from 0.0008 all, 0.00043.

    Bins 9,001 to 9,003 share a coarse bin; of all but one path of it the loss lies beyond 0.90015.
    """
    count = counted(_5=2, _9=3, _9001=1, _9002=2, _9003=1)
    above, excess = replicates.share_above(count, 0.00042), replicates.mean_excess(count, 0.00042)
    np.testing.assert_allclose(above[[0, 4, 5, 9]], [0.0, 0.0, 0.8, 1.0])
    np.testing.assert_allclose(excess[[0, 4, 5, 9]], [0.0, 0.0, 0.000032, 0.00043])
    coarse = replicates.CLASS[9002]
    assert replicates.CLASS[[9001, 9003]].tolist() == [coarse] * 2
    assert replicates.share_above(count, 0.90015)[coarse] == pytest.approx((2 * 0.5 + 1) / 4)
    assert replicates.mean_excess(count, 0.90015)[coarse] == pytest.approx((2 * 0.0000125 + 0.0001) / 4)
    whole = counted(_1=1)
    assert replicates.share_above(whole, 0.9)[-1] == 1.0
    assert replicates.mean_excess(whole, 0.9)[-1] == pytest.approx(0.1)
    assert replicates.share_above(whole, 1.0)[-1] == replicates.mean_excess(whole, 1.0)[-1] == 0.0


def test_a_tail_without_each_of_two_replicates(two) -> None:
    """Without the one that loses less often the tail mean rises by 0.005 of a loss of 0.00045 over 1 - 0.7, and the
    quantile by the error of its own interval: half of it over Student's quantile of 12.7062."""
    assert tails._shortfall(*two, 0.0, 0.7) == pytest.approx(np.array([1.0, -1.0]) * 0.005 * 0.00045 / 0.3)
    assert tails._quantile(*two, 0.0, 0.001) == pytest.approx(np.array([1.0, -1.0]) * 0.0005 / 12.7062047)
    assert tails._quantile(*two, 0.0, 0.0).tolist() == [0.0, 0.0]  # known to the bin
    assert tails._quantile(*two, 0.9, 0.001).tolist() == [0.0, 0.0]  # that none exceeds


def test_the_error_of_a_tail_mean_of_two_replicates(two) -> None:
    """Beyond 0 each loss is 0.00045; beyond 0.00042 the upper 80% of the bin is 0.00004 on average: 0.000032 in all."""
    assert replicates.shortfall_error(*two, 0.0, 0.7) == pytest.approx(0.005 * 0.00045 / 0.3)
    assert replicates.shortfall_error(*two, 0.00042, 0.8) == pytest.approx(0.005 * 0.000032 / 0.2)


def test_a_tail_mean_of_nothing_is_bounded_and_its_error_is_the_bound() -> None:
    """Of 350 paths none loses: at 99% the quantile may be the whole, the tail mean 100 times the bound of 0.00852."""
    _, answer = measures.note_tails(results_of(np.zeros((1, 4, 350))), 0.99)
    bound = 100.0 * float(zero_count_bound(350))
    assert 0.85 < bound < 0.86
    for end, wanted in (("estimate", 0.0), ("low", 0.0), ("high", bound), ("error", bound / (2.0 * 1.959964))):
        np.testing.assert_allclose(answer[end], wanted, rtol=1e-6, err_msg=end)
    several = measures.expected_shortfall(results_of(np.zeros((1, 4, 350))), [0.9, 0.99])["high"]
    np.testing.assert_allclose(several[0, 0], [0.1 * bound, bound])
    assert not measures.value_at_risk(results_of(np.zeros((1, 4, 350))), 0.5).to_array().any()  # as known as can be


def test_a_scenario_without_a_probability_or_with_none_is_left_out_of_a_mixture() -> None:
    ds = case(500, 3)
    first, second, third = ds["scenario"].values
    two = measures.expected_loss(measures.mixture(ds, {first: 3.0, third: 1.0}))
    same = measures.expected_loss(measures.mixture(ds, {first: 0.75, second: 0.0, third: 0.25}))
    np.testing.assert_allclose(two["estimate"], same["estimate"], rtol=1e-12)
    for wrong in ({first: -0.1, second: 1.0}, {first: 0.0}, {first: float("nan"), second: 1.0}):
        with pytest.raises(DataError, match="none negative, at least one above 0"):
            measures.mixture(ds, wrong)


def test_the_bound_of_a_difference_that_no_path_shows_lies_on_both_sides() -> None:
    """Three of its standard errors, as the rule of three says of a probability."""
    answer = measures.difference(results_of(np.zeros((2, 4, 1000))), "expected_loss").isel(scenario=1)
    bound = float(zero_count_bound(1000))
    for end, wanted in (("estimate", 0.0), ("low", -bound), ("high", bound), ("error", bound / 3.0)):
        np.testing.assert_allclose(answer[end], wanted, rtol=1e-12, err_msg=end)


def test_a_quotient_is_taken_again_without_each_batch() -> None:
    """Losses of 1 and 3 over 2 and 4 paths that lost: 4/6, without the one 3/4, without the other 1/2."""
    above, paths = batches.ratio(np.array([1.0, 3.0]), np.full(2, 10.0)), np.full(2, 10.0)
    quotient = batches.quotient(above, batches.ratio(np.array([2.0, 4.0]), paths))
    assert quotient.value == pytest.approx(2.0 / 3.0)
    assert quotient.without == pytest.approx([0.75, 0.5])
    only = batches.quotient(above, batches.ratio(np.array([0.0, 4.0]), paths))
    assert only.value == pytest.approx(1.0)
    assert only.without == pytest.approx([0.75, np.nan], nan_ok=True)  # none is left without the other


def test_a_ratio_over_nothing_is_none_whatever_stands_above() -> None:
    above = np.array([[-1e-18, 0.0], [0.0, 0.0], [3.0, 1.0]])
    ratio = batches.ratio(above, np.array([[0.0, 0.0], [0.0, 0.0], [2.0, 2.0]]))
    assert np.isnan(ratio.value).tolist() == [True, True, False]
    assert np.isnan(batches.quotient(ratio, batches.ratio(0.0 * above, np.ones_like(above))).value).all()
