"""What the clock changes: one command for daily, monthly and payment-date purchases and for days of outage."""

import pytest
from shipped import JOB

import stress
from stress import measures
from stress.analysis.clock_effects import clocks
from stress.errors import ConfigError

PATHS = 1024


@pytest.fixture(scope="module")
def job():
    return stress.load(JOB).model_copy(update={"paths": PATHS})


@pytest.fixture(scope="module")
def answer(job):
    return clocks(job)


def row(answer, measure, tranche=None):
    return next(r for r in answer.rows if (r.measure, r.tranche) == (measure, tranche))


def change(answer, measure, variant, tranche=None):
    return row(answer, measure, tranche).changes[answer.ways.index(variant)]


def test_the_differences_are_those_of_two_runs_on_the_same_draws(job, answer):
    runs = {
        clock: stress.simulate(job.model_copy(update={"clock": clock}), scenarios=["baseline"])
        for clock in ("daily", "monthly")
    }
    for name, tranche in (("mean_default", None), ("expected_loss", "subordinated"), ("irr", "B")):
        wanted = measures.compare(runs["monthly"], runs["daily"], name).isel(scenario=0)
        value = measures.mean(runs["daily"], name).isel(scenario=0)
        if tranche:
            wanted, value = wanted.sel(tranche=tranche), value.sel(tranche=tranche)
        interval = change(answer, name, "monthly", tranche)
        assert (interval.estimate, interval.error) == (float(wanted["estimate"]), float(wanted["error"]))
        assert row(answer, name, tranche).daily == float(value["estimate"])


def test_buying_once_a_month_at_the_payment_date_buys_less_and_earns_less(answer):
    """Cash waits for 20 to 50 days before it buys."""
    for measure in ("mean_purchased", "mean_default", "mean_income"):
        assert change(answer, measure, "at payment dates").high < 0.0
    assert change(answer, "irr", "at payment dates", "subordinated").high < 0.0


def test_an_outage_costs_the_residual_note_and_more_days_cost_more(job, answer):
    ten = change(answer, "irr", "10 days of outage in month 6", "subordinated")
    twenty = change(clocks(job, days=20), "irr", "20 days of outage in month 6", "subordinated")
    assert twenty.high < ten.low < ten.high < 0.0


def test_what_a_job_cannot_do_is_left_out_with_the_reason(job):
    stops = tuple(step for step in job.deal.priority["revolving"] if step.step != "purchase")
    deal = job.deal.model_copy(update={"priority": {**job.deal.priority, "revolving": stops}})
    answer = clocks(job.model_copy(update={"deal": deal}))
    assert answer.ways == ("monthly", "10 days of outage in month 6")
    assert len(answer.left_out) == 1
    assert answer.left_out[0].startswith("at payment dates: ")
    assert "purchase step" in answer.left_out[0]


@pytest.mark.parametrize(("days", "month"), [(0, 1), (31, 1), (10, 13), (10, 0)])
def test_an_outage_lies_in_a_revolving_month(job, days, month):
    with pytest.raises(ConfigError, match="revolving month, 1 to 12"):
        clocks(job, days=days, month=month)


def test_a_deal_that_buys_nothing_has_no_clocks_to_compare(job):
    deal = job.deal.model_copy(update={"purchase": "none"})
    with pytest.raises(ConfigError, match="buys nothing"):
        clocks(job.model_copy(update={"deal": deal}))


def test_the_report_has_a_chapter_on_the_clock(answer):
    from stress.report.page.chapters import chapter

    page = chapter(answer)
    assert page.title == "What the clock changes under baseline"
    assert any(line.startswith("10 days of outage in month 6: moves") and "subordinated" in line for line in page.says)
    rows = {row[0]: row[1:] for row in page.exhibit.data.rows}
    assert len(rows) == 3 + 2 * 4
    assert rows["expected loss of A"][1:] == ("0", "0", "0")
    assert all("±" in cell for cell in rows["yield of subordinated"])
    assert "</svg>" in page.exhibit.svg
