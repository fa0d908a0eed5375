"""Where a curve passes a level, and how far that place is known: a break-even with its interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.analysis.levers import Lever
from stress.answers.breakeven import Answer, Crossing, Curve
from stress.arrays import Array
from stress.measures.estimate import NORMAL

WITHIN = 7
"""Further points inside a bracket."""
STEEP = 0.75
"""Rise of the probability from a point to the next beyond which a straight line says nothing of the points between."""


def inside(lever: Lever, curve: Curve, chance: float) -> Array:
    """Places between the two points where the probability first passes `chance`."""
    above = np.flatnonzero(curve.probability > chance)
    if not above.size or above[0] == 0:
        return np.array([])
    low, high = lever.place(curve.value[[above[0] - 1, above[0]]])
    return np.linspace(low, high, WITHIN + 2)[1:-1]


def rises(lost: Array) -> bool:
    """No fall of the probability between any two neighbours beyond 4 standard errors of the difference by batches."""
    step = np.diff(lost, axis=0)
    error = step.std(axis=1, ddof=1) * np.sqrt(step.shape[1])
    return bool(np.all(step.sum(axis=1) >= -4.0 * error - 1e-9))


def at_percentile(lever: Lever, curve: Curve, percentile: float, monotone: bool) -> Answer:
    """The break-even where the probability of a loss passes 1 - `percentile`."""
    chance = 1.0 - percentile
    least, most = curve.low, curve.high
    if monotone:  # a point bounds the probability of all points before it, and is bounded by theirs
        least, most = np.maximum.accumulate(least), np.minimum.accumulate(most[::-1])[::-1]
    upper, lower = (_passes(lever, curve.value, bound, chance) for bound in (most, least))
    crossings = [
        _crossing(lever, curve, passing, *((upper, lower) if passing.fails else (lower, upper)))
        for passing in _passes(lever, curve.value, curve.probability, chance)
    ]
    one_way = len(crossings) <= 1 and monotone
    return answer(lever, percentile, crossings, bool(curve.probability[0] > chance), one_way, float(curve.value[-1]))


class _Pass(NamedTuple):
    """Where a curve passes a level."""

    value: float
    fails: bool
    """True where it rises above it."""
    between: tuple[float, ...]
    """The points about it, where the curve is steep: it may pass anywhere between them; else none."""


def _crossing(lever: Lever, curve: Curve, passing: _Pass, early: list[_Pass], late: list[_Pass]) -> Crossing:
    """A crossing with the nearest one of the bound that passes before it and of the bound that passes after it.

    A bound that never does so within the curve leaves that end of the interval open, at the end of the curve.
    """
    at = float(lever.place(passing.value))
    before = [x for x in early if x.fails == passing.fails and lever.place(x.value) <= at]
    after = [x for x in late if x.fails == passing.fails and lever.place(x.value) >= at]
    first, last = float(curve.value[0]), float(curve.value[-1])
    ends = (before[-1].value if before else first, not before), (after[0].value if after else last, not after)
    (low, low_open), (high, high_open) = sorted(ends)
    low, high = min(low, *passing.between, passing.value), max(high, *passing.between, passing.value)
    error = np.nan if low_open or high_open else (high - low) / (2.0 * NORMAL)
    return Crossing(passing.value, error, low, high, passing.fails, low_open, high_open)


def _passes(lever: Lever, value: Array, chance: Array, goal: float) -> list[_Pass]:
    """Every value at which a probability passes `goal`, linear between points."""
    place, above = lever.place(value), chance > goal
    passes = []
    for at in np.flatnonzero(np.diff(above.astype(int)) != 0):
        rise = chance[at + 1] - chance[at]
        passing = place[at] + (goal - chance[at]) / rise * (place[at + 1] - place[at])
        between = tuple(value[at : at + 2].tolist()) if abs(rise) > STEEP else ()
        passes.append(_Pass(float(lever.value(passing)), bool(above[at + 1]), between))
    return passes


def answer(
    lever: Lever, percentile: float | None, crossings: list[Crossing], fails_first: bool, monotone: bool, last: float
) -> Answer:
    """The first crossing from the benign end, and a sentence where it is not the whole story."""
    if fails_first or not crossings:
        says = (
            f"not paid in full even at {lever.benign:g}"
            if fails_first
            else f"paid in full up to {last:.4g}, the end of the search"
        )
        return Answer(percentile, np.nan, np.nan, np.nan, np.nan, tuple(crossings), monotone, says)
    first = crossings[0]
    remarks: list[str] = []
    if len(crossings) > 1:
        at = ", ".join(f"{c.value:.4g}" for c in crossings)
        remarks.append(f"not monotone: crosses {len(crossings)} times, at {at}; the first is given")
    elif not monotone:
        remarks.append("not monotone: somewhere more of the shock helps; one crossing only")
    ends = [f"{end:.4g}" for end, is_open in ((first.low, first.low_open), (first.high, first.high_open)) if is_open]
    if ends:
        remarks.append(
            f"the interval goes on beyond {' and '.join(ends)}, the end of the search: more paths, or --from, --to"
        )
    value, error, low, high, _, low_open, high_open = first
    return Answer(
        percentile, value, error, low, high, tuple(crossings), monotone, "; ".join(remarks), low_open, high_open
    )
