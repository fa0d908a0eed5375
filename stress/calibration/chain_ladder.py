"""What vintages will have lost by the end of their lives, by the factors from age to age of those before them.

Chain ladder with standard errors: Mack (1993), "Distribution-free calculation of the standard error of chain ladder
reserve estimates", ASTIN Bulletin 23. Loss curves of static pools are projected so; ages are those of the table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Bools

FEWEST = 3
"""Ages without which a triangle has no spread to tell."""


class Projection(NamedTuple):
    """C vintages over A ages."""

    factor: Array
    """(A - 1,) running total at the next age over that at this one; NaN before anybody has lost anything."""
    share: Array
    """(A,) of what is lost by the last age, what is lost by each."""
    reached: Array
    """(C,) place of the last age of each vintage."""
    so_far: Array
    """(C,)"""
    final: Array
    """(C,) at the last age; NaN of a vintage that has lost nothing yet."""
    error: Array
    """(C,) standard error of it, 0 of a vintage at the last age."""
    covariance: Array
    """(C, C) of the errors: vintages share the factors."""


def chain_ladder(total: Array) -> Projection:
    """Project (C, A) running totals, NaN beyond the age that a vintage has reached.

    Raises ValueError for fewer than three ages, a total below 0, a vintage without one, one with a gap, or ages to
    which nobody leads.

    >>> chain_ladder(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.nan], [2.0, np.nan, np.nan]])).final.tolist()
    [3.0, 3.0, 6.0]
    """
    known = np.isfinite(total)
    reached = _reached(total, known)
    both = known[:, :-1] & known[:, 1:]
    first, second = np.where(both, total[:, :-1], 0.0), np.where(both, total[:, 1:], 0.0)
    base = first.sum(axis=0)
    factor = np.divide(second.sum(axis=0), base, out=np.full(base.shape, np.nan), where=base > 0.0)
    spread = _spread(first, second, factor, both)
    later = np.append(np.cumprod(np.where(np.isnan(factor), 1.0, factor)[::-1])[::-1], 1.0)
    begun = np.append(~np.isnan(factor), True)
    share = np.where(begun, 1.0 / later, 0.0)
    so_far = total[np.arange(len(total)), reached]
    final = np.where((so_far > 0.0) & begun[reached], so_far * later[reached], np.nan)
    final = np.where(reached == total.shape[1] - 1, so_far, final)
    covariance = _covariance(final, later, reached, spread / factor**2, base)
    return Projection(factor, share, reached, so_far, final, np.sqrt(np.diag(covariance)), covariance)


def _reached(total: Array, known: Bools) -> Array:
    """(C,) place of the last age of each vintage."""
    n_age = total.shape[1]
    if n_age < FEWEST:
        raise ValueError(f"has {n_age} ages; a projection needs {FEWEST}")
    reached = np.asarray(known.sum(axis=1) - 1)
    if (reached < 0).any():
        raise ValueError(f"vintage {int(np.argmin(reached)) + 1} has no figure")
    if (known != (np.arange(n_age) <= reached[:, None])).any():
        gap = int(np.argmax((known != (np.arange(n_age) <= reached[:, None])).any(axis=1)))
        raise ValueError(f"vintage {gap + 1} lacks an age before its last")
    if (total[known] < 0.0).any():
        raise ValueError("a running total is below 0")
    if reached.max() < n_age - 1:
        raise ValueError("no vintage has reached the last age")
    return reached


def _spread(first: Array, second: Array, factor: Array, both: Bools) -> Array:
    """(A - 1,) sigma squared of each factor; where one vintage alone tells it, as Mack extrapolates."""
    n = (both & (first > 0.0)).sum(axis=0)
    ratio = np.divide(second, first, out=np.zeros_like(first), where=first > 0.0)
    squares = (first * (ratio - factor) ** 2).sum(axis=0)
    spread: Array = np.divide(squares, n - 1, out=np.full(factor.shape, np.nan), where=n > 1)
    for k in range(len(spread)):
        if np.isnan(spread[k]) and not np.isnan(factor[k]):
            before = spread[max(0, k - 2) : k]
            before = before[np.isfinite(before)]
            step = before[-1] ** 2 / before[0] if len(before) == 2 and before[0] > 0.0 else np.inf
            spread[k] = min(step, *before) if len(before) else 0.0
    return spread


def _covariance(final: Array, later: Array, reached: Array, relative: Array, base: Array) -> Array:
    """(C, C): each vintage's own process and what all share, the estimated factors."""
    n_age = len(later)
    shared = np.divide(relative, base, out=np.zeros_like(relative), where=base > 0.0)
    common = np.append(np.nan_to_num(shared)[::-1].cumsum()[::-1], 0.0)
    covariance = np.outer(final, final) * common[np.maximum.outer(reached, reached)]
    for k, (end, at) in enumerate(zip(final, reached, strict=True)):
        if np.isfinite(end) and at < n_age - 1:
            path = end / later[at : n_age - 1]
            covariance[k, k] += end**2 * float(np.nansum(relative[at:] / path))
    return np.asarray(covariance)
