"""Macro variables that are drawn around a scenario: how their innovations move the log odds of entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from stress.arrays import Array
from stress.assemble.polynomial import powers
from stress.errors import ConfigError
from stress.inputs.macro import swing as inputs
from stress.inputs.macro.interpolate import at_months
from stress.inputs.macro.var import Var
from stress.tables.periods import Period

_HALF_WIDTH = 6.0
"""Standard deviations at which the index is held."""
_DEGREES = (1, 2, 4, 8, 12, 16, 20, 24, 30, 36)


class Swing(NamedTuple):
    """The satellite's index by month as a sum of innovations, and what it does to entry."""

    shock: Array
    """(T, Q, V) weight of the innovation of variable v in period q in the index of month t, on the link's scale."""
    half_width: Array
    """(T,) the index is held beyond this."""
    response: Array
    """(T, D) ascending powers of index / half_width: shift of log odds of the monthly entry rate."""
    top: Array
    """(T,) largest shift within the half width."""
    exposed: Array
    """(S,) 1 where the satellite moves the segment."""


class Past(NamedTuple):
    """Months that are data, and the normals of the macro variables in their periods (those left out are 0)."""

    months: int = 0
    normals: tuple[tuple[float, ...], ...] = ()

    def of(self, n_period: int, swing: inputs.Swing) -> tuple[int, Array]:
        """Periods that are over, and the normals (Q, V) of all periods as far as they are known, else 0."""
        over, n_variable = periods_over(swing, self.months), len(swing.var.variables)
        known = np.zeros((n_period, n_variable))
        if not self.normals:
            return over, known
        given = np.array(self.normals)
        if given.shape != (over, n_variable):
            raise ConfigError(
                f"state: macro: needs a row for each of {over} periods and a number for each of "
                f"{', '.join(swing.var.variables)}; or leave it out: the past is then the scenario's"
            )
        known[:over] = given
        return over, known


CLOSING = Past()


def periods_over(swing: inputs.Swing, months: int) -> int:
    """Periods of the macro variables, after the starting one, up to that of a month of the deal."""
    base = Period(*swing.base)
    return max(0, (swing.start + months - 1) // (12 // base.per_year) - base.ordinal)


def swing_of(swing: inputs.Swing, segments: list[str], n_month: int, past: Past = CLOSING) -> Swing:
    """Arrays of a scenario's swing over the deal's months. ConfigError where the VAR explodes."""
    n_period, spread, weight = _layout(swing, n_month)
    over, known = past.of(n_period, swing)
    index = np.zeros((n_period + 1, n_period, len(swing.var.variables)))
    for term in swing.satellite.terms:
        variable = spread[:, swing.var.variables.index(term.variable)]
        index += term.coefficient * _lagged(variable, term.lag)
        if term.difference:
            index -= term.coefficient * _lagged(variable, term.lag + term.difference)
    for q in range(1, n_period + 1):
        for own in swing.satellite.own:
            index[q] += own.coefficient * index[q - own.lag] if own.lag <= q else 0.0
    shock = swing.elasticity * np.tensordot(weight, index, axes=1)
    base = np.array(swing.shift)[:n_month, None]
    stands = base + (shock * known).sum(axis=(1, 2))[:, None]
    shock[:, :over] = 0.0
    half_width = _HALF_WIDTH * np.sqrt((shock**2).sum(axis=(1, 2)))

    def response(u: Array) -> Array:
        return _log_odds_multiple(swing, stands + half_width[:, None] * u) - _log_odds_multiple(swing, base)

    ends = response(np.array([-1.0, 1.0]))
    return Swing(
        shock=shock,
        half_width=half_width,
        response=powers(response, _DEGREES, "the macro variables' effect on entry rates"),
        top=np.abs(ends).max(axis=1),
        exposed=np.array([float(not swing.segments or name in swing.segments) for name in segments]),
    )


def fan_of(swing: inputs.Swing, n_month: int, past: Past = CLOSING) -> tuple[Array, Array]:
    """(V, T) mean and standard deviation of every drawn variable by month: its law is normal, no path is needed."""
    n_period, spread, weight = _layout(swing, n_month)
    over, known = past.of(n_period, swing)
    by_month = np.tensordot(weight, spread, axes=1)
    mean = np.array(swing.path)[:, :n_month] + np.tensordot(by_month, known, axes=2).T
    by_month[:, :, :over] = 0.0
    return mean, np.sqrt((by_month**2).sum(axis=(2, 3))).T


def responses(var: Var, n_period: int) -> Array:
    """(Q + 1, V, Q, V) deviation of variable v in period q per unit of the normal of variable u in period r + 1.

    The moving-average form, d_q = sum_r Psi_{q-r} P e_r with P P' = covariance and d_0 = 0 (Luetkepohl 2005, "New
    Introduction to Multiple Time Series Analysis", section 2.1.2). ConfigError where a root is not below 1.
    """
    lags, n = np.array(var.lags), len(var.variables)
    companion = np.zeros((n * len(lags), n * len(lags)))
    companion[:n] = np.concatenate(list(lags), axis=1)
    companion[n:, :-n] = np.eye(n * (len(lags) - 1))
    largest = float(np.abs(np.linalg.eigvals(companion)).max())
    if largest >= 1.0:
        raise ConfigError(f"var {var.name}: its largest root is {largest:.4f}; deviations die out only below 1")
    root = np.linalg.cholesky(np.array(var.covariance))
    psi = [np.eye(n)]
    for i in range(1, n_period):
        psi.append(sum((lags[k] @ psi[i - 1 - k] for k in range(min(i, len(lags)))), np.zeros((n, n))))
    response = np.zeros((n_period + 1, n, n_period, n))
    for q in range(1, n_period + 1):
        for r in range(1, q + 1):
            response[q, :, r - 1] = psi[q - r] @ root
    return response


def _layout(swing: inputs.Swing, n_month: int) -> tuple[int, Array, Array]:
    """Periods that are drawn, what each does to the variables, and (T, Q + 1) weights of periods in months."""
    base = Period(*swing.base)
    width = 12 // base.per_year
    n_period = (swing.start + n_month - 1) // width - base.ordinal
    unit = np.eye(n_period + 1).tolist()
    weight = [at_months(row, base, swing.start, n_month, swing.interpolation) for row in unit]
    return n_period, responses(swing.var, n_period), np.array(weight).T


def _lagged(series: Array, lag: int) -> Array:
    """The series so many periods before; 0 before the start."""
    lagged = np.zeros_like(series)
    lagged[lag:] = series[: len(series) - lag]
    return lagged


def _log_odds_multiple(swing: inputs.Swing, shift: Array) -> Array:
    """Log of the multiple of monthly odds when the satellite's rate moves by `shift` on the link's scale."""
    satellite, rate = swing.satellite, swing.rate
    if satellite.link == "log" or rate is None:
        return shift
    if satellite.link == "logit":
        if not satellite.annualised:
            return shift
        moved = expit(logit(rate) + shift)
    else:
        moved = ndtr(ndtri(rate) + shift)
    return np.asarray(logit(moved / 12.0 if satellite.annualised else moved))
