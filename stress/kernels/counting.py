"""From lanes to counts: the one place that takes the paths of a block apart and adds to what they share.

All counts are integers: the order of adding does not matter.
"""

from __future__ import annotations

import math

from .counts import count, leads, least, most, own
from .jit import aside, stage
from .lanes import add_each, anywhere, first, total, where_less, worst
from .records import Memory
from .typed import Lanes

_HIGH = 1048576.0  # 2**20
_LOW = 1152921504606846976.0  # 2**60


@aside
def count_each(m: Memory, at: int, bins: Lanes, amount: Lanes) -> None:
    """Add each path's amount, a whole number, to the count of its bin; bin 0 lies at `at`.

    Where all lanes share a bin, as those of a note do that is whole or repaid, one addition counts them.
    """
    shared = first(bins)
    if _differ(bins, shared):
        add_each(m.n, at, bins, amount)
        return
    every = total(amount)
    if leads():
        count(m.n, at + int(shared), int(every))


@stage
def _differ(bins: Lanes, shared: float) -> bool:
    """Whether any lane's bin is another than one of them."""
    apart = bins - shared
    return anywhere(apart * apart)


@aside
def keep_first(m: Memory, at: int, bins: Lanes, path: int, n_path: int) -> None:
    """Keep the smallest path of each bin; the block's first is `path`."""
    m.bins[0] = bins
    paths = n_path if _differ(bins, first(bins)) else 1
    for lane in own(paths):
        least(m.n, at + int(m.bins[lane]), path + lane)


@aside
def weigh_each(m: Memory, k: int, at: int, bins: Lanes, n_path: int) -> None:
    """Add each path's weight and its square to the sums of its bin, two words each."""
    m.bins[0] = bins
    m.amount[0] = m.counting.weight
    for lane in own(n_path):
        place, weight = at + 4 * int(m.bins[lane]), m.amount[lane]
        add_fixed(m, k, place, weight)
        add_fixed(m, k, place + 2, weight * weight)


@aside
def keep_most(m: Memory, at: int, amount: Lanes) -> None:
    """Keep the largest whole amount; none is negative."""
    largest = worst(amount)
    if leads():
        most(m.n, at, int(largest))


@aside
def keep_worst(m: Memory, k: int, i: int, error: Lanes) -> None:
    """Keep the worst error of a law on any path; one that is not a number is the worst."""
    largest = worst(where_less(0.5, m.counting.path, error, 0.0))
    if leads() and not largest <= m.residual[k, i]:
        m.residual[k, i] = largest


@stage
def add_fixed(m: Memory, k: int, at: int, value: float) -> None:
    """Add a float64 to a fixed-point pair of words (2^-20, 2^-60); what does not fit, or is no number, is a fault."""
    if not abs(value) < 1e12:
        count(m.n, m.to.fault[k, 0], 1)
        return
    high = math.floor(value * _HIGH)
    count(m.n, at, high)
    count(m.n, at + 1, int((value - high / _HIGH) * _LOW))
