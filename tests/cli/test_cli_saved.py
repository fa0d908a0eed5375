"""Commands that read a saved run: pictures, differences, the path at a quantile, chapters of what is uncertain."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from handed import Capture, Patch
from shipped import JOB, JOBS, SCENARIOS

import stress
from stress import results
from stress.analysis import reverse_stress
from stress.analysis.reverse_stress import reverse
from stress.answers.reverse import Reverse
from stress.cli import exit_code, main
from stress.cli.compare import _said
from stress.cli.measures_json import trust
from stress.inputs.load import load_job
from stress.report.page import uncertain

SATELLITE = SCENARIOS / "satellites/china_growth.toml"
UNCERTAIN = JOBS / "baitiao-24m-uncertain.toml"
RANDOM = "fed2025_severely_adverse_random"
pytestmark = pytest.mark.usefixtures("read_once")


def run(*arguments: object) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two scenarios, and beside it one of a worse pool on the same draws."""
    folder, job = tmp_path_factory.mktemp("saved"), load_job(JOB)
    segments = tuple(s.model_copy(update={"entry_rate": 1.5 * s.entry_rate}) for s in job.pool.segments)
    worse = job.model_copy(update={"pool": job.pool.model_copy(update={"segments": segments})})
    for name, ran in (("one", job), ("other", worse)):
        ds = stress.simulate(ran, 1024, 3, ["baseline", "macro_severe"])
        results.save(ds, folder / name / "results.nc")
    return folder


@pytest.mark.parametrize(
    ("figure", "end", "options"),
    [
        *((name, ".svg", ()) for name in ("loss", "lives", "fan", "events", "heat_map")),
        ("defaults", ".svg", ("--mark", "realised=0.0463")),
        ("defaults", ".png", ()),
    ],
)
def test_every_figure_of_a_run_is_drawn(
    figure: str, end: str, options: tuple[str, ...], saved: Path, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / f"figure{end}"
    assert run("plot", saved / "one", figure, *options, "-o", file) == 0
    assert file.read_bytes().startswith({".svg": b"<svg", ".png": b"\x89PNG"}[end])
    assert capsys.readouterr().out.split() == [str(file)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["defaults", "--mark", "realised"], "NAME=SHARE, a share of the cut-off balance above 0 and at most 1"),
        (["defaults", "--mark", "realised=4.63"], "NAME=SHARE"),
        (["defaults", "-o", "figure.bmp"], "must end in"),
        (["defaults", "-o", "missing/figure.svg"], "cannot be written"),
        (["loss", "--scenario", "macro_sever"], "one of baseline, macro_severe"),
    ],
)
def test_a_figure_that_cannot_be_drawn_is_refused(
    arguments: list[str], words: str, saved: Path, tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("plot", saved / "one", *arguments) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_differences_are_shares_years_or_nothing(saved: Path, capsys: Capture) -> None:
    """More default: of the pool in any case, of the senior note in none."""
    measures = [f"--measure={name}" for name in ("mean_default", "expected_loss", "wal")]
    assert run("compare", saved / "one", saved / "other", *measures) == 0
    default, loss, life = re.split(r"(?m)^\w+: ", capsys.readouterr().out)[1:]
    assert default.count(" to ") == 2
    assert "within" in loss
    assert "±" in life
    assert run("compare", saved / "one", saved / "other", "--figure", "x.bmp") == 2


def test_a_difference_says_where_its_runs_begin_and_what_it_has_the_mean_of(saved: Path, capsys: Capture) -> None:
    assert run("compare", saved / "one", saved / "other", "--measure=EL", "--measure=WAL") == 0
    assert "median" not in capsys.readouterr().out
    assert run("compare", saved / "one", saved / "other", "--measure=IRR") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "irr of subordinated: the mean over paths; a run's own table has the median." in out
    assert "mid-life" not in out
    assert run("compare", saved / "one", saved / "other", "--measure=IRR", "--json") == 0
    (said,) = json.loads(capsys.readouterr().out)["says"]
    assert said in out
    whole = results.open(saved / "one")
    later = stress.simulate(load_job(JOBS / "baitiao-24m-mid-life.toml"), 64, 3, ["baseline"])
    (remark,) = _said({"wal": whole, "expected_loss": whole}, {Path("a"): whole, Path("b"): later})
    assert remark == "wal of a run that starts in mid-life is of what is left then: a from closing; b from 2020-06."
    (remark,) = _said({"expected_loss": whole}, {Path("a"): whole, Path("b"): later})
    assert remark == "What was before a run that starts in mid-life is data: a from closing; b from 2020-06."
    assert [trust(ds).get("as_of") for ds in (whole, later)] == [None, "2020-06"]


def test_the_path_at_a_quantile_is_written_month_by_month(saved: Path, tmp_path: Path, capsys: Capture) -> None:
    job, table = load_job(JOB), tmp_path / "tail.csv"
    at = ["--quantile", 0.99, "--tranche", "subordinated", "--results", saved / "one", "--scenario", "macro_severe"]
    assert run("replay", JOB, *at, "--csv", table, "--json") == 0
    path = json.loads(capsys.readouterr().out)["path"]
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == job.deal.legal_maturity_months
    shown = stress.replay(job.model_copy(update={"seed": 3}), path=path, scenario="macro_severe")
    assert [float(row["pool_balance"]) for row in rows] == pytest.approx(
        shown["pool_balance"].values.tolist(), rel=1e-6
    )
    assert run("replay", JOB, *at[:-1], "macro_mild") == 3
    assert "has no scenario 'macro_mild'; it has baseline, macro_severe" in capsys.readouterr().err
    assert run("replay", JOB, *at[:5], saved / "other", *at[6:]) == 3
    assert "another version of this job" in capsys.readouterr().err


def test_a_reverse_stress_says_the_macro_moves_behind_its_path(capsys: Capture, monkeypatch: Patch) -> None:
    asked = ["reverse", JOBS / "baitiao-12m.toml", "--tranche", "subordinated", "--satellite", SATELLITE, "--paths", 64]
    answers: list[Reverse] = []

    def ask(*said: Any) -> Reverse:
        answers.append(reverse(*said))
        return answers[-1]

    monkeypatch.setattr(reverse_stress, "reverse", ask)
    assert run(*asked) == 0
    assert "shift of the link" in capsys.readouterr().out
    monkeypatch.setattr(reverse_stress, "reverse", lambda *_: answers[-1])
    assert run(*asked, "--json") == 0
    assert json.loads(capsys.readouterr().out)["macro"]["move"]


def test_what_is_uncertain_has_a_chapter_for_each_pair_and_each_random_path() -> None:
    ds = stress.simulate(load_job(UNCERTAIN), 1024, scenarios=["baseline", "baseline_predictive", RANDOM])
    pair, macro = uncertain.chapters(ds)
    assert pair.title == "Parameter uncertainty: baseline"
    assert pair.sheet.rows[0][0] == "Pool default, mean"
    assert {row[0] for row in pair.sheet.rows} > {"Expected loss of mezzanine", "ES 99.9% of mezzanine"}
    assert macro.title == f"Random macro paths: {RANDOM}"
    assert all(" to " in row[2] for row in macro.sheet.rows)
    assert len(macro.exhibit.data.rows) % ds.sizes["quantile"] == 0


def test_a_choice_that_is_left_out_is_asked_for_in_one_line(capsys: Capture) -> None:
    assert exit_code(["plot", "results"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "Choose from: loss, lives, fan, events, heat_map, defaults (see stress plot --help)" in line
