"""A deal that starts in mid-life goes on as the path did of which its state is, and as the slow model does."""

from random import Random

import agreement
import numpy as np
import path_differences
import pytest
from going_on import goes_on
from strategies import random_job

import stress
import stress.assemble.months
from oracle.opening import rest_of_life
from oracle.portfolio import Portfolio
from oracle.test_trusts_against_oracle import trust_job
from stress.assemble.turnover import pool_under


def of(count: int, slow: range) -> list:
    """Seeds of random deals, some for the slow tests alone."""
    return [pytest.param(seed, marks=pytest.mark.slow) if seed in slow else seed for seed in range(count)]


NOT_TOLD = ("mean(", "new_default_odds")
FLOWS = ("excess_spread", "cumulative_default", "default_stock")


@pytest.mark.parametrize("seed", of(16, slow=range(8, 16)))
def test_a_random_deal_goes_on_from_its_state(seed):
    job = random_job(Random(1000 + seed))
    months = job.deal.legal_maturity_months
    for month in sorted({1, months // 3, months - 1} - {0}):
        assert goes_on(job, month) <= 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_a_random_series_of_a_trust_goes_on_from_its_state(seed):
    job = trust_job(seed)
    months = job.deal.legal_maturity_months
    for case, path in zip(job.scenarios, (None, 4), strict=True):
        single = job.model_copy(update={"scenarios": (case,)})
        assert max(goes_on(single, month, path) for month in (1, months // 3, months - 1) if month) <= 1e-9


@pytest.mark.parametrize("seed", [1, 2, 9, 45])
def test_a_random_deal_that_bought_at_many_odds_goes_on_from_its_state(seed):
    job = random_job(Random(seed))
    job = job.model_copy(update={"scenarios": job.scenarios[1:]})
    assert any(shock.target == "new_default_odds" for shock in job.scenarios[0].shocks)
    assert goes_on(job, max(1, job.deal.legal_maturity_months // 2), path=4) <= 1e-9


def whole_months(seed: int):
    """A random deal of the monthly clock whose formulas take no means (the slow model keeps these by their text), that
    buys nothing of another quality, and whose rates are not random."""
    job = random_job(Random(seed))
    while (
        job.clock != "monthly"
        or any(w in str(job.model_dump(mode="json")) for w in NOT_TOLD)
        or any(case.short_rate for case in job.scenarios)
    ):
        seed += 31
        job = random_job(Random(seed))
    return job


@pytest.mark.parametrize("scenario", ["base", "stressed"])
@pytest.mark.parametrize("seed", of(10, slow=range(5, 10)))
def test_a_path_from_a_state_is_the_path_of_the_slow_model_from_it(seed, scenario):
    job = whole_months(seed)
    month = 1 + seed % (job.deal.legal_maturity_months - 1)
    state = stress.state_at(job, month, path=3, scenario=scenario)
    later = job.but(state=state)
    data = stress.replay(later, path=7, scenario=scenario)
    assert data["month"].values[0] == month + 1
    case = next(case for case in later.scenarios if case.name == scenario)
    pool = pool_under(job.pool, case)
    months = stress.assemble.months.resolve(job.deal, pool, case)
    rates = agreement.rates_of(data, Portfolio(job.deal, pool, months, job.clock))
    padded = type(rates)(*([[part[0]] * month + part for part in rates]))
    supply = path_differences.by_month(data, "supply", "cohort").tolist()
    offered = None if job.deal.trust is not None else [supply[0]] * month + supply
    flows = rest_of_life(job.deal, pool, months, padded, offered, state, month)
    cut_off, count = job.pool.balance, len(data["month"])
    for name, other in [*((name, None) for name in path_differences.MONEY), *path_differences.MONEY_BY.items()]:
        wanted = np.array(getattr(flows, name)[-count:], dtype=float).reshape(count, -1)
        got = path_differences.by_month(data, name, other).reshape(count, -1)
        assert path_differences.gaps(got, wanted).max(initial=0.0) / cut_off <= 1e-9, name
    for name in FLOWS:
        wanted = np.array(getattr(flows, name)[-count:])
        assert (
            path_differences.gaps(path_differences.by_month(data, name), wanted, 1.0 + np.abs(wanted)).max() <= 1e-8
        ), name
    assert np.array_equal(
        path_differences.tripped(data), np.array(flows.tripped[-count:], dtype=bool).reshape(count, -1)
    )
    assert path_differences.ranks(data).tolist() == [
        path_differences.PHASES.index(name) for name in flows.phase[-count:]
    ]
