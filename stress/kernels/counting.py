"""From lanes to counts: the one place that takes the paths of a block apart and adds to what they share.

All counts are integers: the order of adding does not matter.
"""

from __future__ import annotations

import math

from .jit import aside, stage
from .lanes import add_each, anywhere, total
from .layout import LANES
from .records import Memory
from .typed import Lanes

_HIGH = 1048576.0  # 2**20
_LOW = 1152921504606846976.0  # 2**60


@aside
def count_each(m: Memory, at: int, bins: Lanes, amount: Lanes) -> None:
    """Add each path's amount, a whole number, to the count of its bin; bin 0 lies at `at`.

    Where all lanes share a bin, as those of a note do that is whole or repaid, one addition counts them.
    """
    if _shared(m, bins):
        m.n[at + int(m.bins[0])] += int(total(amount))
        return
    add_each(m.n, at, bins, amount)


@stage
def _shared(m: Memory, bins: Lanes) -> bool:
    """Put the bins where they can be read one by one; whether they are all the same."""
    m.bins[0] = bins
    apart = bins - m.bins[0]
    return not anywhere(apart * apart)


@aside
def keep_first(m: Memory, at: int, bins: Lanes, path: int, n_path: int) -> None:
    """Keep the smallest path of each bin; the block's first is `path`."""
    paths = 1 if _shared(m, bins) else n_path
    for lane in range(paths):
        place = at + int(m.bins[lane])
        m.n[place] = min(m.n[place], path + lane)


@aside
def weigh_each(m: Memory, k: int, at: int, bins: Lanes, n_path: int) -> None:
    """Add each path's weight and its square to the sums of its bin, two words each."""
    m.bins[0] = bins
    m.amount[0] = m.counting.weight
    for lane in range(n_path):
        place, weight = at + 4 * int(m.bins[lane]), m.amount[lane]
        add_fixed(m, k, place, weight)
        add_fixed(m, k, place + 2, weight * weight)


@aside
def keep_most(m: Memory, at: int, amount: Lanes) -> None:
    """Keep the largest whole amount."""
    m.amount[0] = amount
    for lane in range(LANES):
        m.n[at] = max(m.n[at], int(m.amount[lane]))


@aside
def keep_worst(m: Memory, k: int, i: int, error: Lanes, n_path: int) -> None:
    """Keep the worst error of a law; one that is not a number is the worst."""
    m.amount[0] = error
    for lane in range(n_path):
        if not m.amount[lane] <= m.residual[k, i]:
            m.residual[k, i] = m.amount[lane]


@stage
def add_fixed(m: Memory, k: int, at: int, value: float) -> None:
    """Add a float64 to a fixed-point pair of words (2^-20, 2^-60); what does not fit, or is no number, is a fault."""
    if not abs(value) < 1e12:
        m.n[m.to.fault[k, 0]] += 1
        return
    high = math.floor(value * _HIGH)
    m.n[at] += high
    m.n[at + 1] += int((value - high / _HIGH) * _LOW)
