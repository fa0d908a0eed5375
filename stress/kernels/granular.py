"""A finite number of obligors: a binomial number of them moves, around the conditional rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from stress.kernels.jit import aside, kernel, stage
from stress.kernels.lanes import WIDTH, bits_float, floor, fma, load, load_words, splat, splat_word, store, where_less
from stress.kernels.lanes import total as lane_total
from stress.kernels.layout import ALIVE, ENTRY, LANES, N_RATE, ROLL_3
from stress.kernels.philox import BINOMIALS, philox

_LOW = 0xFFFFFFFF
_TWO_52 = 0x4330000000000000
_LANE = np.arange(WIDTH, dtype=np.uint64)
_FAINT = 1e-17
"""A probability below this share of the mode's ends a sum."""
_TINY = 1e-300
_MOST_STEPS = 2_000_000


@aside
def count_transitions(m: Any, k: Any, t: Any, path: Any, seed: Any) -> None:
    """Entry and roll rates of month t as the share of whole obligors that move; other rates are copied.

    An obligor owes one ticket, the rest of the balance counts as one more: n = ceil(balance / ticket).
    """
    w, p = m.w, m.p
    ticket = m.f[p.at_ticket]
    lane = load_words(_LANE, 0)
    for s in range(p.n_segment):
        for rate in range(N_RATE):
            row = (s * N_RATE + rate) * LANES
            if rate <= ROLL_3 and (rate == ENTRY or p.ladder == 1):
                item = splat_word((BINOMIALS << 16) | (s * 8 + rate))
                here = lane + (path)
                w0, w1, _, _ = philox(here & _LOW, here >> 32, splat_word(t), item, seed)
                balance = load(w, p.cohort + s * p.cohort_stride + ALIVE + rate * LANES)
                n = floor(fma(balance, -1.0 / ticket, splat(1e-9))) * -1.0
                n = where_less(n, 1.0, 1.0, n)
                moved = binomial(n, load(w, p.rate + row), _uniform(w0, w1))
                store(w, p.acting + row, moved / n)
            else:
                store(w, p.acting + row, load(w, p.rate + row))


@stage
def _uniform(high: Any, low: Any) -> Any:
    """(53 bits + 1/2) / 2^53 from two words."""
    top = bits_float(high | _TWO_52) - 4503599627370496.0
    rest = bits_float((low >> 11) | _TWO_52) - 4503599627370496.0
    return fma(top, 2.0**-32, fma(rest, 2.0**-53, splat(2.0**-54)))


@stage
def binomial(n: Any, p: Any, u: Any) -> Any:
    """The smallest k with P(Bin(n, p) <= k) >= u: so it never falls when the rate p rises, on the same u.

    Inversion from the mode. Probabilities are summed relative to the mode's, downward and upward until they fade, so no
    factorial is needed; a bounded number of steps.
    """
    p = where_less(p, 1.0, p, 1.0)
    odds = where_less(p, _TINY, _TINY, p) / where_less(splat(1.0) - p, _TINY, _TINY, splat(1.0) - p)
    mode = floor(fma(n, p, p))
    mode = where_less(mode, n, mode, n)
    below, above = splat(1.0), splat(0.0)
    mass, k = splat(1.0), mode
    for _ in range(_MOST_STEPS):
        mass = mass * k / ((n - k + 1.0) * odds)
        k = k - 1.0
        below = below + mass
        if not lane_total(mass) > _FAINT:
            break
    mass, k = splat(1.0), mode
    for _ in range(_MOST_STEPS):
        mass = mass * (n - k) * odds / (k + 1.0)
        k = k + 1.0
        above = above + mass
        if not lane_total(mass) > _FAINT:
            break
    wanted = u * (below + above)
    reached, mass, k = below, splat(1.0), mode
    for _ in range(_MOST_STEPS):
        less = reached - mass
        down = where_less(less, wanted, 0.0, where_less(k, 0.5, 0.0, where_less(_FAINT, mass, 1.0, 0.0)))
        if not lane_total(down) > 0.0:
            break
        reached = where_less(down, 0.5, reached, less)
        mass = where_less(down, 0.5, mass, mass * k / ((n - k + 1.0) * odds))
        k = k - down
    for _ in range(_MOST_STEPS):
        up = where_less(reached, wanted, where_less(k, n, where_less(_FAINT, mass, 1.0, 0.0), 0.0), 0.0)
        if not lane_total(up) > 0.0:
            break
        mass = where_less(up, 0.5, mass, mass * (n - k) * odds / (k + 1.0))
        k = k + up
        reached = fma(up, mass, reached)
    return k


@kernel
def binomial_quantiles(n: Any, p: Any, u: Any, out: Any) -> None:
    """`binomial` as an entry point: n, p, u, out flat float64 of a multiple of WIDTH."""
    for i in range(0, len(n), WIDTH):
        store(out, i, binomial(load(n, i), load(p, i), load(u, i)))
