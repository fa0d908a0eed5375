"""Bootstrap of a persistent history by circular blocks: it resamples stretches, so that memory survives within them."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from stress.arrays import Array, Ints
from stress.calibration.latent import Interval


def block_length(n: int, phi: float) -> int:
    """Long enough to hold the memory, (1 + phi) / (1 - phi), and n^(1/3); at most a quarter of the history."""
    memory = (1.0 + phi) / max(1.0 - phi, 1e-6)
    return int(np.clip(np.ceil(max(memory, n ** (1.0 / 3.0))), 1, max(n // 4, 1)))


def block_bootstrap(
    g: Array, block: int, level: float, replicates: int, seed: int
) -> tuple[Interval, Interval, Interval]:
    """Percentile intervals of p, of rho (independent estimates) and of the lag-1 correlation.

    Politis and Romano (1992), "A circular block-resampling procedure for stationary data".
    """
    n, draw = len(g), np.random.default_rng(seed)
    first = draw.integers(0, n, (replicates, -(-n // block)))
    index = ((first[:, :, None] + np.arange(block)) % n).reshape(replicates, -1)[:, :n]
    sample = g[index]
    mean, var = sample.mean(axis=1), sample.var(axis=1)
    rho = var / (1.0 + var)
    p = ndtr(mean * np.sqrt(1.0 - rho))
    return _span(p, level), _span(rho, level), _span(_pair_correlation(g, index), level)


def _pair_correlation(g: Array, index: Ints) -> Array:
    """Correlation of each resampled observation with the one that really followed it; the last has none."""
    keep = index < len(g) - 1
    earlier = np.where(keep, g[index], np.nan)
    later = np.where(keep, g[np.minimum(index + 1, len(g) - 1)], np.nan)
    x, y = earlier - np.nanmean(earlier, axis=1)[:, None], later - np.nanmean(later, axis=1)[:, None]
    square = np.nansum(x * x, axis=1) * np.nansum(y * y, axis=1)
    return np.asarray(np.nansum(x * y, axis=1) / np.sqrt(square))


def _span(sample: Array, level: float) -> Interval:
    low, high = np.quantile(sample, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    return Interval(float(low), float(high))
