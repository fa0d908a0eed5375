"""What a static pool hides: the worked case beside the closed form of turnover; the exact cases are in `validate`."""

import pytest
from shipped import JOB, JOBS

import stress
from stress.assemble.turnover import pool_under
from stress.errors import ConfigError
from stress.inputs.pool import Ladder
from stress.inputs.scenario import Shock


@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_the_base_case_of_the_worked_deal_turns_its_static_percent_into_five(clock):
    """Rated on 1.01% static; the plan mix turns over as the closed form says, within the ladder's delay and cures."""
    from stress.analytic import turnover_of_plans

    job = stress.load(JOB).model_copy(update={"clock": clock})
    static = sum(s.share * s.static_default for s in job.pool.segments)
    terms = [p.term for p in job.pool.plans]
    closed = turnover_of_plans(static, [p.share for p in job.pool.plans], terms).cumulative_default
    mean = float(stress.simulate(job, paths=8192, scenarios=["baseline"])["default_rate_mean"][0])
    assert mean > 4.0 * static
    assert mean == pytest.approx(closed, rel=0.15)


def test_a_pool_too_fast_for_its_static_default_is_refused():
    """What passes through three months of delinquency cannot default at will once balances live a month."""
    job = stress.load(JOBS / "turnover.toml")
    lossy = [s.model_copy(update={"entry_rate": 0.5}) for s in job.pool.segments]
    late = Ladder(roll_m1=0.5, roll_m2=0.5, roll_m3=0.5)
    pool = job.pool.model_copy(update={"segments": tuple(lossy), "ladder": late})
    fast = job.scenarios[0].model_copy(update={"shocks": (Shock(target="turnover", set=1.0),)})
    with pytest.raises(ConfigError, match="turnover = 1: so fast a pool cannot keep the static default of segment"):
        pool_under(pool, fast)
    assert pool_under(pool, job.scenarios[0]) is not None
