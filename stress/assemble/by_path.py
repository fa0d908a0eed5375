"""Tables of entry rates that differ by path beyond the factors (see `stress.kernels.by_path`): fitted polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammainccinv, gammaincinv, logit, ndtr, ndtri, stdtrit

from stress.arrays import Array
from stress.assemble.heterogeneity import centred_shift
from stress.assemble.months import MonthInputs
from stress.assemble.polynomial import powers
from stress.kernels.layout import Sizes
from stress.kernels.tables import ENTRY_LAW, MIXING_RANGE, N_PARAMETER

_HALF_WIDTH = 6.0
"""Standard deviations at which a shift of log odds is held: beyond lie 2 paths in a billion."""
_DEGREES = (0, 12, 16, 20, 24, 30, 36)


class ByPath(NamedTuple):
    """Tables of one scenario."""

    entry_law: Array
    """(T, 4) see `tables.Market`."""
    quantile: Array
    """(T, S, D)"""
    root: Array
    """(3, 3)"""
    mean: Array
    """(3,) of the drawn parameters: that of the first is in `quantile`, of the second in `entry_law`."""
    shock: Array
    """(T, Q, V) weight of the innovation of a variable in a period."""
    response: Array
    """(T, D)"""
    exposed: Array
    """(S,)"""

    @property
    def n_period(self) -> int:
        """Periods of the macro variables; 0 where they do not move."""
        return int(self.shock.shape[1])

    @property
    def n_variable(self) -> int:
        """Macro variables that are drawn."""
        return int(self.shock.shape[2])


def by_path_of(m: MonthInputs, df: float | None) -> ByPath | None:
    """Tables of a scenario; None where the factors alone tell paths apart. ConfigError where no polynomial fits."""
    if df is None and m.heterogeneity is None and m.parameters is None and m.swing is None:
        return None
    n_month, n_segment = m.entry.shape
    spread = np.zeros(n_month) if m.heterogeneity is None else m.heterogeneity
    mean, root = np.zeros(N_PARAMETER), np.zeros((N_PARAMETER, N_PARAMETER))
    if m.parameters is not None:
        mean, root = m.parameters
    half_width = _HALF_WIDTH * np.sqrt(spread**2 + root[0, 0] ** 2)
    swing = m.swing
    if swing is not None:
        half_width = half_width + swing.top
    by_name = {
        "half_width": _positive(half_width),
        "spread": spread,
        "odds": m.rho / (1.0 - m.rho) * np.exp(mean[1]),
        "swing_half_width": np.ones(n_month) if swing is None else _positive(swing.half_width),
    }
    entry_law = np.stack([np.broadcast_to(by_name[name], n_month) for name in ENTRY_LAW], axis=1)
    return ByPath(
        entry_law=entry_law,
        quantile=quantiles(m.entry, spread, half_width, df, float(mean[0])),
        root=root,
        mean=mean,
        shock=np.zeros((n_month, 0, 0)) if swing is None else swing.shock,
        response=np.zeros((n_month, 1)) if swing is None else swing.response,
        exposed=np.zeros(n_segment) if swing is None else swing.exposed,
    )


def _positive(half_width: Array) -> Array:
    """1 where nothing moves: it divides there."""
    return np.where(half_width > 0.0, half_width, 1.0)


def quantiles(entry: Array, spread: Array, half_width: Array, df: float | None, mean: float = 0.0) -> Array:
    """(T, S, D) powers of x / half_width of F^-1(p(x)), F normal or t; log odds of p(x): those of entry, centred, + x.

    entry (T, S); spread (T,) of the segments' own normals, whose mean rate is kept; half_width (T,), 0 where nothing
    moves; `mean` of the drawn shift of log odds.
    """
    months, inverse = np.unique(np.column_stack([entry, spread, half_width]), axis=0, return_inverse=True)
    entry, spread, half_width = months[:, :-2], months[:, -2], months[:, -1]
    base = np.clip(entry, 1e-12, 1.0 - 1e-12)
    centre = logit(base) + mean
    if spread.any():
        centre = logit(base) + centred_shift(base, spread[:, None]) * (spread[:, None] > 0.0) + mean
    wide = half_width[:, None, None]

    def wanted(u: Array) -> Array:
        odds = centre[..., None] + wide * u
        low, high = expit(odds), expit(-odds)
        if df is None:
            return np.asarray(np.where(odds < 0.0, ndtri(low), -ndtri(high)))
        return np.asarray(np.where(odds < 0.0, stdtrit(df, low), -stdtrit(df, high)))

    coef = powers(wanted, _DEGREES if (half_width > 0.0).any() else (0,), "entry rates by path")
    coef[entry <= 0.0] = 0.0
    coef[..., 0] = np.where(entry <= 0.0, -1e9, coef[..., 0])
    return np.asarray(coef[inverse.ravel()])


def mixing_polynomial(df: float) -> Array:
    """Powers of e / 7 of log sqrt(chi2 / df), the chi-square quantile at Phi(e): one normal, no rejection."""

    def root(u: Array) -> Array:
        e = MIXING_RANGE * u
        half = np.where(e < 0.0, gammaincinv(0.5 * df, ndtr(e)), gammainccinv(0.5 * df, ndtr(-e)))
        return np.asarray(0.5 * np.log(2.0 * half / df))

    return powers(root, (*_DEGREES, 40), "the mixing variable of the t copula")


def padded(drawn: Sequence[ByPath | None], sizes: Sizes) -> _Padded:
    """Tables of all scenarios at one size; zeros for those whose paths differ by the factors alone."""
    given = [by_path for by_path in drawn if by_path is not None]
    n_period, n_variable = (
        max((getattr(by_path, n) for by_path in given), default=0) for n in ("n_period", "n_variable")
    )
    width = max((by_path.quantile.shape[-1] for by_path in given), default=1)
    shapes = _Padded(
        entry_law=np.ones((sizes.n_scenario, sizes.n_month, 4)),
        quantile=np.zeros((sizes.n_scenario, sizes.n_month, sizes.n_segment, width)),
        root=np.zeros((sizes.n_scenario, N_PARAMETER, N_PARAMETER)),
        mean=np.zeros((sizes.n_scenario, N_PARAMETER)),
        shock=np.zeros((sizes.n_scenario, sizes.n_month, n_period, n_variable)),
        response=np.zeros(
            (sizes.n_scenario, sizes.n_month, max((by_path.response.shape[-1] for by_path in given), default=1))
        ),
        exposed=np.zeros((sizes.n_scenario, sizes.n_segment)),
    )
    for k, by_path in enumerate(drawn):
        if by_path is not None:
            for name, table in by_path._asdict().items():
                getattr(shapes, name)[(k, *(slice(0, n) for n in table.shape))] = table
    return shapes._replace(shock=shapes.shock.reshape(sizes.n_scenario, sizes.n_month, n_period * n_variable))


class _Padded(NamedTuple):
    """As `ByPath`, over scenarios."""

    entry_law: Array
    quantile: Array
    root: Array
    mean: Array
    shock: Array
    response: Array
    exposed: Array
