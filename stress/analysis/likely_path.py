"""The shortest path of whitened normals that reaches a goal: searches from several starts, then around the best."""

from __future__ import annotations

import itertools
from typing import Protocol

import numpy as np

from stress.analysis import design, kept
from stress.answers.reverse import Search
from stress.arrays import Array
from stress.kernels.layout import LANES
from stress.measures.estimate import NORMAL, Interval
from stress.measures.proportions import proportion

TOUCH = 1e-6
"""Margin beyond the goal, so that the path loses more than x and not just x."""
AIMED_BLOCKS = 256
"""Blocks of paths drawn around the design point to check the first-order probability."""
PLAIN_SHARE = 0.25
"""Share of these drawn from the plain law: no weight can exceed 1 / 0.25 (Hesterberg 1995, defensive mixtures)."""
AIMED_FIRST = 2**40
"""Block from which these are drawn: no job has so many paths, so they are independent of its own."""
NEAREST, RESTARTS = 4, 4
"""Plain shapes to search from; searches from sampled paths at most."""
UNKNOWN = Interval(*(np.array(np.nan) for _ in range(4)))
"""A probability that an interrupted search did not come to, or that no path shows."""
SMOOTH = 0.99
"""Alignment below which the point lies on an edge of the surface."""


class Margin(Protocol):
    """How far a path is from a goal."""

    @property
    def shape(self) -> tuple[int, int]:
        """(T, F) of the normals of a path."""
        ...

    def __call__(self, normals: Array, /) -> Array:
        """(P, T F) normals -> (P,) margins."""
        ...

    def drawn(self, block: int) -> Array:
        """(32, T F) normals of a block, far from the paths that are simulated."""
        ...


def search(margin: Margin, goal: float, leads: int = 1) -> tuple[design.Design, tuple[Search, ...], Interval]:
    """The nearest point over several starts; then around it, in case sampled paths show a nearer one.

    `leads`: so many factors, the first ones, may each be the bad one of a start.
    """
    size = margin.shape[0] * margin.shape[1]
    if margin(np.zeros((1, size)))[0] <= goal:
        origin = design.Design(np.zeros(size), 0.0, 1.0, 0)
        return origin, (Search("the origin", 0.0, 1.0, 0),), _importance(margin, goal, origin.point)[0]
    searches = list[Search]()
    best = design.Design(np.array([]), np.inf, np.nan, 0)
    for name, start in _starts(margin, goal, leads).items():
        if searches and kept.asked_to_stop():
            return best, tuple(searches), UNKNOWN
        candidate = design.nearest(margin, goal, start)
        searches.append(Search(name, candidate.distance, candidate.alignment, candidate.steps))
        best = min(best, candidate, key=lambda point: point.distance)
    if not np.isfinite(best.distance):
        return best, tuple(searches), UNKNOWN
    for _ in range(RESTARTS):
        aimed, heaviest = _importance(margin, goal, best.point)
        if heaviest is None or kept.asked_to_stop():
            break
        candidate = _from_path(margin, goal, heaviest)
        searches.append(Search("a sampled path", candidate.distance, candidate.alignment, candidate.steps))
        if not candidate.distance < best.distance * (1.0 - 1e-3):
            break
        best = candidate
    return best, tuple(searches), aimed


def says(nearest: design.Design, searches: tuple[Search, ...]) -> str:
    """What the searches say about trust in the answer."""
    if nearest.distance == 0.0:
        return "so much is lost where all factors are drawn at 0 already"
    reached = [s.beta for s in searches if np.isfinite(s.beta)]
    near = sum(b <= nearest.distance * 1.001 for b in reached)
    words = [f"{near} of {len(searches)} starts end within 0.1% of it"]
    if kept.asked_to_stop():
        words.insert(0, "interrupted: the best so far")
    if not nearest.alignment > SMOOTH:
        words.append("the point lies on an edge of the surface (a trigger): Phi(-beta) is a rough guide")
    return "; ".join(words)


def _from_path(margin: Margin, goal: float, path: Array) -> design.Design:
    """The nearest point reached from a losing path: shortened by random search, then by steps along the surface."""
    short = design.shortened(margin, goal, path, margin.shape[0])
    candidate = design.nearest(margin, goal, short)
    if candidate.alignment > SMOOTH:
        return candidate
    edge = design.shortened(margin, goal, candidate.point if candidate.point.size else short, margin.shape[0])
    return design.Design(edge, float(np.linalg.norm(edge)), candidate.alignment, candidate.steps)


def _starts(margin: Margin, goal: float, leads: int) -> dict[str, Array]:
    """The slope at the origin, and the nearest of many plain shapes: a bad month, or bad months from one on, with the
    other factors bad, unmoved or good.
    """
    n_month, n_factor = margin.shape
    starts: dict[str, Array] = {}
    others = ((-1.0, ", all factors"), (0.0, ""), (0.5, ", others good")) if n_factor > 1 else ((0.0, ""),)
    for begin in range(n_month):
        for word, end in ((f"a bad month {begin + 1}", begin + 1), (f"bad months from {begin + 1} on", n_month)):
            for lead, (other, name) in itertools.product(range(leads), others):
                if lead and other == -1.0:
                    continue  # all factors alike
                shape = np.zeros((n_month, n_factor))
                shape[begin:end] = other
                shape[begin:end, lead] = -1.0
                which = f", factor {lead + 1}" if leads > 1 and other != -1.0 else ""
                starts[word + which + name] = shape.ravel() / np.linalg.norm(shape)
    distances = design.radius(margin, goal, np.array(list(starts.values())))
    order = np.argsort(distances, kind="stable")
    names = list(starts)
    chosen = {names[k]: starts[names[k]] for k in order[:NEAREST] if np.isfinite(distances[k])}
    slope = design.gradient(margin, np.zeros(n_month * n_factor))
    if np.any(slope):
        chosen = {"slope at the origin": -slope, **chosen}
    return chosen


def _importance(margin: Margin, goal: float, point: Array) -> tuple[Interval, Array | None]:
    """Probability from paths around the design point, and the losing path of the largest weight.

    Unbiased whatever the point: weight 1 / (a + (1 - a) likelihood ratio), the balance heuristic (Veach and Guibas
    1995), with the variances of the two strata added. A heavy path is one that the point did not foresee.
    """
    beta2, plain = float(point @ point), round(PLAIN_SHARE * AIMED_BLOCKS)
    mean, variance, heaviest, most = 0.0, 0.0, None, 0.0
    for shift, first, count in ((0.0, 0, plain), (1.0, plain, AIMED_BLOCKS - plain)):
        drawn = [margin.drawn(AIMED_FIRST + first + b) for b in range(count)]
        e = np.concatenate(drawn) + shift * point
        ratio = np.exp(np.minimum(e @ point - beta2 / 2.0, 700.0))
        value = (margin(e) <= goal) / (PLAIN_SHARE + (1.0 - PLAIN_SHARE) * ratio)
        share = count / AIMED_BLOCKS
        mean += share * float(value.mean())
        variance += share**2 * float(value.var(ddof=1)) / value.size
        if value.max() > most:
            most, heaviest = float(value.max()), e[int(value.argmax())]
    if beta2 == 0.0:  # nothing is aimed, nothing weighted: a count
        return proportion(round(mean * AIMED_BLOCKS * LANES), AIMED_BLOCKS * LANES), heaviest
    error = float(np.sqrt(variance))
    parts = (mean, error, max(mean - NORMAL * error, 0.0), mean + NORMAL * error)
    return Interval(*(np.array(x) for x in parts)), heaviest
