"""Importance sampling is unbiased where plain sampling can check it, and its errors are what they say."""

import numpy as np
import pytest
import unbiased
from unbiased import Score

JOBS = 130
"""Random jobs of the slow tests; on about half of them some note loses often, yet not always."""


def agrees(figures: unbiased.Figures) -> None:
    """Nothing beyond what chance gives: no estimate far off, scores centred on 0 with a mean square of 1."""
    assert figures.largest < 4.5
    assert abs(figures.mean) < 4.0 * figures.mean_error
    assert abs(figures.square - 1.0) < 4.0 * figures.square_error
    assert figures.square_error < 0.35


@pytest.mark.parametrize("seed", [12])  # many of them are slow
def test_weighted_estimates_of_a_random_job_agree_with_plain_ones(seed):
    assert all(abs(score.z) < 4.5 for score in unbiased.scores_of([seed]))


def test_weighted_estimates_agree_where_paths_draw_more_than_factors():
    scores = unbiased.scores_of([201], own_draws=True)
    assert scores
    assert all(abs(score.z) < 4.5 for score in scores)


def test_a_bias_or_an_error_that_is_too_small_would_show():
    chance = np.random.default_rng(1)

    def jobs(shift: float, scale: float) -> list[Score]:
        return [Score(job, "loss", float(z)) for job in range(50) for z in shift + scale * chance.standard_normal(4)]

    agrees(unbiased.figures(jobs(0.0, 1.0)))
    for wrong in (jobs(0.6, 1.0), jobs(0.0, 1.7), jobs(0.0, 0.4)):
        with pytest.raises(AssertionError):
            agrees(unbiased.figures(wrong))


@pytest.mark.slow
@pytest.mark.parametrize("own_draws", [False, True], ids=["factors", "own draws"])
def test_weighted_estimates_of_many_random_jobs_agree_with_plain_ones(own_draws, record_property):
    figures = unbiased.figures(unbiased.scores_of(range(JOBS), own_draws))
    said = f"{figures}{' whose paths draw more than factors' if own_draws else ''}"
    print(said)
    record_property("measured", said)
    assert figures.jobs >= 40
    agrees(figures)
