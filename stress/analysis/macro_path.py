"""The macro path behind a path of default rates: a satellite read backwards.

A satellite says link(p_t) = link(p_0) + sum of b_k (x_k,t - x_k,0). Given the rates of a path and those expected, the
same equation in the x: of all moves of the variables that explain the rates, the one of least squares (each variable's
moves in units of what shifts the link by 1 where a lasting move does).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.special import logit, ndtri

from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.macro.satellite import Satellite


class MacroPath(NamedTuple):
    """Moves of macro variables that a satellite puts behind a path."""

    satellite: str
    variable: tuple[str, ...]
    period: tuple[int, ...]
    """Last month of each period of the satellite."""
    shift: Array
    """(period,) mean shift of the rates on the link's scale."""
    move: Array
    """(period, variable) from the start, in the variable's published unit."""
    unexplained: float
    """Largest shift that no move explains."""


def macro_path(satellite: Satellite, path: xr.Dataset, expected: xr.Dataset) -> MacroPath:
    """Moves of the satellite's variables against the start that raise the entry rates of `expected` to those of `path`.

    Both are replays with `entry_rate` (month, segment); segments and the months of a period count alike. Raises
    ConfigError for a link that no rate can be read back through.
    """
    if satellite.link not in ("logit", "probit"):
        raise ConfigError(f"--satellite {satellite.name}: link {satellite.link!r}; a rate needs logit or probit")
    months = 12 // satellite.per_year
    moved, base = (ds["entry_rate"].values * (12.0 if satellite.annualised else 1.0) for ds in (path, expected))
    link = logit if satellite.link == "logit" else ndtri
    edge = 1e-9
    by_month = (link(np.clip(moved, edge, 1 - edge)) - link(np.clip(base, edge, 1 - edge))).mean(axis=1)
    shift = np.array([by_month[k : k + months].mean() for k in range(0, by_month.size, months)])
    own_moves = _uncarried(satellite, shift)
    names = tuple(dict.fromkeys(term.variable for term in satellite.terms))
    system, unit = _system(satellite, names, shift.size)
    move = np.linalg.lstsq(system * np.repeat(unit, shift.size), own_moves, rcond=1e-9)[0].reshape(len(names), -1)
    left = own_moves - (system * np.repeat(unit, shift.size)) @ move.ravel()
    ends = (min(k + months, by_month.size) for k in range(0, by_month.size, months))
    period = tuple(int(path["month"].values[end - 1]) for end in ends)
    return MacroPath(satellite.name, names, period, shift, (move * unit[:, None]).T, float(np.abs(left).max()))


def _uncarried(satellite: Satellite, shift: Array) -> Array:
    """The shift of each period less what the satellite's own lags carry on of those before."""
    moves = shift.copy()
    for own in satellite.own:
        moves[own.lag :] -= own.coefficient * shift[: shift.size - own.lag]
    return moves


def _system(satellite: Satellite, names: tuple[str, ...], n: int) -> tuple[Array, Array]:
    """(period, variable x period) of the satellite's equation, nothing having moved before the start, and the move of
    each variable that shifts the link by 1 for good (by a difference where it has no level).
    """
    system = np.zeros((n, len(names), n))
    unit = np.zeros(len(names))
    for term in satellite.terms:
        k, rows = names.index(term.variable), np.arange(n)
        for lag, sign in ((term.lag, 1.0), (term.lag + term.difference, -1.0 if term.difference else 0.0)):
            lagged = rows[rows >= lag]
            system[lagged, k, lagged - lag] += sign * term.coefficient
        unit[k] += abs(term.coefficient)
    return system.reshape(n, -1), 1.0 / np.maximum(unit, 1e-12)
