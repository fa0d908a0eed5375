"""A draw belongs to its path, whatever else is drawn, and a path is a function of (seed, path) alone.

The law of the draws is checked in `validate`.
"""

import numpy as np
import pytest
from oracle.draws import normal
from shipped import JOBS

import stress
from stress.assemble.problem import assemble
from stress.kernels import alone
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.validation.draws import KNOWN, SEED, panel, words


def test_a_path_draws_the_same_wherever_it_stands():
    np.testing.assert_array_equal(panel(512)[:256], panel(256)[256:])


def test_more_months_or_factors_move_no_draw():
    np.testing.assert_array_equal(panel(0, n_month=60, n_factor=3)[:, :36, :2], panel(0))


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN)
def test_words_are_those_that_are_published(counter, key, output):
    drawn = words(counter, key)
    np.testing.assert_array_equal(drawn, np.repeat(np.array(output, np.uint64)[:, None], drawn.shape[1], axis=1))


@pytest.mark.parametrize("path", [0, 2**32 - 1, 2**32])
def test_normals_are_those_of_the_page_for_paths_beyond_a_word_too(path):
    normals = panel(path - 5 if path else 0)[5 if path else 0]
    wanted = [[normal(path, t, 0, f, SEED) for f in range(normals.shape[1])] for t in range(len(normals))]
    np.testing.assert_allclose(normals, wanted, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("n_month", range(1, 10))
def test_nothing_is_written_behind_the_last_month(n_month):
    flat = np.full((n_month + 4) * LANES, np.nan)
    normal_panel(flat, 1, n_month, 1, 0, np.uint64(SEED), 0)
    assert np.isfinite(flat[: n_month * LANES]).all()
    assert np.isnan(flat[n_month * LANES :]).all()


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
