"""Entry rates that differ by path beyond the factors: t copula, drawn parameters, macro paths, heterogeneity.

All of them move one argument: the rate of a segment is Phi(h(x) g sqrt(1 + o) - sqrt(o) z), where x is the path's shift
of the segment's log odds, h(x) the threshold of the shifted rate (normal or t quantile), o = rho / (1 - rho), z the
factor and g the mixing variable of the t copula. The polynomials are fitted in `stress.assemble`.
"""

from __future__ import annotations

from typing import Any

from .elementary import exponential, normal_cdf
from .inverse_normal import inverse_normal
from .jit import aside, stage
from .lanes import fma, larger, root, smaller, splat, where_less
from .layout import ENTRY
from .records import Memory
from .tables import MIXING_RANGE
from .typed import Lanes


@stage
def settle_path(m: Memory, b: int, k: int) -> None:
    """Rows of block b that last its whole life: persistence and gain of the factors, mixing variable, drawn parameters."""
    phi = splat(m.t.phi[k])
    if m.p.by_path == 1:
        mixing = _polynomial(m.t.mixing, m.p.mixing_width, m.mixing_normal[b] * (1.0 / MIXING_RANGE))
        m.path.mixing_variable = exponential(mixing)
        m.path.drawn_shift = _drawn(m, b, k, 0)
        m.path.drawn_odds = exponential(_drawn(m, b, k, 1))
        if m.t.draw_root[k, 0, 0] > 0.0:
            moved = fma(_drawn(m, b, k, 2), -1.0, splat(-m.t.phi_logit[k]))
            phi = splat(1.0) / (exponential(moved) + 1.0)
    m.path.persistence = phi
    m.path.gain = root(splat(1.0) - phi * phi)


@stage
def _drawn(m: Memory, b: int, k: int, i: int) -> Lanes:
    """Row i of the root of the parameters' covariance times the path's normals."""
    shift = splat(0.0)
    for j in range(i + 1):
        shift = fma(m.parameters[b, j], m.t.draw_root[k, i, j], shift)
    return shift


@aside
def entry_by_path(m: Memory, b: int, k: int, t: int) -> None:
    """Entry rates of month t for block b."""
    law = m.t.entry_law[k, t]
    odds = m.path.drawn_odds * law.odds
    pull = root(odds)
    scale = root(odds + 1.0) * m.path.mixing_variable
    swing = _swing(m, b, k, t)
    m.path.swing = swing
    for s in range(m.p.n_segment):
        x = fma(m.own[b, s // m.p.n_stage % m.p.n_level], law.spread, fma(swing, m.t.exposed[k, s], m.path.drawn_shift))
        h = _polynomial(m.t.quantile[k, t, s], m.p.quantile_width, _clamped(x * (1.0 / law.half_width)))
        z = m.factor[m.t.factor_of[ENTRY, s]]
        m.rate[s, ENTRY] = normal_cdf(h * scale - pull * z)


@aside
def roll_by_path(m: Memory, k: int, t: int, rate: int) -> None:
    """Roll rates that follow the path's macro variables: the link holds log odds, elasticity, 1 / sqrt(1 - rho) and
    sqrt(rho / (1 - rho))."""
    for s in range(m.p.n_segment):
        link = m.t.link[k, t, s, rate]
        odds = fma(m.path.swing, link[1] * m.t.exposed[k, s], splat(link[0]))
        rarer = exponential(where_less(odds, 0.0, odds, odds * -1.0))
        quantile = inverse_normal(rarer / (rarer + 1.0))
        quantile = where_less(odds, 0.0, quantile, quantile * -1.0)
        m.rate[s, rate] = normal_cdf(quantile * link[2] - m.factor[m.t.factor_of[rate, s]] * link[3])


@stage
def _swing(m: Memory, b: int, k: int, t: int) -> Lanes:
    """Shift of log odds by which the path's macro variables differ from the scenario's in month t."""
    index = splat(0.0)
    if m.p.n_shock == 0:
        return index
    for j in range(m.p.n_shock):
        index = fma(m.shocks[b, j], m.t.shock[k, t, j], index)
    u = _clamped(index * (1.0 / m.t.entry_law[k, t].swing_half_width))
    return _polynomial(m.t.response[k, t], m.p.response_width, u)


@stage
def _clamped(u: Lanes) -> Lanes:
    return larger(smaller(u, 1.0), -1.0)


@stage
def _polynomial(coefficients: Any, width: int, u: Lanes) -> Lanes:
    """Ascending powers by Horner's rule."""
    value = splat(coefficients[width - 1])
    for i in range(width - 2, -1, -1):
        value = fma(value, u, coefficients[i])
    return value
