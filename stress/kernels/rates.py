"""Systematic factors of a month, and the conditional rates given them."""

from __future__ import annotations

from typing import Any

from .by_path import entry_by_path, roll_by_path
from .elementary import normal_cdf
from .jit import stage
from .lanes import HALF, WIDTH, fma, larger, smaller, splat
from .layout import ENTRY, N_RATE, PREPAYMENT
from .records import Memory, alike, half
from .tables import BY_PATH
from .typed import Lanes

_CLAMP = 9.0
"""The factors are clamped here, as in `stress.links`."""


@stage
def move_factors(m: Memory, b: int, k: int, t: int) -> None:
    """Systematic factors of month t: Y_t = phi Y_{t-1} + sqrt(1 - phi^2) L e_t, from Y_0 or the stationary Y_1 = L e_1."""
    gain = m.path.gain
    if t == 0 and m.t.start[k].stationary == 1.0:
        gain = splat(1.0)
    for i in range(m.p.n_factor):
        shock = splat(0.0)
        for j in range(i + 1):
            shock = fma(m.panel[b, t, j], m.t.cholesky[k, i, j], shock)
        before = splat(m.t.start[k].value) if t == 0 else m.factor[i]
        m.factor[i] = fma(shock, gain, before * m.path.persistence)


@stage
def conditional_rates(m: Memory, b: int, k: int, t: int) -> None:
    """Rates of the month given the factors (Vasicek 2002), by a fitted polynomial or by the normal distribution itself."""
    for rate in range(N_RATE):
        degree = m.t.degree[k, rate]
        if degree == 0 and t > m.p.n_before and m.t.steady[k, rate] == 1:
            continue
        if m.p.even_late == 1 and rate != ENTRY and rate != PREPAYMENT:
            continue
        if degree == BY_PATH and rate == ENTRY:
            entry_by_path(m, b, k, t)
        elif degree == BY_PATH:
            roll_by_path(m, k, t, rate)
        else:
            _set_by_factor(m, k, t, rate, degree)


@stage
def _set_by_factor(m: Memory, k: int, t: int, rate: int, degree: int) -> None:
    """A rate of all segments, each by the factor that it loads on."""
    for s in range(m.p.n_segment):
        link, factor = m.t.link[k, t, s, rate], m.t.factor_of[rate, s]
        if m.t.common[k, rate] == 1 and s > 0:
            m.rate[s, rate] = m.rate[0, rate]
        elif degree == 0:
            m.rate[s, rate] = splat(link[0])
        elif degree == -1:
            m.rate[s, rate] = normal_cdf(fma(m.factor[factor], link[1], splat(link[0])))
        else:
            for q in range(0, WIDTH, HALF):
                _set_fitted(half(m, q), s, rate, factor, link, degree)


@stage
def _set_fitted(m: Memory, s: int, rate: int, factor: int, link: Any, degree: int) -> None:
    """A rate by its polynomial, on half of the lanes."""
    m.rate[s, rate] = _fitted(link, degree, m.factor[factor])


@stage
def _fitted(link: Any, degree: int, z: Lanes) -> Lanes:
    """Even and odd halves by Horner (two short chains), clamped to [0, 1]. The degree is even."""
    u = larger(smaller(z, _CLAMP), -_CLAMP) * (1.0 / _CLAMP)
    u2 = u * u
    even, odd = alike(z, link[degree]), alike(z, link[degree - 1])
    for i in range(degree - 2, 0, -2):
        even = fma(even, u2, link[i])
        odd = fma(odd, u2, link[i - 1])
    return smaller(larger(fma(odd, u, fma(even, u2, link[0])), 0.0), 1.0)
