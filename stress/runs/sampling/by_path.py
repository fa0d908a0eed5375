"""What single paths come to, from given normals: the kernels keep the outcomes of one block at a time."""

from __future__ import annotations

import numpy as np

from stress.arrays import Array
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace


def outcomes(space: Workspace, normals: Array, seed: int, first_path: int) -> Array:
    """(quantity, path) of a one-scenario problem from normals (block, T, F, 32); rows in the order of a tally's."""
    rows = []
    for block, shocks in enumerate(normals):
        space.put_normals(shocks)
        alone.run(space, 0, 1, LANES, seed, drawn=True, first_path=first_path + block * LANES)
        rows.append(space.outcomes())
    return np.concatenate(rows, axis=1)
