"""Random series of master trusts: the compiled engine against the slow model, and every word of a trust is used."""

from random import Random

import agreement
import pytest
from random_trust import with_trust
from strategies import random_job

from stress.inputs.job import Job


def trust_job(seed: int) -> Job:
    """A random monthly job whose deal is a series of a trust."""
    while True:
        job = random_job(Random(seed), clock="monthly")
        if job.deal.trust is not None:
            return job
        if job.pool.payment_rate is not None:
            deal, pool = with_trust(Random(seed), job.deal, job.pool)
            return job.but(deal=deal, pool=pool)
        seed += 1000


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("scenario", ["base", "stressed"])
def test_a_series_of_a_trust_is_that_of_the_slow_model(seed: int, scenario: str) -> None:
    compared = agreement.compared(trust_job(seed), scenario, path=7 * seed % 64)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.near_threshold
    assert not compared.violations


def test_the_laws_hold_on_every_path_of_random_series() -> None:
    worst = [agreement.residuals(trust_job(seed)) for seed in range(6)]
    assert max(error for error, _ in worst) <= agreement.RESIDUAL_ALLOWED
    assert sum(faults for _, faults in worst) == 0
