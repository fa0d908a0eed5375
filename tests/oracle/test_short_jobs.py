"""The short random jobs that mutants meet: without a mutant nothing is wrong with them, with a compiler or without."""

from __future__ import annotations

import pytest
from mutation import checks


@pytest.mark.parametrize("seed", [*checks.DEALS, *checks.MORE_DEALS])
def test_a_short_random_job_is_that_of_the_slow_model(seed: int) -> None:
    assert checks.path(seed) == ""


@pytest.mark.parametrize("seed", checks.COUNTED)
def test_a_short_random_job_counts_its_own_paths(seed: int) -> None:
    assert checks.counts(seed) == ""
