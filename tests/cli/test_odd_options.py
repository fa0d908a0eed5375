"""Options that no command can take, dry runs, and what is told where an answer has less than the whole."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
import xarray as xr
from click import Context, Group
from handed import Capture, Patch
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress.answers.whatif import WhatIf
from stress.cli import cli, exit_code
from stress.cli.book_answer import _reverse, asked_of
from stress.cli.book_limits import limits_of
from stress.cli.book_reverse import satellites_of
from stress.cli.books import save_reported, save_tables
from stress.cli.cells import job_or_results
from stress.cli.check import _base_cases
from stress.cli.inputs_from import _saved
from stress.cli.streams import _plain_ascii, _spell
from stress.cli.validate import _how_old
from stress.errors import ConfigError, DataError
from stress.report.workbook import _flat

FILES = {
    "JOB": JOB,
    "JOBS": JOBS,
    "CARDS": SCENARIOS / "reports/us-cards.toml",
    "MADE_UP": SCENARIOS / "reports/baitiao-24m-made-up.toml",
    "STRESSES": SCENARIOS / "stresses/example.toml",
    "DEAL": SCENARIOS / "deals/baitiao-24m.toml",
    "HISTORY": SCENARIOS / "data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv",
}


def words_of(command: str, **more: Path) -> list[str]:
    """The words of a command, with files in place of their names in braces."""
    return command.format(**FILES, **more).split()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("reverse {JOB} --tranche A --paths 32", "--paths 32: at least 64"),
        ("capital {JOB} --paths 1", "--paths 1: at least 64: errors are measured between batches of 32 paths"),
        ("ecl {JOB} --paths 63", "--paths 63: at least 64"),
        ("price {JOB} --tranche A --paths 1", "--paths 1: at least 64"),
        ("gradient {JOB} --paths 1", "--paths 1: at least 64"),
        ("cashflows {JOB} --mean --paths 1", "--paths 1: at least 64"),
        ("document {JOB} --paths 1", "--paths 1: at least 64"),
        ("backtest {JOB} {CARDS} --from 2000-01 --draws 1", "--draws 1: at least 100: fewer tell nothing"),
        ("report {OUT} --paths 1 --with rates", "--paths 1: at least 64"),
        ("backtest {JOB} {CARDS} --from 2000-01 --horizon 0,3", "--horizon 0,3: whole numbers from 1 to 120"),
        ("backtest {JOB} {CARDS} --from 2000-13", "--from 2000-13: must be a period such as 2025 Q1"),
        ("follow {JOB} {MADE_UP} --paths 64", "--paths 64: at least 256"),
        ("rating {JOB} --stresses {STRESSES} --class A", "--class A: write NOTE=CATEGORY"),
        ("capital {JOB} --keep A", "--keep A: write NOTE=VALUE"),
        ("capital {JOB} --keep A=half", "--keep A=half: must be a fraction from 0 to 1"),
        ("cashflows {JOB} --quantile 0.99", "--quantile and --tranche go together"),
        ("new --from {JOB} --all -o {OUT}", "--all: belongs to a template or a workbook"),
        ("new job x --from {JOB} --example baitiao -o {OUT}", "--example writes files as they ship"),
        ("new tape x --loans 100000000000 -o {OUT}", "--loans 100,000,000,000: at most 20,000,000"),
        ("new deal x -o {OUT}/file", "cannot be written"),
        ("run {JOBS}/baitiao-sweep.toml --target-error EL=0.01", "--target-error: is for one job, not for a sweep"),
        ("run {JOB} --max-memory lots", "'lots' must be an amount of memory such as 500MB, 4G or 2GiB"),
        ("run {JOB} --max-memory 5parsecs", "'5parsecs' must be an amount of memory"),
        ("calibrate pool {DEAL}", 'kind = "deal": a pool is needed here'),
        ("calibrate rho {HISTORY}", "has 8 columns; choose one with --column: ResidentialRE, "),
        ("calibrate rho {HISTORY} --column CreditCard", "has no column 'CreditCard': one of ResidentialRE, "),
        ("calibrate tape x.csv --defaulted a --column issued", "--column issued: write OURS=THEIRS, with one of"),
        ("explain {JOBS}/baitiao-sweep.toml", "a sweep over "),
        ("calibrate nope", "no such command 'nope'"),
    ],
)
def test_what_a_command_cannot_take_is_told_in_one_line(
    command: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "file").touch()
    assert exit_code(words_of(command, OUT=tmp_path)) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("follow {JOB} {MADE_UP} --seed 4 --dry-run", {"reports": "a made-up year", "months": 12, "seed": "4"}),
        ("sensitivity {JOB} --measure EL --tranche A --gradients --dry-run", {"tranche": "A"}),
        ("backtest {JOB} {CARDS} --from 2000-01 --dry-run", {"periods": 100, "first": "2000 Q1", "draws": 4000}),
    ],
)
def test_a_dry_run_says_what_would_run(command: str, said: dict[str, object], capsys: Capture) -> None:
    assert exit_code([*words_of(command), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["job"] == "baitiao-24m"
    assert {key: document[key] for key in said} == said


def test_a_kind_without_remarks_is_checked_too(capsys: Capture) -> None:
    assert exit_code(["check", str(SCENARIOS / "satellites/china_growth.toml"), "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["kind"], line["ok"], line["notes"]) == ("satellite", True, [])


def test_a_file_is_taken_under_a_new_name(tmp_path: Path) -> None:
    taken = SCENARIOS / "pools/baitiao.toml"
    assert exit_code(["new", "pool", "mine", "--from", str(taken), "-o", str(tmp_path)]) == 0
    mine, theirs = stress.load(tmp_path / "mine.toml"), stress.load(taken)
    assert mine.name == "mine"
    assert mine.model_copy(update={"name": theirs.name}) == theirs


def test_a_state_is_written_to_a_file_and_its_date_is_said(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "state.toml"
    assert exit_code(["state", str(JOB), "--month", "3", "-o", str(out)]) == 0
    assert capsys.readouterr().out.strip() == f"{out}: baitiao-24m month 3, as of 2020-03"
    assert str(stress.load(out).as_of) == "2020-03"


def test_results_without_their_job_are_refused(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.cli.cells.opened_one", lambda path, cell: xr.Dataset())
    with pytest.raises(DataError, match="the results do not hold their job"):
        job_or_results(tmp_path)


def test_a_run_s_folder_gives_its_job_to_a_new_file(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.cli.cells.job_or_results", lambda source: f"the job of {source.name}")
    (tmp_path / "run").mkdir()
    assert _saved(tmp_path / "run") == "the job of run"
    assert _saved(tmp_path / "results.nc") == "the job of results.nc"
    assert _saved(JOB) is None


def test_what_a_book_is_asked_must_be_in_it() -> None:
    book = SimpleNamespace(
        scenarios=("baseline", "harsh"), factors=None, positions=(), deals=(SimpleNamespace(group="US"),)
    )
    with pytest.raises(ConfigError, match=r"no scenario 'hars' in the book; it has baseline, harsh.*did you mean"):
        asked_of(book, scenario="hars")
    with pytest.raises(ConfigError, match=r"--reverse searches the book's named factors, and it has no \[factors\]"):
        _reverse(book, "0.1", ())
    us = f"US={SCENARIOS}/satellites/china_growth.toml"
    with pytest.raises(ConfigError, match="US stands twice; say it once"):
        satellites_of((us, us), book)
    for limit, said in (("ES40=0.1", "the level must lie from 50 to below 100"), ("EL=1.2.3", "a fraction from 0")):
        with pytest.raises(ConfigError, match=rf"--fail-on {limit}: .*{said}"):
            limits_of((limit,), book)


def test_the_path_at_a_quantile_is_that_whose_cash_flows_are_told(monkeypatch: Patch, capsys: Capture) -> None:
    heard: list[object] = []
    monkeypatch.setattr(
        "stress.cli.replay.tail_path", lambda job, *asked: heard.extend(asked) or (3, None, job.but(seed=9))
    )
    turnover, said = str(JOBS / "turnover.toml"), []
    tail = ["--quantile", "0.99", "--tranche", "subordinated"]
    for asked in (tail, ["--path", "3"]):
        assert exit_code(["cashflows", turnover, *asked, "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    assert heard == [None, "baseline", "subordinated", 0.99]
    assert [(row["path"], row["seed"]) for row in said] == [(3, "9"), (3, str(stress.load(turnover).seed))]


def test_base_cases_of_a_sweep_end_after_some_and_say_how_many_are_left(monkeypatch: Patch) -> None:
    where = "stress.runs.base_case"
    monkeypatch.setattr(f"{where}.base_case", lambda job, scenario: Answered(job.deal.name))
    monkeypatch.setattr(f"{where}.summary", lambda case: f"all of {case.of} is paid")
    monkeypatch.setattr(f"{where}.notes_of_base_case", lambda job, case: [])
    monkeypatch.setattr("stress.inputs.files.parts.located", lambda path, job, notes: notes)
    jobs = [SimpleNamespace(deal=SimpleNamespace(name=f"d{k}"), pool=SimpleNamespace(name="p")) for k in range(11)]
    cases, notes = _base_cases(Path("sweep.toml"), SimpleNamespace(jobs=jobs), True, None)
    assert cases is not None
    assert [case["summary"] for case in cases[:2]] == ["d0, p: all of d0 is paid", "d1, p: all of d1 is paid"]
    assert cases[8:] == [{"not_run": "of 3 more deals and pools of the sweep"}]
    assert notes == []


class Answered(NamedTuple):
    """A base case of which nothing is asked but what it is of."""

    of: str


def test_a_page_of_an_interrupted_what_if_says_how_many_points_it_holds(
    tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    for done, said in ((9, ""), (3, "stress: the page holds 3 points of 9\n")):
        answer = WhatIf("j", "baseline", (), np.zeros((done, 1)), (), 64, 1, "sobol", 9)
        monkeypatch.setattr("stress.cli.whatif._asked", lambda *_, answer=answer: answer)
        monkeypatch.setattr("stress.report.page.whatif.render", lambda answer: "<html></html>")
        out = tmp_path / f"{done}.html"
        code = exit_code(["whatif", str(JOB), "--over", "default_odds=1:2", "-o", str(out), "-q"])
        assert out.read_text() == "<html></html>"
        assert (code == 0) == (done == 9)
        assert capsys.readouterr().err.partition("stress: interrupted")[0] == said


def test_a_workbook_of_a_followed_deal_says_what_it_is_of(monkeypatch: Patch, tmp_path: Path) -> None:
    kept: list[Any] = []
    monkeypatch.setattr(
        "stress.cli.books._save", lambda file, tables, inputs, about: kept.append((file, tables, about))
    )
    monkeypatch.setattr("stress.report.workbook_reported.tables", lambda answer: [f"sheets of {answer.job}"])
    followed = SimpleNamespace(job="j", reports="r", paths=64, updates=())
    job = stress.load(JOBS / "turnover.toml")
    save_reported(followed, job, None, None)
    save_tables(None, [], {}, job)
    assert kept == []
    save_reported(followed, job, None, tmp_path / "f.xlsx")
    ((file, tables, about),) = kept
    assert (file, tables) == (tmp_path / "f.xlsx", ["sheets of j"])
    assert (about["command"], about["job"], about["reports"], about["paths"]) == ("stress follow", "j", "r", 64)


def test_a_group_has_the_commands_that_it_lists_and_no_others() -> None:
    group = cli.get_command(Context(cli), "calibrate")
    assert isinstance(group, Group)
    assert group.get_command(Context(group), "nope") is None
    assert all(group.get_command(Context(group), name) for name in group.list_commands(Context(group))[:2])


def test_signs_are_spelled_where_they_are_written_and_only_there() -> None:
    error = UnicodeDecodeError("ascii", b"\xff", 0, 1, "no")
    with pytest.raises(UnicodeDecodeError):
        _spell(error)
    assert _plain_ascii("latin-1") is None


def test_records_at_the_top_of_a_document_have_a_sheet_of_their_own() -> None:
    assert list(_flat([{"note": "A"}])) == []
    assert list(_flat({"notes": [{"name": "A"}], "months": [1, 2]})) == [("notes[1].name", "A"), ("months", "1, 2")]


def test_a_validation_that_was_never_measured_has_no_age() -> None:
    assert _how_old([{"name": "one", "date": ""}]).startswith("Measure one again: ")
