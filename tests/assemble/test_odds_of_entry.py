"""What a shock on the odds of entry is said to do to default."""

import re

import hand_worked

from stress.assemble.odds import odds_words
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock


def job_of(pool: Pool, *cases: ScenarioCase) -> Job:
    return Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=cases, paths=32, seed=1, clock="monthly")


def test_what_a_shock_on_the_odds_of_entry_does_to_default_is_said() -> None:
    """A card that pays 20% a month and defaults at p: p / (1 - 0.8 (1 - p)); three times the odds of 1% are 2.94%."""
    thrice = ScenarioCase(name="thrice", shocks=(Shock(target="default_odds", multiply=3.0, from_month=2),))
    job = job_of(hand_worked.pool(default=0.01), ScenarioCase(name="base"), thrice)
    said = odds_words(job)
    assert said is not None
    assert said.startswith("default_odds multiplies the odds of entry (of default: the pool has no ladder)")
    assert said.endswith("a new cohort's cumulative default is 4.81% as the pool stands, 13.2% under thrice")
    assert odds_words(job.but(scenarios=job.scenarios[:1])) is None


def test_through_a_ladder_three_times_the_odds_of_entry_are_near_three_times_the_default() -> None:
    """Half of each bucket rolls on and half cures; odds of entry of 1% become 2.94%."""
    pool = hand_worked.pool(default=0.01, ladder={"roll_m1": 0.5, "roll_m2": 0.5, "roll_m3": 0.5})
    thrice = ScenarioCase(name="thrice", shocks=(Shock(target="default_odds", multiply=3.0),))
    said = odds_words(job_of(pool, thrice))
    assert said is not None
    assert "into M1" in said
    before, after = (float(x) for x in re.findall(r"(\d+\.\d+)%", said))
    assert 2.8 < after / before < 3.0
