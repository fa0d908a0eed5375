"""Splines through scattered points in any dimension, with the error that leaving each point out shows.

The smoothest surface through points is a sum of |x - x_k|^3 and a linear function (Duchon 1977, polyharmonic splines).
Through few points, or over an edge, it makes waves; the sum of the distances themselves, straight between the points of
a line, makes none. The error at a point by a spline without it is its weight over the diagonal of the inverse (Rippa
1999), so that leaving out every point costs one inverse, and says which of the two misses less.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Ints

POWERS = (3, 1)
"""Of the distances: cubes, smooth, and the distances themselves, without waves."""


class Spline(NamedTuple):
    """Surfaces through the same points."""

    weight: Array
    """(n_point + 1 + n_axis, n_surface): of the points, of 1, of the axes."""
    missed: Array
    """(n_point, n_surface): value by the spline without the point, minus the value there."""
    power: Ints
    """(n_surface,) of POWERS."""


def least_points(n_axis: int) -> int:
    """Points from which leaving one out still leaves a surface.

    >>> least_points(2)
    4
    """
    return n_axis + 2


def best_spline(place: Array, value: Array) -> Spline:
    """Of each surface the power whose spline misses less, in the root mean square, of the points that are left out.

    >>> x = np.linspace(0.0, 1.0, 6)[:, None]
    >>> best_spline(x, np.hstack([x**2, x > 0.5])).power.tolist()
    [3, 1]
    """
    both = [spline(place, value, power) for power in POWERS]
    straight = (both[1].missed ** 2).mean(0) < (both[0].missed ** 2).mean(0)
    return Spline(*(np.where(straight, linear, cubic) for cubic, linear in zip(*both, strict=True)))


def spline(place: Array, value: Array, power: int = 3) -> Spline:
    """Fit (n_point, n_surface) values at (n_point, n_axis) places, all different and not on one line or plane.

    >>> x = np.array([[0.0], [0.3], [1.0], [0.6]])
    >>> fitted = spline(x, 2.0 * x - 1.0)
    >>> bool(np.allclose(at(fitted.weight, x, np.array([[0.5]])), 0.0) and np.allclose(fitted.missed, 0.0))
    True
    """
    n_point, n_axis = place.shape
    line = np.hstack([np.ones((n_point, 1)), place])
    system = np.block([[_distances(place, place, power), line], [line.T, np.zeros((n_axis + 1, n_axis + 1))]])
    inverse = np.linalg.inv(system)
    weight = inverse[:, :n_point] @ value
    missed = -weight[:n_point] / np.diag(inverse)[:n_point, None]
    return Spline(weight, missed, np.full(value.shape[1:], power))


def at(weight: Array, place: Array, where: Array, power: int = 3) -> Array:
    """(n_where, n_surface) values of the surfaces at (n_where, n_axis) places."""
    line = np.hstack([np.ones((len(where), 1)), where])
    return np.asarray(np.hstack([_distances(where, place, power), line]) @ weight)


def _distances(first: Array, second: Array, power: int) -> Array:
    return np.asarray(np.linalg.norm(first[:, None, :] - second[None, :, :], axis=2) ** power)
