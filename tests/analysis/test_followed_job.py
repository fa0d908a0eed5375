"""A job that names its reports: it starts where they leave the deal, and every question answers or refuses it."""

import json
from pathlib import Path

import numpy as np
import pytest
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress.analysis import follow
from stress.analysis.gradients import gradient
from stress.cli import exit_code
from stress.errors import ConfigError
from stress.explain import explain_job
from stress.inputs import load as unread
from stress.inputs.files.reported import Reported, read_reports
from stress.inputs.job import Job
from stress.inputs.job.remarks import notes_of
from stress.inputs.state.written import text_of
from stress.tables.dates import with_dates
from stress.tables.periods import Period

REPORTS = SCENARIOS / "reports/baitiao-24m-made-up.toml"


def written(folder: Path, reports: str = str(REPORTS), **keys: str) -> Path:
    """The file of a followed job, under the base case."""
    given = {"deal": "deals/baitiao-24m.toml", "pool": "pools/baitiao.toml"} | keys
    lines = ['kind = "job"', "version = 1", 'name = "followed"', "paths = 512", f'reports = "{reports}"']
    lines += [f'{key} = "{SCENARIOS / value}"' for key, value in given.items()]
    path = folder / "job.toml"
    path.write_text("\n".join([*lines, f'scenarios = ["{SCENARIOS}/baseline.toml"]']) + "\n")
    return path


def test_a_state_that_a_command_writes_says_where_it_came_from(file: Path, tmp_path: Path) -> None:
    """That of `stress follow` is where the job that names these reports starts; `stress state` tells whose it is."""
    out, job = tmp_path / "state.toml", str(JOB)
    few = ["--scenario", "baseline", "--paths", "512", "-q"]
    assert exit_code(["follow", job, str(REPORTS), *few, "--state", str(out)]) == 0
    followed = stress.load(file).state
    whose = followed.source.replace("of followed under", "of baitiao-24m under")
    assert (stress.load(out).source, stress.load(out).illustrative) == (whose, followed.illustrative)
    at = ["--month", "3", "--path", "5", "--scenario", "macro_severe"]
    assert exit_code(["state", job, *at, "-o", str(out), "-q"]) == 0
    assert stress.load(out).source == (
        "The model's own, path 5 of baitiao-24m under macro_severe; no deal reported it."
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("followed"))


@pytest.fixture(scope="module")
def followed(file: Path) -> Job:
    job = stress.load(file)
    assert isinstance(job, Job)
    return job


def test_a_job_that_names_its_reports_starts_from_what_they_leave(followed: Job) -> None:
    state = followed.state
    assert state is not None
    assert not followed.reports
    assert state.as_of == "2020-12"
    assert state.known is not None
    assert state.factors[0] < -1.0
    assert state.known.root[3][3] < 0.5, "reports of defaults leave little doubt of their factor"
    assert state.known.root[4][4] > 0.8, "and much of that of prepayment"
    assert "reported are share of late_1, share of late_2; all else is that of the most likely path" in state.source
    assert state.source.endswith(stress.load(REPORTS).source)
    assert state.illustrative == stress.load(REPORTS).illustrative
    assert state.illustrative[0] in explain_job(followed)
    assert stress.simulate(followed, paths=256)["month"].values[0] == 13


def test_a_run_of_a_followed_job_agrees_with_the_weighted_paths_of_the_filter() -> None:
    """Levels of the factors and three drawn parameters, correlated by what the reports told."""
    job = stress.load(JOBS / "baitiao-24m-uncertain.toml")
    job = job.but(scenarios=[case for case in job.scenarios if case.name == "baseline_predictive"])
    answer = follow(job, read_reports(REPORTS).upto(4), paths=1024)
    ds = stress.simulate(job.but(state=answer.state), paths=8192)
    note, run = answer.notes[-1], ds.sel(tranche=answer.notes[-1].name).isel(scenario=0)
    error = np.hypot(note.expected_loss_se, float(run["expected_loss_se"]))
    assert abs(note.expected_loss - float(run["expected_loss"])) < 4.0 * error
    plain = ds.attrs["as_of"], answer.state.known.root[3][0]
    assert plain[0] == "2020-04"
    assert abs(plain[1]) > 0.1, "a bad factor and a bad level of the rates explain the same reports"


def test_the_state_that_follow_writes_is_that_of_a_job_with_these_reports(tmp_path: Path) -> None:
    rows = (SCENARIOS / "data/made_up/baitiao_24m_reports.csv").read_text().splitlines()
    table = tmp_path / "two.csv"
    table.write_text("\n".join(rows[:3]) + "\n")
    path = written(tmp_path, reports=str(table))
    followed, other = stress.load(path).state, follow(unread.load_job(path).but(reports=""), table).state
    assert np.allclose(other.factors, followed.factors, atol=1e-4)
    assert other.notes == followed.notes
    assert np.allclose([h.performing for h in other.pool], [h.performing for h in followed.pool], rtol=1e-6)


def test_a_state_of_a_path_of_a_followed_job_keeps_its_parameters() -> None:
    job = stress.load(JOBS / "baitiao-24m-uncertain.toml")
    case = next(case for case in job.scenarios if case.name == "baseline_predictive")
    reports = read_reports(REPORTS).upto(3)
    followed = job.but(scenarios=[case], state=follow(job.but(scenarios=[case]), reports, paths=256).state)
    whole = stress.replay(followed, path=3)
    rest = stress.replay(followed.but(state=stress.state_at(followed, 9, path=3)), path=3)
    assert np.allclose(rest["factor_value"], whole["factor_value"][6:], atol=1e-12)
    assert np.allclose(rest["entry_rate"], whole["entry_rate"][6:], atol=1e-12)


def test_derivatives_of_a_followed_job_are_those_of_its_months_to_come(followed: Job) -> None:
    """The level of the rates of arrears against a shock on their odds: probits and log odds move alike."""
    answer = gradient(followed, "EL", "subordinated", paths=8192)
    level = next(slope for slope in answer.inputs if slope.input.startswith("level"))
    losses = []
    for odds in (1 / 1.02, 1.02):
        (case,) = followed.scenarios
        shock = {"target": "default_odds", "multiply": odds}
        moved = followed.but(scenarios=[case.but(shocks=[shock])])
        losses.append(float(stress.simulate(moved, paths=8192)["expected_loss"].sel(tranche="subordinated")[0]))
    by_odds = (losses[1] - losses[0]) / (2.0 * np.log(1.02))
    p = np.array([segment.entry_rate for segment in followed.pool.segments])
    density = np.exp(-0.5 * probit_of(p) ** 2) / np.sqrt(2.0 * np.pi)
    ratio = p * (1.0 - p) / density  # probits a unit of log odds
    low, high = by_odds / ratio.max(), by_odds / ratio.min()
    assert low - 4.0 * level.se < level.derivative < high + 4.0 * level.se


def probit_of(p: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(p))


def test_a_series_of_a_master_trust_is_followed_and_its_run_starts_where_that_leaves_it() -> None:
    job = stress.load(JOBS / "card-trust-2005-1.toml")
    job = job.but(scenarios=job.scenarios[:1])
    first = Period(job.deal.closing_date.year, job.deal.closing_date.month, 12)
    figure = {"default_rate": (0.06, 0.07), "pool": (1.3e9, 1.3e9), "pool_begin": (1.3e9, 1.3e9)}
    reports = Reported("cards.csv", "cards", (first.shift(1), first.shift(2)), figure, dict.fromkeys(figure, 0.05))
    answer = follow(job, reports, paths=256)
    assert answer.drawn[0].mean < -0.5
    assert answer.state.series is not None
    assert answer.state.series.invested == pytest.approx(6e8, rel=0.02)
    assert stress.replay(job.but(state=answer.state), path=1)["month"].values[0] == 3


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"state": "reports/baitiao-24m-made-up.toml"}, "state and reports: give one of them"),
        ({"reports": "nowhere.toml"}, "nowhere.toml"),
        ({"reports": str(SCENARIOS / "reports/us-cards.toml")}, "followed by monthly reports"),
        ({"deal": "deals/baitiao-2015.toml"}, "is no collection month"),
    ],
)
def test_reports_that_are_not_this_deals_are_refused_by_check_as_by_a_run(keys, says, tmp_path, capsys) -> None:
    path = written(tmp_path, **keys)
    assert exit_code(["run", str(path), "--out", str(tmp_path / "out")]) in (2, 3)
    by_run = capsys.readouterr().err
    assert says in by_run
    assert exit_code(["check", str(path), "--no-base-case"]) == 2
    assert by_run.strip() in capsys.readouterr().err


def test_one_set_of_reports_is_of_one_deal_and_any_seed(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text()
    path.write_text(text + "seed = [1, 2]\n")
    jobs = stress.load(path).jobs
    assert jobs[0].state == jobs[1].state is not None
    path.write_text(text.replace("pool =", "pool = [").replace('baitiao.toml"\n', 'baitiao.toml"]\n', 1))
    with pytest.raises(ConfigError, match="reports are of one deal and its pool: pool is a list"):
        unread.load(path)


def test_a_second_follow_refuses_a_job_in_mid_life(followed: Job) -> None:
    with pytest.raises(ConfigError, match=r"follow reads reports from closing on: leave its state or reports out"):
        follow(followed, str(REPORTS))


def book_of(folder: Path, job: Path, align: str = "date") -> Path:
    """The file of a book that holds a note of one job."""
    deal = f'deals = [{{ name = "one", job = "{job}", loads = {{ a = 0.5 }} }}]'
    held = 'positions = [{ deal = "one", note = "subordinated", share = 0.5 }]'
    rest = ["paths = 1024", 'factors = { names = ["a"], phi = [0.97] }', 'scenarios = [{ name = "none" }]']
    head = ['kind = "book"', "version = 1", 'name = "desk"', 'currency = "CNY"', f'align = "{align}"']
    path = folder / f"{align}.toml"
    path.write_text("\n".join([*head, deal, held, *rest]) + "\n")
    return path


def test_a_deal_of_a_book_starts_where_its_reports_leave_it(file: Path, followed: Job, tmp_path: Path, capsys) -> None:
    """As the state does that `stress follow` writes of the same reports, to the last bit."""
    (tmp_path / "state.toml").write_text(text_of(followed.state))
    by_state = written(tmp_path, state=str(tmp_path / "state.toml"))
    by_state.write_text("\n".join(row for row in by_state.read_text().splitlines() if not row.startswith("reports")))
    answers = []
    for folder, job in (("a", file), ("b", by_state)):
        (tmp_path / folder).mkdir()
        book = book_of(tmp_path / folder, job)
        assert stress.load(book).deals[0].job.state == followed.state
        assert exit_code(["book", str(book), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)["scenarios"])
    assert answers[0] == answers[1]


def test_a_book_of_a_followed_job_is_refused_by_check_as_by_book(file: Path, tmp_path: Path, capsys) -> None:
    wrong = written(tmp_path, reports=str(SCENARIOS / "reports/us-cards.toml"))
    for book, says in (
        (
            book_of(tmp_path, file, "closing"),
            "starts after its reports, months of the calendar: a deal in mid-life needs",
        ),
        (book_of(tmp_path, wrong), "followed by monthly reports"),
    ):
        assert exit_code(["book", str(book)]) in (2, 3)
        by_book = capsys.readouterr().err
        assert f'{book}: deals["one"].job' in by_book
        assert says in by_book
        assert exit_code(["check", str(book)]) == 2
        assert by_book.strip() in capsys.readouterr().err


def test_arrays_of_a_job_whose_reports_were_not_read_are_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"not read yet: stress\.load reads them"):
        stress.simulate(unread.load_job(file))


def test_a_job_follows_its_own_reports(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["follow", str(file), "--as-of", "2020-02", "--paths", "256", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["as_of"], answer["reports"]) == ("2020-02", "a made-up year")
    assert exit_code(["backtest", str(file), "--from", "2020-06", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reports"] == "a made-up year"
    for command in (["follow"], ["backtest", "--from", "2020-06"]):
        assert exit_code([*command, str(JOB)]) == 2
        assert "names no reports" in capsys.readouterr().err


def test_answers_of_a_job_in_mid_life_speak_of_the_months_that_are_left(followed: Job, tmp_path, capsys) -> None:
    """By its state as `stress follow` leaves it: the filter runs once."""
    state = tmp_path / "state.toml"
    state.write_text(text_of(followed.state))
    path = written(tmp_path, state=str(state))
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("reports")))
    said = {}
    for command in (
        ["check", str(path), "--base-case"],
        ["replay", str(path), "--path", "3"],
        ["ecl", str(path), "--paths", "64"],
        ["capital", str(path), "--paths", "64"],
        ["explain", str(path)],
        ["price", str(path), "--tranche", "B", "--paths", "64"],
        ["sensitivity", str(path), "--measure", "EL", "--tranche", "subordinated", "--paths", "512"],
        ["rating", str(path), "--stresses", str(SCENARIOS / "stresses/example.toml")],
        ["breakeven", str(path), "--tranche", "mezzanine", "--paths", "512"],
        ["size", str(path), "--paths", "512"],
        ["run", str(path), "--paths", "512", "--scenario", "baseline", "--out", str(tmp_path / "run")],
    ):
        assert exit_code(command) == 0, command
        said[command[0]] = " ".join(capsys.readouterr().out.split())
    assert "after month 12 (acceleration); default 12.28% of the cut-off balance (8.30% by then)" in said["check"]
    assert "clocks, calibrate losses, and targets of size are of whole lives" in said["check"]
    assert "| A | 283,618,894 | 35.14% | 33.17% |" in said["explain"]
    assert "So counted the base is 11.1%, break-evens A > 19.6%" in said["rating"]
    assert "Base of baseline of the months after 2020-12" in said["breakeven"]
    assert "losses and lives of what is left of the notes" in said["size"]
    assert "default is since closing, 8.30% by 2020-12." in said["run"]
    assert "By 2020-12 that was so of mezzanine already." in said["run"]
    for refused in (["size", str(path), "--target", "EL=0.01"], ["clocks", str(path)]):
        assert exit_code([*refused, "--paths", "512"]) == 2
        assert "starts after 2020-12" in capsys.readouterr().err
    assert "had tripped in month 9" in said["replay"]
    assert "Where it stands at the end of 2020-12" in said["explain"]
    assert "from the end of 2020-12 on" in said["price"]
    assert "subordination." in said["sensitivity"]
    assert "net loss of the pool since closing, 8.30% and 8.02% by then" in said["sensitivity"]
    assert "regulatory capital after 2020-12" in said["capital"]


def test_reports_that_are_not_there_are_named_by_job_and_key(tmp_path: Path) -> None:
    file = written(tmp_path, reports="nothing")
    with pytest.raises(ConfigError, match=rf'{file.name}: reports = "nothing": .*: no such file or folder'):
        stress.load(file)


def test_a_job_that_names_its_reports_says_how_their_dates_were_read(followed: Job) -> None:
    assert followed.state is not None
    assert not [note for note in notes_of(followed) if note.key == "state.source"]
    state = followed.state.model_copy(update={"source": with_dates("a.csv", ["dates are month/day/year"])})
    notes = notes_of(followed.model_copy(update={"state": state}))
    assert [note.says for note in notes if note.key == "state.source"] == ["a.csv (dates are month/day/year)"]
