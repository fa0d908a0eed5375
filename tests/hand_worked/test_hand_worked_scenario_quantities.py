"""Own quantities of a deal that one scenario moves and another does not, on tiny deals, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from going_on import goes_on

import stress
from hand_worked import INTEREST, PRINCIPAL, RESIDUAL, deal, job, pool, run, same
from stress.assemble.problem import assemble
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate

HELPED = [
    {"step": "receive", "party": "sponsor", "amount": "support", "to": "income"},
    *INTEREST,
    *PRINCIPAL,
    *RESIDUAL,
]
SWAPPED = [
    {"step": "receive", "party": "swap", "amount": "pays * notional * (index.euribor - rate) / 12", "to": "income"},
    *INTEREST,
    *PRINCIPAL,
    *RESIDUAL,
]
SWAP: dict[str, Any] = {
    "parties": ["swap"],
    "indices": {"euribor": 0.06},
    "quantities": {"pays": 1, "rate": "0.24 / 10", "notional": [[1, 1000.0], [3, 500.0]]},
}


def move(name: str, **how: Any) -> Shock:
    """A shock on a quantity of the deal's own."""
    return Shock.model_validate({"target": "quantity", "quantity": name, **how})


def two(of: Any, *shocks: Shock, clock: Clock = "monthly", default: float = 0.0) -> Job:
    """A job whose first scenario moves nothing."""
    calm = job(of, pool(default), clock)
    return calm.but(scenarios=(*calm.scenarios, ScenarioCase(name="moved", shocks=shocks)))


def helped(**more: Any) -> Any:
    """A deal whose sponsor gives nothing, unless a scenario lets it."""
    return deal(HELPED, parties=["sponsor"], quantities={"support": 0}, **more)


def test_a_sponsor_helps_in_one_scenario_alone() -> None:
    """50 in months 2 and 3 under the second scenario: the residual note, paid in full before, has it all."""
    both = two(helped(), move("support", set=50.0, from_month=2, to_month=3))
    alone, given = (stress.replay(both, path=0, scenario=case.name) for case in both.scenarios)
    same(alone, "received", "sponsor", 0.0, 0.0, 0.0, 0.0)
    same(given, "received", "sponsor", 0.0, 50.0, 100.0, 100.0)
    same(given, "quantity_value", "support", 0.0, 50.0, 50.0, 0.0)
    cash = [float((data["residual_yield"] + data["principal_paid"]).sel(tranche="R").sum()) for data in (alone, given)]
    assert cash[1] - cash[0] == pytest.approx(100.0)


def test_a_servicer_is_downgraded_in_one_scenario_alone() -> None:
    """Level 5 becomes 2 in month 2: its trigger trips then, and the replacement costs 7 a month from there on."""
    fee = {"name": "replacement", "base": "formula", "amount": "if(rating < 3, 7, 0)"}
    steps = [{"step": "pay_fee", "fee": "replacement"}, *INTEREST, *PRINCIPAL, *RESIDUAL]
    watch = {"name": "downgrade", "condition": "rating < 3", "effect": "none"}
    both = two(deal(steps, fees=[fee], triggers=[watch], quantities={"rating": 5}), move("rating", set=2, from_month=2))
    alone, down = (stress.replay(both, path=0, scenario=case.name) for case in both.scenarios)
    same(alone, "fee_paid", "replacement", 0.0, 0.0, 0.0)
    same(down, "fee_paid", "replacement", 0.0, 7.0, 7.0)
    same(alone, "trigger_month", "downgrade", 0.0, 0.0, 0.0, 0.0)
    same(down, "trigger_month", "downgrade", 0.0, 2.0, 2.0, 2.0)


def test_a_swap_counterparty_fails_and_its_rate_differs() -> None:
    """1000 x (6% - 2.4%) / 12 = 3 a month, then 1.5. At a rate of 1.2% 4 and 2; nothing from the month of a default.
    Half of the notional is half as much."""
    swapped = deal(SWAPPED, **SWAP)
    same(run(swapped), "received", "swap", 3.0, 6.0, 7.5, 9.0)
    rate = move("rate", add=-0.012)
    same(run(swapped, shocks=(rate,)), "received", "swap", 4.0, 8.0, 10.0, 12.0)
    same(run(swapped, shocks=(move("pays", set=0.0, from_month=3),)), "received", "swap", 3.0, 6.0, 6.0, 6.0)
    same(run(swapped, shocks=(move("notional", multiply=0.5),)), "received", "swap", 1.5, 3.0, 3.75, 4.5)
    path = move("rate", by_month=((2, 0.012), (4, 0.06)), how="set")
    same(run(swapped, shocks=(path,)), "received", "swap", 3.0, 7.0, 9.0, 9.0)


def test_a_payment_that_comes_later_takes_the_value_of_its_period() -> None:
    """On the daily clock period 2 is paid in month 3, in which nothing is given: 50 all the same."""
    data = run(helped(), clock="daily", shocks=(move("support", set=50.0, from_month=2, to_month=2),))
    same(data, "received", "sponsor", 0.0, 50.0, 50.0, 50.0)


@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_a_deal_goes_on_in_mid_life_under_every_scenario(clock: Clock) -> None:
    """As from closing, whichever scenario stands first."""
    both = two(helped(), move("support", set=50.0, from_month=2), clock=clock, default=0.01)
    for cases in (both.scenarios, both.scenarios[::-1]):
        assert goes_on(both.but(scenarios=cases), 2) <= 1e-9
    later = both.but(state=stress.state_at(both, 2, scenario="moved"))
    alone = later.but(scenarios=later.scenarios[1:])
    wanted = stress.replay(both, path=0, scenario="moved")["received"].to_numpy()[2:]
    for starts in (later, alone):
        got = stress.replay(starts, path=0, scenario="moved")["received"].to_numpy()[-2:]
        assert got == pytest.approx(wanted)


def test_a_random_short_rate_moves_indices_and_no_own_quantity() -> None:
    """A quantity that a scenario sets to a level stays there on every path; the index beside it does not."""
    shown = deal(SWAPPED, **{**SWAP, "quantities": {**SWAP["quantities"], "level": "index.euribor", "own": "rate"}})
    law = ShortRate(mean_reversion=0.1, volatility=0.02)
    case = ScenarioCase(name="moved", shocks=(move("rate", set=0.03),), short_rate=law)
    data = stress.replay(job(shown).but(scenarios=(case,)), path=1)
    same(data, "quantity_value", "own", 0.03, 0.03, 0.03, 0.03)
    level = data["quantity_value"].sel(quantity="level").to_numpy()
    assert (np.abs(level[1:] - 0.06) > 1e-4).all()
    paid = np.diff(data["received"].sel(party="swap").to_numpy(), prepend=0.0)
    legs = np.array([1000.0, 1000.0, 500.0, 500.0]) * (level - 0.03) / 12.0
    assert paid == pytest.approx(np.maximum(legs, 0.0), abs=1e-9)


@pytest.mark.parametrize("clock", ["monthly", "daily"])
def test_a_payment_still_to_come_looks_at_the_short_rate_of_its_month(clock: Clock) -> None:
    """On the daily clock the first payment after a state had the level of the curve, not that of the path."""
    law = ShortRate(mean_reversion=0.1, volatility=0.02)
    random = job(deal(SWAPPED, **SWAP), pool(0.01), clock).but(scenarios=(ScenarioCase(name="drawn", short_rate=law),))
    for month in (1, 2, 3):
        assert goes_on(random, month, path=3) <= 1e-9


def test_what_no_scenario_moves_is_packed_as_before() -> None:
    """A shock to the value that stands there, and a scenario beside one that moves: the same arrays, the same bits."""
    swapped = deal(SWAPPED, **SWAP)
    plain, idle = assemble(job(swapped)), assemble(job(swapped, shocks=(move("pays", set=1.0),)))
    assert plain.sizes == idle.sizes
    assert plain.sizes.n_own_level == 0
    for a, b in zip(plain.contract, idle.contract, strict=True):
        np.testing.assert_array_equal(a, b)
    both = two(swapped, move("pays", set=0.0), default=0.02)
    assert assemble(both).sizes.n_own_level == 1
    beside = stress.replay(both, path=3, scenario="base")
    assert beside.identical(stress.replay(job(swapped, pool(0.02)), path=3))


def test_a_deal_that_a_scenario_makes_none_is_refused() -> None:
    """Repaid down to a balance that the deal has as 0: at 100 the notes are never repaid in full."""
    until = [*INTEREST, {**PRINCIPAL[0], "until": "kept"}, *RESIDUAL]
    with pytest.raises(ConfigError, match=r"scenario base: shocks on quantity: .*repays it only down to a balance"):
        run(deal(until, quantities={"kept": 0}), shocks=(move("kept", set=100.0),))
    with pytest.raises(ConfigError, match=r"scenario base: shock on quantity support: comes to more than 1e\+15"):
        run(deal(HELPED, parties=["sponsor"], quantities={"support": 1e14}), shocks=(move("support", multiply=1000.0),))
