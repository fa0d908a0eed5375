"""What a change of the inputs does to a measure, on common random numbers."""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """What one side of an input does to the measure."""

    label: str
    estimate: float
    """Moved minus base."""
    error: float
    """Of the difference, on common random numbers."""
    low: float
    high: float
