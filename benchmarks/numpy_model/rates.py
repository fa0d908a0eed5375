"""Systematic factors and the conditional rates of a month (Vasicek 2002)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from benchmarks.numpy_model.tables import Array, Link, Tables


class Rates(NamedTuple):
    """(S, n) each; (S, 1) where a rate does not depend on a factor."""

    entry: Array
    roll: tuple[Array, Array, Array]
    prepayment: Array
    recovery: Array


def next_factor(tables: Tables, factor: Array, normals: Array, t: int) -> Array:
    """Y_t = phi Y_{t-1} + sqrt(1 - phi^2) L e_t, from Y_0 or the stationary Y_1 = L e_1. normals: (F, n)."""
    shock = tables.cholesky @ normals
    if t == 0:
        if tables.start[1] == 1.0:
            return np.asarray(shock)
        factor = np.full_like(shock, tables.start[0])
    return np.asarray(tables.phi * factor + np.sqrt(1.0 - tables.phi**2) * shock)


def rates_of(tables: Tables, factor: Array, t: int) -> Rates:
    """Rates of month t given its factors (F, n)."""
    z = np.clip(factor, -9.0, 9.0)
    first, second, third = tables.roll
    return Rates(
        _rate(tables.entry, z, t),
        (_rate(first, z, t), _rate(second, z, t), _rate(third, z, t)),
        _rate(tables.prepayment, z, t),
        _rate(tables.recovery, z, t),
    )


def _rate(link: Link, z: Array, t: int) -> Array:
    if link.slope is None:
        return link.level[t]
    return np.asarray(ndtr(link.level[t] + link.slope[t] * z[link.factor]))
