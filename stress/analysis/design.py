"""The point nearest to the origin of whitened normals at which a margin falls to a goal.

Minimise e'e / 2 subject to g(e) <= goal. The search walks on the surface itself: directions, each with the first radius
at which the margin reaches the goal. A step turns the direction towards minus the gradient (the HLRF step: Hasofer and
Lind 1974, Rackwitz and Fiessler 1978), as far as the radius falls. A trigger may put jumps into g: the radius of a
direction exists all the same, which a step by values of g alone would miss.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from stress.arrays import Array


class Function(Protocol):
    """(P, n) points -> (P,) margins; a call of 32 points costs as much as one."""

    def __call__(self, points: Array, /) -> Array:
        """Margins of the points."""


FAR = 12.0
"""Beyond this distance a probability is below 2e-33: no answer."""
SHARE = np.arange(1, 33) / 32.0
"""Points of a round: as many as a block has lanes."""
ROUNDS = 4
STEP = 1e-3
"""Half-width of the central differences, in standard deviations."""
TURNS = (1.0, 0.75, 0.5, 0.35, 0.2, 0.1, 0.05, 0.02)
"""How far to turn from the present direction to the new one."""
WANDER = 300
"""Rounds of the random search, 128 points each."""
ENOUGH = 1e-5
"""Relative fall of the distance below which a step does not count."""


class Design(NamedTuple):
    """The end of one search."""

    point: Array
    """(n,) whitened normals; empty where no radius reaches the goal."""
    distance: float
    """beta, the length of `point`; inf where there is none."""
    alignment: float
    """Cosine between the point and minus the gradient: 1 at a smooth minimum, less on an edge of the surface."""
    steps: int


def nearest(margin: Function, goal: float, start: Array, most: int = 40) -> Design:
    """Search from a direction. The answer is a local minimum: call it from several starts."""
    direction = start / np.linalg.norm(start)
    distance = float(radius(margin, goal, direction[None])[0])
    if not np.isfinite(distance):
        return Design(np.array([]), np.inf, np.nan, 0)
    alignment = np.nan
    for step in range(1, most + 1):
        slope = gradient(margin, distance * direction)
        length = float(np.linalg.norm(slope))
        if length == 0.0:
            return Design(distance * direction, distance, np.nan, step)
        towards = -slope / length
        alignment = float(direction @ towards)
        turned = np.array([(1.0 - t) * direction + t * towards for t in TURNS])
        turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
        distances = radius(margin, goal, turned, 1.02 * distance)
        best = int(np.argmin(distances))
        if not distances[best] < distance * (1.0 - ENOUGH):
            break
        direction, distance = turned[best], float(distances[best])
    return Design(distance * direction, distance, alignment, step)


def radius(margin: Function, goal: float, directions: Array, far: float = FAR) -> Array:
    """(D,) first distance along each direction at which the margin is at or below the goal; inf where none is.

    Thirty-two distances at a time, then thirty-two within the first bracket: the far end of the last one, which lies
    beyond the surface by at most far / 32^4.
    """
    answer = np.full(len(directions), np.inf)
    active = np.arange(len(directions))
    low, high = np.zeros(active.size), np.full(active.size, far)
    for turn in range(ROUNDS):
        at = low[:, None] + SHARE * (high - low)[:, None]
        points = at[:, :, None] * directions[active, None, :]
        beyond = margin(points.reshape(-1, directions.shape[1])).reshape(at.shape) <= goal
        beyond[:, -1] |= turn > 0
        hit = beyond.any(axis=1)
        first = beyond[hit].argmax(axis=1)
        at, active, row = at[hit], active[hit], np.arange(first.size)
        low, high = np.where(first > 0, at[row, first - 1], low[hit]), at[row, first]
        if not active.size:
            break
    answer[active] = high
    return answer


def gradient(margin: Function, point: Array) -> Array:
    """Central differences in every coordinate, all in a few blocks."""
    moves = STEP * np.eye(point.size)
    value = margin(np.concatenate([point + moves, point - moves]))
    return np.asarray((value[: point.size] - value[point.size :]) / (2.0 * STEP))


def shortened(margin: Function, goal: float, start: Array, n_month: int, seed: int = 0) -> Array:
    """A shorter point beyond the goal, from one beyond it, by random search.

    Where a trigger cuts the losing region into parts, rays from other starts may miss a part, and the gradient of g
    knows nothing of its edges. Half of the tries shrink some coordinates, half shift some months; the shortest that
    still loses is kept.
    """
    random, point, width = np.random.default_rng(seed), start.copy(), 0.3
    half, month = 64, np.arange(n_month)
    for _ in range(WANDER):
        shrink = random.random((2 * half, 1)) ** 2
        some = random.random((half, point.size)) < random.random((half, 1))
        first, last = random.integers(0, n_month, (half, 1)), random.integers(1, 13, (half, 1))
        window = (month >= first) & (month < first + last)
        factor = np.arange(point.size // n_month) == random.integers(0, point.size // n_month, (half, 1))
        shift = width * random.standard_normal((half, 1, 1)) * window[:, :, None] * factor[:, None, :]
        tries = np.concatenate([
            point * (1.0 - shrink[:half] * some),
            (point + shift.reshape(half, -1)) * (1.0 - 0.2 * shrink[half:]),
        ])  # fmt: skip
        length = np.where(margin(tries) <= goal, np.linalg.norm(tries, axis=1), np.inf)
        best = int(np.argmin(length))
        shorter = bool(length[best] < np.linalg.norm(point))
        point, width = (tries[best], 1.05 * width) if shorter else (point, 0.97 * width)
    return np.asarray(point)
