"""A path is a function of (seed, path) alone: not of the paths that share its block, nor of its lane."""

import numpy as np
import pytest
from shipped import JOBS

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack


@pytest.mark.parametrize("name", ["baitiao-24m", "card-master-trust", "bank-first-loss"])
def test_a_path_comes_to_the_same_bits_among_any_block_mates(name: str) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    problem = assemble(job.model_copy(update={"scenarios": job.scenarios[-1:]}))
    space = Workspace(pack(problem))
    normals = np.concatenate([alone.drawn_normals(problem, block, job.seed) for block in range(3)], axis=2)
    normals[..., ::7] *= 2.5  # some bad lives among them

    def outcomes(paths: np.ndarray) -> np.ndarray:
        space.put_normals(np.ascontiguousarray(normals[..., paths]))
        alone.run(space, 0, 1, LANES, job.seed, drawn=True)
        return space.outcomes()

    rng = np.random.default_rng(5)
    first = np.concatenate([outcomes(np.arange(block * LANES, (block + 1) * LANES)) for block in range(3)], axis=1)
    for _ in range(4):
        mates = rng.permutation(3 * LANES)[:LANES]
        np.testing.assert_array_equal(outcomes(mates), first[:, mates])
