"""Following a deal: reports in, the rest of its life out; what is refused and what is said."""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from shipped import JOB

import stress
from stress.analysis.filtering import FLOOR, follow
from stress.analysis.whitened import RATIOS, Whitened
from stress.answers.follow import Follow, TriggerNow
from stress.cli import exit_code
from stress.errors import ConfigError, DataError
from stress.inputs.files.reported import Reported
from stress.inputs.job import Job
from stress.report.reported import sheets_of_follow
from stress.report.workbook_reported import tables
from stress.tables.periods import Period

GIVEN = ("defaults", "late_1", "late_2")


def made(job: Job, n: int = 6, worse: float = 0.0, seed: int = 4) -> Reported:
    """Reports of a path of the job under its first scenario, `worse` deviations below its normals."""
    whitened = Whitened(job.model_copy(update={"scenarios": job.scenarios[:1]}))
    random = np.random.default_rng(seed)
    normals = random.standard_normal((1, whitened.upto(n)))
    normals[0, ::2] -= worse
    ratio = whitened.sample(normals).ratio[0, :n]
    figure = {name: tuple(ratio[:, r] * np.exp(0.05 * random.standard_normal(n))) for r, name in enumerate(RATIOS)}
    level = (1.0,) * n
    closing = job.deal.closing_date
    periods = tuple(Period(closing.year, closing.month, 12).shift(k + 1) for k in range(n))
    given = {name: figure[name] for name in GIVEN}
    return Reported(
        "made.csv", "made", periods, {**given, "pool": level, "pool_begin": level}, dict.fromkeys(given, 0.05)
    )


@pytest.fixture(scope="module")
def job() -> Job:
    return stress.load(JOB)


@pytest.fixture(scope="module")
def bad(job: Job) -> Follow:
    return follow(job, made(job, worse=1.0), paths=1024)


def test_bad_reports_raise_the_expected_loss_of_the_notes_that_bear_it(job: Job, bad: Follow) -> None:
    good = follow(job, made(job, worse=-0.5), paths=1024)
    last, better = bad.notes[-1], good.notes[-1]
    assert last.expected_loss > last.expected_loss_before > better.expected_loss
    assert last.expected_loss_before == better.expected_loss_before
    assert bad.drawn[0].mean < -1.0
    assert bad.drawn[0].sd < 0.3
    assert abs(bad.drawn[1].mean) < 1.0  # of prepayment nothing was reported but what moves with defaults


def test_a_month_cut_off_is_a_month_never_seen(job: Job) -> None:
    whole = made(job)
    cut = follow(job, whole, as_of=whole.period[3], paths=512)
    assert cut == follow(job, whole.upto(4), paths=512)
    later = follow(job, whole, paths=512)
    assert later.surprises[: len(cut.surprises)] == cut.surprises
    assert later.updates[: len(cut.updates)] == cut.updates


def test_a_report_is_predicted_far_better_than_by_a_model_that_reads_none(bad: Follow) -> None:
    late = [s for s in bad.surprises if s.figure == "late_1"][1:]
    assert sum(s.crps for s in late) < 0.5 * sum(s.crps_static for s in late)


def test_a_trigger_never_comes_off_and_every_probability_is_one(bad: Follow) -> None:
    for trigger in bad.triggers:
        path = [trigger.by_now, *trigger.probability]
        assert all(a <= b + 1e-12 for a, b in pairwise(path))
        assert 0.0 <= path[0] <= trigger.ever + 1e-12 <= 1.0 + 1e-9


def test_what_no_weighted_path_shows_is_a_bound_in_every_table_and_a_trip_that_is_data_is_certain(bad: Follow) -> None:
    """3 over the effective paths, in percent, of whatever month."""
    tables = dict(sheets_of_follow(bad))
    safe = next(note for note in bad.notes if note.expected_loss == 0.0)
    bound = f"< {300 / bad.effective:.2g}%"
    (moved,) = (row for row in tables[f"What moved the expected loss with the report of {bad.as_of}"].rows
                if row[0] == safe.name)  # fmt: skip
    assert moved[-1] == bound
    assert moved[1] == f"< {300 / bad.updates[-2].effective:.2g}%"
    idle = TriggerNow("idle cash", 0.0, ("2021-03", "2021-04"), (0.0, 0.0), 0.0, 0.0)
    tripped = TriggerNow("losses", 1.0 - 2e-16, ("2021-03", "2021-04"), (1.0, 1.0), 1.0, 0.0)
    soon = TriggerNow("deficiency", 0.0, ("2021-03", "2021-04"), (0.25, 1.0), 1.0, 0.0)
    ruled_out = TriggerNow("spread", 0.0, ("2021-03", "2021-04"), (0.0, 3.6e-61), 4e-60, 3e-60)
    shown = dict(sheets_of_follow(bad._replace(triggers=(idle, tripped, soon, ruled_out), effective=1000.0)))
    assert [row[1:] for row in shown["Which trigger is near"].rows] == [
        ("0%", "< 0.3%", "< 0.3%", "< 0.3%", "< 0.3%", "< 0.3%"),
        ("100%",) * 6,
        ("0%", "25%", "> 99.7%", "> 99.7%", "> 99.7%", "> 99.7%"),
        ("0%", "< 0.3%", "< 0.3%", "< 0.3%", "< 0.3%", "< 0.3%"),
    ]


def test_a_certificate_has_no_loss_in_any_table_and_months_tell_that_of_the_last_note_that_lent(bad: Follow) -> None:
    """The last note of the deal with a balance of 0 for which cash still comes, as of a certificate."""
    none = bad.notes[-1]._replace(balance=0.0, worth=math.nan, expected_loss=0.0, expected_loss_before=0.0)
    tables = dict(sheets_of_follow(bad._replace(notes=(*bad.notes[:-1], none))))
    months = next(sheet for title, sheet in tables.items() if "given the reports of" in title)
    assert months.head[-1] == f"EL {bad.notes[-2].name}"
    worth = next(sheet for title, sheet in tables.items() if title.startswith("What each note is worth"))
    assert worth.rows[-2] == (none.name, "0", *["–"] * 5)
    moved = next(sheet for title, sheet in tables.items() if title.startswith("What moved"))
    assert [row[0] for row in moved.rows] == [note.name for note in bad.notes[:-1]]


def test_sheets_of_a_workbook_hold_numbers_beside_their_errors(bad: Follow) -> None:
    """Of triggers a row a month; one that is looked at for fewer months has no number in the others."""
    short = TriggerNow("short", 0.1, ("2021-03",), (0.2,), 0.3, 0.01)
    long = TriggerNow("long", 0.0, ("2021-03", "2021-04"), (0.5, 0.6), 0.7, 0.02)
    sheets = {sheet.name: sheet for sheet in tables(bad._replace(triggers=(short, long)))}
    assert sheets["Triggers"].rows == [
        ("by now", 0.1, 0.0), ("2021-03", 0.2, 0.5), ("2021-04", None, 0.6), ("ever", 0.3, 0.7), ("±", 0.01, 0.02),
    ]  # fmt: skip
    head = {column.title: column.unit for column in sheets["Reports and predictions"].columns}
    assert (head["month"], head["figure"], head["came"], head["crps"]) == ("text", "text", "share", "number")
    (first, *_), notes = sheets["After each report"].rows, [note.name for note in bad.notes]
    assert [column.title for column in sheets["After each report"].columns[2:]] == [
        f"{sign}EL {name}" for name in notes for sign in ("", "± ")
    ]
    before = bad.updates[0]
    assert first[2:4] == (before.expected_loss[0], before.expected_loss_se[0])
    assert dict(sheets["Follow"].rows)["cumulative default now"] == bad.default
    assert [row[0] for row in sheets["Notes"].rows] == notes


def test_a_default_that_all_paths_have_alike_is_no_bound(bad: Follow) -> None:
    """A pool that is sold at the next date."""
    (title,) = (title for title, _ in sheets_of_follow(bad) if title.startswith("What each note is worth"))
    shown = dict(sheets_of_follow(bad._replace(default=0.0318, default_se=0.0)))[title]
    assert shown.rows[-1][0] == "pool: cumulative default"
    assert shown.rows[-1][4] == "3.18%"


def test_a_note_that_is_repaid_can_lose_nothing_any_more(bad: Follow) -> None:
    gone = next(note for note in bad.notes if note.expected_loss == 0.0)._replace(balance=0.0, worth=0.0)
    lost = bad.notes[-1]._replace(balance=0.0, worth=0.0, expected_loss=0.4)
    named = [lost if note.name == lost.name else gone if note.name == gone.name else note for note in bad.notes]
    tables = dict(sheets_of_follow(bad._replace(notes=tuple(named))))
    worth = next(sheet for title, sheet in tables.items() if title.startswith("What each note is worth"))
    assert worth.head[1] == "balance, CNY"
    rows = {row[0]: row for row in worth.rows}
    assert (rows[gone.name][2], rows[gone.name][4], rows[gone.name][6]) == ("repaid", "0", "0")
    assert (rows[lost.name][2], rows[lost.name][4][:3]) == ("–", "40%")
    moved = next(sheet for title, sheet in tables.items() if title.startswith("What moved"))
    assert {row[0]: row[-1] for row in moved.rows}[gone.name] == "0"


def test_few_effective_paths_are_refused(job: Job) -> None:
    with pytest.raises(DataError, match="are effective, fewer than 100"):
        follow(job, made(job, 12, worse=4.0), paths=256)


def test_a_month_before_the_first_report_has_no_answer_and_borrowers_are_counted_in_errors(job: Job) -> None:
    with pytest.raises(ConfigError, match=r"--as-of 2000-01: no report is that old; the first is of 20\d\d-\d\d"):
        follow(job, made(job, 2), as_of="2000-01", paths=512)
    few = job.model_copy(update={"pool": job.pool.model_copy(update={"obligors": 20_000})})
    said = "borrowers are taken as without end; that there are 20,000 widens the error of each report"
    assert said in follow(few, made(job, 2), paths=512).says


def test_it_is_said_where_the_model_does_not_describe_the_reports(job: Job, bad: Follow) -> None:
    wild = made(job, 2)
    figure = dict(wild.figure) | {"late_1": (0.3, 0.0005), "late_2": (0.2, 0.0001)}
    answer = follow(job, wild._replace(figure=figure), paths=512)
    assert answer.fit < 1e-6
    assert any("does not describe this deal" in line for line in answer.says)
    assert follow(job, made(job), paths=512).fit > 0.001
    assert not any("does not describe" in line for line in follow(job, made(job), paths=512).says)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"period": (Period(2019, 6, 12), Period(2020, 1, 12))}, "is no collection month"),
        ({"figure": {"income": (1.0, 2.0)}}, "tells nothing that the model has"),
        ({"figure": {"late_1": (0.1, 0.1)}}, "tells nothing that the model has"),  # no balance to divide by
        ({"figure": {"note:Z": (1.0, 1.0), "late_1": (0.1, 0.1), "pool": (1.0, 1.0)}}, "the deal has no such note"),
        ({"figure": {"note:A": (9e9, 1.0), "late_1": (0.1, 0.1), "pool": (1.0, 1.0)}}, "more than was issued"),
    ],
)
def test_reports_of_another_deal_are_refused(job: Job, change: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        follow(job, made(job, 2)._replace(**change), paths=512)


def test_the_command_prints_tables_draws_and_speaks_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = made(stress.load(JOB), 3)
    rows = ["month," + ",".join(reports.figure)]
    rows += [f"{p}," + ",".join(f"{v[k]:.8f}" for v in reports.figure.values()) for k, p in enumerate(reports.period)]
    (tmp_path / "r.csv").write_text("\n".join(rows) + "\n")
    command = ["follow", str(JOB), str(tmp_path / "r.csv"), "--paths", "512"]
    assert exit_code([*command, "--figure", str(tmp_path / "f.svg")]) == 0
    out = capsys.readouterr().out
    for word in ("effective paths", "EL before any report", "Which trigger is near", "drift:"):
        assert word in out
    assert (tmp_path / "f.svg").stat().st_size > 5000
    assert exit_code([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["effective"] > FLOOR
    assert [n["name"] for n in answer["notes"]] == ["A", "B", "mezzanine", "subordinated"]
    assert len(answer["surprises"]) == 3 * len(GIVEN) - 2  # of defaults the ladder has none in its first two months


@pytest.mark.usefixtures("no_figures")
def test_one_page_says_what_was_predicted_what_came_and_what_each_note_is_worth(tmp_path: Path, job: Job) -> None:
    run = stress.simulate(job, paths=256, scenarios=["baseline"])
    answer = follow(job, made(job, 3), paths=512)
    text = stress.report.write(run, tmp_path / "r.html", [answer]).read_text()
    for word in ("given the reports of made", "EL now", "Reports and predictions", "Which trigger is near", "Drift: "):
        assert word in text
    assert list(stress.report.frame(answer).index)[:2] == ["A", "B"]


def test_a_report_that_names_no_reports_file_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["report", "nowhere", "--with", "follow"]) == 2
    assert "--with follow and --reports FILE go together" in capsys.readouterr().err


def test_last_reports_of_which_no_ratio_can_be_made_are_said_to_be_left_out(job: Job) -> None:
    """A month is missing, so the last report's defaults have no balance to stand over: the deal stands before it."""
    whole = made(job, 4)
    nan = float("nan")
    figure = {"defaults": whole.figure["defaults"], "pool": (1.0,) * 4, "pool_begin": (1.0, 1.0, 1.0, nan)}
    late = Reported("late.csv", "late", (*whole.period[:3], whole.period[3].shift(1)), figure, whole.error)
    answer = follow(job, late, paths=512)
    assert answer.as_of == str(whole.period[2])
    assert any("that tell no ratio" in says and f"({late.period[3]})" in says for says in answer.says)
    assert not any("no ratio" in says for says in follow(job, made(job, 3), paths=512).says)


def test_a_first_report_without_the_balance_before_it_is_said_to_tell_no_ratio(job: Job) -> None:
    whole = made(job, 3)
    figure = {"defaults": whole.figure["defaults"], "pool": whole.figure["pool"]}
    answer = follow(job, Reported("first.csv", "first", whole.period, figure, whole.error), paths=512)
    needs = "defaults need pool_begin or the pool of the month before"
    assert f"left out: reports that tell no ratio ({needs}) ({whole.period[0]})" in answer.says
    assert answer.as_of == str(whole.period[-1])
