"""`--fail-on`: a result whose measure is above a limit is written, shown and refused with exit code 7."""

import json
from pathlib import Path

import pytest
from handed import Capture
from shipped import JOB

import stress
from stress.cli import exit_code
from stress.cli.limits import check
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.measures import target, value_at_risk
from stress.runs import jobs

SEVERE = ["--paths", "1024", "--scenario", "baseline", "--scenario", "macro_severe"]
pytestmark = pytest.mark.usefixtures("no_pages", "read_once")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("limits") / "run"
    assert exit_code(["run", str(JOB), *SEVERE, "--out", str(out), "-q", "--fail-on", "EL:subordinated=0.999"]) == 0
    return out


def test_a_run_above_a_limit_is_written_and_ends_with_code_7_and_a_line_for_each_breach(
    tmp_path: Path, capsys: Capture
) -> None:
    limits = ["--fail-on", "EL:subordinated=0", "--fail-on", "PD:A=0.9"]
    assert exit_code(["run", str(JOB), *SEVERE, "--out", str(tmp_path / "run"), *limits]) == 7
    said = capsys.readouterr()
    assert "subordinated" in said.out
    lines = said.err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["--fail-on EL:subordinated=0"] * 2
    assert [line.split(": ")[2] for line in lines] == ["subordinated under baseline", "subordinated under macro_severe"]
    assert (tmp_path / "run" / "results.nc").is_file()
    assert (tmp_path / "run" / "report.html").is_file()
    again = ["run", str(JOB), *SEVERE, "--out", str(tmp_path / "run"), "--json", *limits]
    assert exit_code(again) == 7  # of a run that is there already
    document = json.loads(capsys.readouterr().out)
    assert [breach["scenario"] for breach in document["breaches"]] == ["baseline", "macro_severe"]


def test_a_limit_is_met_by_an_estimate_at_it_and_breached_by_one_above(folder: Path, capsys: Capture) -> None:
    ds = stress.open(folder)
    worst = float(value_at_risk(ds, 0.5)["estimate"].sel(tranche="subordinated").max())
    for limit, code in ((worst, 0), (worst - 1e-9, 7)):
        assert exit_code(["table", str(folder), "--fail-on", f"VAR50:subordinated={limit!r}", "--json"]) == code
        breaches = json.loads(capsys.readouterr().out)["breaches"]
        assert [(breach["scenario"], breach["tranche"]) for breach in breaches] == [
            ("macro_severe", "subordinated")
        ] * (code == 7)
        assert all(breach["low"] <= breach["estimate"] <= breach["high"] for breach in breaches)


def test_a_limit_below_what_so_few_paths_can_tell_is_said(folder: Path, capsys: Capture) -> None:
    """Of 1,024 paths none shows a loss of A: below 3 / 1,024 = 0.29% they tell nothing."""
    for limit, untold in (("1e-4", True), ("0.01", False)):
        asked = ["table", str(folder), "--fail-on", f"PD:A={limit}", "--json", "--log-json"]
        assert exit_code(asked) == 0
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert document["breaches"] == []
        assert ("baseline" in [row["scenario"] for row in document["untold"]]) is untold
        assert ("so few paths do not tell whether it holds" in said.err) is untold


def test_without_a_note_every_note_is_held_to_the_limit(folder: Path, capsys: Capture) -> None:
    assert exit_code(["table", str(folder), "--fail-on", "PD=0", "--json"]) == 7
    breaches = {(breach["scenario"], breach["tranche"]) for breach in json.loads(capsys.readouterr().out)["breaches"]}
    lost = stress.open(folder)["loss_probability"]
    assert breaches == {
        (s, n) for s in lost["scenario"].values for n in lost["tranche"].values if lost.sel(scenario=s, tranche=n)
    }
    assert len({note for _, note in breaches}) > 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EL:Z=0.1", "note: one of A, B"),
        ("WAL:A=0.5", "one of EL, PD, VAR99.9, ES99.9"),
        ("VAR:A=0.5", "level in percent"),
        ("EL:A=1", "from 0 to below 1"),
        ("EL:A=nan", "from 0 to below 1"),
        ("EL:A", "MEASURE:NOTE=LIMIT"),
        ("EL:A=much", "not a number"),
    ],
)
def test_what_is_no_limit_is_refused_before_anything_is_run(
    text: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    with pytest.raises(ConfigError, match=words):
        check([text], ["A", "B"])
    assert exit_code(["run", str(JOB), "--out", str(tmp_path / "run"), "--fail-on", text]) == 2
    assert words.split(" A, B")[0] in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_target_error_without_a_note_is_one_of_every_note(folder: Path) -> None:
    ds = stress.open(folder)
    relative = (ds["expected_loss_se"] / ds["expected_loss"]).where(ds["expected_loss"] > 0.0, float("inf"))
    error, where = target.reached(target.parse("EL=0.05", ["A", "B"]), ds)
    assert error == float(relative.max())
    assert where.split(" of ")[1] in ds["tranche"].values
    own_error, scenario = target.reached(target.parse("EL:subordinated=0.05", ["A", "subordinated"]), ds)
    assert own_error == float(relative.sel(tranche="subordinated").max())
    assert scenario in ds["scenario"].values


def test_a_target_on_the_life_of_a_residual_note_is_refused_before_a_path_is_run(worked_job: Job) -> None:
    """It has none, so that the target could never be reached."""
    rest = next(note.name for note in worked_job.deal.notes if note.residual)
    with pytest.raises(ConfigError, match=f"note {rest} takes what is left over and has no average life"):
        stress.simulate(worked_job, 64, target_error=f"WAL:{rest}=0.05")
    with pytest.raises(ConfigError, match=f"such as MULTIPLE:{rest}=0.05"):
        jobs.plan(worked_job, target=f"WAL:{rest}=0.05")
