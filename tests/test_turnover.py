"""What a static pool hides: defaults of a revolving pool over its cut-off balance, against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_oracle_closed_forms import BAITIAO_MIX, CLOSED_FORMS, deal_of, pool_of

import stress
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import PaymentRate

HOME = Path(__file__).parents[1] / "scenarios"


def months_of(deal, pool, clock="monthly"):
    cases = (ScenarioCase(name="base"),)
    return stress.replay(Job(name="x", deal=deal, pool=pool, scenarios=cases, paths=32, seed=1, clock=clock), path=0)


def test_a_pool_in_run_off_loses_the_published_share():
    published = CLOSED_FORMS["A14_runoff"]
    pool = pool_of(published["q"], rate=PaymentRate(monthly=published["pi"], annual_yield=0.0))
    months = months_of(deal_of(120), pool)
    assert float(months["cumulative_default"][-1]) == pytest.approx(published["total_loss"], abs=5e-8)


@pytest.mark.parametrize("m", [0.2, 0.3, 0.4, 0.6, 1.0])
def test_a_pool_kept_full_for_a_year_defaults_several_times_its_static_rate(m):
    s = 0.0101
    q = s * m / (1.0 - s * (1.0 - m))
    months = months_of(deal_of(120, revolving=12), pool_of(q, rate=PaymentRate(monthly=m, annual_yield=0.99)))
    assert float(months["cumulative_default"][-1]) == pytest.approx(12.0 * q + s, rel=1e-8)
    np.testing.assert_allclose(months["pool_balance"].values[:12], 1.0, atol=1e-12)


@pytest.mark.parametrize("mix", [{1: 1.0}, {12: 1.0}, {1: 0.5, 24: 0.5}, BAITIAO_MIX])
def test_a_full_pool_of_plans_turns_over_as_the_formula_says(mix):
    """First order in the default rate, so the rate is tiny."""
    life = sum(w * (n + 1) / 2.0 for n, w in mix.items())
    q = 1e-7 / life
    tail = sum(w * (n + 1) * (n + 2) / 6.0 for n, w in mix.items()) / life
    months = months_of(deal_of(60, revolving=12), pool_of(q, mix))
    assert float(months["cumulative_default"][-1]) == pytest.approx(12.0 * q + q * tail, rel=1e-5)


@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_the_base_case_of_the_worked_deal_turns_its_static_percent_into_five(clock):
    """Rated on 1.01% static; the plan mix turns over as the closed form says, within the ladder's delay and cures."""
    from stress.analytic import turnover_of_plans

    job = stress.load(HOME / "jobs" / "baitiao-24m.toml").model_copy(update={"clock": clock})
    static = sum(s.share * s.static_default for s in job.pool.segments)
    terms = [p.term for p in job.pool.plans]
    closed = turnover_of_plans(static, [p.share for p in job.pool.plans], terms).cumulative_default
    mean = float(stress.simulate(job, paths=8192, scenarios=["baseline"])["default_rate_mean"][0])
    assert mean > 4.0 * static
    assert mean == pytest.approx(closed, rel=0.15)
