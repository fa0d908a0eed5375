"""The random numbers: published vectors of Philox, and a battery on the draws in the order in which paths use them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtr

from stress.arrays import Array
from stress.kernels.entries import normal_panel, philox_words
from stress.kernels.lanes import WIDTH
from stress.kernels.layout import LANES, PANEL_PATHS
from stress.validation.check import SIGMAS, Finding, exact

KNOWN = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)
"""Known answers of philox4x32-10 from the Random123 distribution (Salmon et al. 2011): counter, key, output."""
N_MONTH, N_FACTOR, N_PANEL = 36, 2, 64
SEED = 7
LAGS = (1, 8, 16, 32, 512)
"""Paths apart: the next one, a vector, half a block, a block, a panel."""


def random123() -> Iterator[Finding]:
    """Words of the generator, all lanes of a vector alike."""
    for counter, key, output in KNOWN:
        got = words(counter, key)
        for k, want in enumerate(output):
            off = int(np.abs(got[k].astype(np.int64) - want).max())
            yield exact(f"key {key[0]:08x} {key[1]:08x}, word {k + 1}, largest difference", 0.0, float(off), 0.0)


def words(counter: tuple[int, ...], key: tuple[int, ...]) -> NDArray[np.uint64]:
    """(4, lane) words of one counter."""
    out = np.zeros(4 * WIDTH, np.uint64)
    philox_words(np.repeat(np.array(counter, np.uint64), WIDTH), np.uint64(key[0] | key[1] << 32), out)
    return out.reshape(4, WIDTH)


def panel(first_path: int, seed: int = SEED, n_month: int = N_MONTH, n_factor: int = N_FACTOR) -> Array:
    """(path, month, factor) normals of one panel."""
    n_block = PANEL_PATHS // LANES
    flat = np.zeros(PANEL_PATHS * n_month * n_factor)
    normal_panel(flat, n_block, n_month, n_factor, first_path, np.uint64(seed), 0)
    return flat.reshape(n_block, n_month, n_factor, LANES).transpose(0, 3, 1, 2).reshape(-1, n_month, n_factor)


@cache
def draws() -> Array:
    """(path, month, factor): 2.4 million normals of a run."""
    normals = np.concatenate([panel(PANEL_PATHS * i) for i in range(N_PANEL)])
    normals.setflags(write=False)
    return normals


def battery() -> Iterator[Finding]:
    """The normal law, months and factors, neighbouring paths, pairs of months, other seeds."""
    yield from normal_law(draws())
    yield from months_and_factors(draws())
    yield from neighbours(draws())
    yield from pairs(draws())
    size = panel(0).size
    for other in (SEED + 1, SEED + 2**32):
        r = float(np.mean(panel(0) * panel(0, other)))
        yield Finding(f"correlation with seed {other}", 0.0, r, SIGMAS / np.sqrt(size), 1.0 / np.sqrt(size))


def normal_law(x: Array) -> Iterator[Finding]:
    """Kolmogorov and Smirnov's distance over all draws (1 in 1,000 allowed), and four moments."""
    flat = x.ravel()
    distance = float(stats.kstest(flat, "norm").statistic)
    yield exact("Kolmogorov-Smirnov distance", 0.0, distance, float(stats.kstwo.isf(1e-3, flat.size)))
    for power, moment, variance in ((1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)):
        error = float(np.sqrt(variance / flat.size))
        yield Finding(f"moment {power}", moment, float(np.mean(flat**power)), SIGMAS * error, error)


def months_and_factors(x: Array) -> Iterator[Finding]:
    """Largest of all correlations between two months or factors of a path."""
    wide = x.reshape(len(x), -1)
    r = np.corrcoef(wide.T) - np.eye(wide.shape[1])
    pair = wide.shape[1] * (wide.shape[1] - 1) // 2
    limit = float(stats.norm.isf(5e-4 / pair) / np.sqrt(len(x)))
    yield exact(f"largest of {pair} correlations of months and factors", 0.0, float(np.abs(r).max()), limit)


def neighbours(x: Array) -> Iterator[Finding]:
    """Correlation of paths so many apart, which share vectors, blocks and panels."""
    for lag in LAGS:
        error = float(1.0 / np.sqrt(x[lag:].size))
        yield Finding(
            f"correlation of paths {lag} apart", 0.0, float(np.mean(x[lag:] * x[:-lag])), SIGMAS * error, error
        )


def pairs(x: Array) -> Iterator[Finding]:
    """Chi-square of consecutive months, within the four that one counter gives and across, on 16 x 16 cells."""
    for month in (0, 1, 3):
        u = ndtr(x[:, month : month + 2, 0])
        count, *_ = np.histogram2d(u[:, 0], u[:, 1], bins=16, range=[[0, 1], [0, 1]])
        chi2, freedom = float(stats.chisquare(count.ravel()).statistic), count.size - 1
        error = float(np.sqrt(2.0 * freedom))
        what = f"chi-square of months {month + 1} and {month + 2}, {freedom} degrees of freedom"
        yield Finding(what, freedom, chi2, float(stats.chi2.isf(1e-4, freedom)) - freedom, error)
