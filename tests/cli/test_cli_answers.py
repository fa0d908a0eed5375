"""Commands that answer a question: one JSON document, a picture, one-line errors."""

import json
from pathlib import Path
from typing import Any

import hand_worked
import openpyxl
import pytest
import xarray as xr
from handed import Capture, Patch
from shipped import JOB, JOBS

import stress
from stress import results
from stress.cli import exit_code
from stress.cli.books import about_job
from stress.cli.output import Output
from stress.cli.report_questions import Options, _answer, _asked_about, _with_cover
from stress.errors import ConfigError, DataError
from stress.inputs.load import job_to_json, load_job

SHORT = JOBS / "baitiao-12m.toml"
"""Of fewer months and notes."""
QUICK = ["--paths", "512", "--seed", "3"]

pytestmark = pytest.mark.usefixtures("read_once")


@pytest.mark.usefixtures("rough_searches")
@pytest.mark.parametrize(
    ("command", "options", "key"),
    [
        ("breakeven", ["--tranche", "subordinated", "--shock", "yield"], "answers"),
        ("reverse", ["--tranche", "subordinated"], "beta"),
        ("sensitivity", ["--measure", "IRR"], "bars"),
        ("size", ["--target", "PD=0.2"], "notes"),
        ("clocks", ["--days", "5"], "rows"),
    ],
)
def test_an_answer_is_one_document_and_a_picture(
    command: str, options: list[str], key: str, tmp_path: Path, capsys: Capture
) -> None:
    picture = tmp_path / "picture.svg"
    assert exit_code([command, str(SHORT), *options, *QUICK, "--json", "--figure", str(picture)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document[key]
    assert document["paths"] == 512
    assert "subordinated" in json.dumps(document)
    assert picture.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["breakeven", "--tranche", "Z"], "no such note"),
        (["breakeven", "--tranche", "A", "--figure", "x.bmp"], "must end in"),
        (["reverse", "--tranche", "A", "--loss", "2"], "from 0 to below 1"),
        (["size", "--target", "EL=2"], "must be a fraction"),
        (["sensitivity", "--measure", "x"], "--measure x"),
        (["clocks", "--month", "13"], "1 to 12"),
    ],
)
def test_a_wrong_question_is_one_line_and_exit_code_2(arguments: list[str], words: str, capsys: Capture) -> None:
    assert exit_code([arguments[0], str(JOB), *arguments[1:]]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_compare_shows_differences_and_refuses_other_draws(saved: Path, tmp_path: Path, capsys: Capture) -> None:
    job = load_job(JOB)
    ran = job.model_copy(update={"pool": job.pool.model_copy(update={"cash_rate": 0.02})})
    for name, seed in (("b", job.seed), ("c", 4)):
        results.save(stress.simulate(ran, 256, seed, ["baseline", "macro_severe"]), tmp_path / name / "results.nc")
    a, b, c = map(str, (saved, tmp_path / "b", tmp_path / "c"))
    picture = tmp_path / "picture.svg"
    measures = ["--measure", "expected_loss", "--measure", "mean_default", "--figure", str(picture)]
    assert exit_code(["compare", a, b, *measures, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["differences"]) == {"expected_loss", "mean_default"}
    assert picture.read_text().startswith("<svg")
    assert exit_code(["compare", a, c]) == 3
    assert "seed" in capsys.readouterr().err


@pytest.mark.usefixtures("no_figures", "rough_searches")
def test_a_report_answers_the_questions_it_is_asked(tmp_path: Path, capsys: Capture) -> None:
    ds = stress.simulate(load_job(SHORT), paths=512, scenarios=["baseline"])
    results.save(ds, tmp_path / "results.nc")
    asked = ["--with", "breakeven,ecl", "--with", "bands", "--tranche", "subordinated", "--paths", "512"]
    assert exit_code(["report", str(tmp_path), *asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document["answers"]) == ["breakeven", "ecl", "bands"]
    page = (tmp_path / "report.html").read_text()
    for title in ("Break-even of subordinated: defaults", "Expected credit loss", "EL-implied bands"):
        assert f"<h3>{title}" in page
    value = document["answers"]["breakeven"]["answers"][0]["value"]
    assert f"<td>{value:#.4g}</td>" in page
    assert exit_code(["report", str(tmp_path)]) == 0
    assert "Questions" not in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("name", "coupon", "wanted"), [("breakeven", 0.05, "B"), ("sensitivity", 0.05, "C"), ("breakeven", 0.0, "C")]
)
def test_a_question_left_to_itself_is_of_a_note_that_lent_something(name: str, coupon: float, wanted: str) -> None:
    """The lowest that is owed interest, of sensitivity and where none is the lowest that lent: no certificate."""
    notes = [{"name": "B", "amount": 900.0, "coupon": coupon}, {"name": "C", "amount": 100.0}]
    rest = {"name": "R", "share": 0.0, "residual": True}
    steps = [*([{"step": "pay_interest", "note": "B"}] if coupon else []), *hand_worked.RESIDUAL]
    repaid = {"step": "pay_principal", "notes": ["B", "C"], "source": ["principal"]}
    terms = hand_worked.job(hand_worked.deal([*steps[:-1], repaid, steps[-1]], (*notes, rest)))
    assert _asked_about(terms, name) == wanted


def test_a_report_knows_what_it_can_be_asked(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "results.nc").touch()
    assert exit_code(["report", str(tmp_path), "--with", "brakeven"]) == 2
    assert "did you mean breakeven?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "home", "note"),
    [
        ("reverse", "reverse_stress.reverse", "mezzanine"),
        ("clocks", "clock_effects.clocks", ""),
        ("rates", "rate_fans.rates", ""),
        ("stresses", "class_stresses.rating", ""),
        ("follow", "filtering.follow", ""),
        ("sensitivity", "sensitivities.sensitivity", "subordinated"),
        ("price", "note_price.price", "mezzanine"),
        ("gradient", "gradients.gradient", "mezzanine"),
    ],
)
def test_a_question_of_a_report_is_asked_of_the_run_s_job_as_it_is_to_be_asked(
    name: str, home: str, note: str, monkeypatch: Patch
) -> None:
    """Of the lowest note that is owed interest, of sensitivity of the last; with the options that were given."""
    heard: list[Any] = []
    monkeypatch.setattr(f"stress.analysis.{home}", lambda *said, **named: heard.extend((*said, *named.values())))
    monkeypatch.setattr("stress.analysis.class_stresses.load_stresses", lambda file: f"table {file}")
    run = xr.Dataset(attrs={"job": job_to_json(load_job(JOB))})
    files = {"stresses": Path("s.toml"), "reports": Path("r.csv")}
    _answer(name, run, Options(None, *files.values(), "macro_severe", 96, 2), Output(quiet=True))
    job, *rest = heard
    assert (job.name, job.paths) == ("baitiao-24m", 96)
    assert "macro_severe" in rest
    assert [word for word in rest if word in ("A", "B", "mezzanine", "subordinated")] == ([note] if note else [])
    file = {"stresses": "table s.toml", "follow": "r.csv"}.get(name)
    assert [word for word in rest if word in ("table s.toml", "r.csv")] == ([file] if file else [])


def test_a_report_s_cover_is_computed_again_from_the_job_that_the_run_holds(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.analysis.class_numbers.committee", lambda job, progress: f"numbers of {job.name}")
    monkeypatch.setattr("stress.analysis.class_numbers.with_committee", lambda ds, cover: ds.assign_attrs(cover=cover))
    run = xr.Dataset(attrs={"job": job_to_json(load_job(JOB))})
    written: list[Any] = []
    monkeypatch.setattr("stress.cli.report.opened", lambda folder, cell: run)
    monkeypatch.setattr("stress.cli.report_questions.one_of", lambda result: result)
    monkeypatch.setattr("stress.report.write", lambda ds, file, answers, **_: written.extend((ds, answers)))
    assert exit_code(["report", str(tmp_path), "--with", "committee", "-q"]) == 0
    assert (written[0].attrs["cover"], written[1]) == ("numbers of baitiao-24m", [])
    bare = xr.Dataset()
    with pytest.raises(DataError, match="--with committee: the results do not hold their job"):
        _with_cover(bare, Output(quiet=True))
    with pytest.raises(DataError, match="--with: the results do not hold their job"):
        _answer("reverse", bare, Options(), Output(quiet=True))
    with pytest.raises(ConfigError, match="paths = 32: at least 64: errors are measured between batches"):
        _answer("rates", run, Options(paths=32), Output(quiet=True))


def test_a_saved_run_is_read_once_for_all_questions(
    saved: Path, tmp_path: Path, monkeypatch: Patch, no_page: None
) -> None:
    """While a run is going on, a later reading would hold other paths."""
    read: list[Path] = []
    opened = results.open_any
    monkeypatch.setattr("stress.results.open_any", lambda path: read.append(Path(path)) or opened(path))
    for home in ("clock_effects.clocks", "rate_fans.rates", "class_numbers.committee"):
        monkeypatch.setattr(f"stress.analysis.{home}", lambda *_, **__: [])
    monkeypatch.setattr("stress.analysis.class_numbers.with_committee", lambda ds, cover: ds)
    out = str(tmp_path / "page.html")
    assert exit_code(["report", str(saved), "--with", "clocks,rates,committee", "-o", out, "-q"]) == 0
    assert read == [saved]


def test_a_model_document_reads_a_saved_run_once(saved: Path, tmp_path: Path, monkeypatch: Patch) -> None:
    read: list[Path] = []
    opened = results.open_any
    monkeypatch.setattr("stress.results.open_any", lambda path: read.append(Path(path)) or opened(path))
    monkeypatch.setattr("stress.analysis.sensitivities.sensitivity", lambda *_, **__: None)
    monkeypatch.setattr("stress.report.document.document", lambda job, ds, *_: f"{job.name}: {ds.attrs['paths']} paths")
    out = tmp_path / "model.md"
    assert exit_code(["document", str(saved), "-o", str(out), "-q"]) == 0
    assert (read, out.read_text()) == ([saved], "baitiao-24m: 256 paths")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--tranche", "mezanine"], "--tranche mezanine: the deal has no such note: A, B, mezzanine, subordinated"),
        (["--scenario", "basline"], "--scenario basline: the job has no such scenario"),
        (["--reports", "nowhere.csv"], "nowhere.csv: no such file"),
        (["--stresses", "nowhere.toml"], "--stresses: nowhere.toml: no such file"),
    ],
)
def test_a_wrong_name_is_told_before_any_question_counts(
    option: list[str], words: str, saved: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    counted: list[object] = []
    monkeypatch.setattr("stress.analysis.rate_fans.rates", lambda *_, **__: counted.append("rates"))
    also = {"--reports": ",follow", "--stresses": ",stresses"}.get(option[0], ",breakeven")
    assert exit_code(["report", str(saved), "--with", f"rates{also}", *option]) != 0
    assert words in capsys.readouterr().err
    assert counted == []


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of a short run."""
    folder = tmp_path_factory.mktemp("run")
    results.save(stress.simulate(load_job(JOB), 256, scenarios=["baseline", "macro_severe"]), folder / "results.nc")
    return folder


@pytest.mark.parametrize(
    ("command", "option", "name"),
    [
        (["report"], "--out", "x.html"),
        (["table"], "--csv", "x"),
        (["plot", "loss"], "--out", "x.svg"),
        (["plot", "loss"], "--out", "x.png"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_option(
    command: list[str],
    option: str,
    name: str,
    saved: Path,
    tmp_path: Path,
    capsys: Capture,
    request: pytest.FixtureRequest,
) -> None:
    if command == ["report"]:
        request.getfixturevalue("no_figures")
    (tmp_path / "file").touch()
    target = str(tmp_path / "file" / name)
    assert exit_code([command[0], str(saved), *command[1:], option, target]) == 2
    err = capsys.readouterr().err
    assert f"{option} {target}: cannot be written: " in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "RUN", "RUN", "--measure", "foo"], "--measure foo: one of EL, PD"),
        (["plot", "RUN", "loss", "--tranche", "mezanine"], "did you mean mezzanine"),
        (["plot", "RUN", "lives", "--tranche", "nope"], "--tranche nope: one of A, B"),
        (["plot", "RUN", "fan", "--quantity", "nope"], "--quantity nope: one of cumulative_default"),
        (["plot", "RUN", "loss", "--mark", "realised=0.0463"], "--mark is for defaults, not for loss"),
        (["plot", "RUN", "defaults", "--tranche", "A"], "--tranche is for loss and lives, not for defaults"),
        (["plot", "RUN", "lives", "--scenario", "baseline"], "--scenario is for loss, not for lives"),
        (["plot", "RUN", "loss", "--quantity", "pool_balance"], "--quantity is for fan, not for loss"),
        (["cashflows", str(JOB), "--results", "RUN"], "--results is for --quantile"),
        (["replay", str(JOB), "--path", "3", "--results", "RUN"], "--results is for --quantile"),
        (["report", "RUN", "--tranche", "nope"], "--tranche nope: is for a question"),
        (["report", "RUN", "--scenario", "nope"], "--scenario nope: is for a question"),
        (["report", "RUN", "--paths", "64"], "--paths 64: is for a question"),
        (["report", "RUN", "--with", "committee", "--paths", "64"], "--paths 64: --with committee has no use for it;"),
        (
            ["report", "RUN", "--with", "capital,bands", "--tranche", "A"],
            "--tranche A: --with capital,bands has no use",
        ),
        (
            ["report", "RUN", "--with", "rates", "--threads", "1"],
            "--threads 1: --with rates has no use for it; breakeven",
        ),
        (["report", "RUN", "--with", ","], "--with: names no question: one of breakeven, reverse"),
        (["report", "RUN", "--with", "stresses"], "--with stresses and --stresses FILE.toml go together"),
        (["report", "RUN", "--stresses", str(JOB)], "--with stresses and --stresses FILE.toml go together"),
    ],
)
def test_a_wrong_name_is_a_usage_error_that_names_its_option(
    arguments: list[str], words: str, saved: Path, capsys: Capture
) -> None:
    assert exit_code([str(saved) if word == "RUN" else word for word in arguments]) == 2
    assert words in capsys.readouterr().err


def test_compare_takes_the_short_names_and_the_long_ones(saved: Path, capsys: Capture) -> None:
    chosen = ["EL", "expected_loss", "PD", "irr", "MEAN_DEFAULT"]
    options = [word for name in chosen for word in ("--measure", name)]
    assert exit_code(["compare", str(saved), str(saved), *options, "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)["differences"]
    assert list(changes) == ["expected_loss", "loss_probability", "irr", "mean_default"]


def test_a_history_alone_is_calibrated_as_rho(capsys: Capture) -> None:
    history = JOB.parents[1] / "data/us_cards/fed_chargeoff_all_banks_NSA_1991Q1_2015Q4_all_loan_types.csv"
    said = []
    for word in ([], ["rho"]):
        assert exit_code(["calibrate", *word, str(history), "--column", "CreditCards", "--json"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert json.loads(said[0])
    assert exit_code(["calibrate", "no.csv"]) == 3
    assert "no.csv: no such file" in capsys.readouterr().err


def test_provenance_has_the_paths_that_were_drawn(tmp_path: Path) -> None:
    """Not those of the job."""
    file = tmp_path / "a.xlsx"
    assert exit_code(["ecl", str(SHORT), "--paths", "64", "--xlsx", str(file), "-q"]) == 0
    said = dict(row[:2] for row in openpyxl.load_workbook(file)["Provenance"].iter_rows(values_only=True))
    job = load_job(SHORT)
    assert (said["command"], said["paths"]) == ("stress ecl", "64")
    assert job.paths != 64
    assert about_job("rating", job, None).keys() == {"command", "version", "source_digest", "job_hash"}


def test_clocks_are_written_to_the_workbook_that_is_asked_for(tmp_path: Path) -> None:
    """`stress clocks --xlsx` took the option and wrote nothing."""
    file = tmp_path / "a.xlsx"
    assert exit_code(["clocks", str(SHORT), "--paths", "64", "--xlsx", str(file), "-q"]) == 0
    book = openpyxl.load_workbook(file)
    assert dict(row[:2] for row in book["Provenance"].iter_rows(values_only=True))["command"] == "stress clocks"
    assert [cell.value for cell in book["rows"]["A"]][1] == "mean_purchased"
