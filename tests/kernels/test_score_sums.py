"""Sums of outcomes times features, against features that the slow model makes path by path."""

from pathlib import Path

import numpy as np
import pytest
from oracle.scores import features

import stress
from stress.analysis.score_sums import ScoreSums
from stress.analysis.scores import scores_of
from stress.kernels import alone
from stress.kernels.entries import score_sums
from stress.kernels.layout import LANES

JOB = stress.load(Path(__file__).parents[2] / "scenarios" / "jobs" / "baitiao-24m.toml")


@pytest.mark.parametrize("start", ["stationary", -0.7])
def test_sums_are_those_of_the_slow_models_features(start: str | float) -> None:
    dependence = JOB.pool.dependence.model_copy(update={"factor_start": start})
    pool = JOB.pool.model_copy(update={"dependence": dependence})
    job = JOB.model_copy(update={"scenarios": JOB.scenarios[:1], "pool": pool})
    summed = ScoreSums(job, scores_of(job), panels=3)
    values = np.zeros((2, 3 * 512))
    values[0, 40:50], values[1, 600] = np.arange(1.0, 11.0), -2.0
    root = summed.problem.market.cholesky[0].tolist()
    held = None if start == "stationary" else float(start)
    by_batch = np.zeros((3, 3, summed.of(values).shape[-1]))
    for block in (40 // LANES, 600 // LANES):
        normals = alone.drawn_normals(summed.problem, block, job.seed)
        for lane in range(LANES):
            path = block * LANES + lane
            row = np.array([*features(normals[:, :, lane].tolist(), dependence.phi, root, held), 1.0])
            by_batch[path // 512, 0] += row
            by_batch[path // 512, 1:] += values[:, path, None] * row
    np.testing.assert_allclose(summed.of(values), by_batch, rtol=1e-12, atol=1e-11)


def test_outcomes_summed_on_the_way_are_those_kept_and_summed_afterwards() -> None:
    job = JOB.model_copy(update={"scenarios": JOB.scenarios[:1]})
    summed = ScoreSums(job, scores_of(job), panels=2)
    rows = [24, 0]
    table, kept = summed.outcomes(rows, [0, 1], None)
    again = summed.of(kept)
    np.testing.assert_allclose(again[:, 1:], table[:, 1:], rtol=1e-12, atol=1e-12)
    assert (table[:, 0, -1] == 512.0).all()


def test_levels_before_the_first_month_with_a_score_are_their_law_given_the_months_before() -> None:
    """As a state gives them: means, and weights of every normal of the month before."""
    n_month, n_factor, begin, phi = 5, 2, 3, 0.6
    random = np.random.default_rng(3)
    e, law = random.normal(size=(n_month, n_factor, LANES)), random.normal(size=(2, n_month))
    root, inverse, before = (random.normal(size=(n_factor, length)) for length in (n_factor, n_factor, 1 + n_factor))
    level, expected = before[:, :1] + before[:, 1:] @ e[begin - 1], np.zeros((3, LANES))
    for t in range(begin, n_month):
        gain, drift, dual, moved = *law[:, t], inverse @ e[t], root @ e[t]
        expected += (
            drift * (level * dual - e[t] ** 2 * (phi * drift)).sum(axis=0),
            dual[0] * dual[1],
            dual[0] * moved[0],
        )
        level = gain * moved + phi * level
    width = n_month * n_factor
    sums, work = np.zeros(width + 4), np.zeros((n_factor + 3) * LANES)
    flat = np.concatenate([[phi, begin], law.ravel(), root.ravel(), inverse.ravel(), before.ravel()])
    score_sums(sums, e.ravel(), flat, work, np.zeros(LANES), np.zeros(0, np.int64), 1, 0, 1, n_month, n_factor)
    np.testing.assert_allclose(sums[width : width + 3], expected.sum(axis=1), rtol=1e-12)
