"""A deal met in mid-life: the law of going on, what a state must say, and what a job does with one."""

from __future__ import annotations

import json

import pytest
from going_on import goes_on
from shipped import ROOT

import stress
from stress.errors import ConfigError
from stress.inputs.state import State
from stress.inputs.state.written import text_of

JOBS = {
    "baitiao-24m": (1, 12, 20),
    "baitiao-24m-daily": (5, 14),
    "baitiao-24m-billing": (6,),
    "platform-small-business": (2, 13),
    "auto-prime": (9,),
    "auto-swapped": (7,),
    "card-master-trust": (11,),
    "microcredit-late-issue": (1, 7),
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


def test_a_state_of_a_state_is_the_state_of_the_deal():
    job = job_of("baitiao-24m")
    once = stress.state_at(job, 9)
    twice = stress.state_at(job.but(state=stress.state_at(job, 4)), 9)
    assert twice.notes["A"].balance == pytest.approx(once.notes["A"].balance, abs=1.0)
    assert sum(twice.pool[2].due or ()) == pytest.approx(sum(once.pool[2].due or ()), abs=1.0)
    assert twice.sums.defaults == pytest.approx(once.sums.defaults, rel=1e-12)


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


def moved(state: State, **changes) -> State:
    """Parts of a state, each given as a file gives it."""
    document = json.loads(state.model_dump_json())
    for key, value in changes.items():
        at = document
        *path, last = key.split("__")
        for name in path:
            at = at[name]
        at[last] = value
    return State.model_validate_json(json.dumps(document))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"as_of": "2019-11"}, "must be a collection month of the deal"),
        ({"notes__A": {"balance": 9e9}}, "more than was issued"),
        ({"phase": "revolving", "lasting_phase": None}, "the revolving period ended in month 12"),
        ({"phase": "acceleration"}, "no trigger that leads there is in force"),
        ({"triggers__new": {}}, "the deal has cumulative default"),
        ({"triggers__cumulative default": {"tripped": 99}}, "after month 14"),
        ({"lately__recoverable": []}, "recoveries of past defaults are still to come"),
        ({"opening": [{"term": 12, "remaining": 3, "share": 1.0}]}, "give due in pool, or opening, not both"),
    ],
)
def test_what_a_state_cannot_say_is_refused_in_one_sentence(job, state, changes, says):
    with pytest.raises(ConfigError, match=says):
        job.but(state=moved(state, **changes))


@pytest.mark.parametrize("what", ["notes", "accounts", "triggers"])
def test_silence_is_refused(job, state, what):
    document = json.loads(state.model_dump_json())
    name = next(iter(document[what]))
    del document[what][name]
    with pytest.raises(ConfigError, match="is missing: every one is needed"):
        job.but(state=State.model_validate_json(json.dumps(document)))


def test_schedules_tie_to_the_balance(job, state):
    pool = json.loads(state.model_dump_json())["pool"]
    pool[0]["due"] = [1.5 * x for x in pool[0]["due"]]
    with pytest.raises(ConfigError, match="due sums to"):
        job.but(state=moved(state, pool=pool))


def test_a_pool_that_is_bought_no_more_needs_its_remaining_terms(job, state):
    pool = [
        {k: v for k, v in one.items() if k not in ("due", "fee")} for one in json.loads(state.model_dump_json())["pool"]
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
