"""Where a falling measure first meets its limit: secants on its logarithm, halvings where they do not help.

Each point costs a run. On common draws the measure is a fixed function, close to exponential in the cut below a note:
two points tell the next. Likelihood-ratio scores are of no use here: a size is a term of the deal, no law of the draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Literal

from stress.measures.estimate import Interval

Part = Literal["high", "estimate", "low"]
"""Which end of the measure's interval is to be within the limit."""
PATIENCE = 3
"""Points that may fail to halve a bracket before it is halved."""
USUAL = 8.0
"""Elasticity of a measure to its cut that is assumed while one point is known: of no more weight than a guess."""


class Falling:
    """A measure over its limit at the points that were tried, each tried once."""

    def __init__(self, trial: Callable[[float], tuple[Interval, float, bool]], report: Callable[[float], None]) -> None:
        """`trial`: the measure at a point, its limit, and whether nothing was seen of it where it is looked for.
        `report`: told the width of the bracket."""
        self.trial, self.report = trial, report
        self.known: dict[float, dict[Part, float]] = {}

    def gap(self, at: float, part: Part) -> float:
        """Logarithm of the measure over its limit: met at 0 and below."""
        if at not in self.known:
            value, limit, unseen = self.trial(at)
            ends: dict[Part, float] = {"high": float(value.high), "estimate": float(value.estimate)}
            ends["low"] = float(value.low)
            self.known[at] = {
                name: -math.inf if unseen or end <= 0.0 or end == limit == 0.0 else math.log(end / limit)
                for name, end in ends.items()
            }
        return self.known[at][part]

    def first_met(self, part: Part, low: float, high: float, width: float, guess: float) -> tuple[float, float]:
        """Two points no farther apart than `width`: not met at the lower (or it is `low`), met at the upper.

        It is met at `high`; the search begins at `guess` and with what is known.
        """
        for at, known in self.known.items():
            if low < at < high:
                low, high = (at, high) if known[part] > 0.0 else (low, at)
        steps = self._steps(part, low, high, width, guess)
        for low, high in steps:
            self.report(high - low)
        return low, high

    def between(self, part: Part, low: float, high: float) -> float:
        """Where the line through both ends of a bracket meets the limit; the upper end while they do not tell."""
        first, last = (self.known[at][part] if at in self.known else math.nan for at in (low, high))
        if math.isfinite(first) and math.isfinite(last) and first > 0.0 >= last:
            return low + (high - low) * first / (first - last)
        return high

    def _steps(self, part: Part, low: float, high: float, width: float, guess: float) -> Iterator[tuple[float, float]]:
        """The bracket, smaller with every point."""
        slow, half = 0, 0.5 * (high - low)
        yield low, high
        while high - low > width:
            root = 0.5 * (low + high) if slow >= PATIENCE else self._next(part, low, high, guess)
            at = _inside(root, low, high, width)
            low, high = (at, high) if self.gap(at, part) > 0.0 else (low, at)
            yield low, high
            slow = slow + 1 if high - low > half else 0
            half = half if slow else 0.5 * (high - low)

    def _next(self, part: Part, low: float, high: float, guess: float) -> float:
        """Where both ends, or the only one that is known, say that the limit is met; else the guess, or the middle."""
        first, last = (self.known[at][part] if at in self.known else math.nan for at in (low, high))
        if first > 0.0 >= last:
            return self.between(part, low, high) if math.isfinite(last) else 0.5 * (low + high)
        middle = 0.5 * (low + high)
        if low < guess < high:
            return guess
        if math.isfinite(first):
            return min(low - first / self._slope(part, low), middle)
        return max(high - last / self._slope(part, high), middle) if math.isfinite(last) else middle

    def _slope(self, part: Part, at: float) -> float:
        """Of the logarithm at a point: to the nearest other one; as is usual where none tells."""
        others = [x for x, known in self.known.items() if x != at and math.isfinite(known[part])]
        nearest = min(others, key=lambda x: abs(x - at), default=at)
        if nearest == at:
            return -USUAL / at
        slope = (self.known[nearest][part] - self.known[at][part]) / (nearest - at)
        return slope if slope < 0.0 else -USUAL / at


def _inside(root: float, low: float, high: float, width: float) -> float:
    """A point that a root near an end closes the bracket at."""
    step = 0.9 * width
    if high - root < 0.5 * width:
        return high - step
    return low + step if root - low < 0.5 * width else root
