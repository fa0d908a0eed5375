"""Entry rates that differ by path beyond the factors: t copula, drawn parameters, macro paths, heterogeneity.

All of them move one argument: the rate of a segment is Phi(h(x) g sqrt(1 + o) - sqrt(o) z), where x is the path's shift
of the segment's log odds, h(x) the threshold of the shifted rate (normal or t quantile), o = rho / (1 - rho), z the
factor and g the mixing variable of the t copula. The polynomials are fitted in `stress.assemble`.
"""

from __future__ import annotations

from typing import Any

from stress.kernels.elementary import exponential, normal_cdf
from stress.kernels.jit import aside, stage
from stress.kernels.lanes import fma, load, root, splat, store, where_less
from stress.kernels.layout import (
    DRAWN_ODDS,
    DRAWN_SHIFT,
    ENTRY,
    GAIN,
    LANES,
    MIXING_VARIABLE,
    N_RATE,
    PERSISTENCE,
)
from stress.kernels.tables import MIXING_RANGE, N_PARAMETER, ODDS, REACH, SPREAD, SWING_REACH


@stage
def settle_path(m: Any, b: Any, k: Any) -> None:
    """Rows of block b that last its whole life: persistence and gain of the factors, mixing variable, drawn parameters."""
    w, p = m.w, m.p
    row = p.path
    phi = splat(m.f[p.at_phi + k])
    if p.by_path == 1:
        store(w, row + MIXING_VARIABLE, _mixing_variable(m, load(w, p.mixing + b * LANES)))
        at = p.parameters + b * N_PARAMETER * LANES
        base = p.at_draw_root + k * N_PARAMETER * N_PARAMETER
        store(w, row + DRAWN_SHIFT, _drawn(m, at, base, 0))
        store(w, row + DRAWN_ODDS, exponential(_drawn(m, at, base, 1)))
        if m.f[base] > 0.0:
            moved = fma(_drawn(m, at, base, 2), -1.0, splat(m.f[p.at_phi_logit + k] * -1.0))
            phi = splat(1.0) / (exponential(moved) + 1.0)
    store(w, row + PERSISTENCE, phi)
    store(w, row + GAIN, root(splat(1.0) - phi * phi))


@stage
def _mixing_variable(m: Any, e: Any) -> Any:
    """sqrt(chi2 / df) of the t copula from a normal; 1 under the Gaussian copula."""
    p = m.p
    return exponential(_polynomial(m, p.at_mixing, p.mixing_width, e * (1.0 / MIXING_RANGE)))


@stage
def _drawn(m: Any, at: Any, base: Any, i: Any) -> Any:
    """Row i of the root of the parameters' covariance times the path's normals."""
    shift = splat(0.0)
    for j in range(i + 1):
        shift = fma(load(m.w, at + j * LANES), m.f[base + i * N_PARAMETER + j], shift)
    return shift


@aside
def entry_by_path(m: Any, b: Any, k: Any, t: Any) -> None:
    """Entry rates of month t for block b."""
    w, p = m.w, m.p
    lens = p.at_lens + (k * p.n_month + t) * 4
    width = p.quantile_width
    odds = load(w, p.path + DRAWN_ODDS) * m.f[lens + ODDS]
    pull = root(odds)
    scale = root(odds + 1.0) * load(w, p.path + MIXING_VARIABLE)
    shift = load(w, p.path + DRAWN_SHIFT)
    swing = _swing(m, p.shocks + b * p.n_shock * LANES, k, t)
    for s in range(p.n_segment):
        own = load(w, p.own + (b * p.n_segment + s) * LANES)
        x = fma(own, m.f[lens + SPREAD], fma(swing, m.f[p.at_exposed + k * p.n_segment + s], shift))
        x = _clamped(x * (1.0 / m.f[lens + REACH]))
        h = _polynomial(m, p.at_quantile + ((k * p.n_month + t) * p.n_segment + s) * width, width, x)
        z = load(w, p.factor + m.g[p.at_factor_of + ENTRY * p.n_segment + s] * LANES)
        store(w, p.rate + (s * N_RATE + ENTRY) * LANES, normal_cdf(h * scale - pull * z))


@stage
def _swing(m: Any, at: Any, k: Any, t: Any) -> Any:
    """Shift of log odds by which the path's macro variables differ from the scenario's in month t."""
    p = m.p
    index = splat(0.0)
    if p.n_shock == 0:
        return index
    row = p.at_shock + (k * p.n_month + t) * p.n_shock
    for j in range(p.n_shock):
        index = fma(load(m.w, at + j * LANES), m.f[row + j], index)
    u = _clamped(index * (1.0 / m.f[p.at_lens + (k * p.n_month + t) * 4 + SWING_REACH]))
    width = p.response_width
    return _polynomial(m, p.at_response + (k * p.n_month + t) * width, width, u)


@stage
def _clamped(u: Any) -> Any:
    u = where_less(u, 1.0, u, 1.0)
    return where_less(u, -1.0, -1.0, u)


@stage
def _polynomial(m: Any, at: Any, width: Any, u: Any) -> Any:
    """Ascending powers by Horner's rule."""
    value = splat(m.f[at + width - 1])
    for i in range(width - 2, -1, -1):
        value = fma(value, u, m.f[at + i])
    return value
