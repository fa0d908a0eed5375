"""The harshest scenario is the one in which notes lose most, else the one in which most of what could default does."""

from typing import Any

import hand_worked
import xarray as xr

import stress
from stress.inputs.job import Job, ScenarioCase
from stress.inputs.scenario import Shock
from stress.report import words

REVOLVING: dict[str, Any] = {
    "revolving_months": 12,
    "scheduled_months": 30,
    "legal_maturity_months": 30,
    "purchase": "each_step",
    "priority": {"revolving": [{"step": "pay_residual", "note": "R", "source": ["income"]}]},
}


def result(**scenarios: tuple[Shock, ...]) -> xr.Dataset:
    """Notes of 30, 20 and 50% of a pool that pays 20% a month; there is no chance in it."""
    notes = (
        {"name": "A", "share": 0.3, "coupon": 0.0},
        {"name": "B", "share": 0.2, "coupon": 0.0},
        {"name": "R", "share": 0.5, "residual": True},
    )
    job = Job(
        name="small",
        deal=hand_worked.deal(notes=notes, **REVOLVING),
        pool=hand_worked.pool(),
        scenarios=tuple(ScenarioCase(name=name, shocks=shocks) for name, shocks in scenarios.items()),
        paths=32,
        seed=1,
        clock="monthly",
    )
    return stress.simulate(job, threads=1)


def default(rate: float) -> Shock:
    return Shock(target="default_rate", set=rate)


def test_no_scenario_is_harsh_and_no_tile_says_worst_where_nothing_is_lost() -> None:
    ds = result(one=(), other=(Shock(target="payment", multiply=0.9),))
    assert words.harshest(ds) is None
    assert not any("arshest" in sentence for sentence in words.summary(ds))
    assert not any("worst" in fact.detail for fact in words.facts(ds))


def test_where_no_note_loses_it_is_the_scenario_in_which_most_of_what_could_default_does() -> None:
    """Buying on, 0.2% a month comes to more of the cut-off balance than 0.3% of a pool that buys nothing."""
    stops = (default(0.003), Shock(target="originations", set=0.0))
    ds = result(revolves=(default(0.002),), stops=stops)
    lost = ds["default_rate_mean"].values
    assert lost[0] > lost[1]
    assert ds["expected_loss"].sel(tranche=["A", "B"]).max() == 0.0
    place, why = words.harshest(ds.sel(tranche=["A", "B"])) or (None, "")
    assert place == 1
    assert why.endswith("of the cut-off balance and purchases defaults")


def test_where_notes_lose_it_is_the_scenario_in_which_they_lose_most() -> None:
    ds = result(base=(), mild=(default(0.05),), severe=(default(0.15), Shock(target="originations", set=0.0)))
    place, why = words.harshest(ds) or (None, "")
    assert ds["expected_loss"].values[2].max() > 0.0
    assert place == 2
    assert why.startswith("the notes lose ")
    (said,) = (sentence for sentence in words.summary(ds) if "arshest" in sentence)
    assert said.startswith("The harshest scenario is severe: the notes lose ")
