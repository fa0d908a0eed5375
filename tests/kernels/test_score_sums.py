"""Sums of outcomes times features, against features that the slow model makes path by path."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle.scores import features

import stress
from stress.analysis.score_sums import ScoreSums
from stress.analysis.scores import scores_of
from stress.kernels import alone
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
            found = np.array([*features(normals[:, :, lane].tolist(), dependence.phi, root, held), 1.0])
            by_batch[path // 512, 0] += found
            by_batch[path // 512, 1:] += values[:, path, None] * found
    np.testing.assert_allclose(summed.of(values), by_batch, rtol=1e-12, atol=1e-11)


def test_outcomes_summed_on_the_way_are_those_kept_and_summed_afterwards() -> None:
    job = JOB.model_copy(update={"scenarios": JOB.scenarios[:1]})
    summed = ScoreSums(job, scores_of(job), panels=2)
    rows = [24, 0]
    table, kept = summed.outcomes(rows, [0, 1], None)
    again = summed.of(kept)
    np.testing.assert_allclose(again[:, 1:], table[:, 1:], rtol=1e-12, atol=1e-12)
    assert (table[:, 0, -1] == 512.0).all()
