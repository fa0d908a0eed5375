"""Systematic factors of a month, and the conditional rates given them."""

from __future__ import annotations

from typing import Any

from stress.kernels.by_path import entry_by_path
from stress.kernels.elementary import normal_cdf
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import fma, load, splat, store, where_less
from stress.kernels.layout import GAIN, LANES, N_RATE, PERSISTENCE
from stress.kernels.tables import BY_PATH

_CLAMP = 9.0
"""The factors are clamped here, as in `stress.links`."""


@stage
def move_factors(m: Any, at: Any, k: Any, t: Any) -> None:
    """Systematic factors of month t: Y_t = phi Y_{t-1} + sqrt(1 - phi^2) L e_t, from Y_0 or the stationary Y_1 = L e_1."""
    w, p = m.w, m.p
    phi = load(w, p.path + PERSISTENCE)
    gain = load(w, p.path + GAIN)
    if t == 0 and m.f[p.at_start + 2 * k + 1] == 1.0:
        gain = splat(1.0)
    for i in range(p.n_factor):
        shock = splat(0.0)
        for j in range(i + 1):
            shock = fma(load(w, at + j * LANES), m.f[p.at_cholesky + (k * p.n_factor + i) * p.n_factor + j], shock)
        row = p.factor + i * LANES
        before = splat(m.f[p.at_start + 2 * k]) if t == 0 else load(w, row)
        store(w, row, fma(shock, gain, before * phi))


@aside
def conditional_rates(m: Any, b: Any, k: Any, t: Any) -> None:
    """Rates of the month given the factors (Vasicek 2002), by a fitted polynomial or by the normal distribution itself."""
    w, p = m.w, m.p
    for rate in range(N_RATE):
        degree = m.g[p.at_degree + k * N_RATE + rate]
        if degree == 0 and t > 0 and m.g[p.at_steady + k * N_RATE + rate] == 1:
            continue
        if degree == BY_PATH:
            entry_by_path(m, b, k, t)
            continue
        common = m.g[p.at_common + k * N_RATE + rate]
        for s in range(p.n_segment):
            if common == 1 and s > 0:
                store(w, p.rate + (s * N_RATE + rate) * LANES, load(w, p.rate + rate * LANES))
                continue
            factor = p.factor + m.g[p.at_factor_of + rate * p.n_segment + s] * LANES
            row = p.rate + (s * N_RATE + rate) * LANES
            link = p.at_link + (((k * p.n_month + t) * p.n_segment + s) * N_RATE + rate) * p.link_width
            if degree == 0:
                store(w, row, m.f[link])
            elif degree == -1:
                store(w, row, normal_cdf(fma(load(w, factor), m.f[link + 1], splat(m.f[link]))))
            else:
                _polynomial(w, m.f, factor, row, link, degree)


@stage
def _polynomial(w: Any, f: Any, factor: Any, row: Any, link: Any, degree: Any) -> None:
    """Even and odd halves by Horner (two short chains), clamped to [0, 1]. The degree is even."""
    z = load(w, factor)
    z = where_less(z, _CLAMP, z, _CLAMP)
    u = where_less(z, -_CLAMP, -_CLAMP, z) * (1.0 / _CLAMP)
    u2 = u * u
    even, odd = splat(f[link + degree]), splat(f[link + degree - 1])
    for i in range(degree - 2, 0, -2):
        even = fma(even, u2, f[link + i])
        odd = fma(odd, u2, f[link + i - 1])
    p = fma(odd, u, fma(even, u2, f[link]))
    p = where_less(p, 0.0, 0.0, p)
    store(w, row, where_less(p, 1.0, p, 1.0))
