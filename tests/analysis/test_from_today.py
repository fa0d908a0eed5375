"""The rest of a followed deal's life: the state that the reports leave, and what moved the expected losses."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from shipped import JOB, JOBS

import stress
from stress.analysis.filtering import follow
from stress.analysis.from_today import standing
from stress.analysis.whitened import RATIOS, Whitened
from stress.answers.follow import Follow
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import Reported
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.tables.periods import Period

MONTHS = 5
PAST = ("late_1", "late_2", "late_3")


@pytest.fixture(scope="module")
def job() -> Job:
    whole = stress.load(JOB)
    return whole.but(scenarios=whole.scenarios[:1])


def reports_of(job: Job, months: int = MONTHS, **more: float) -> Reported:
    """What a path of the job, a deviation below its normals, would have reported; `more` in the last month."""
    whitened = Whitened(job)
    point = np.zeros(whitened.upto(months))
    point[::2] = -1.0
    states = [whitened.state(point, k) for k in range(1, months + 1)]
    ratio = whitened.sample(point[None]).ratio[0]
    pool = [sum(h.performing + sum(h.late) for h in s.pool) for s in states]
    begin = [job.pool.balance, *pool[:-1]]
    figure = {
        "pool": tuple(pool),
        "pool_begin": tuple(begin),
        **{name: tuple(sum(h.late[b] for h in s.pool) for s in states) for b, name in enumerate(PAST)},
        **{f"note:{n}": tuple(s.notes[n].balance for s in states) for n in states[0].notes},
        "account:reserve" if "reserve" in states[0].accounts else "account:income": tuple(
            s.accounts.get("reserve", s.accounts["income"]) for s in states
        ),
    }
    for name in ("defaults", "income", "principal_collections", "recoveries"):
        at = list(RATIOS).index(name)
        figure[name] = tuple(float(ratio[k, at]) * begin[k] for k in range(months))
    for name, value in more.items():
        figure[name] = (*figure[name][:-1], value)
    closing = job.deal.closing_date
    periods = tuple(Period(closing.year, closing.month, 12).shift(k + 1) for k in range(months))
    return Reported("told.csv", "told", periods, figure, dict.fromkeys(figure, 0.05))


@pytest.fixture(scope="module")
def answer(job: Job) -> Follow:
    return follow(job, reports_of(job), paths=512)


def test_the_state_is_what_was_reported_and_a_job_starts_from_it(job: Job, answer: Follow) -> None:
    reports, state = reports_of(job), answer.state
    assert {"pool", "late_1", "note:A", "sum of defaults"} <= set(answer.given)
    assert sum(h.performing + sum(h.late) for h in state.pool) == pytest.approx(reports.figure["pool"][-1], rel=1e-9)
    assert sum(h.late[0] for h in state.pool) == pytest.approx(reports.figure["late_1"][-1], rel=1e-9)
    assert state.sums.defaults == pytest.approx(sum(reports.figure["defaults"]), rel=1e-12)
    rest = stress.simulate(job.but(state=state), paths=256)
    assert rest["month"].values[0] == MONTHS + 1


def test_rules_look_back_at_the_defaults_that_were_reported(job: Job, answer: Follow) -> None:
    """Month by month: of one that was reported twice as high, twice as much is overdue and twice as much comes back."""
    usual, lag = reports_of(job), len(job.pool.recovery_lag)
    lost = list(usual.figure["defaults"])
    assert answer.state.lately.defaults == pytest.approx(lost[-job.pool.write_off_months :], rel=1e-12)
    assert answer.state.lately.recoverable[-MONTHS:] == pytest.approx([0.1 * x for x in lost][-lag:], rel=1e-9)
    high = usual._replace(figure=usual.figure | {"defaults": (math.nan, *lost[1:-1], 2.0 * lost[-1])})
    other = follow(job, high, paths=512).state.lately
    assert other.defaults == pytest.approx([lost[-2], 2.0 * lost[-1]], rel=1e-12)
    assert other.recoverable[-4:] == pytest.approx([0.1 * x for x in (*lost[1:-1], 2.0 * lost[-1])], rel=1e-9)
    shares = {name: values for name, values in high.figure.items() if not name.startswith(("note:", "account:"))}
    assert "defaults by month" not in follow(job, high._replace(figure=shares), paths=256).given


def test_means_and_what_was_months_ago_are_of_what_was_reported(job: Job) -> None:
    """Of defaults and of recoveries alone, by month; a month that no report gave, and other means, stay the model's."""
    own = {"then": "ago(defaults, 3)", "usual": "mean(recoveries, 2)", "rate": "mean(defaults / pool.month_start, 3)"}
    looks = job.but(deal=job.deal.but(quantities=own))
    usual = reports_of(looks)
    lost, back = [1.1 * x for x in usual.figure["defaults"]], [1.2 * x for x in usual.figure["recoveries"]]
    told = usual._replace(figure=usual.figure | {"defaults": (*lost[:-1], math.nan), "recoveries": tuple(back)})
    answer = follow(looks, told, paths=256)
    whitened = Whitened(looks).as_of(MONTHS)
    then, usually, rate = answer.state.lately.means[-3:]
    assert then[:3] == pytest.approx(lost[1:4], rel=1e-12)
    assert usually == pytest.approx(back[-2:], rel=1e-12)
    model = whitened.state(np.zeros(whitened.upto(MONTHS)), MONTHS).lately.means[-1]
    assert len(rate) == len(model) == 3
    assert max(rate) < 1.0
    assert {"defaults by month", "recoveries by month"} <= set(answer.given)
    assert "recoveries by month" not in follow(job, told, paths=256).given


def test_what_moved_the_expected_losses_adds_up_exactly(answer: Follow) -> None:
    for part in answer.moved:
        assert part.before + part.roll_off + part.new_data + part.macro == pytest.approx(part.now, abs=1e-15)
    last = answer.moved[-1]
    assert last.before == answer.updates[-2].expected_loss[-1]
    assert last.now == answer.updates[-1].expected_loss[-1] == answer.notes[-1].expected_loss


def test_a_residual_note_reported_lower_has_received_the_difference(job: Job, answer: Follow) -> None:
    """Its loss is what all its cash lacks to its size: a balance that fell is cash that came."""
    before = answer.state.notes["subordinated"]
    after = follow(job, reports_of(job, **{"note:subordinated": before.balance - 5e6}), paths=512)
    assert after.state.notes["subordinated"].balance == pytest.approx(before.balance - 5e6)
    assert after.state.notes["subordinated"].received == pytest.approx(before.received + 5e6)
    assert after.state.notes["A"] == answer.state.notes["A"]
    assert after.notes[-1].expected_loss < answer.notes[-1].expected_loss


def test_a_bad_month_of_buckets_is_new_data(job: Job, answer: Follow) -> None:
    usual = reports_of(job).figure["late_3"][-1]
    worse = follow(job, reports_of(job, late_3=2.0 * usual), paths=512)
    assert worse.moved[-1].new_data > answer.moved[-1].new_data + 1e-4


def test_income_and_recoveries_are_filtered_where_a_report_gives_them(answer: Follow) -> None:
    figures = {s.figure for s in answer.surprises}
    assert {"income", "recoveries", "defaults", "principal_collections"} <= figures
    held = [s.low <= s.came <= s.high for s in answer.surprises if s.figure == "income"]
    assert sum(held) >= len(held) - 1


def test_any_column_may_be_missing(job: Job) -> None:
    whole = reports_of(job, 3)
    for missing in ("late_2", "note:A", "defaults", "pool_begin", "income"):
        figure = {name: values for name, values in whole.figure.items() if name != missing}
        answer = follow(job, whole._replace(figure=figure), paths=256)
        assert missing not in answer.given
    ratios = {name: whole.figure[name] for name in ("pool", "late_1")}
    assert follow(job, whole._replace(figure=ratios), paths=256).given == ("share of late_1",)


def test_a_holder_sees_what_each_note_is_worth(answer: Follow) -> None:
    senior = answer.notes[0]
    assert senior.balance == 807e6
    assert 0.9 < senior.worth_low <= senior.worth + 1e-9
    assert senior.worth <= senior.worth_high + 1e-9 < 1.1


def test_amounts_of_another_deal_are_not_used_and_an_account_that_is_none_is_refused(job: Job) -> None:
    reports = reports_of(job, 2)
    small = {name: tuple(x / 100.0 for x in values) for name, values in reports.figure.items()}
    answer = follow(job, reports._replace(figure=small), paths=256)
    assert not answer.given
    assert any("none of them is used" in line for line in answer.says)
    wrong = dict(reports.figure) | {"account:petty cash": (1.0, 1.0)}
    with pytest.raises((DataError, ConfigError), match="has no such account"):
        follow(job, reports._replace(figure=wrong), paths=256)


def test_a_note_balance_that_the_payments_of_the_model_do_not_leave_is_told(job: Job) -> None:
    """Class A cannot have been repaid while the deal revolves."""
    assert not [line for line in follow(job, reports_of(job, 2), paths=256).says if "used as reported" in line]
    answer = follow(job, reports_of(job, 2, **{"note:A": 700e6}), paths=256)
    assert "note:A: 700,000,000, used as reported; the most likely path has 807,000,000" in answer.says
    assert answer.notes[0].balance == 700e6


def test_what_notes_are_written_down_by_is_reported_or_what_their_balance_leaves_room_for() -> None:
    """A tranche that the model has written down, reported whole: nothing of it is. Reported, it is what was reported,
    and what it loses is over its whole size."""
    deal = stress.load(JOBS / "risk-transfer.toml")
    deal = deal.but(scenarios=deal.scenarios[:1])
    reports, size = reports_of(deal, 8), 0.025 * deal.pool.balance
    whitened, point = Whitened(deal), np.full(Whitened(deal).upto(8), -3.0)
    model = whitened.as_of(8).state(point, 8).notes["first loss"]
    assert model.written_down > 0.0

    def told(**more: float) -> State:
        figure = reports.figure | {name.replace("_", " "): (math.nan,) * 7 + (x,) for name, x in more.items()}
        return standing(whitened, reports._replace(figure=figure), 8, point).state

    whole = told(**{"note:first_loss": size})
    assert whole.notes["first loss"].written_down == pytest.approx(0.0, abs=1e-6 * size)
    down = told(**{"note:first_loss": 0.7 * size, "written:first_loss": 0.3 * size})
    assert down.notes["first loss"].written_down == pytest.approx(0.3 * size)
    assert float(stress.replay(deal.but(state=down), path=0)["written_down"].sel(tranche="first loss")[7]) > 0.2 * size
    few = reports._replace(figure={**reports.figure, "written:mezzanine": (0.0,) * 8})
    with pytest.raises(DataError, match="written:mezzanine: the deal has no such note: senior, protected, first loss"):
        follow(deal, few, paths=512)


def test_the_command_writes_the_state_and_every_run_starts_from_it(job: Job, tmp_path: Path, capsys) -> None:
    reports = reports_of(job, 2)
    rows = ["month," + ",".join(reports.figure)]
    rows += [f"{p}," + ",".join(f"{v[k]:.8f}" for v in reports.figure.values()) for k, p in enumerate(reports.period)]
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n")
    state = tmp_path / "state.toml"
    asked = ["follow", str(JOB), str(tmp_path / "r.csv"), "--paths", "256", "--state", str(state), "--json"]
    assert exit_code(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["state"]["as_of"] == str(reports.period[-1])
    assert stress.load(state).notes["A"].balance == said["state"]["notes"]["A"]["balance"]


def test_balances_reported_after_a_payment_that_the_state_has_still_to_make_are_reached_by_it() -> None:
    """On the daily clock the state of month 14 stands before that month's payment, its report after it."""
    daily = stress.load(JOBS / "baitiao-24m-daily.toml")
    whitened = Whitened(daily.but(scenarios=daily.scenarios[:1]))
    point = np.zeros(whitened.upto(14))
    model = whitened.as_of(14).state(point, 14)
    paid = stress.replay(whitened.job.but(state=model), path=0).isel(month=0)
    balances = {f"note:{name}": 0.99 * float(paid["note_balance"].sel(tranche=name)) for name in ("A", "B")}
    figure = {"pool": sum(h.performing + sum(h.late) for h in model.pool), "account:principal": 0.0, **balances}
    closing = daily.deal.closing_date
    period = Period(closing.year, closing.month, 12).shift(14)
    reports = Reported("told.csv", "told", (period,), {k: (v,) for k, v in figure.items()}, dict.fromkeys(figure, 0.05))
    stands = standing(whitened, reports, 14, point)
    assert stands.state.pending is not None
    assert stands.left == (
        "account:principal, note:A, note:B: reported after the payment for 2021-02; the state, which has it still to "
        "make, stands before it",
    )
    after = stress.replay(whitened.job.but(state=stands.state), path=0).isel(month=0)
    for name in ("A", "B"):
        assert float(after["note_balance"].sel(tranche=name)) == pytest.approx(balances[f"note:{name}"], rel=1e-9)
    assert float(after["account_after"].sel(account="principal")) == pytest.approx(0.0, abs=1.0)
