"""A shock on default acts on defaults, however long the ladder keeps them; one on entry acts on entry."""

from typing import Any

import hand_worked
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stress
from stress.assemble.effects import notes_of_effects
from stress.assemble.months import resolve
from stress.assemble.through_ladder import default_of, entry_of, lost_of_entered
from stress.errors import ConfigError
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

STATIC = hand_worked.deal(scheduled_months=36, legal_maturity_months=36)
PLANS: dict[str, Any] = {"payment_rate": None, "plans": [{"term": 12, "share": 1.0}]}
VECTOR = tuple((month, 1.1986 * rate) for month, rate in enumerate((1e-3, 2e-3, 4e-3, 4e-3, 3e-3, 2e-3, 1.5e-3), 1))
"""Monthly default rates worth 1.31% of a static pool of twelve-month plans."""


def ladder(*rolls: float) -> dict[str, dict[str, float]]:
    return {"ladder": dict(zip(("roll_m1", "roll_m2", "roll_m3"), rolls, strict=True))}


def job(pool: Pool, *shocks: Shock) -> Job:
    cases = (ScenarioCase(name="vector", shocks=shocks),)
    return Job(name="static", deal=STATIC, pool=pool, scenarios=cases, paths=32, seed=1, clock="monthly")


def defaulted(pool: Pool, *shocks: Shock) -> float:
    """Cumulative default over the cut-off balance."""
    return float(stress.replay(job(pool, *shocks), path=0)["defaults"].sum()) / pool.balance


def test_a_vector_worth_131_basis_points_gives_them_with_a_ladder_or_without() -> None:
    vector = Shock(target="default_rate", by_month=VECTOR, how="set")
    assert round(defaulted(hand_worked.pool(**PLANS), vector), 4) == 0.0131
    assert round(defaulted(hand_worked.pool(**PLANS, **ladder(0.3, 0.6, 0.8)), vector), 4) == 0.0131


def test_a_ladder_that_cures_nothing_only_delays_defaults() -> None:
    """With roll rates of 1 every entry defaults three months later: the same sum to rounding."""
    vector = Shock(target="default_rate", by_month=VECTOR, how="set")
    at_once = defaulted(hand_worked.pool(**PLANS), vector)
    assert defaulted(hand_worked.pool(**PLANS, **ladder(1.0, 1.0, 1.0)), vector) == pytest.approx(at_once, abs=1e-12)


def test_entry_moves_by_an_entry_rate_and_by_less_than_a_default_rate_needs() -> None:
    pool = hand_worked.pool(**PLANS, **ladder(0.5, 0.5, 0.4))
    entry, default = (
        resolve(STATIC, pool, ScenarioCase(name="set", shocks=(Shock(target=target, set=0.01),))).entry[0, 0]
        for target in ("entry_rate", "default_rate")
    )
    assert entry == 0.01
    assert default == pytest.approx(0.01 / 0.1)


def test_a_steady_default_rate_is_met_by_steady_entry_once_the_ladder_is_full() -> None:
    """d = e R c, c the performing share of what survives: R = 0.1, and late are e c (0.9 + 0.5 x 0.8 + 0.25 x 0.6)."""
    pool = hand_worked.pool(**PLANS, **ladder(0.5, 0.5, 0.4))
    shock = Shock(target="default_rate", set=0.001)
    entry = resolve(STATIC, pool, ScenarioCase(name="steady", shocks=(shock,))).entry[-1, 0]
    survives = 1.0 - 0.001
    late = 0.01 * (0.9 / survives + 0.5 * 0.8 / survives**2 + 0.25 * 0.6 / survives**3)
    assert entry == pytest.approx(0.01 / (1.0 - late), rel=1e-12)


@settings(max_examples=60)
@given(
    st.lists(st.floats(0.0, 0.3), min_size=1, max_size=12),
    st.tuples(*[st.floats(0.05, 1.0)] * 3),
    st.tuples(*[st.floats(0.0, 0.1)] * 3),
)
def test_entry_rates_and_default_rates_are_each_others_inverse(
    rates: list[float], rolls: tuple[float, float, float], late: tuple[float, float, float]
) -> None:
    stock = {"delinquent": dict(zip(("m1", "m2", "m3"), late, strict=True))}
    pool = hand_worked.pool(**PLANS, **ladder(*rolls), **stock)
    entry = np.array(rates)[:, None]
    again = entry_of(default_of(entry, pool), np.zeros_like(entry), np.ones_like(entry, bool), pool)
    np.testing.assert_allclose(again, entry, rtol=1e-9, atol=1e-15)


def test_months_that_a_default_shock_leaves_out_keep_their_entry_rates() -> None:
    pool = hand_worked.pool(default=0.02, **PLANS, **ladder(0.5, 0.5, 0.4))
    shock = Shock(target="default_rate", multiply=2.0, from_month=4, to_month=6)
    entry = resolve(STATIC, pool, ScenarioCase(name="later", shocks=(shock,))).entry[:, 0]
    assert (entry[[0, 1, 2, 6, 7]] == 0.02).all()
    assert (entry[3:6] >= 0.04 - 1e-12).all()


def test_a_ladder_that_never_gets_to_default_takes_no_default_rate() -> None:
    with pytest.raises(ConfigError, match="a roll rate of the pool's ladder is 0, so nothing gets to default"):
        defaulted(hand_worked.pool(**PLANS, **ladder(0.5, 0.0, 0.4)), Shock(target="default_rate", set=0.01))


def test_check_names_the_entry_rates_that_a_default_rate_comes_to() -> None:
    pool = hand_worked.pool(**PLANS, **ladder(0.5, 0.5, 0.4))
    (note,) = notes_of_effects(job(pool, Shock(target="default_rate", set=0.01, to_month=1)))
    assert note.key == "shock 1 on default_rate"
    assert "three months after entry at 10% a month; entry_rate moves entry itself" in note.says


def test_a_default_rate_beyond_what_the_ladder_can_take_is_cut_and_said_to_be() -> None:
    pool = hand_worked.pool(**PLANS, **ladder(0.5, 0.5, 0.4))
    (cut, _) = notes_of_effects(job(pool, Shock(target="default_rate", set=0.15, to_month=1)))
    assert cut.says.endswith("is held at 99% in month 1, where 150% is asked for")


def test_buckets_that_nothing_leaves_keep_what_is_in_them() -> None:
    stuck = hand_worked.pool(default=0.01, ladder=[{"rolls": 0.6}, {"rolls": 0.0, "cures": 0.0}, {"rolls": 0.9}])
    assert lost_of_entered(stuck) == 0.0
    swing = [{"rolls": 1.0}, {"rolls": 0.0, "cures": 0.0, "pays_down": [1.0]}, {"rolls": 0.9}]
    assert lost_of_entered(hand_worked.pool(default=0.01, ladder=swing)) == 0.0
    forever = [{"rolls": 0.5}, {"rolls": 0.25, "cures": 0.0}, {"rolls": 0.8}]
    assert lost_of_entered(hand_worked.pool(default=0.01, ladder=forever)) == pytest.approx(0.4)


def test_rounding_lets_nothing_through_a_bucket_that_never_rolls() -> None:
    """Paying down from beyond it makes the equations of the buckets one system, which rounding leaves near 0."""
    rolls, cures, down = (
        (0.262, 0.152, 0.132, 0.019, 0.0, 0.075),
        (0.339, None, 0.618, 0.116, 0.14, 0.0),
        (0.134, 0.069),
    )
    ladder = [{"rolls": r, **({} if c is None else {"cures": c})} for r, c in zip(rolls, cures, strict=True)]
    ladder[3]["pays_down"], ladder[5]["pays_down"] = list(down), [0.254]
    stuck = hand_worked.pool(default=0.01, ladder=ladder, **PLANS)
    assert lost_of_entered(stuck) == 0.0
    with pytest.raises(ConfigError, match="nothing gets to default"):
        defaulted(stuck, Shock(target="default_rate", set=0.01))
