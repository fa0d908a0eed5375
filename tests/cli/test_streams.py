"""Standard output of any encoding: every command says its result, writes its files and ends with the right code."""

import io
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from handed import Capture, Patch
from shipped import ROOT, SCENARIOS

from stress.cli import COMMANDS, exit_code, main
from stress.cli.streams import SIGNS, spelled

MAIN = "import sys\nfrom stress.cli import main\nmain(sys.argv[1:])"
NARROW = ("cp1252", "gbk", "ascii")
NAME = "京东白条 é β"
"""What none of these encodings can say whole."""


class Said(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def say(monkeypatch: Patch, encoding: str, *arguments: str) -> Said:
    """Run a command whose streams have an encoding, strictly, as Windows pipes do."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding, "strict") for name in ("stdout", "stderr")}
    with monkeypatch.context() as patch:
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
    texts = []
    for stream in streams.values():
        stream.flush()
        texts.append(stream.detach().getvalue().decode(encoding))  # type: ignore[attr-defined]
    return Said(int(ended.value.code or 0), *texts)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short deal under one scenario, a Chinese name and an accent on it."""
    folder = tmp_path_factory.mktemp("job")
    deal = (SCENARIOS / "deals/baitiao-12m.toml").read_text(encoding="utf-8")
    before = 'name = "JD Baitiao 12-month, three classes"'
    assert before in deal
    (folder / "deal.toml").write_text(deal.replace(before, f'name = "{NAME}"'), encoding="utf-8")
    (folder / "job.toml").write_text(
        f'kind = "job"\nversion = 1\nname = "{NAME}"\ndeal = "deal.toml"\npaths = 256\nseed = 1\n'
        f'pool = "{(SCENARIOS / "pools/baitiao.toml").as_posix()}"\n'
        f'scenarios = ["{(SCENARIOS / "baseline.toml").as_posix()}"]\n',
        encoding="utf-8",
    )
    return folder / "job.toml"


@pytest.fixture(scope="module")
def results(job: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stress.report.write", lambda ds, path, *_, **__: Path(path).write_text("<html></html>"))
        assert exit_code(["run", str(job), "--out", str(job.parent / "results"), "--quiet"]) == 0
    return job.parent / "results"


ASKED = {
    "check": ["check", "JOB"],
    "explain": ["explain", "JOB"],
    "state": ["state", "JOB", "--month", "3"],
    "replay": ["replay", "JOB", "--path", "3"],
    "cashflows": ["cashflows", "JOB"],
    "examples": ["examples"],
    "new": ["new", "deal", "mine", "-o", "OUT"],
    "pool": ["pool", "TAPE"],
}
"""Quick ones, in every encoding."""
ASKED_AT_LENGTH = {
    "table": ["table", "RESULTS"],
    "compare": ["compare", "RESULTS", "RESULTS"],
    "export": ["export", "RESULTS", "--out", "OUT"],
    "validate": ["validate", "large-pool", "--out", "OUT.json"],
    "calibrate": ["calibrate", "pool", "scenarios/pools/baitiao.toml"],
    "plot": ["plot", "RESULTS", "loss", "--tranche", "senior", "--out", "OUT.svg"],
    "report": ["report", "RESULTS"],
    "breakeven": ["breakeven", "JOB", "--tranche", "subordinated", "--shock", "yield", "--paths", "64"],
    "size": ["size", "JOB", "--target", "PD=0.2", "--paths", "256"],
    "reverse": ["reverse", "JOB", "--tranche", "subordinated"],
    "sensitivity": ["sensitivity", "JOB", "--measure", "IRR", "--paths", "512"],
    "clocks": ["clocks", "JOB", "--days", "5", "--paths", "256"],
    "rating": ["rating", "JOB", "--stresses", "scenarios/stresses/example.toml"],
    "capital": ["capital", "JOB", "--rules", "scenarios/rules/eu-crr.toml", "--paths", "256"],
    "ecl": ["ecl", "JOB", "--paths", "256"],
    "price": ["price", "JOB", "--tranche", "senior", "--paths", "256"],
    "gradient": ["gradient", "JOB", "--paths", "512"],
    "document": ["document", "JOB", "--paths", "256", "--measure", "DEFAULT", "--out", "OUT.md"],
    "whatif": ["whatif", "JOB", "--over", "default_odds=1:2", "--points", "6", "--paths", "64", "--out", "OUT.html"],
    "backtest": [
        "backtest",
        "scenarios/jobs/card-master-trust.toml",
        "scenarios/reports/us-cards.toml",
        "--from",
        "2015-07",
        "--draws",
        "128",
    ],
    "follow": ["follow", "JOB", "REPORTS", "--paths", "512"],
    "book": ["book", "scenarios/books/consumer.toml", "--paths", "1024"],
}
"""In the narrowest."""


def written(folder: Path) -> dict[str, str]:
    """A loan tape and the first reports of the deal, made up."""
    tape, reports = folder / "tape.csv", folder / "reports.csv"
    loans = "".join(
        f"{NAME},12,6,{days},{balance},0.01\n" for days, balance in ((0, 900), (20, 30), (50, 20), (80, 10))
    )
    tape.write_text(f"level,term,remaining,days_past_due,balance,monthly_fee\n{loans}", encoding="utf-8")
    reports.write_text("month,pool,pool_begin,late_1,late_2\n2021-01,1,1,0.0224,0.0088\n2021-02,1,1,0.024,0.0096\n")
    return {"TAPE": str(tape), "REPORTS": str(reports)}


WITH_FIGURES = {"report", "document"}
"""What these draw is not looked at here."""
APART = {"run", "import"}
"""`run` has tests of its own below; `import` needs another engine's deal (tests/foreign): here its help alone."""


def test_every_command_is_asked() -> None:
    assert set(COMMANDS) - APART == {*ASKED, *ASKED_AT_LENGTH}


@pytest.mark.usefixtures("rough_searches")
@pytest.mark.parametrize(
    ("command", "encoding"), [*itertools.product(ASKED, NARROW), *itertools.product(ASKED_AT_LENGTH, ["ascii"])]
)
def test_a_command_answers_on_a_stdout_of_any_encoding(
    command: str,
    encoding: str,
    job: Path,
    results: Path,
    tmp_path: Path,
    monkeypatch: Patch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(ROOT)
    if command in WITH_FIGURES:
        request.getfixturevalue("no_figures")
    places = {"JOB": str(job), "RESULTS": str(results)} | written(tmp_path)
    arguments = [
        places.get(part, part.replace("OUT", str(tmp_path / "out"))) for part in (ASKED | ASKED_AT_LENGTH)[command]
    ]
    said = say(monkeypatch, encoding, *arguments)
    assert said.code == 0, said.err
    assert said.out.strip()


@pytest.mark.parametrize("encoding", NARROW)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_page_is_said_in_any_encoding(command: str, encoding: str, monkeypatch: Patch) -> None:
    said = say(monkeypatch, encoding, command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: stress {command}")


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("encoding", ["cp1252", pytest.param("gbk", marks=pytest.mark.slow), "ascii"])
def test_a_run_writes_its_files_and_its_table_stays_straight(
    encoding: str, job: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    """The sign in the table once ended the command before report and manifest were written."""
    said = say(monkeypatch, encoding, "run", str(job), "--out", str(tmp_path / "out"))
    assert (said.code, said.err) == (0, "")
    assert {"results.nc", "report.html", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert ("±" if encoding != "ascii" else "+/-") in said.out
    rows = [line.rstrip() for line in said.out.splitlines() if line.startswith(("|", "+"))]
    assert len({len(row) for row in rows}) == 1
    bars = {tuple(at for at, sign in enumerate(row) if sign == "|") for row in rows if row.startswith("|")}
    assert len(bars) <= 2  # a rule between the heads and the cells has no bars inside


@pytest.mark.parametrize("encoding", [*NARROW, "utf-8"])
def test_json_keeps_every_sign_in_any_encoding(encoding: str, job: Path, monkeypatch: Patch) -> None:
    said = say(monkeypatch, encoding, "explain", str(job), "--json")
    assert json.loads(said.out)["name"] == NAME


@pytest.mark.parametrize("encoding", NARROW)
def test_an_error_in_another_alphabet_is_one_line_and_exit_code_2(encoding: str, job: Path, monkeypatch: Patch) -> None:
    said = say(monkeypatch, encoding, "breakeven", str(job), "--tranche", "优先级")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "no such note" in said.err


@pytest.mark.parametrize(
    "locale",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "gbk:strict"},
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    ],
    ids=lambda locale: ",".join(f"{key}={value}" for key, value in locale.items()),
)
def test_a_name_is_printed_in_any_locale(locale: dict[str, str], job: Path) -> None:
    known = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", "stress", "explain", str(job.parent / "deal.toml")],
        env=known | {"PYTHONPATH": str(ROOT)} | locale,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"# ")
    assert b"## Notes" in done.stdout


@pytest.mark.usefixtures("no_page")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_stdout_that_is_full_costs_no_file(job: Path, tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    with io.TextIOWrapper(io.FileIO(os.open("/dev/full", os.O_WRONLY), "w")) as full:  # type: ignore[type-var]
        monkeypatch.setattr(sys, "stdout", full)
        code = exit_code(["run", str(job), "--out", str(tmp_path / "out"), "--threads", "1"])
        monkeypatch.undo()
    assert code == 1
    assert capsys.readouterr().err == "stress: standard output cannot be written: No space left on device\n"
    assert {"results.nc", "report.html", "manifest.json"} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_closed_stdout_swallows_what_is_said(job: Path) -> None:
    code = f"import sys\nsys.stdout = sys.stderr = None\n{MAIN}"
    command = [sys.executable, "-c", code, "explain", str(job.parent / "deal.toml")]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode == 0


@pytest.mark.parametrize(
    ("sign", "right"),
    [("±", "+/-"), ("é", "e"), ("²", "2"), ("β", "beta"), ("Φ", "phi"), ("京", "??"), ("Ж", "?"), ("\ud800", "?")],
)
def test_a_sign_is_spelled_in_ascii(sign: str, right: str) -> None:
    assert spelled(sign) == right


def test_every_spelling_is_ascii() -> None:
    assert all(spelling.isascii() for spelling in SIGNS.values())
