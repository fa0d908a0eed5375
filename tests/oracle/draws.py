"""Random numbers and entry rates of one path, one at a time, written from the page `chance` alone."""

import math

from scipy.special import expit, logit, ndtr, ndtri
from scipy.stats import binom, chi2
from scipy.stats import t as student

_WORD = 0xFFFFFFFF


def words(path: int, index: int, purpose: int, item: int, seed: int) -> list[int]:
    """Philox4x32-10 of Salmon et al. (2011)."""
    c = [path & _WORD, path >> 32, index, purpose << 16 | item]
    k = [seed & _WORD, seed >> 32]
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k[0], b & _WORD, (a >> 32) ^ c[3] ^ k[1], a & _WORD]
        k = [(k[0] + 0x9E3779B9) & _WORD, (k[1] + 0xBB67AE85) & _WORD]
    return c


def normal(path: int, index: int, purpose: int, item: int, seed: int) -> float:
    """One normal of a purpose."""
    four = words(path, index // 4, purpose, item, seed)
    first, second = four[2 * (index % 4 // 2) : 2 * (index % 4 // 2) + 2]
    radius = math.sqrt(-2.0 * math.log((first + 0.5) / 2.0**32))
    turn = 2.0 * math.pi * (second + 0.5) / 2.0**32
    return radius * (math.cos(turn) if index % 2 == 0 else math.sin(turn))


def factors(
    path: int, n_month: int, phi: float, root: list[list[float]], seed: int, start: float | None = None
) -> list[list[float]]:
    """(T, F) systematic factors that start from the stationary law, or from a value of Y_0 that all of them have."""
    by_month: list[list[float]] = []
    for t in range(n_month):
        e = [normal(path, t, 0, f, seed) for f in range(len(root))]
        shock = [sum(a * b for a, b in zip(row, e, strict=True)) for row in root]
        gain = 1.0 if t == 0 and start is None else math.sqrt(1.0 - phi * phi)
        before = by_month[-1] if by_month else [start or 0.0] * len(root)
        by_month.append([phi * y + gain * s for y, s in zip(before, shock, strict=True)])
    return by_month


def mixing_variable(path: int, df: float | None, seed: int) -> float:
    """sqrt(chi2 / df) of a t copula."""
    if df is None:
        return 1.0
    return math.sqrt(chi2.ppf(ndtr(normal(path, 0, 2, 0, seed)), df) / df)


def drawn_parameters(path: int, root: list[list[float]], seed: int) -> list[float]:
    """Shifts of the log odds of p, rho and phi."""
    e = [normal(path, i, 3, 0, seed) for i in range(3)]
    return [sum(a * b for a, b in zip(row, e, strict=True)) for row in root]


def entry_rate(p: float, rho: float, shift: float, mixing: float, z: float, df: float | None) -> float:
    """Conditional rate of a segment whose log odds the path moves by `shift` (re-centring included)."""
    moved = float(expit(logit(p) + shift))
    quantile = float(ndtri(moved)) if df is None else float(student.ppf(moved, df))
    odds = rho / (1.0 - rho)
    return float(ndtr(quantile * mixing * math.sqrt(1.0 + odds) - math.sqrt(odds) * z))


def counted_share(
    balance: float, ticket: float, rate: float, path: int, t: int, segment: int, bucket: int, seed: int
) -> float:
    """Share of a balance that moves in month t = 1.. when whole obligors do."""
    high, low, _, _ = words(path, t - 1, 5, segment * 8 + bucket, seed)
    u = ((high << 21 | low >> 11) + 0.5) / 2.0**53
    n = max(1, math.ceil(balance / ticket - 1e-9))
    return max(0.0, float(binom.ppf(u, n, rate))) / n


def index_deviations(
    path: int,
    lags: list[list[list[float]]],
    root: list[list[float]],
    terms: list[tuple[int, int, int, float]],
    n_period: int,
    seed: int,
) -> list[float]:
    """The satellite's index less the scenario's in periods 0..n. terms: variable, lag, difference, coefficient."""
    size = len(root)
    d = [[0.0] * size]
    for q in range(1, n_period + 1):
        e = [normal(path, q - 1, 1, v, seed) for v in range(size)]
        now = [sum(a * b for a, b in zip(row, e, strict=True)) for row in root]
        for number, matrix in enumerate(lags, 1):
            if q >= number:
                before = d[q - number]
                pull = [sum(a * b for a, b in zip(row, before, strict=True)) for row in matrix]
                now = [x + y for x, y in zip(now, pull, strict=True)]
        d.append(now)

    def at(variable: int, q: int) -> float:
        return d[q][variable] if q >= 0 else 0.0

    return [
        sum(b * (at(v, q - lag) - (at(v, q - lag - diff) if diff else 0.0)) for v, lag, diff, b in terms)
        for q in range(n_period + 1)
    ]
