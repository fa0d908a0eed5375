"""The short random jobs that mutants meet: without a mutant nothing is wrong with them, with a compiler or without."""

import pytest
from language import said, words
from mutation import checks
from strategies import short_job


@pytest.mark.parametrize("seed", checks.DEALS)
def test_a_short_random_job_is_that_of_the_slow_model(seed: int) -> None:
    assert checks.path(seed) == ""


@pytest.mark.parametrize("seed", checks.WORDY)
def test_so_is_one_of_rare_words(seed: int) -> None:
    assert checks.path(seed, rest=True) == ""


@pytest.mark.parametrize("seed", checks.LATER)
def test_one_of_rare_words_goes_on_from_its_state(seed: int) -> None:
    assert checks.later(seed) == ""


def test_rare_words_are_all_said_by_few_jobs() -> None:
    """What no job says has random jobs of its own; `python tests/agreement.py` names it."""
    jobs = [short_job(seed, rest=True) for seed in (*checks.WORDY, *checks.DEALS)]
    assert len(words() - set().union(*map(said, jobs))) <= 4


@pytest.mark.parametrize("seed", checks.COUNTED)
def test_a_short_random_job_counts_its_own_paths(seed: int) -> None:
    assert checks.counts(seed) == ""
