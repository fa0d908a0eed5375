"""Months back to which the kernels look for purchases that still pay: all that pay, and none where nothing does."""

import numpy as np
import pytest
from shipped import JOBS

import stress
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels.tables import Problem


def oldest(problem: Problem) -> int:
    """Slot of the oldest purchase that still has something due, over all months, as `Sizes.longest` counts it."""
    _, month, _, bought, _ = (problem.receivables.pull != 0.0).any(axis=-1).nonzero()
    return int((month + problem.sizes.n_ring - bought).max())


@pytest.mark.parametrize("clock", ["monthly", "daily"])
@pytest.mark.parametrize(
    ("name", "longest"), [("baitiao-24m", 24), ("baitiao-12m", 12), ("platform-small-business", 12)]
)
def test_purchases_are_followed_to_the_end_of_the_longest_plan_that_is_bought(
    name: str, longest: int, clock: str
) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    problem = assemble(job.but(clock=clock, scenarios=job.scenarios[:1]))
    assert problem.sizes.longest == oldest(problem) == longest


@pytest.mark.parametrize("name", sorted(path.stem for path in JOBS.glob("*.toml")))
def test_nothing_is_due_of_purchases_that_are_not_looked_at(name: str) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    if not isinstance(job, Job):
        return
    problem = assemble(job)
    if np.any(problem.receivables.pull):
        assert oldest(problem) <= problem.sizes.longest
