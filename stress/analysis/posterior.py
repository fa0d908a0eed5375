"""The law of a standard normal point given what was observed of it: mode, Laplace covariance, weighted draws.

Minimise e'e / 2 + r(e)'r(e) / 2, r the standardised misfits, by Gauss-Newton steps; their matrix I + J J' is the
precision of the Laplace approximation (exact where r is linear). Draws come from it and, a share of them, from the
prior, and are weighted back by the balance heuristic (Veach and Guibas 1995; defensive share: Hesterberg 1995),
self-normalised. Where the effective size stays small the normal law is fitted again to the weighted draws (Cornuet and
others 2012).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from stress.analysis.design import gradient
from stress.arrays import Array

Misfits = Callable[[Array], Array]
"""(P, n) points -> (P, K) standardised misfits."""

DEFENSIVE = 0.1
"""Share drawn from the prior."""
STEPS = 40
SHRINK = 0.7 ** np.arange(32)
"""Lengths tried of a step: as many as a block has lanes."""
ENOUGH = 1e-9
ROUNDS, WANTED = 3, 0.2
"""Fits of the proposal to weighted draws at most; the share of draws that must be effective for none."""


class Proposal(NamedTuple):
    """A normal law."""

    centre: Array
    root: Array
    """Lower root of its precision."""
    value: float = np.nan
    """e'e / 2 + r'r / 2 at its centre, where that is a mode: twice it is chi-square with K degrees of freedom if the
    law of the reports is right (exactly so for a linear r)."""


class Weighted(NamedTuple):
    """Draws and what they weigh."""

    point: Array
    """(P, n)"""
    weight: Array
    """(P,) sum 1."""
    proposal: Proposal

    @property
    def effective(self) -> float:
        """Independent draws that would tell as much: 1 / sum of squared weights (Kong 1992)."""
        return float(1.0 / np.sum(self.weight**2))


def laplace(misfits: Misfits, starts: Sequence[Array]) -> Proposal:
    """The normal law at the best mode reached from the starts."""
    return min((_mode(misfits, start) for start in starts), key=lambda proposal: proposal.value)


def weigh(misfits: Misfits, proposal: Proposal, count: int, seed: np.random.Generator) -> Weighted:
    """Draws of the posterior: `count` of them, weighted; a proposal that fits badly is fitted to its own draws."""
    weighted = _draw(misfits, proposal, count, seed)
    for _ in range(ROUNDS):
        if weighted.effective >= WANTED * count:
            break
        again = _draw(misfits, _fitted(weighted), count, seed)
        weighted = max(weighted, again, key=lambda draw: draw.effective)
    return weighted


def _mode(misfits: Misfits, start: Array) -> Proposal:
    point, value = start, _objective(misfits, start[None])[0]
    for _ in range(STEPS):
        slope = gradient(misfits, point)  # (n, K)
        step = -cho_solve((_root(slope), True), point + slope @ misfits(point[None])[0])
        tries = point + SHRINK[:, None] * step
        values = _objective(misfits, tries)
        best = int(np.argmin(values))
        if not values[best] < value - ENOUGH * (1.0 + abs(value)):
            break
        point, value = tries[best], values[best]
    return Proposal(point, _root(gradient(misfits, point)), float(value))


def _root(slope: Array) -> Array:
    """Lower root of the precision I + J J' of the Laplace approximation."""
    return np.asarray(np.linalg.cholesky(np.eye(len(slope)) + slope @ slope.T))


def _objective(misfits: Misfits, points: Array) -> Array:
    return np.asarray(0.5 * (points**2).sum(axis=1) + 0.5 * (misfits(points) ** 2).sum(axis=1))


def _draw(misfits: Misfits, proposal: Proposal, count: int, seed: np.random.Generator) -> Weighted:
    plain = round(DEFENSIVE * count)
    normal = seed.standard_normal((count, proposal.centre.size))
    moved = proposal.centre + solve_triangular(proposal.root.T, normal[plain:].T, lower=False).T
    point = np.concatenate([normal[:plain], moved])
    prior = -0.5 * (point**2).sum(axis=1)
    apart = (point - proposal.centre) @ proposal.root
    drawn = -0.5 * (apart**2).sum(axis=1) + np.log(np.diag(proposal.root)).sum()
    share = plain / count
    log = -_objective(misfits, point) - np.logaddexp(np.log(share) + prior, np.log1p(-share) + drawn)
    weight = np.exp(log - log.max())
    return Weighted(point, weight / weight.sum(), proposal)


def _fitted(weighted: Weighted) -> Proposal:
    """The normal law of the weighted draws, drawn towards the one they came from as far as they are few."""
    n = weighted.point.shape[1]
    trust = weighted.effective / (weighted.effective + 10.0 * n)
    centre = weighted.weight @ weighted.point
    away = weighted.point - centre
    before = np.linalg.inv(weighted.proposal.root @ weighted.proposal.root.T)
    covariance = trust * (away.T * weighted.weight) @ away + (1.0 - trust) * before
    return Proposal(centre, np.asarray(np.linalg.cholesky(np.linalg.inv(covariance))))
