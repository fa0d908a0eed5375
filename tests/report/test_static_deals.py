"""A deal that buys nothing is told without revolving periods, early amortization and new receivables."""

import re
from typing import Any

import pytest
import xarray as xr
from hand_worked import PLAIN, deal, job, pool
from shipped import JOBS

import stress
from stress.assemble.effects import idle_shocks
from stress.errors import DataError
from stress.explain import explain_job
from stress.explain.drawing import picture_svg
from stress.explain.targets import MEANING, OF_PURCHASES
from stress.inputs.job import Job
from stress.inputs.scenario import Shock
from stress.inputs.targets import MULTIPLIERS, Target
from stress.report import caption, figure_data, figures, replayed, sheets, words
from stress.report.page import whole
from stress.report.replayed import key_months
from stress.report.terminal import table
from stress.runs.base_case import base_case, summary

DEFAULTS: dict[str, Any] = {
    "name": "defaults", "observable": "cumulative_default", "breach": "above", "thresholds": ({"limit": 0.01},),
    "effect": "acceleration",
}  # fmt: skip
REVOLVING: dict[str, Any] = {
    "revolving_months": 2, "purchase": "each_step", "priority": {"revolving": [*PLAIN[:2], PLAIN[-1]]},
}  # fmt: skip
BUYING = re.compile("early amort|amortize early|revolv|purchase|new receivables|offered", re.IGNORECASE)


def static(**more: Any) -> Job:
    return job(deal(triggers=[DEFAULTS], **{"priority": {"acceleration": PLAIN}, **more}), pool(default=0.02))


def sentences(ds: xr.Dataset) -> list[str]:
    """All that a reader of a run is told in words and heads."""
    said = [*words.summary(ds), *words.findings(ds), *(fact.name for fact in words.facts(ds)), caption.caption(ds)]
    page = re.sub(r"<script.*?</script>|<style.*?</style>|<[^>]*>", " ", whole.render(ds), flags=re.DOTALL)
    return [*said, str(table(ds)), *sheets.pool(ds).head, page.partition("Inputs and provenance")[0]]


@pytest.mark.usefixtures("no_figures")
def test_a_report_of_a_static_deal_tells_of_no_revolving_period() -> None:
    ds = stress.simulate(static())
    assert [text for text in sentences(ds) if re.search("early amort|amortize early", text, re.IGNORECASE)] == []
    assert "does not revolve" in sentences(ds)[-1]
    revolving = stress.simulate(static(**REVOLVING))
    assert len([text for text in sentences(revolving) if re.search("early amort", text, re.IGNORECASE)]) >= 6


def test_a_phase_that_begins_in_the_first_month_is_told() -> None:
    """2% default in month 1 against a limit of 1%; a revolving deal of one month amortizes by the calendar."""
    path = stress.replay(static(), path=0)
    month, what, *_ = key_months(path).rows[0]
    assert (month, {"'defaults' trips", "acceleration begins"} <= set(what.split("; "))) == ("1", True)
    assert summary(base_case(static())).startswith("default 5.76% of the cut-off balance; acceleration from month 1;")
    early = base_case(static(**REVOLVING))
    assert (early.phases, early.early_amortization) == ((("acceleration", 1),), 1)
    quiet = static(**REVOLVING).deal.but(triggers=())
    assert base_case(job(quiet)).phases == (("amortization", 3),)


def test_a_path_and_the_harshest_scenario_of_a_static_deal_speak_of_no_purchases() -> None:
    said = " ".join(replayed.story(stress.replay(static(), path=0)))
    assert "Acceleration begins in month 1." in said
    assert "purchases" not in said
    assert "early amortization, purchases stop" in " ".join(replayed.story(stress.replay(static(**REVOLVING), path=0)))
    unhurt = job(deal(), pool(default=0.02, recovery=1.0, payment_rate=None, plans=[{"term": 3, "share": 1.0}]))
    harshest = words.harshest(stress.simulate(unhurt))
    assert harshest is not None
    assert harshest[1].endswith("% of the cut-off balance defaults")


def test_the_words_of_a_static_deal_and_its_pool_buy_nothing() -> None:
    text = explain_job(static())
    assert BUYING.findall(text.partition("# Run")[0]) == []
    assert "**defaults**" in text
    assert BUYING.findall(picture_svg(static().deal)) == []
    assert len(BUYING.findall(explain_job(static(**REVOLVING)))) >= 5


def test_opening_lines_of_a_static_deal_are_told_instead_of_plans_that_it_never_buys() -> None:
    text = explain_job(stress.load(JOBS / "auto-2021-a.toml"))
    assert "Opening pool: 3 lines by remaining term, 24 to 72 months left, of loans over 36 in level payments" in text
    assert "New receivables" not in text


@pytest.mark.parametrize("target", sorted(OF_PURCHASES - {"purchase_lag_days", "purchase_outage_days"}))
def test_what_moves_purchases_alone_says_that_it_moves_nothing_in_a_static_deal(target: Target) -> None:
    assert MEANING[target].endswith("Moves nothing in a deal that buys nothing.")
    how: dict[str, Any] = {"multiply": 3.0} if target in MULTIPLIERS else {"set": 0.5}
    how |= {"segments": ("bad",)} if target == "ineligible_share" else {}
    good = {"name": "all", "share": 1.0, "entry_rate": 0.02, "monthly_fee": 0.01}
    plans = {
        "payment_rate": None,
        "plans": [{"term": 12, "share": 1.0}],
        "segments": [good, {**good, "name": "bad", "share": 0.0}],
    }
    of = job(static().deal, pool(**plans), shocks=(Shock(target=target, **how),))
    assert idle_shocks(of, of.scenarios[0]) == [0]


def test_triggers_are_told_with_their_intervals_and_never_as_zero() -> None:
    """Of 32 paths all trip in month 1 (2% defaults against 1%), none the idle one: bounds of Clopper and Pearson at
    95%, 0.05^(1/32) = 91.06%."""
    idle = {**DEFAULTS, "name": "never", "thresholds": ({"limit": 0.9},)}
    ds = stress.simulate(job(deal(triggers=[DEFAULTS, idle], priority={"acceleration": PLAIN}), pool(default=0.02)))
    sheet = figure_data.events(ds)
    assert [row[0] for row in sheet.rows] == ["base: defaults", "base: never"]
    assert {row[1:] for row in sheet.rows} == {("> 91.06%", "> 91.06%"), ("< 8.94%", "< 8.94%")}
    assert sheet.head[-1].endswith("[95%]")
    bands = figures.events(ds).axes[0].collections
    assert len(bands) == 2
    with pytest.raises(DataError, match="no event to draw"):
        figures.events(stress.simulate(job(deal(), pool(default=0.02))))
