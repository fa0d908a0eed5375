"""A finite number of obligors: a binomial number of them moves, around the conditional rate."""

from __future__ import annotations

from typing import Any

from .codes import BINOMIALS
from .jit import aside, kernel, stage
from .lanes import (
    WIDTH,
    bits_float,
    floor,
    fma,
    lane_words,
    larger,
    load,
    smaller,
    splat,
    splat_word,
    store,
    where_less,
)
from .lanes import total as lane_total
from .layout import ENTRY, PREPAYMENT, RECOVERY, ROLL_1, ROLL_2, ROLL_3, ROLL_4, ROLL_5, ROLL_6
from .philox import philox
from .records import Memory
from .staged_rows import LATE
from .typed import Lanes

_LOW = 0xFFFFFFFF
_TWO_52 = 0x4330000000000000
_FAINT = 1e-17
"""A probability below this share of the mode's ends a sum."""
_TINY = 1e-300
_MOST_STEPS = 2_000_000


@aside
def count_transitions(m: Memory, t: int, path: int, seed: Any) -> None:
    """Entry and roll rates of month t as the share of whole obligors that move; other rates are copied."""
    for s in range(m.p.n_segment):
        cohort, acting = m.cohort[0, s], m.acting[s]
        acting.entry = _share(m, s, int(ENTRY), 0, t, path, seed, cohort.performing)
        acting.roll_1, acting.roll_2, acting.roll_3 = m.rate[s, ROLL_1], m.rate[s, ROLL_2], m.rate[s, ROLL_3]
        if m.p.ladder == 1:
            acting.roll_1 = _share(m, s, int(ROLL_1), 1, t, path, seed, _late(m, s, 0, cohort.late_1))
            acting.roll_2 = _share(m, s, int(ROLL_2), 2, t, path, seed, _late(m, s, 1, cohort.late_2))
            acting.roll_3 = _share(m, s, int(ROLL_3), 3, t, path, seed, _late(m, s, 2, cohort.late_3))
        if m.p.n_bucket > 3:
            acting.roll_4 = _share(m, s, int(ROLL_4), 4, t, path, seed, m.staged[0, s].late_4)
        if m.p.n_bucket > 4:
            acting.roll_5 = _share(m, s, int(ROLL_5), 5, t, path, seed, m.staged[0, s].late_5)
        if m.p.n_bucket > 5:
            acting.roll_6 = _share(m, s, int(ROLL_6), 6, t, path, seed, m.staged[0, s].late_6)
        acting.prepayment, acting.recovery = m.rate[s, PREPAYMENT], m.rate[s, RECOVERY]


@stage
def _late(m: Memory, s: int, b: int, short: Lanes) -> Lanes:
    """Balance of one of the first three buckets, of a long ladder or of the cohort's own."""
    return m.staged[0, s][LATE + b] if m.p.n_bucket > b else short


@aside
def _share(m: Memory, s: int, rate: int, bucket: int, t: int, path: int, seed: Any, balance: Lanes) -> Lanes:
    """Share of a bucket's obligors that move. Each owes one ticket, the rest of the balance counts as one more: n =
    ceil(balance / ticket)."""
    here = lane_words() + path
    item = splat_word((BINOMIALS << 16) | (s * 8 + bucket))
    w0, w1, _, _ = philox(here & _LOW, here >> 32, splat_word(t), item, seed)
    n = larger(-floor(fma(balance, -1.0 / m.t.ticket[0], splat(1e-9))), 1.0)
    return binomial(n, m.rate[s, rate], _uniform(w0, w1)) / n


@stage
def _uniform(high: Lanes, low: Lanes) -> Lanes:
    """(53 bits + 1/2) / 2^53 from two words."""
    top = bits_float(high | _TWO_52) - 4503599627370496.0
    rest = bits_float((low >> 11) | _TWO_52) - 4503599627370496.0
    return fma(top, 2.0**-32, fma(rest, 2.0**-53, splat(2.0**-54)))


@stage
def binomial(n: Lanes, p: Lanes, u: Lanes) -> Lanes:
    """The smallest k with P(Bin(n, p) <= k) >= u: so it never falls when the rate p rises, on the same u.

    Inversion from the mode. Probabilities are summed relative to the mode's, downward and upward until they fade, so no
    factorial is needed; a bounded number of steps.
    """
    odds = larger(p, _TINY) / larger(splat(1.0) - p, _TINY)
    mode = smaller(floor(fma(n, p, p)), n)
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
def binomial_quantiles(n: Any, p: Any, u: Any, out: Any, size: int) -> None:
    """`binomial` as an entry point: n, p, u, out flat float64 of a multiple of WIDTH."""
    for i in range(0, size, WIDTH):
        store(out, i, binomial(load(n, i), load(p, i), load(u, i)))
