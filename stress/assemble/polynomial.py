"""Smooth functions as polynomials on [-1, 1], for the kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stress.arrays import Array
from stress.errors import ConfigError
from stress.links import between_nodes, chebyshev

_GOOD, _ENOUGH = 1e-9, 1e-5
"""Error of a fit that ends the search for a degree, and the largest one accepted."""


def powers(function: Callable[[Array], Array], degrees: Sequence[int], what: str) -> Array:
    """Ascending powers (last axis) of a smooth function of u in [-1, 1] (its last axis), checked between nodes.

    The first degree within 1e-9, else the last. ConfigError where that is off by more than 1e-5.
    """
    for degree in degrees:
        node, to_chebyshev, to_power = chebyshev(degree)
        coef = np.asarray((function(node) @ to_chebyshev) @ to_power)
        grid = between_nodes(degree)
        fitted = np.polynomial.polynomial.polyval(grid, np.moveaxis(coef, -1, 0))
        error = float(np.max(np.abs(fitted - function(grid))))
        if error <= _GOOD:
            return coef
    if error > _ENOUGH:
        raise ConfigError(f"{what}: spread over so wide a range that no polynomial follows them ({error:.1e})")
    return coef
