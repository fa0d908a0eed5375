"""What a report tells of a run beside its numbers: shocks, random rates, a start in mid-life, illustrative inputs."""

import json

from synthetic import case

import stress
from stress.report.caption import caption
from stress.report.cover import assumptions
from stress.report.page import whole


def test_a_shock_is_told_in_words() -> None:
    """Also one read from a stored job, where a path by month is a list of lists."""
    shock = {"target": "default_odds", "multiply": 2.2, "from_month": 3, "to_month": 12, "segments": ["L1", "L2"]}
    path = {"target": "cash_rate", "by_month": [[t, 0.1 * t] for t in range(1, 10)], "how": "set"}
    job = {"scenarios": [{"name": "baseline", "shocks": [shock, path]}]}
    sentence = whole.scenario_rows(case(1_000, 1), job)[0]["shocks"]
    assert sentence == (
        "default odds of L1 and L2 times 2.2 in months 3 to 12; "
        "cash rate set to 0.1 in month 1 (the least), 0.9 in month 9 (to the end)"
    )


def test_a_random_short_rate_is_told_with_the_shocks_and_below_prices() -> None:
    """Its prices are not at the coupon, as those beside them are."""
    ds = stress.simulate(
        stress.load("scenarios/jobs/auto-swapped.toml"), paths=64, scenarios=["baseline", "random_rate"]
    )
    rows = {row["name"]: row["shocks"] for row in whole.scenario_rows(ds, json.loads(ds.attrs["job"]))}
    assert rows["baseline"] == "none"
    assert rows["random_rate"].startswith("The short rate is random (Hull and White")
    said = " Price under random_rate: on the path's short rate, not at the coupon."
    assert caption(ds).count(said) == 1
    assert said not in caption(ds.sel(scenario=["baseline"]))


def test_a_run_in_mid_life_says_what_its_figures_are_over() -> None:
    jobs = [stress.load(f"scenarios/jobs/baitiao-24m{x}.toml") for x in ("", "-mid-life")]
    runs = [stress.simulate(job, paths=64, scenarios=["baseline"]) for job in jobs]
    whole, later = map(caption, runs)
    assert "The deal after" not in whole
    assert " The deal after 2020-06: WAL, IRR, price and × count from there, over what is left then;" in later
    rests = [dict(assumptions(ds, job)) for ds, job in zip(runs, jobs, strict=True)]
    assert "In mid-life" not in rests[0]
    assert rests[1]["In mid-life"].startswith("after 2020-06, with 1,00")
    assert "A 807,000,000, B 55,000,000, mezzanine 43,000,000 and subordinated 95,000,000" in rests[1]["In mid-life"]
