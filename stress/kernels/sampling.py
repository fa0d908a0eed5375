"""Who draws the factors of a panel: normals shifted towards losses and weighted back, or scrambled Sobol points.

Plain sampling needs none of this: the kernel draws its own normals by Philox. A sampler fills the panel before the
kernel reads it; a path stays a function of (seed, path).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .elementary import exponential
from .inverse_normal import inverse_normal
from .jit import kernel
from .lanes import fma, load, splat, store, where_less
from .philox import FACTORS, draw_normals
from .space import space_of
from .tally import N_REPLICATE

N_LANE, N_BLOCK = 32, 16
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

    def fill(self, panel: NDArray[np.float64], weight: NDArray[np.float64], at: int, seed: int) -> None:
        """Normals (16, T, F, 32) and weights (16, 32) of panel number `at`."""
        shift = np.ascontiguousarray(self.shift[self.lane].transpose(1, 2, 0))
        half = 0.5 * np.square(self.shift).sum(axis=(1, 2))
        n_month, n_factor = self.shift.shape[1:]
        first = at * N_BLOCK * N_LANE
        shifted_panel(
            panel,
            weight,
            shift.ravel(),
            self.shift.ravel(),
            half,
            self.share,
            n_month,
            n_factor,
            first,
            np.uint64(seed),
        )


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
        work = np.empty(n_month * n_factor * N_LANE)
        sobol_panel(panel, work, self.direction, self.start, self.basis, at * N_LANE, n_month, n_factor)


Sampler = Shifted | Sobol


@kernel
def shifted_panel(
    panel: Any,
    weight: Any,
    by_lane: Any,
    shift: Any,
    half: Any,
    share: Any,
    n_month: Any,
    n_factor: Any,
    first_path: Any,
    seed: Any,
) -> None:
    """Shift each lane by its component's mean; weight = plain density over that of the mixture (balance heuristic).

    Veach and Guibas (1995), equation 14; with a plain component "defensive" (Hesterberg 1995). by_lane (T F 32), shift
    (C T F) flat; half (C,) half the squared length of each.
    """
    panel, weight, by_lane = space_of(panel), space_of(weight), space_of(by_lane)
    size = n_month * n_factor
    draw_normals(panel, 0, N_BLOCK, n_month, n_factor, first_path, seed, FACTORS)
    for block in range(N_BLOCK):
        at = block * size * N_LANE
        for i in range(size):
            row = at + i * N_LANE
            store(panel, row, load(panel, row) + load(by_lane, i * N_LANE))
        density = splat(share[0])
        for c in range(1, share.size):
            along = splat(-half[c])
            for i in range(size):
                along = fma(load(panel, at + i * N_LANE), shift[c * size + i], along)
            along = where_less(along, 600.0, along, 600.0)
            along = where_less(along, -600.0, -600.0, along)
            density = fma(exponential(along), share[c], density)
        store(weight, block * N_LANE, splat(1.0) / density)


@kernel
def sobol_panel(
    panel: Any, work: Any, direction: Any, start: Any, basis: Any, point: Any, n_month: Any, n_factor: Any
) -> None:
    """Points point .. point + 31 of each replicate, in Gray-code order (Antonov and Saleev 1979), as normals.

    `work`: (D, 32) flat.
    """
    panel, work = space_of(panel), space_of(work)
    size = n_month * n_factor
    for r in range(N_REPLICATE):
        for d in range(size):
            word, gray, j = start[r, d], point ^ (point >> 1), 0
            while gray > 0:
                if gray & 1 == 1:
                    word ^= direction[r, d, j]
                gray >>= 1
                j += 1
            for lane in range(N_LANE):
                work[d * N_LANE + lane] = (word + 0.5) * 2.3283064365386963e-10
                bit, rest = 0, point + lane + 1
                while rest & 1 == 0:
                    rest >>= 1
                    bit += 1
                if lane + 1 < N_LANE:
                    word ^= direction[r, d, bit]
            store(work, d * N_LANE, inverse_normal(load(work, d * N_LANE)))
        at = r * size * N_LANE
        for f in range(n_factor):
            for t in range(n_month):
                e = splat(0.0)
                for j in range(n_month):
                    e = fma(load(work, (j * n_factor + f) * N_LANE), basis[t, j], e)
                store(panel, at + (t * n_factor + f) * N_LANE, e)
