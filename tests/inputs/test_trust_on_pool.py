"""What a series of a trust and the trust's pool must agree on, and what is told of them."""

from typing import Any

import hand_worked
import pytest
from hand_worked import run, same
from hand_worked.test_hand_worked_trusts import OTHER, series, trust_pool
from shipped import JOBS

import stress
from stress.errors import ConfigError
from stress.explain import explain_deal
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.job.remarks import notes_of
from stress.inputs.pool import Supply
from stress.inputs.scenario import Scenario, Shock


def job() -> Job:
    loaded = stress.load(JOBS / "card-trust-2005-1.toml")
    assert isinstance(loaded, Job)
    return loaded


def on_rate(of: Job, **rate: Any) -> Any:
    assert of.pool.payment_rate is not None
    return of.pool.model_copy(update={"payment_rate": of.pool.payment_rate.model_copy(update=rate)})


def test_a_trust_needs_the_monthly_clock_purchases_and_room_for_its_series() -> None:
    trust = job()
    with pytest.raises(ConfigError, match='needs "monthly"'):
        trust.but(clock="daily")
    with pytest.raises(ConfigError, match="has instalment plans; the pool of a master trust needs a payment_rate"):
        trust.but(
            pool=hand_worked.pool(currency="USD", balance=2e9, payment_rate=None, plans=[{"term": 6, "share": 1.0}])
        )
    with pytest.raises(ConfigError, match="purchase_rate is missing"):
        trust.but(pool=on_rate(trust, purchase_rate=None))
    with pytest.raises(ConfigError, match=r"1,025,000,000 .* carries 950,000,000"):
        trust.but(pool=trust.pool.model_copy(update={"balance": 1e9}))
    with pytest.raises(ConfigError, match=r"grows to .* times its size in \d+ months; at most 100 times"):
        trust.but(pool=on_rate(trust, purchase_rate=2.0))


def test_what_is_not_read_and_what_makes_a_trust_grow_is_told() -> None:
    trust = job()
    slow = ScenarioCase(name="slow", shocks=(Shock(target="payment", multiply=0.9),))
    said = [str(note) for note in notes_of(trust.model_copy(update={"scenarios": (slow,)}))]
    assert any("not what they buy" in note for note in said)
    assert not any("not what they buy" in str(note) for note in notes_of(trust))
    given = trust.pool.model_copy(update={"supply": Supply(unlimited=True)})
    said = [str(note) for note in notes_of(trust.model_copy(update={"pool": given}))]
    assert any("pool.supply" in note and "does nothing in a master trust" in note for note in said)
    alone = stress.load(JOBS / "card-master-trust.toml")
    read = alone.model_copy(update={"pool": on_rate(alone, purchase_rate=0.2)})
    assert any("is no series of a master trust" in str(note) for note in notes_of(read))


def test_a_series_says_who_has_which_part_of_the_trust() -> None:
    text = explain_deal(job().deal, job().pool.balance)
    assert "this series 600,000,000 (46.15%), 2006-1 425,000,000 (32.69%) and seller 275,000,000 (21.15%)" in text
    assert "| A | 87.5% | 525,000,000 |" in text
    assert "Reinvest all that is left in the trust" in text
    assert "principal funding: empty at closing; its cash is principal" in text


def test_a_party_outside_that_pays_more_than_the_pool_is_another_unit_of_money() -> None:
    trust = job()
    steps = list(trust.deal.priority["acceleration"])
    at = next(i for i, step in enumerate(steps) if step.step == "receive")
    steps[at] = steps[at].model_copy(update={"amount": 1e15})
    priority = {**trust.deal.priority, "acceleration": tuple(steps)}
    with pytest.raises(ConfigError, match=rf"acceleration\[{at + 1}\] \(receive\): amount = 1e\+15: .* units of USD"):
        trust.but(deal=trust.deal.model_copy(update={"priority": priority}))


def test_a_level_whose_name_in_results_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match=r"as a{60}_b{30} in results, it has 91 characters; at most 80"):
        Scenario.model_validate({"kind": "scenario", "version": 1, "name": "a" * 60, "levels": ({"name": "b" * 30},)})


NEEDED = {"series": [OTHER | {"cost": 0.06}]}


def said(where: str, **more: Any) -> list[str]:
    return [str(note) for note in notes_of_deal(series(0, **more)) if where in str(note)]


@pytest.mark.parametrize(
    ("needed", "twice"),
    [("100", False), ("100 - series_principal", True), ("100 - own", True), ("max(100 - notes, 0)", False)],
)
def test_own_principal_is_taken_off_what_a_series_needs_in_any_case(needed: str, twice: bool) -> None:
    trust = NEEDED | {"principal_needed": needed}
    lines = said("principal_needed", trust=trust, quantities={"own": "series_principal"})
    assert bool(lines) is twice
    assert all("say what is needed in all" in line for line in lines)


def test_a_series_that_takes_its_own_principal_off_gets_too_little_of_others() -> None:
    """It has 80 of its own and needs 100: 20 of others. `100 - series_principal` is 20, which its 80 cover: nothing."""
    for needed, repaid in (("100", 102.0), ("100 - series_principal", 82.0)):
        data = run(series(0, NEEDED | {"principal_needed": needed}), trust_pool())
        same(data, "principal_paid", "A", repaid)


@pytest.mark.parametrize(
    ("price", "twice"),
    [(None, False), ("invested", True), ("invested - series_principal", False), ("0.9 * notes", False)],
)
def test_a_call_at_what_is_invested_pays_the_months_principal_twice(price: str | None, twice: bool) -> None:
    """Month 2 of 318 charges 1.59 off and collects 80: 236.41 are left to sell. At `invested` they fetch 316.41."""
    call = {"when": "month > 1"} | ({} if price is None else {"price": price})
    lines = said("clean_up.price", clean_up=call)
    assert bool(lines) is twice
    assert all("what is sold is invested - series_principal" in line for line in lines)
    if price != "0.9 * notes":
        data = run(series(0, clean_up=call), trust_pool())
        same(data, "sale_proceeds", None, 0.0, 316.41 if twice else 236.41)
