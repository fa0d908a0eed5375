"""What a state of a deal in mid-life cannot say, or must not leave out: each is refused in one sentence."""

import json

import hand_worked
import pytest
from going_on import moved
from hand_worked import EVERGREEN
from shipped import JOBS

import stress
from stress.errors import ConfigError
from stress.inputs.job.remarks import notes_of
from stress.inputs.state import Held, State
from stress.runs.sampling import refuse_misfit


def job_of(name: str):
    return stress.load(JOBS / f"{name}.toml")


@pytest.fixture(scope="module")
def job():
    return job_of("baitiao-24m")


@pytest.fixture(scope="module")
def state(job) -> State:
    return stress.state_at(job, 14)


THREE = {"term": 12, "remaining": 3, "share": 1.0}
NO_DUE = {f"pool__{k}__{key}": None for k in range(4) for key in ("due", "fee")}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"as_of": "2019-11"}, "must be a collection month of the deal"),
        ({"notes__A": {"balance": 9e9}}, "more than was issued"),
        (
            {"notes__A": {"balance": 1.0, "written_down": 9e9}},
            "A.written_down = 9,000,000,000.00: more than was issued",
        ),
        ({"notes__A": {"balance": 1.0, "written_down": 9.0}}, "written_down: no step of the deal writes it down"),
        ({"surplus": 5e7}, "more than notes have been written down by, 0.00"),
        ({"phase": "revolving", "lasting_phase": None}, "the revolving period ended in month 12"),
        ({"phase": "acceleration"}, "no trigger that leads there is in force"),
        ({"triggers__new": {}}, "the deal has cumulative default"),
        ({"triggers__cumulative default": {"tripped": 99}}, "after month 14"),
        ({"lately__recoverable": []}, "recoveries of past defaults are still to come"),
        ({"series": {"invested": 1.0}}, "the deal is of no master trust"),
        (
            {"factors": [0.0], "known": {"root": [[1.0], [0.0, 1.0], [0.0, 0.0, 1.0]]}},
            "3 and one for each of 1 factors",
        ),
        ({"sums__income": 4e10}, "sums.income = 40,000,000,000.00: the pool and all purchases were .* in units of CNY"),
        ({"sums__defaults": 4e10}, "sums.defaults = 40,000,000,000.00: the pool and all purchases were"),
        ({"sums__purchases": 4e12}, "sums.purchases = .*: more than 5 times the pool of .* each month"),
        ({"macro": {"nowhere": [[0.0]]}}, "macro: .*nowhere.*: the job has baseline"),
        ({"opening": [THREE]}, "give due in pool, or opening, not both"),
        ({"notes__A__received": 5.0}, r"notes\.A\.received: only of a residual note"),
        ({"surplus": 5.0}, "deficiency and surplus: principal either lacks or has come back"),
        ({"lasting_phase": "acceleration"}, 'lasting_phase = "acceleration": cannot be later than phase = "amort'),
        ({"as_of": "2020-08"}, 'phase = "amortization": the deal revolves to month 12, as_of is month 8'),
        ({"triggers__idle cash": {"tripped": 5}}, 'phase = "amortization": a trigger in force leads to "acceleration"'),
        ({"triggers__idle cash": {"in_force": True}}, "idle cash: has not tripped, yet is in force"),
        ({"triggers__idle cash": {"breaches": 2}}, "has not tripped, yet 2 breaches: it trips after 1"),
        ({"triggers__idle cash": {"tripped": 5, "in_force": False}}, "in_force = false: .* cannot be cured"),
        ({"triggers__idle cash": {"passes": 15}}, "counts 15 months; only 14 are over"),
        ({"pool__0__segment": "L9"}, r"pool\[1\]: the pool has no segment .L9.: one of L1, L2, L3, L4"),
        ({"pool__1__stage": "late"}, r"pool\[2\]: stage .late.: stages of the pool: it has none"),
        ({"pool__0__cohort": 2}, r"cohort = 2: the monthly clock has 1"),
        ({"pool__0__cohort": 1}, "cohort stands in some entries only"),
        ({"pool__1__segment": "L1"}, r"pool\[2\]: L1 stands twice"),
        ({"pool__0__segment": "L2", "pool__0__quality": 2}, "segment .L1. is missing: write performing = 0.0"),
        ({"pool__0__late": [1e12]}, "more than a hundred times the cut-off balance of 1,000,000,000: units?"),
        ({"pool__0__late": [1.0] * 4}, "late has 4 balances; the pool's ladder has 3"),
        ({"pool__0__due": None}, "fee without due: give both"),
        ({"pool__0__due": None, "pool__0__fee": None}, "due stands in some entries only: give it in all or in none"),
        (
            {**NO_DUE, "opening": [THREE | {"remaining": 12, "first_due": 12}]},
            "12 instalments left run beyond the deal's last month",
        ),
        ({"pool__0__waiting": 1.0}, "waiting is of a card pool with billing dates"),
        ({"lately__recoverable": [0.0] * 13}, "lately.recoverable: the recovery lag has 12 months"),
        ({"lately__defaults": [0.0] * 3}, "lately.defaults: defaults count for 2 months"),
        ({"pending": {}}, "pending: the monthly clock pays at the month's end"),
    ],
)
def test_what_a_state_cannot_say_is_refused_in_one_sentence(job, state, changes, says):
    with pytest.raises(ConfigError, match=says):
        job.but(state=moved(state, **changes))


@pytest.mark.parametrize(
    ("name", "month", "changes", "says"),
    [
        ("card-trust-2005-1", 5, {"series": None}, "series: is missing: invested of a series of a master trust"),
        ("card-trust-2005-1", 5, {"series__invested": 9e9}, "invested = 9,000,000,000.00: more than the trust of"),
        ("card-master-trust", 5, {"pool__0__due": [1.0]}, "due: a pool that pays a share .* has no schedule"),
        ("card-master-trust", 5, {"opening": [THREE]}, "opening: a pool that pays a share .* no remaining terms"),
        ("risk-transfer", 5, {"lately__locked": [1.0]}, "locked: a purchase lag is of deals that buy at each step"),
    ],
)
def test_what_a_state_of_another_kind_of_deal_cannot_say_is_refused(name, month, changes, says):
    job = job_of(name)
    with pytest.raises(ConfigError, match=says):
        job.but(state=moved(stress.state_at(job, month), **changes))


def test_macro_variables_of_the_past_are_as_many_as_its_periods_and_variables():
    drawn = job_of("baitiao-24m-uncertain")
    case = next(case for case in drawn.scenarios if case.swing is not None)
    drawn = drawn.but(scenarios=(case,))
    state = stress.state_at(drawn, 7, path=3)
    rows = [list(row) for row in state.macro[case.name]]
    for wrong in (rows[:-1], [row[:-1] for row in rows]):
        with pytest.raises(ConfigError, match=rf"macro: needs a row for each of {len(rows)} periods and a number for"):
            refuse_misfit(drawn.but(state=moved(state, macro={case.name: wrong})))


def test_a_pool_with_stages_has_a_schedule_for_each(job, state):
    stages = ({"name": "new", "moves_on": 0.1, "default_odds": 0.5}, {"name": "seasoned"})
    with pytest.raises(ConfigError, match="due: a pool with stages has a schedule for each: give the stage"):
        job.but(pool=job.pool.but(stages=stages), state=state)


@pytest.mark.parametrize(
    ("name", "month", "changes", "says"),
    [
        ("baitiao-24m", 8, {"lately__locked": [1.0, 1.0]}, "lately.locked: the purchase lag has 1 steps at most"),
        ("baitiao-24m", 8, {"factors": [0.5] * 3}, "factors: has 3, the pool has 2"),
        ("baitiao-24m-daily", 8, {"pending__conditions": [True]}, r"pending.conditions: has 1, the deal has \d"),
        ("auto-prime", 9, {"lately__means": []}, r"means: has 0, the deal has 1 of mean\(x, n\)"),
        ("auto-prime", 9, {"lately__means": [[0.01]]}, r"means: has 1 values, mean\(x, 3\) needs 3"),
    ],
)
def test_a_state_that_does_not_fit_what_its_deal_keeps_is_refused_by_check(name, month, changes, says):
    job = job_of(name)
    with pytest.raises(ConfigError, match=says):
        refuse_misfit(job.but(state=moved(stress.state_at(job, month), **changes)))


@pytest.mark.parametrize(
    ("days_to_due", "month", "waiting", "says"),
    [
        (20, 14, 5.0, "waiting: nothing was bought in the month of the state"),
        (1, 5, 5.0, "waiting: no purchase of the month of the state passes a due date in the next"),
        (13, 5, 5.0, "waiting: no purchase of the month of the state passes a due date in the next"),  # in the month
        (20, 5, 5e3, "waiting = 5,000.00: a part of what is performing, .*, and no more"),
    ],
)
def test_what_cannot_wait_for_its_bill_is_refused(days_to_due, month, waiting, says):
    deal = hand_worked.deal(**EVERGREEN | {"legal_maturity_months": 16})
    billing = {"dates": (1, 16), "days_to_due": days_to_due}
    job = hand_worked.job(deal, hand_worked.pool(0.01, billing=billing), "daily")
    state = stress.state_at(job, month)
    due = max(range(len(state.pool)), key=lambda k: state.pool[k].performing)
    with pytest.raises(ConfigError, match=says):
        refuse_misfit(job.but(state=moved(state, **{f"pool__{due}__waiting": waiting})))


def test_cards_wait_on_due_days_on_which_a_bill_can_come_after_them_alone():
    """Bills of day 1, due on day 21, and of day 16, due on day 6: bought on day 21 and due on day 6 of the second month
    after, a card passes day 6 of the next; what is due on day 21 does so in the month itself or not at all."""
    deal = hand_worked.deal(**EVERGREEN | {"legal_maturity_months": 16})
    pool = hand_worked.pool(0.01, billing={"dates": (1, 16), "days_to_due": 20})
    job = hand_worked.job(deal, pool, "daily")
    state = stress.state_at(job, 5)
    due = {held.cohort: k for k, held in enumerate(state.pool) if held.performing}
    assert [day for day, k in due.items() if state.pool[k].waiting] == [6]
    with pytest.raises(
        ConfigError, match=r"pool\[21\]: waiting = 5.00: what falls due on day 21 passes no .*; of day 6 it"
    ):
        refuse_misfit(job.but(state=moved(state, **{f"pool__{due[21]}__waiting": 5.0})))
    waits, whole = state.pool[due[6]].waiting, sum(held.performing for held in state.pool)
    entry = {"segment": pool.segments[0].name, "performing": whole}
    lumped, split = (
        job.but(state=state.model_copy(update={"pool": tuple(Held(**entry | own) for own in entries)}))
        for entries in (
            [{"waiting": waits}],
            [{"cohort": day, "performing": whole / 2, "waiting": waits * (day == 6)} for day in (6, 21)],
        )
    )
    assert stress.replay(lumped, path=0).identical(stress.replay(split, path=0))
    with pytest.raises(ConfigError, match=r"waiting: .* due on day 6, where .* is performing; of day 6 it may"):
        refuse_misfit(job.but(state=state.model_copy(update={"pool": (Held(**entry, waiting=whole),)})))


def test_a_note_in_another_unit_is_asked_about(job, state):
    later = job.but(state=moved(state, notes__A__balance=807.0))
    said = [note.says for note in notes_of(later) if note.key == "state.notes.A.balance"]
    assert said == ["807.00 of 807,000,000 at closing: are both in one unit?"]
    assert not [note for note in notes_of(job.but(state=state)) if "balance" in note.key]


def test_a_month_that_is_none_is_told_how_one_is_written(state):
    with pytest.raises(ConfigError, match='as_of = "March 2020": must be a month: 2020-09'):
        state.but(as_of="March 2020")


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
