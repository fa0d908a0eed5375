"""The predictive law of a series of rates: its posterior against brute force, its predictions against what comes."""

import numpy as np
import pytest

from stress.calibration.forecast import GRID, _given, ahead, draw
from stress.calibration.latent import ar1_law


def simulated(n: int, phi: float, seed: int, mean: float = -2.0, spread: float = 0.2) -> np.ndarray:
    e = np.random.default_rng(seed).standard_normal(n)
    y = np.empty(n)
    y[0] = e[0]
    for t in range(1, n):
        y[t] = phi * y[t - 1] + np.sqrt(1.0 - phi**2) * e[t]
    return mean + spread * y


@pytest.mark.parametrize("phi", [0.0, 0.4, 0.9])
def test_the_likelihood_of_a_series_with_missing_periods_is_that_of_its_joint_normal_law(phi: float) -> None:
    at = np.array([0, 1, 2, 5, 6, 11])
    g = simulated(12, 0.7, 3)[at]
    r = np.where(np.equal.outer(at, at), 1.0, phi ** np.abs(np.subtract.outer(at, at)))
    inverse, ones = np.linalg.inv(r), np.ones(at.size)
    info = ones @ inverse @ ones
    mean = ones @ inverse @ g / info
    square = (g - mean) @ inverse @ (g - mean)
    wanted = -0.5 * (np.linalg.slogdet(r)[1] + np.log(info) + (at.size - 1) * np.log(square))
    many = _given(g, np.diff(at).astype(float), np.array([[0.2], [phi], [0.5]]))
    assert [x[1] for x in many] == pytest.approx([wanted, mean, square, info], rel=1e-10)


def test_the_posterior_of_a_long_history_stands_at_its_maximum_likelihood() -> None:
    g = simulated(1500, 0.8, 7)
    drawn, law = draw(g, np.arange(g.size), 4000, np.random.default_rng(1), None), ar1_law(g)
    assert abs(drawn.phi.mean() - law.phi) < drawn.phi.std() / 2
    spread = law.rho / (1.0 - law.rho)
    assert abs(drawn.variance.mean() - spread) < drawn.variance.std() / 2


def test_far_ahead_the_prediction_is_the_stationary_law_and_one_ahead_knows_the_last_value() -> None:
    g = simulated(400, 0.6, 9)
    drawn = draw(g, np.arange(g.size), 2000, np.random.default_rng(1), None)
    centre, spread = ahead(drawn, 5.0, 200)
    assert centre == pytest.approx(drawn.mean, abs=1e-6)
    assert spread == pytest.approx(np.sqrt(drawn.variance), rel=1e-6)
    assert ahead(drawn, 5.0, 1)[0] == pytest.approx(drawn.mean + drawn.phi * (5.0 - drawn.mean))


def test_the_local_variance_follows_the_last_years() -> None:
    calm, wild = simulated(80, 0.5, 1, spread=0.05), simulated(80, 0.5, 2, spread=0.5)
    at = np.arange(160)
    local = draw(np.concatenate([calm, wild]), at, 1000, np.random.default_rng(1))
    back = draw(np.concatenate([wild, calm]), at, 1000, np.random.default_rng(1))
    assert np.median(local.innovation) > 20.0 * np.median(back.innovation)


def test_pits_of_the_next_value_are_uniform_when_the_law_is_right() -> None:
    from scipy.stats import kstest

    from stress.measures.scores import pit

    pits = []
    for k in range(200):
        g = simulated(41, 0.8, 100 + k)
        drawn = draw(g[:40], np.arange(40), 1000, np.random.default_rng(k), None)
        pits.append(pit(*ahead(drawn, float(g[39]), 1), float(g[40])))
    assert kstest(pits, "uniform").pvalue > 0.001


def test_persistence_is_searched_up_to_the_edge_of_a_unit_root() -> None:
    assert GRID[0] == 0.0
    assert 0.998 < GRID[-1] < 1.0
