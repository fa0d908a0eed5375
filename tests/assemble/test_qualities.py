"""Quality by month of purchase: receivables bought later may be worse for life, through stages and limits."""

from typing import Any

import hand_worked
import numpy as np
import pytest
from hand_worked import same

import stress
from stress.assemble.effects import notes_of_effects
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock

DEAL: dict[str, Any] = {
    "revolving_months": 2,
    "purchase": "each_step",
    "priority": {"revolving": [*hand_worked.INTEREST, *hand_worked.RESIDUAL]},
}
DRIFT = Shock(target="new_default_odds", how="multiply", by_month=((1, 2.25), (2, 1.0)))
"""Of 10% a month: 20% for what is bought in month 1, 10% again for what comes later."""


def job(pool: Any, *shocks: Shock, deal: dict[str, Any] = DEAL) -> Job:
    cases = (ScenarioCase(name="base"), ScenarioCase(name="moved", shocks=shocks))
    return Job(
        name="drift", deal=hand_worked.deal(**deal), pool=pool, scenarios=cases, paths=32, seed=1, clock="monthly"
    )


def test_what_is_bought_in_a_worse_month_defaults_at_its_own_rate_for_life() -> None:
    """1000 loses 100 and pays 180, which buys at 20%; 720 and 180 lose 72 and 36 and pay 158.40, which buys at 10%."""
    data = hand_worked.run(hand_worked.deal(**DEAL), hand_worked.pool(0.1), shocks=(DRIFT,))
    same(data, "purchases", None, 180.0, 158.4, 0.0)
    same(data, "defaults", None, 100.0, 72.0 + 36.0, 0.1 * (518.4 + 158.4) + 0.2 * 115.2)
    assert data["entry_rate_by_quality"].to_numpy()[2, :, 0].tolist() == pytest.approx([0.1, 0.2])
    assert data["quality_bought"].to_numpy()[:2].tolist() == [1, 0]


def test_a_shock_on_all_multiplies_what_is_bought_too() -> None:
    """From month 2 odds are 4 in 9 for what was there and 1 in 1 for what month 1 bought: 4/13 and 1/2."""
    all_of_it = Shock(target="default_odds", multiply=4.0, from_month=2)
    data = hand_worked.run(hand_worked.deal(**DEAL), hand_worked.pool(0.1), shocks=(all_of_it, DRIFT))
    same(data, "defaults", None, 100.0, 720.0 * 4.0 / 13.0 + 180.0 / 2.0)


def test_each_stage_of_what_is_bought_has_its_odds_moved() -> None:
    """All move on at once: 4 in 100 odds of entry in the second stage, 9 in 100 of what month 1 bought."""
    stages = [{"name": "new", "moves_on": 1.0}, {"name": "seasoned", "entry_rate": [1.0 / 26.0]}]
    data = hand_worked.run(hand_worked.deal(**DEAL), hand_worked.pool(0.1, stages=stages), shocks=(DRIFT,))
    bought = data["purchases"].to_numpy()
    first = data["entry_rate_by_quality"].to_numpy()[1]
    assert first[0].tolist() == pytest.approx([0.1, 1.0 / 26.0])
    assert first[1].tolist() == pytest.approx([0.2, 0.09 / 1.09])
    old = 1000.0 - data["defaults"].to_numpy()[0] - data["scheduled_principal"].to_numpy()[0]
    assert data["defaults"].to_numpy()[1] == pytest.approx(old / 26.0 + 0.2 * bought[0], abs=1e-9)


def test_rolls_with_an_elasticity_follow_the_odds_of_what_is_bought() -> None:
    """Odds of the roll 1 in 1; times 2.25 to the power of a half: 1.5 in 1."""
    pool = hand_worked.pool(0.1, ladder=[{"rolls": 0.5, "elasticity": 0.5}])
    data = hand_worked.run(hand_worked.deal(**DEAL), pool, shocks=(DRIFT,))
    assert data["roll_rate_by_quality"].to_numpy()[0, :, 0, 0].tolist() == pytest.approx([0.5, 0.6])


def test_a_limit_of_a_segment_counts_all_of_its_qualities() -> None:
    """Half and half of a pool without losses; level a may be 50%: what it holds of any quality counts."""
    levels = [{"name": name, "share": 0.5, "entry_rate": 0.0} for name in "ab"]
    pool = hand_worked.pool(segments=levels, eligibility={"segment_limit": {"a": 0.5}})
    drift = Shock(target="new_default_odds", how="multiply", by_month=((1, 2.0), (2, 3.0)))
    moved, base = (hand_worked.run(hand_worked.deal(**DEAL), pool, shocks=s) for s in ((drift,), ()))
    np.testing.assert_allclose(moved["purchases"], base["purchases"], rtol=1e-14)
    assert base["purchases"].to_numpy()[0] == pytest.approx(200.0)


def test_scenarios_without_drift_are_to_the_last_bit_what_they_are_alone() -> None:
    both, alone = job(hand_worked.pool(0.1, dependence={"rho": 0.2, "phi": 0.5}), DRIFT), None
    alone = both.model_copy(update={"scenarios": both.scenarios[:1]})
    drifting, ds = (stress.simulate(each, paths=512, threads=1).sel(scenario="base") for each in (both, alone))
    assert drifting.equals(ds.drop_attrs()) or all(drifting[name].equals(ds[name]) for name in ds.data_vars)


def test_more_multiples_than_are_carried_are_refused_in_words() -> None:
    levels = [{"name": f"L{n}", "share": 1.0 / 64, "entry_rate": 0.01} for n in range(64)]
    deal = {**DEAL, "revolving_months": 6, "scheduled_months": 12, "legal_maturity_months": 12}
    drift = Shock(target="new_default_odds", how="multiply", by_month=tuple((m, 1.0 + 0.1 * m) for m in range(1, 7)))
    with pytest.raises(ConfigError, match="6 multiples of 64 segments and stages are 448 rows, at most 256"):
        assemble(job(hand_worked.pool(segments=levels), drift, deal=deal))


def test_drift_of_a_deal_that_buys_nothing_is_said_to_move_nothing() -> None:
    says = [note.says for note in notes_of_effects(job(hand_worked.pool(0.1), DRIFT, deal={}))]
    assert says == ["moves nothing: nothing in this deal and pool depends on it"]


def test_odds_that_a_cap_cuts_are_told() -> None:
    drift = Shock(target="new_default_odds", multiply=1000.0)
    assert len(notes_of_effects(job(hand_worked.pool(0.5), drift, deal={}))) == 1  # nothing is bought
    (note,) = notes_of_effects(job(hand_worked.pool(0.5), drift))
    assert note.says.startswith(
        "the monthly rate of entry or default of new receivables is held at 99% in months 1 to 4"
    )
