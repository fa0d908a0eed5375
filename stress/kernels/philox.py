"""Philox4x32-10: a random number is a function of (seed; path, index, purpose), not of a position in a stream.

Salmon, Moraes, Dror, Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3". Key = seed (low, high word); counter =
(path low, path high, index, purpose << 16 | item).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .elementary import cosine_quarter, logarithm, sine_quarter
from .jit import aside, kernel, stage
from .lanes import (
    WIDTH,
    bits_float,
    floor,
    fma,
    lane_words,
    load_words,
    root,
    splat_word,
    store,
    store_words,
    where_less,
)
from .space import space_of

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_MULTIPLIER = (0xD2511F53, 0xCD9E8D57)
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_TWO_52 = 0x4330000000000000


@stage
def philox(c0: Any, c1: Any, c2: Any, c3: Any, seed: Any) -> Any:
    """Four lanes of 32-bit words (each in a uint64) from counters and a 64-bit seed."""
    k0, k1 = seed & _LOW, seed >> _HALF
    for _ in range(10):  # what the lanes have above their 32 bits is passed over
        p0 = (c0 & _LOW) * _MULTIPLIER[0]
        p1 = (c2 & _LOW) * _MULTIPLIER[1]
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1, (p0 >> 32) ^ c3 ^ k1, p0
        k0 = (k0 + _WEYL[0]) & _LOW
        k1 = (k1 + _WEYL[1]) & _LOW
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW


@stage
def uniform(word: Any) -> Any:
    """(word + 1/2) / 2^32, strictly inside (0, 1)."""
    return (bits_float(word | _TWO_52) - 4503599627370495.5) * 2.3283064365386963e-10


@stage
def normal_pair(first: Any, second: Any) -> Any:
    """Two independent normals from two words (Box and Muller 1958)."""
    radius = root(logarithm(uniform(first)) * -2.0)
    turn = uniform(second) * 4.0
    k = floor(turn + 0.5)
    f = turn - k
    sine, cosine = sine_quarter(f), cosine_quarter(f)
    odd = fma(floor(k * 0.5), -2.0, k)
    a = where_less(odd, 0.5, cosine, sine)
    b = where_less(odd, 0.5, sine, cosine)
    a = where_less((k - 1.5) * (k - 1.5), 1.0, a * -1.0, a)
    b = where_less((k - 2.5) * (k - 2.5), 1.0, b * -1.0, b)
    return radius * a, radius * b


@kernel
def philox_words(counter: Any, seed: Any, out: Any) -> None:
    """Raw words of `counter` (4, 8) uint64 flattened, into `out` of the same size: for the known-answer tests."""
    words = philox(
        load_words(counter, 0),
        load_words(counter, WIDTH),
        load_words(counter, 2 * WIDTH),
        load_words(counter, 3 * WIDTH),
        seed,
    )
    for i in range(4):
        store_words(out, i * WIDTH, words[i])


@aside
def draw_normals(
    panel: Any, start: Any, n_block: Any, n_month: Any, n_factor: Any, first_path: Any, seed: Any, purpose: Any
) -> None:
    """Fill panel[block, month, factor, 32] from `start` with standard normals; one call of Philox gives four months of one factor."""
    lane = lane_words()
    for block in range(n_block):
        for factor in range(n_factor):
            item = splat_word((purpose << 16) | factor)
            path = lane + (first_path + block * 32)
            low, high = path & _LOW, path >> 32
            for group in range((n_month + 3) // 4):
                w0, w1, w2, w3 = philox(low, high, splat_word(group), item, seed)
                z0, z1 = normal_pair(w0, w1)
                z2, z3 = normal_pair(w2, w3)
                at = start + ((block * n_month + group * 4) * n_factor + factor) * 32
                stride = n_factor * 32
                store(panel, at, z0)
                if group * 4 + 1 < n_month:
                    store(panel, at + stride, z1)
                if group * 4 + 2 < n_month:
                    store(panel, at + 2 * stride, z2)
                if group * 4 + 3 < n_month:
                    store(panel, at + 3 * stride, z3)


@kernel
def normal_panel(
    panel: Any, n_block: Any, n_month: Any, n_factor: Any, first_path: Any, seed: Any, purpose: Any
) -> None:
    """`draw_normals` as an entry point. panel: flat float64 of n_block * n_month * n_factor * 32."""
    draw_normals(space_of(panel), 0, n_block, n_month, n_factor, first_path, seed, purpose)
