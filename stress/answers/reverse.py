"""The most likely path of the systematic factors on which a note loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


class Search(NamedTuple):
    """One start and where it led."""

    start: str
    beta: float
    alignment: float
    steps: int


class Reverse(NamedTuple):
    """The most likely path to a loss of one note."""

    job: str
    scenario: str
    tranche: str
    loss: float
    """The note loses more than this share of its original amount."""
    beta: float
    """inf where no path within 12 standard deviations loses so much."""
    first_order: float
    """Phi(-beta)."""
    simulated: Interval
    """Share of the job's own paths that lose more than `loss`."""
    aimed: Interval
    """The same probability from paths drawn around the design point and weighted back."""
    paths: int
    seed: int
    normals: Array
    """(T, F) whitened normals of the path: what `replay` takes, and what importance sampling shifts by."""
    weight: Array
    """(T,) share of beta^2 that falls on each month."""
    searches: tuple[Search, ...]
    says: str
    path: xr.Dataset | None
    """The path replayed: factors, conditional rates, cash flows; None where there is none."""
    expected: xr.Dataset | None
    """The deterministic run for comparison: unconditional rates, rho = 0."""
