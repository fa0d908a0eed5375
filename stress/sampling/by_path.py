"""What single paths come to, from given normals: the kernels keep the outcomes of one block at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, field
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES

Array = NDArray[np.float64]


def outcomes(space: Workspace, normals: Array, seed: int, first_path: int) -> Array:
    """(quantity, path) of a one-scenario problem from normals (block, T, F, 32); rows in the order of a tally's."""
    start = field(space.packed, "panel")
    row = field(space.packed, "outcome")
    n_row = len(NOTE_QUANTITIES) * space.packed.problem.sizes.n_note + len(POOL_QUANTITIES)
    found = np.empty((n_row, normals.shape[0], LANES))
    for block, one in enumerate(normals):
        space.scratch[start : start + one.size] = one.ravel()
        alone.run(space, 0, 1, LANES, seed, drawn=True, first_path=first_path + block * LANES)
        found[:, block] = space.scratch[row : row + n_row * LANES].reshape(n_row, LANES)
    return found.reshape(n_row, -1)
