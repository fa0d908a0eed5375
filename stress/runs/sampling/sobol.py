"""Scrambled Sobol points for the factors of all paths: tables for the kernel.

Sobol (1967) with the direction numbers of Joe and Kuo (2008) as scipy has them; each of 16 replicates scrambled by
random lower-triangular matrices and a digital shift (Matousek 1998), which leaves every estimate unbiased and the
errors of smooth functions as small as Owen's nested scramble does (Owen 2003, "Variance with alternative scramblings").
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.stats import qmc

from stress.arrays import Array, Ints
from stress.errors import ConfigError
from stress.kernels.layout import LANES, PANEL_PATHS, Sizes
from stress.kernels.samplers import BITS, Sobol
from stress.kernels.tables import Problem
from stress.kernels.tally import N_REPLICATE

LEAST_BITS = 24
"""Tables reach to 2^24 points of each replicate, 268 million paths, or as far as a longer run needs (40 ms)."""


def sobol_of(problem: Problem, seed: int, n_path: int) -> Sobol:
    """The sampler of a run of `n_path` paths; a longer run begins with the same points.

    Raises what `bits_of` raises.
    """
    sizes = problem.sizes
    n_bit = bits_of(sizes, n_path)
    direction, start = _scrambled(_directions(sizes.n_month * sizes.n_factor, n_bit), seed)
    return Sobol(direction, start, principal_components(sizes.n_month, float(problem.market.phi[0])))


def bits_of(sizes: Sizes, n_path: int) -> int:
    """Bits of the index of a replicate's points. Raises ConfigError for too many months x factors, or paths."""
    n_dimension = sizes.n_month * sizes.n_factor
    if n_dimension > qmc.Sobol.MAXDIM:
        raise ConfigError(f'estimator = "sobol": {n_dimension} months x factors, at most {qmc.Sobol.MAXDIM}')
    n_bit: int = max(LANES * -(-n_path // PANEL_PATHS) - 1, 2**LEAST_BITS - 1).bit_length()
    if n_bit > BITS:
        raise ConfigError(f'estimator = "sobol": at most {2**BITS * N_REPLICATE:,} paths, not {n_path:,}')
    return n_bit


def principal_components(n_month: int, phi: float) -> Array:
    """(T, T) orthogonal: innovations of an AR(1) factor from normals in order of how much of its path they explain."""
    month = np.arange(n_month)
    lag = month[:, None] - month
    gain = np.where(month == 0, 1.0, np.sqrt(1.0 - phi * phi))
    path = np.where(lag >= 0, np.power(phi, np.maximum(lag, 0)), 0.0) * gain
    right = np.linalg.svd(path)[2]
    sign = np.sign(right[np.arange(n_month), np.abs(right).argmax(axis=1)])
    return np.ascontiguousarray((right * sign[:, None]).T)


@lru_cache(maxsize=4)
def _directions(n_dimension: int, n_bit: int) -> Ints:
    """(D, J) direction numbers, read off the sequence: point 2^j in Gray-code order is the sum of two of them."""
    points = qmc.Sobol(n_dimension, scramble=False, bits=BITS)
    directions = np.empty((n_dimension, n_bit), np.int64)
    before = np.zeros(n_dimension, np.int64)
    for j in range(n_bit):
        points.fast_forward(2**j - points.num_generated)
        before = before ^ np.round(points.random(1)[0] * 2.0**BITS).astype(np.int64)
        directions[:, j] = before
    return directions


def _scrambled(direction: Ints, seed: int) -> tuple[Ints, Ints]:
    """Direction numbers (16, D, J) times random lower-triangular bit matrices, and digital shifts (16, D)."""
    n_dimension = direction.shape[0]
    random = np.random.Philox(key=seed)
    words = random.random_raw(N_REPLICATE * n_dimension * (BITS + 1)).reshape(N_REPLICATE, n_dimension, BITS + 1)
    mask = (1 << BITS) - 1
    start = (words[..., BITS] & np.uint64(mask)).astype(np.int64)
    scrambled = np.zeros((N_REPLICATE, *direction.shape), np.int64)
    for i in range(BITS):  # bit i counts from the most significant one, which a row keeps with random ones above it
        bit = 1 << (BITS - 1 - i)
        row = ((words[..., i].astype(np.int64) & mask) & ~(2 * bit - 1)) | bit
        scrambled |= _parity(row[..., None] & direction) * bit
    return scrambled, start


def _parity(words: Ints) -> Ints:
    for shift in (16, 8, 4, 2, 1):
        words = words ^ (words >> shift)
    return words & 1
