"""Macro variables that are drawn around a scenario: how their innovations move the log odds of entry."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Swing(NamedTuple):
    """The satellite's index by month as a sum of innovations, and what it does to entry."""

    shock: Array
    """(T, Q, V) weight of the innovation of variable v in period q in the index of month t, on the link's scale."""
    reach: Array
    """(T,) the index is held beyond this."""
    response: Array
    """(T, D) ascending powers of index / reach: shift of log odds of the monthly entry rate."""
    top: Array
    """(T,) largest shift within reach."""
    exposed: Array
    """(S,) 1 where the satellite moves the segment."""
