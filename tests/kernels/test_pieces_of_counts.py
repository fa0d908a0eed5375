"""Bins of what a path comes to, on their own; `test_without_a_compiler` runs these without one."""

import numpy as np
from pieces import memory, plain, same

from stress.kernels import count, counting, tally
from stress.kernels.layout import LANES


@plain
def test_a_loss_has_the_bin_of_its_hundredth_of_a_percent() -> None:
    """None and all of it have bins of their own."""
    loss = np.array([-0.1, 0.0, 1e-9, 0.00009, 0.00011, 0.5, 0.99995, 1.0, 1.1])
    np.testing.assert_array_equal(count.loss_bin(loss), [0, 0, 1, 1, 2, 5001, 10_000, 10_001, 10_001])


@plain
def test_what_lies_beyond_a_histogram_is_in_its_first_and_last_bin() -> None:
    bins = np.array([-3.0, 0.0, 0.25, 1.0, 7.5, 10.0, 12.0, np.inf])
    np.testing.assert_array_equal(count._within(bins, 10.0), [0.0, 0.0, 0.25, 1.0, 7.5, 10.0, 10.0, 10.0])


@plain
def test_a_life_is_over_what_was_repaid_and_never_beyond_the_last_bin() -> None:
    """Bins of 1 / 1024 of four months and a year: half repaid after eight months is in the middle."""
    m = memory()
    for principal, years, wanted in ((1.0, 0.0, 0), (0.5, 1.0 / 3.0, 512), (1e-10, 1.0 / 3.0, 256), (0.5, 9.0, 1023)):
        m.outcome[0].principal, m.outcome[0].principal_time = principal, years + 1e-9
        assert np.floor(same(count.life_bin(m, 0))) == wanted


@plain
def test_prices_and_yields_are_in_the_bins_whose_edges_the_measures_read() -> None:
    m, deep = memory(), np.sinh(np.linspace(-6.0, 6.0, LANES - 3)) / 100.0
    price = np.concatenate([1.0 + deep, [0.0, 1.0, 2000.0]])
    wanted = np.searchsorted(tally.price_edges()[1:-1], price, side="right")
    np.testing.assert_array_equal(np.floor(count.price_bin(price)), wanted)
    coupon = float(m.t.mean_coupon[1])
    m.outcome[1].irr = np.concatenate([np.minimum(coupon + deep, 9.9), [-1.0, coupon, tally.HIGHEST_IRR]])
    wanted = np.searchsorted(tally.yield_edges(coupon)[1:-2], m.outcome[1].irr, side="right")
    wanted[-1] = tally.N_YIELD_BIN - 1
    np.testing.assert_array_equal(np.floor(count.yield_bin(m, 1)), wanted)


@plain
def test_the_worst_error_of_a_law_is_that_of_a_path_and_no_number_is_worse_than_any() -> None:
    m = memory()
    m.counting.path = (np.arange(LANES) < 5) * 1.0
    for error, worst in ((1e-12, 1e-12), (1e-13, 1e-12), (3e-12, 3e-12)):
        counting.keep_worst(m, 0, 0, np.where(m.counting.path > 0.5, error, 9.0))
        assert m.residual[0, 0] == worst
    counting.keep_worst(m, 0, 0, np.full(LANES, np.nan))
    assert np.isnan(m.residual[0, 0])
