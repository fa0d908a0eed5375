"""Cubic splines through scattered points in any dimension, with the error that leaving each point out shows.

The smoothest surface through points is a sum of |x - x_k|^3 and a linear function (Duchon 1977, polyharmonic splines).
The error at a point by a spline without it is its weight over the diagonal of the inverse (Rippa 1999), so that
leaving out every point costs one inverse.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Spline(NamedTuple):
    """Surfaces through the same points."""

    weight: Array
    """(n_point + 1 + n_axis, n_surface): of the points, of 1, of the axes."""
    missed: Array
    """(n_point, n_surface): value by the spline without the point, minus the value there."""


def least_points(n_axis: int) -> int:
    """Points from which leaving one out still leaves a surface.

    >>> least_points(2)
    4
    """
    return n_axis + 2


def spline(place: Array, value: Array) -> Spline:
    """Fit (n_point, n_surface) values at (n_point, n_axis) places, all different and not on one line or plane.

    >>> x = np.array([[0.0], [0.3], [1.0], [0.6]])
    >>> one = spline(x, 2.0 * x - 1.0)
    >>> bool(np.allclose(at(one.weight, x, np.array([[0.5]])), 0.0) and np.allclose(one.missed, 0.0))
    True
    """
    n_point, n_axis = place.shape
    line = np.hstack([np.ones((n_point, 1)), place])
    system = np.block([[_cubes(place, place), line], [line.T, np.zeros((n_axis + 1, n_axis + 1))]])
    inverse = np.linalg.inv(system)
    weight = inverse[:, :n_point] @ value
    return Spline(weight, -weight[:n_point] / np.diag(inverse)[:n_point, None])


def at(weight: Array, place: Array, where: Array) -> Array:
    """(n_where, n_surface) values of the surfaces at (n_where, n_axis) places."""
    line = np.hstack([np.ones((len(where), 1)), where])
    return np.asarray(np.hstack([_cubes(where, place), line]) @ weight)


def _cubes(one: Array, two: Array) -> Array:
    return np.asarray(np.linalg.norm(one[:, None, :] - two[None, :, :], axis=2) ** 3)
