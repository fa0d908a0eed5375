"""A deal met in mid-life: the law of going on, what a state must say, and what a job does with one."""

import json

import hand_worked
import numpy as np
import pytest
from going_on import goes_on, moved
from hand_worked import EVERGREEN
from oracle.draws import normal
from scipy.special import expit, logit
from shipped import ROOT

import stress
from stress.assemble.market import factors_of
from stress.assemble.problem import assemble
from stress.assemble.swing import Past, fan_of
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.job import ScenarioCase
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.state import PartyState, State
from stress.inputs.state.written import text_of
from stress.runs.sampling import refuse_misfit
from stress.runs.trace import block_rows

JOBS = {
    "baitiao-24m": (1, 12, 20),
    "baitiao-24m-daily": (5, 14),
    "baitiao-24m-billing": (6,),
    "platform-small-business": (2, 13),
    "auto-prime": (9,),
    "auto-swapped": (7,),
    "risk-transfer": (8,),
    "card-master-trust": (11,),
    "microcredit-late-issue": (1, 7),
    "card-trust-2005-1": (7, 40),
}


def job_of(name: str):
    return stress.load(ROOT / f"scenarios/jobs/{name}.toml")


@pytest.mark.parametrize("name", JOBS)
def test_a_shipped_deal_goes_on_from_its_state_as_if_nothing_had_been(name):
    for month in JOBS[name]:
        assert goes_on(job_of(name), month) <= 1e-9


def test_a_path_goes_on_with_the_factors_that_it_had():
    assert goes_on(job_of("baitiao-24m"), 8, path=11) <= 1e-9
    assert goes_on(job_of("baitiao-24m-daily"), 14, path=3) <= 1e-9


@pytest.mark.parametrize("month", [5, 13])
def test_cards_that_wait_for_their_bill_go_on_waiting(month):
    billing = {"dates": (1, 16), "days_to_due": 20}
    job = hand_worked.job(hand_worked.deal(**EVERGREEN), hand_worked.pool(0.01, billing=billing), "daily")
    assert any(held.waiting for held in stress.state_at(job, month).pool) == (month <= 12)  # the last month that buys
    assert goes_on(job, month) <= 1e-9


def test_cards_wait_under_every_scenario_though_the_first_pays_nothing():
    """A payment holiday of month 6 under the first scenario; under the second the bills of that month are paid."""
    billing = {"dates": (1, 10, 20, 30), "days_to_due": 30}
    job = hand_worked.job(hand_worked.deal(**EVERGREEN), hand_worked.pool(0.01, billing=billing), "daily")
    holiday = Shock(target="payment_rate", set=0.0, from_month=6, to_month=6)
    job = job.but(scenarios=(ScenarioCase(name="holiday", shocks=(holiday,)), *job.scenarios))
    waits = [[held.waiting for held in stress.state_at(job, 5, scenario=case.name).pool] for case in job.scenarios]
    assert waits[0] == waits[1]
    assert sum(waits[0]) > 50.0
    later = job.but(state=stress.state_at(job, 5))
    for case in job.scenarios:
        alone = later.but(scenarios=(case,))
        assert stress.replay(later, path=0, scenario=case.name).identical(stress.replay(alone, path=0))


def test_cash_that_a_purchase_lag_holds_back_is_free_when_it_would_have_been():
    lag = ScenarioCase(name="lag", shocks=(Shock(target="purchase_lag_days", set=3.0),))
    job = hand_worked.job(hand_worked.deal(**EVERGREEN), hand_worked.pool(0.01), "daily").but(scenarios=(lag,))
    assert sum(stress.state_at(job, 5).lately.locked) > 1.0
    assert goes_on(job, 5) <= 1e-9


def test_a_party_that_the_state_leaves_out_has_paid_and_received_nothing():
    job = job_of("auto-swapped")
    state = stress.state_at(job, 7)
    silent, zero = (
        stress.replay(job.but(state=state.model_copy(update={"parties": parties})), path=0)
        for parties in ({}, {"swap": PartyState()})
    )
    assert state.parties["swap"].paid > 0.0
    assert silent.equals(zero)
    assert not silent.equals(stress.replay(job.but(state=state), path=0))


RANDOM_RATE = ScenarioCase(
    name="rate", short_rate=ShortRate(mean_reversion=0.5, volatility=0.02, correlation=0.3, forward=((1, 0.03),))
)
DRIFT = ScenarioCase(
    name="drift", shocks=(Shock(target="new_default_odds", how="multiply", by_month=((3, 2.0), (5, 4.0), (9, 1.0))),)
)


def drawing(what: str, scenario: ScenarioCase | None = None):
    """The 24-month deal under one scenario: one given, or that of the job which draws macro variables."""
    job = job_of("baitiao-24m-uncertain")
    case = scenario or next(case for case in job.scenarios if case.name == what)
    return job.but(scenarios=(case,), paths=64)


MACRO = "fed2025_severely_adverse_random"


@pytest.mark.parametrize(
    ("what", "case", "month"),
    [
        ("rate", RANDOM_RATE, 8),
        ("drift", DRIFT, 6),
        (MACRO, None, 7),
        pytest.param(MACRO, None, 9, marks=pytest.mark.slow),
    ],
)
def test_a_path_goes_on_with_all_that_it_has_drawn(what, case, month):
    job = drawing(what, case)
    assert goes_on(job, month, path=5) <= 1e-9
    halfway = job.but(state=stress.state_at(job, 4, path=5))
    assert goes_on(halfway, month, path=5) <= 1e-9


def test_macro_variables_leave_the_scenario_after_the_month_of_the_state_only():
    job = drawing(MACRO)
    swing = job.scenarios[0].swing
    whole, rest = fan_of(swing, 36), fan_of(swing, 36, Past(14))
    assert np.array_equal(rest[0], whole[0])
    assert (whole[1][:, 13] > 0.0).all()
    assert (rest[1][:, :13] == 0.0).all()
    assert (rest[1][:, 16:] > 0.0).all()
    assert (rest[1] <= whole[1] + 1e-12).all()
    state = stress.state_at(job.but(scenarios=(ScenarioCase(name="base"),)), 14)
    ds = stress.simulate(job.but(state=state))
    assert float(ds["macro"].isel(month=0, quantile=-1)[0, 0]) < float(ds["macro"].isel(month=6, quantile=-1)[0, 0])


def test_a_random_rate_begins_on_the_curve_where_the_state_does_not_say_where_it_stands():
    job = drawing("rate", RANDOM_RATE)
    state = stress.state_at(job, 8, path=5)
    assert state.short_rate
    stands, plain = (
        next(iter(block_rows(later, assemble(later), 1, ["short_rate"])))["short_rate"]
        for later in (job.but(state=state), job.but(state=state.model_copy(update={"short_rate": None})))
    )
    assert np.ptp(stands[8]) > 0.001
    assert plain[8] == pytest.approx(0.0, abs=1e-12)
    assert np.ptp(plain[9]) > 0.001


def test_levels_are_drawn_from_what_reports_tell_of_them():
    """Y_b = y + G u + H n with u the normals of the drawn parameters and n those of the factors in month b."""
    job = job_of("baitiao-24m-uncertain")
    job = job.but(scenarios=tuple(case for case in job.scenarios if case.name == "baseline_predictive"), paths=64)
    root = ((0.5,), (0.1, 0.8), (0.0, 0.0, 1.0), (-0.6, 0.2, 0.0, 0.3), (0.1, 0.0, 0.0, 0.2, 0.9))
    known = {"parameters": (0.7, 0.0, -0.2), "root": root}
    state = moved(stress.state_at(job, 6), factors=[-1.5, 0.4], known=known)
    later = job.but(state=state)
    path = 9
    u = [normal(path, i, 3, 0, job.seed) for i in range(3)]
    n = [normal(path, 5, 0, f, job.seed) for f in range(2)]
    e = [normal(path, 6, 0, f, job.seed) for f in range(2)]
    level = [
        mean + sum(a * b for a, b in zip(row, [*u, *n], strict=False))
        for mean, row in zip((-1.5, 0.4), root[3:], strict=True)
    ]
    estimate = np.linalg.cholesky(np.array(job.scenarios[0].parameters.covariance))
    drawn = estimate @ (
        np.array(known["parameters"]) + [sum(a * b for a, b in zip(r, u, strict=False)) for r in root[:3]]
    )
    phi = expit(logit(job.pool.dependence.phi) + drawn[2])
    shock = factors_of(job.pool).root @ e
    wanted = phi * np.array(level) + np.sqrt(1.0 - phi**2) * shock
    replayed = stress.replay(later, path=path)["factor_value"].isel(month=0).values
    assert replayed == pytest.approx(wanted, abs=1e-9)
    plain = job.but(scenarios=(ScenarioCase(name="base"),), state=state)
    levels = np.concatenate(
        [rows["factor_value"][6, 0] for rows in block_rows(plain, assemble(plain), 8, ["factor_value"])]
    )
    spread, phi = 0.6**2 + 0.2**2 + 0.3**2, job.pool.dependence.phi  # nothing draws the parameters: a spread of its own
    assert levels.mean() == pytest.approx(-1.5 * phi, abs=4.0 * levels.std() / len(levels) ** 0.5)
    assert levels.var() == pytest.approx(phi**2 * spread + 1.0 - phi**2, rel=4.0 * (2.0 / len(levels)) ** 0.5)


def test_a_state_of_a_state_is_the_state_of_the_deal():
    job = job_of("baitiao-24m")
    once = stress.state_at(job, 9)
    twice = stress.state_at(job.but(state=stress.state_at(job, 4)), 9)
    assert twice.notes["A"].balance == pytest.approx(once.notes["A"].balance, abs=1.0)
    assert sum(twice.pool[2].due or ()) == pytest.approx(sum(once.pool[2].due or ()), abs=1.0)
    assert twice.sums.defaults == pytest.approx(once.sums.defaults, rel=1e-12)


def test_the_template_of_a_state_is_one_of_the_deal_of_the_template(tmp_path):
    assert exit_code(["new", "job", "mine", "-o", str(tmp_path)]) == 0
    assert exit_code(["new", "state", "today", "-o", str(tmp_path / "mine")]) == 0
    file = tmp_path / "mine" / "job.toml"
    text = file.read_text(encoding="utf-8")
    assert '# state = "state.toml"' in text
    file.write_text(text.replace('# state = "state.toml"', 'state = "today.toml"'), encoding="utf-8")
    job = stress.load(file)
    assert job.state.name == "today"
    assert stress.replay(job, path=0)["month"].values[0] == 7


def test_a_state_is_read_as_it_was_written(tmp_path):
    state = stress.state_at(job_of("baitiao-24m"), 14, path=2, scenario="macro_severe")
    (tmp_path / "state.toml").write_text(text_of(state), encoding="utf-8")
    assert stress.load(tmp_path / "state.toml") == state


@pytest.fixture(scope="module")
def job():
    return job_of("baitiao-24m").but(paths=2048)


@pytest.fixture(scope="module")
def state(job) -> State:
    return stress.state_at(job, 14)


def test_receivables_bought_at_odds_that_no_scenario_has_are_refused(job, state):
    with pytest.raises(ConfigError, match="no scenario buys at as many odds"):
        refuse_misfit(job.but(state=moved(state, pool__0__quality=2)))


def test_a_pool_that_is_bought_no_more_needs_its_remaining_terms(job, state):
    pool = [
        {k: v for k, v in held.items() if k not in ("due", "fee")}
        for held in json.loads(state.model_dump_json())["pool"]
    ]
    with pytest.raises(ConfigError, match="shorter terms than its plans"):
        job.but(state=moved(state, pool=pool))
    left = job.but(state=moved(state, pool=pool, opening=[{"term": 12, "remaining": 3, "share": 1.0}]))
    flows = stress.replay(left, path=0)
    assert float(flows["pool_balance"][-1]) < 0.01 * job.pool.balance


def test_a_run_from_a_state_counts_the_rest_of_the_life(job, state):
    whole = stress.simulate(job, scenarios=["baseline"])
    rest = stress.simulate(job.but(state=state), scenarios=["baseline"])
    assert rest["month"].values.tolist() == list(range(15, 37))
    assert rest.attrs["as_of"] == "2021-02"
    assert float(rest["wal"].sel(tranche="A")[0]) < float(whole["wal"].sel(tranche="A")[0]) - 0.5
    assert float(rest["default_rate_mean"][0]) == pytest.approx(float(whole["default_rate_mean"][0]), rel=0.1)
    assert float(rest["price"].sel(tranche="A")[0]) == pytest.approx(1.0, abs=0.02)


def test_what_the_past_lost_is_lost_in_every_path(job, state):
    sums = json.loads(state.model_dump_json())["sums"] | {"defaults": 0.3 * job.pool.balance}
    rest = stress.simulate(job.but(state=moved(state, sums=sums)), scenarios=["baseline"])
    assert float(rest["default_rate_mean"][0]) >= 0.3
