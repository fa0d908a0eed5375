"""The random short rate of one path, month by month, written from the page `chance` alone."""

import math
from typing import NamedTuple

from oracle.draws import normal


class Rate(NamedTuple):
    """Of a path, by month."""

    level: list[float]
    """l(t)."""
    shift: list[float]
    """h(t), what the path adds to every index."""


def variance_of_sum(a: float, sigma: float, fraction: list[float]) -> list[float]:
    """Var(x_1 f(1) + .. + x_t f(t)) by the weight of every step's normal in the sum."""
    n = len(fraction)
    step = [0.0] + [
        sigma * math.sqrt(f if a == 0.0 else (1.0 - math.exp(-2.0 * a * f)) / (2.0 * a)) for f in fraction[:-1]
    ]
    weight = [0.0] * n
    variances = []
    for t in range(n):
        for s in range(t + 1):
            decay = math.exp(-a * sum(fraction[s:t]))
            weight[s] += step[s] * decay * fraction[t]
        variances.append(sum(w * w for w in weight))
    return variances


def vasicek(law, fraction: list[float]) -> list[float]:
    """Forward levels of Vasicek's own curve."""
    total = variance_of_sum(law.mean_reversion, law.volatility, fraction)
    levels, before, elapsed = [], 0.0, 0.0
    for f, v in zip(fraction, total, strict=True):
        mean = law.mean + (law.start - law.mean) * math.exp(-law.mean_reversion * elapsed)
        levels.append((math.exp(f * mean - 0.5 * (v - before)) - 1.0) / f if f > 0.0 else law.start)
        before, elapsed = v, elapsed + f
    return levels


def rate_of(law, forward: list[float], fraction: list[float], root: list[list[float]], path: int, seed: int) -> Rate:
    """Level and shift; root = L of the factors' innovations, the first row that of the first segment's entry factor."""
    a, sigma, c = law.mean_reversion, law.volatility, law.correlation
    total = variance_of_sum(a, sigma, fraction)
    x, before = 0.0, 0.0
    level, shift = [], []
    for t, (f, curve, v) in enumerate(zip(fraction, forward, total, strict=True)):
        if t > 0:
            g = fraction[t - 1]
            spread = sigma * math.sqrt(g if a == 0.0 else (1.0 - math.exp(-2.0 * a * g)) / (2.0 * a))
            w = sum(weight * normal(path, t, 0, j, seed) for j, weight in enumerate(root[0]))
            x = math.exp(-a * g) * x + spread * (c * w + math.sqrt(1.0 - c * c) * normal(path, t, 7, 0, seed))
        grown = (1.0 + curve * f) * math.exp(x * f + 0.5 * (v - before))
        before = v
        level.append((grown - 1.0) / f if f > 0.0 else curve)
        shift.append(level[-1] - curve)
    return Rate(level, shift)
