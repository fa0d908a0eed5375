"""Derivatives of a measure by every input of the draws, from one run."""

from __future__ import annotations

from typing import NamedTuple

from stress.measures.estimate import Interval


class Slope(NamedTuple):
    """One derivative."""

    input: str
    per: str
    """Unit of the input that the derivative is per."""
    derivative: float
    se: float
    low: float
    """95% interval."""
    high: float


class Gradient(NamedTuple):
    """All derivatives of one measure."""

    job: str
    scenario: str
    measure: str
    tranche: str
    """Empty for a measure of the pool."""
    estimate: Interval
    """Of the measure itself, plain."""
    controlled: Interval
    """With the scores, whose means are known to be 0, as control variates."""
    inputs: tuple[Slope, ...]
    paths: int
    seed: int
    left_out: tuple[str, ...]
