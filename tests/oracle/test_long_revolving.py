"""A deal that revolves for ten years against the slow model: the longest that a deal may."""

import agreement
import pytest
from shipped import JOBS

import stress


@pytest.mark.parametrize("name", ["baitiao-24m", "card-master-trust"])
def test_ten_years_of_purchases_are_those_of_the_slow_model(name: str) -> None:
    job = stress.load(JOBS / f"{name}.toml")
    deal = job.deal.but(revolving_months=120, scheduled_months=130, legal_maturity_months=132)
    long = job.but(deal=deal, scenarios=job.scenarios[:1])
    compared = agreement.compared(long, long.scenarios[0].name, path=5)
    assert not [difference for difference in compared.differences if not difference.size <= difference.allowed]
    assert not compared.violations
