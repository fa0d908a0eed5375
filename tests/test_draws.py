"""The random numbers: published vectors of Philox, the normal law, independence across months, factors and paths."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from stress.kernels.lanes import WIDTH
from stress.kernels.philox import normal_panel, philox_words

# Known answers of philox4x32-10 from the Random123 distribution (Salmon et al. 2011): counter, key, output.
KNOWN = (
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
)
N_BLOCK, N_MONTH, N_FACTOR = 16, 36, 2


@pytest.mark.parametrize(("counter", "key", "output"), KNOWN)
def test_philox_gives_the_published_words(counter, key, output):
    words = np.zeros(4 * WIDTH, np.uint64)
    philox_words(np.repeat(np.array(counter, np.uint64), WIDTH), np.uint64(key[0] | key[1] << 32), words)
    np.testing.assert_array_equal(words.reshape(4, WIDTH), np.repeat(np.array(output, np.uint64), WIDTH).reshape(4, -1))


def panel(first_path: int, seed: int = 7, n_month: int = N_MONTH, n_factor: int = N_FACTOR) -> np.ndarray:
    """(path, month, factor) normals of one panel."""
    flat = np.zeros(N_BLOCK * n_month * n_factor * 32)
    normal_panel(flat, N_BLOCK, n_month, n_factor, first_path, np.uint64(seed), 0)
    return flat.reshape(N_BLOCK, n_month, n_factor, 32).transpose(0, 3, 1, 2).reshape(-1, n_month, n_factor)


@pytest.fixture(scope="module")
def draws():
    return np.concatenate([panel(512 * i) for i in range(64)])


def test_draws_are_standard_normal(draws):
    flat = draws.ravel()
    assert stats.kstest(flat, "norm").pvalue > 1e-3
    for power, moment, variance in ((1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)):
        assert abs(np.mean(flat**power) - moment) < 4.0 * np.sqrt(variance / flat.size)


def test_months_and_factors_are_uncorrelated(draws):
    wide = draws.reshape(len(draws), -1)
    correlation = np.corrcoef(wide.T) - np.eye(wide.shape[1])
    assert np.abs(correlation).max() < 5.5 / np.sqrt(len(draws))


def test_neighbouring_paths_are_uncorrelated(draws):
    for lag in (1, 8, 16, 32, 512):
        r = np.mean(draws[lag:] * draws[:-lag])
        assert abs(r) < 4.0 / np.sqrt(draws[lag:].size)


def test_pairs_fill_the_square_evenly(draws):
    """Chi-square of consecutive months on a 16 x 16 grid of equal probability."""
    u = stats.norm.cdf(draws[:, :2, 0])
    count, *_ = np.histogram2d(u[:, 0], u[:, 1], bins=16, range=[[0, 1], [0, 1]])
    assert stats.chisquare(count.ravel()).pvalue > 1e-3


def test_a_path_draws_the_same_wherever_it_stands():
    np.testing.assert_array_equal(panel(512)[:256], panel(256)[256:])


def test_more_months_or_factors_move_no_draw():
    np.testing.assert_array_equal(panel(0, n_month=60, n_factor=3)[:, :36, :2], panel(0))


def test_another_seed_gives_other_draws():
    assert abs(np.mean(panel(0, seed=7) * panel(0, seed=8))) < 4.0 / np.sqrt(panel(0).size)
