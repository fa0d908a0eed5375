"""What a static pool hides: the worked case beside the closed form of turnover; the exact cases are in `validate`."""

from __future__ import annotations

from pathlib import Path

import pytest

import stress

HOME = Path(__file__).parents[1] / "scenarios"


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
