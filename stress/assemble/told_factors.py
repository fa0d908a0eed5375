"""What a state tells of the systematic factors: their levels, how well they are known, what is left of that later."""

from __future__ import annotations

import numpy as np

from stress.arrays import Array
from stress.errors import ConfigError
from stress.inputs.state import Known, State
from stress.kernels.tables import N_PARAMETER, NORMALS, Problem


def silent(state: State) -> State:
    """The state, telling nothing of the factors: rates are as expected at any time."""
    return state.model_copy(update={"factors": (), "known": None})


def check_factors(state: State, n_factor: int) -> None:
    """Raise ConfigError where a state gives the levels of other factors than the pool has."""
    if state.factors and len(state.factors) != n_factor:
        raise ConfigError(f"state: factors: has {len(state.factors)}, the pool has {n_factor}")


def law_of(problem: Problem, state: State) -> Array:
    """(F, 4 + F) levels of the factors and their weights of the path's normals (`Opening.start_law`)."""
    n_factor = problem.sizes.n_factor
    if state.known is None:
        return np.zeros((n_factor, 0))
    if not problem.market.draws[NORMALS.index("parameters"), 1]:
        return np.insert(levels_of(state), [1] * N_PARAMETER, 0.0, axis=1)
    return np.ascontiguousarray(np.column_stack([state.factors, _root(state.known, n_factor)]))


def levels_of(state: State) -> Array:
    """(F, 1 + F) what a state tells of its factors alone: their levels, and the lower root of their covariance."""
    n_factor = len(state.factors)
    own = np.zeros((n_factor, n_factor))
    if state.known is not None:
        own = _lower(_root(state.known, n_factor))
    return np.column_stack([state.factors, own])


def later_law(state: State, phi: float, root: Array, months: int) -> tuple[Array, Known]:
    """What a state tells of its factors so many months on, where nothing else is seen: (F,) levels and their law.

    root (F, F): root root' = the correlation of the factors. What was told of drawn parameters stays told.
    """
    n_factor, kept = len(state.factors), phi**months
    told = state.known or Known(root=tuple((0.0,) * k + (1.0,) for k in range(N_PARAMETER)) + _sure(n_factor))
    weights = kept * _root(told, n_factor)
    own = _lower(np.column_stack([weights[:, N_PARAMETER:], np.sqrt(1.0 - kept**2) * root]))
    rows = [(*weights[f, :N_PARAMETER].tolist(), *own[f, : f + 1].tolist()) for f in range(n_factor)]
    return kept * np.array(state.factors), told.model_copy(update={"root": (*told.root[:N_PARAMETER], *rows)})


def _sure(n_factor: int) -> tuple[tuple[float, ...], ...]:
    """Rows of factors that are known exactly."""
    return tuple((0.0,) * (N_PARAMETER + f + 1) for f in range(n_factor))


def _lower(root: Array) -> Array:
    """(F, F) the lower root of root root'."""
    own = np.asarray(np.linalg.qr(root.T, mode="r")).T
    own = np.pad(own, ((0, 0), (0, len(root) - own.shape[1])))
    return own * np.where(np.diagonal(own) < 0.0, -1.0, 1.0)


def _root(known: Known, n_factor: int) -> Array:
    """(F, 3 + F) rows of the factors."""
    root = np.zeros((n_factor, N_PARAMETER + n_factor))
    for i, row in enumerate(known.root[N_PARAMETER:]):
        root[i, : len(row)] = row
    return root
