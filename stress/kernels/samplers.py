"""Who draws the factors of a panel: normals shifted towards losses and weighted back, or scrambled Sobol points.

Plain sampling needs none of this: the kernel draws its own normals by Philox. A sampler fills the panel before the
kernel reads it; a path stays a function of (seed, path).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .codes import FACTORS
from .entries import moved_panel, shifted_panel, sobol_panel
from .layout import LANES, PANEL_PATHS

BITS = 32
"""Bits of a Sobol coordinate."""


class Shifted(NamedTuple):
    """Importance sampling: a mixture of normals of unit variance, one component a lane. C components, the first plain."""

    shift: NDArray[np.float64]
    """(C, T, F) mean of each component; zeros for the plain one."""
    share: NDArray[np.float64]
    """(C,) lanes of each component over 32. A weight is at most 1 / share[0]."""
    lane: NDArray[np.int64]
    """(32,) component of each lane."""

    def fill(
        self, panel: NDArray[np.float64], weight: NDArray[np.float64], at: int, seed: int, purpose: int = FACTORS
    ) -> None:
        """Normals (16, T, F, 32) and weights (16, 32) of panel number `at`."""
        n_month, n_factor = self.shift.shape[1:]
        shifted_panel(panel, weight, *self.flat(), n_month, n_factor, at * PANEL_PATHS, np.uint64(seed), purpose)

    def move(self, panel: NDArray[np.float64], weight: NDArray[np.float64]) -> None:
        """Shift normals (16, T F, 32) of a panel that are drawn already, flat, and weigh its paths (512,), as `fill` does."""
        moved_panel(panel, weight, *self.flat(), self.shift.shape[1] * self.shift.shape[2])

    def flat(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
        """Shift of each lane (T F 32), of each component (C T F), share of each and half its squared length (2 C), C."""
        by_lane = np.ascontiguousarray(self.shift[self.lane].transpose(1, 2, 0)).ravel()
        half = 0.5 * np.square(self.shift).sum(axis=(1, 2))
        return by_lane, self.shift.ravel(), np.concatenate([self.share, half]), len(self.share)


class Sobol(NamedTuple):
    """Sixteen scrambled Sobol sequences: replicate = block mod 16, point = (block // 16) * 32 + lane."""

    direction: NDArray[np.int64]
    """(16, D, J) scrambled direction numbers of 32 bits, D = T * F; points below 2^J exist."""
    start: NDArray[np.int64]
    """(16, D) digital shift."""
    basis: NDArray[np.float64]
    """(T, T) orthogonal: normals of the months from normals in order of importance. Dimension j * F + f drives column j
    of factor f."""

    def fill(self, panel: NDArray[np.float64], weight: NDArray[np.float64], at: int, seed: int) -> None:
        """Normals (16, T, F, 32) of panel number `at`; all weights are 1. The seed is in the scramble already."""
        n_month = self.basis.shape[0]
        n_factor = self.start.shape[1] // n_month
        work = np.empty(n_month * n_factor * LANES)
        sobol_panel(panel, work, *self.flat(), n_month, n_factor, at * LANES)

    def flat(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int]:
        """Direction numbers, digital shifts and basis, flat, and the number of bits J."""
        return self.direction.ravel(), self.start.ravel(), self.basis.ravel(), self.direction.shape[-1]


Sampler = Shifted | Sobol
