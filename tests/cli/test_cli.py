"""The command line: exit codes, one message, results on stdout, silence when piped."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from handed import Capture, Patch
from shipped import JOB, ROOT, SCENARIOS

import stress
from stress.cli import COMMANDS, cli, exit_code
from stress.cli.options import Count
from stress.cli.output import Output
from stress.errors import ConfigError, DataError
from stress.inputs.load import load_job
from stress.runs import jobs

DEAL = SCENARIOS / "deals/baitiao-24m.toml"


def test_help_comes_at_once_and_imports_nothing_heavy() -> None:
    loaded = "print(sorted(set(sys.modules) & {'numpy', 'numba', 'rich', 'pydantic', 'xarray', 'matplotlib', 'dask'}))"
    code = f"import sys, stress.cli as c; c.exit_code(['--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_importing_stress_costs_nothing() -> None:
    code = "import sys, stress; print(sorted(set(sys.modules) & {'numpy', 'numba', 'pydantic', 'click', 'xarray'}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_an_example(name: str, capsys: Capture) -> None:
    assert exit_code([name, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Example" in out
    assert "stress " in out


def test_a_misspelt_command_is_told_the_right_one(capsys: Capture) -> None:
    assert exit_code(["chek"]) == 2
    assert "Did you mean check?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["simulate", "job.toml"], "no such command 'simulate'. Did you mean run? (see stress --help)"),
        (["figures"], "Did you mean plot?"),
        (["help"], "Did you mean --help or --version?"),
        (["calibrate", "tapes"], "Did you mean tape?"),
        (["calibrate", "nope"], "no such command 'nope'. One of losses, pool, projection, rho, "),
        (["optimize"], "no such command 'optimize'. One of run, check, "),
        (["job.toml"], "A file comes after a command, stress COMMAND job.toml: one of run, check, "),
        (["run", "x", "--pathes", "3"], "no such option --pathes; did you mean --paths? (see stress run --help)"),
        (["run", "x", "-paths", "3"], "no such option -paths; did you mean --paths?"),
        (["run", "x", "--cores=4"], "no such option --cores; did you mean --threads?"),
        (["breakeven", "x", "--note", "A"], "no such option --note; did you mean --tranche?"),
        (["breakeven", "x", "-n", "A"], "no such option -n (see"),
        (["run", "x", "--tranche", "A"], "no such option --tranche (see"),
        (["run", "x", "--estimator", "soboll"], "'soboll': one of plain, sobol, importance, auto; did you mean sobol?"),
        (["whatif", "x", "--design", "lattice"], "'lattice': one of sobol, grid (see"),
    ],
)
def test_a_word_that_is_none_is_told_what_is_near_or_what_there_is(
    arguments: list[str], said: str, capsys: Capture
) -> None:
    assert exit_code(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["run", "--pathz", "3", str(JOB)], "--paths"),
        (["plot", "x", "heatmap"], "did you mean heat_map?"),
        (["new", "dael", "x"], "did you mean deal?"),
    ],
)
def test_misspelt_options_and_words_are_told_the_right_one(arguments: list[str], hint: str, capsys: Capture) -> None:
    assert exit_code(arguments) == 2
    assert hint in capsys.readouterr().err


def test_a_shell_completes_commands_and_options() -> None:
    for words, at, expected in (("stress re", "1", "plain,replay"), ("stress run --sce", "2", "plain,--scenario")):
        asked = {"COMP_WORDS": words, "COMP_CWORD": at, "_STRESS_COMPLETE": "bash_complete"}
        command = [sys.executable, "-m", "stress"]
        run = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=True)
        assert expected in run.stdout.splitlines()


@pytest.mark.parametrize(
    "arguments", [["run"], ["run", "x", "--paths", "many"], ["run", "x", "--pahts", "3"], ["check"]]
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments: list[str], capsys: Capture) -> None:
    assert exit_code(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("stress: ")
    assert err.count("\n") == 1


def test_check_says_ok_for_right_files_and_tells_the_wrong_ones(tmp_path: Path, capsys: Capture) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('kind = "deal"\nversion = 1')
    assert exit_code(["check", str(DEAL)]) == 0
    assert "ok  deal" in capsys.readouterr().out
    assert exit_code(["check", str(DEAL), str(wrong)]) == 2
    out, err = capsys.readouterr()
    assert "ok  deal" in out
    assert "wrong.toml" in err


def test_check_writes_one_json_document(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["check", "--json", str(DEAL), str(tmp_path / "none.toml")]) == 2
    lines = json.loads(capsys.readouterr().out)
    assert [line["ok"] for line in lines] == [True, False]
    assert lines[0]["name"] == "JD Baitiao 24-month, four classes"


def test_check_of_a_deal_or_a_pool_does_not_import_the_engine() -> None:
    check = ["check", str(DEAL), str(SCENARIOS / "pools/baitiao.toml")]
    code = f"import sys; from stress.cli import exit_code; exit_code({check!r}); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")


def test_a_dry_run_says_what_would_run_and_writes_nothing(tmp_path: Path, monkeypatch: Patch, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--dry-run", "--json", "--paths", "1e6", "--seed", "7", "--scenario", "macro"]
    assert exit_code(["run", str(JOB), *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["paths"] == 1_000_000
    assert said["seed"] == "7"
    assert said["scenarios"] == ["macro_mild", "macro_moderate", "macro_severe"]
    assert said["out"] == str(Path("results/baitiao-24m"))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_scenario_is_told_the_right_one() -> None:
    with pytest.raises(ConfigError, match="did you mean macro_severe"):
        jobs.plan(load_job(JOB), scenarios=["macro_sever"])


@pytest.mark.parametrize(
    ("text", "count"), [("5000", 5000), ("1_000_000", 10**6), ("1e6", 10**6), ("200k", 200_000), ("2m", 2_000_000)]
)
def test_counts_are_written_in_many_ways(text: str, count: int) -> None:
    assert Count().convert(text, None, None) == count


@pytest.mark.parametrize("text", ["0", "-5", "1.5", "nan", "inf", "1e400", "lots", "", "99999999999999999999"])
def test_counts_are_whole_and_finite(text: str) -> None:
    with pytest.raises(Exception, match="must be a whole number"):
        Count().convert(text, None, None)


@pytest.mark.parametrize("kind", ["deal", "pool", "scenario", "job"])
def test_new_writes_a_template_that_passes_check(kind: str, tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["new", kind, "Mein Geschäft", "-o", str(tmp_path)]) == 0
    written = capsys.readouterr().out.split("\n")[:-1]
    assert exit_code(["check", *written]) == 0
    assert exit_code(["new", kind, "Mein Geschäft", "-o", str(tmp_path)]) == 2
    assert "not overwritten" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../x", "", ".hidden", "a\nb", "x" * 200, " blank"])
def test_new_refuses_a_name_that_is_no_name(name: str, tmp_path: Path) -> None:
    assert exit_code(["new", "job", name, "-o", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []


def test_explain_says_every_note_fee_and_trigger_in_words(capsys: Capture) -> None:
    assert exit_code(["explain", str(JOB)]) == 0
    out = capsys.readouterr().out
    for words in (
        "| A | 80.7% | 807,000,000 | 5.4% fixed | 19.3% |",
        "2020-12-31",
        "Pay the vat fee",
        "Repay A, B and mezzanine",
    ):
        assert words in out
    for words in (
        "cumulative defaults over the cut-off balance above 3% at the end of month 3",
        "default odds times 3",
    ):
        assert words in out


def test_explain_refuses_a_pool(capsys: Capture) -> None:
    assert exit_code(["explain", str(SCENARIOS / "pools/baitiao.toml")]) == 2
    assert "only a deal, a job or a book" in capsys.readouterr().err


def test_calibrate_pool_writes_a_copy_that_passes_check(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "pool.toml"
    assert exit_code(["calibrate", "pool", str(SCENARIOS / "pools/baitiao.toml"), "-o", str(out), "--json"]) == 0
    fit = json.loads(capsys.readouterr().out)
    assert [segment["name"] for segment in fit["segments"]] == ["L1", "L2", "L3", "L4"]
    assert exit_code(["check", str(out)]) == 0


def test_an_unexpected_error_is_one_line_with_a_hint(monkeypatch: Patch, capsys: Capture) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(cli, "main", break_down)
    assert exit_code(["check", "x"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in err
    assert "stress --debug check x" in err
    assert "Traceback" not in err
    with pytest.raises(ZeroDivisionError):
        exit_code(["--debug", "check", "x"])


def test_an_interrupt_is_exit_code_130(monkeypatch: Patch, capsys: Capture) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupt)
    assert exit_code(["check", "x"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_progress_and_log_are_silent_when_piped_and_json_on_request(capsys: Capture) -> None:
    for log_json in (False, True):
        output = Output(log_json=log_json)
        with output.progress("x") as progress:
            progress(1, 2)
        output.log("saved", out="here")
        lines = capsys.readouterr().err.splitlines()
        assert [json.loads(line)["event"] for line in lines] == (["progress", "saved"] if log_json else [])


def test_json_has_no_nan(capsys: Capture) -> None:
    Output(as_json=True).result(lambda: "", lambda: {"a": float("nan"), "b": [float("inf"), 1.0]})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.0]}


def test_report_of_nothing_is_a_data_error(tmp_path: Path, capsys: Capture) -> None:
    assert exit_code(["report", str(tmp_path)]) == DataError.exit_code
    assert "results.nc: no such file" in capsys.readouterr().err


def test_results_do_not_go_where_they_cannot(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ConfigError, match="is a file, a folder is needed"):
        jobs.run(jobs.plan(load_job(JOB), out=file))


def test_the_result_digest_moves_with_a_bit_and_not_with_attributes() -> None:
    dataset = xr.Dataset({"a": ("x", np.arange(3.0)), "b": ("y", np.array([1, 2]))})
    digest = jobs.result_digest(dataset)
    assert jobs.result_digest(dataset.assign_attrs(time="now")[["b", "a"]]) == digest
    moved = dataset.copy(deep=True)
    moved["a"][0] = np.nextafter(0.0, 1.0)
    assert jobs.result_digest(moved) != digest


def test_the_path_at_a_quantile_is_the_first_of_its_loss_bin() -> None:
    count = xr.DataArray([[[90, 9, 0, 1]]], dims=("scenario", "tranche", "loss_bin"))
    path = xr.DataArray([[[0, 17, -1, 42]]], dims=count.dims)
    labels = {"scenario": ["base"], "tranche": ["A"]}
    dataset = xr.Dataset({"loss_count": count, "loss_path": path}, coords=labels)
    assert [jobs.path_at(dataset, "base", "A", q) for q in (0.5, 0.95, 0.999, 1.0)] == [0, 17, 42, 42]
    with pytest.raises(ConfigError, match="no tranche 'B' in the result"):
        jobs.path_at(dataset, "base", "B", 0.5)


@pytest.mark.usefixtures("no_page")
def test_the_quantile_of_a_replay_says_what_is_lost_there_or_where_losses_begin(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = ["--results", str(tmp_path)]
    assert exit_code(["run", str(JOB), "--paths", "1024", "--scenario", "baseline", "--out", str(tmp_path)]) == 0
    share = jobs.share_without_loss(stress.open(tmp_path), "baseline", "subordinated")
    ask = ["replay", str(JOB), *folder, "--tranche", "subordinated", "--quantile"]
    capsys.readouterr()
    assert exit_code([*ask, "0.5"]) == 0
    said = capsys.readouterr().out.splitlines()[1]
    assert said.startswith("0.5 quantile of subordinated: no loss; it loses on ")
    first = said.removesuffix(" on").split()[-1]
    assert share < float(first) < 1.0
    assert exit_code([*ask, first, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["loss"] > 0.0
    assert document["no_loss_share"] == share
    assert exit_code([*ask, first]) == 0
    assert f"{float(first):g} quantile of subordinated: loss " in capsys.readouterr().out
    assert exit_code(["replay", str(JOB), *folder, "--tranche", "A", "--quantile", "0.999"]) == 0
    assert "0.999 quantile of A: no loss on any path of this run" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "words"), [(486, "12: early amortization"), (1019, "14 (after the revolving period: no")]
)
def test_a_story_tells_early_amortization_from_a_trip_after_the_revolving_period(path: int, words: str) -> None:
    trace = stress.replay(load_job(JOB), path=path, scenario="baseline")
    said = [line for line in stress.report.story(trace) if line.startswith("Acceleration")]
    assert len(said) == 1
    assert said[0].startswith(f"Acceleration begins in month {words}")


def test_replay_shows_and_saves_every_month(tmp_path: Path) -> None:
    from stress.cli.replay import _table, months, write_csv

    dataset = xr.Dataset(
        {"pool_balance": ("month", np.arange(24.0)), "paid": (("month", "tranche"), np.ones((24, 2)))},
        coords={"month": np.arange(1, 25), "tranche": ["A", "B"]},
    )
    columns = months(dataset)
    assert list(columns) == ["month", "pool_balance", "paid A", "paid B"]
    write_csv(tmp_path / "flows.csv", columns)
    with open(tmp_path / "flows.csv", newline="") as file:
        assert len(list(csv.reader(file))) == 25
    assert len(_table("x", columns, width=80).renderables) > 2  # type: ignore[attr-defined]


def test_a_replay_tells_its_story_and_shows_all_on_request(capsys: Capture) -> None:
    path = ["replay", str(JOB), "--path", "77", "--scenario", "macro_severe"]
    assert exit_code(path) == 0
    story = capsys.readouterr().out
    assert exit_code([*path, "--all"]) == 0
    assert len(story.splitlines()) < 30 < len(capsys.readouterr().out.splitlines())
    assert exit_code([*path, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert all(line.split()[0] in story for line in document["story"])
    lost = [line.split()[0] for line in document["story"] if "loses" in line]
    left = {name: document["months"][f"note_balance {name}"][-1] for name in ("A", "B", "mezzanine", "subordinated")}
    assert [name for name, balance in left.items() if balance > 1.0] == lost
    tripped = document["months"]["tripped cumulative default"].index(1.0) + 1
    assert any(f"'cumulative default' trips in month {tripped}" in line for line in document["story"])


def test_replay_needs_a_path_or_a_quantile_of_a_note(capsys: Capture) -> None:
    assert exit_code(["replay", str(JOB)]) == 2
    assert exit_code(["replay", str(JOB), "--quantile", "0.99"]) == 2
    assert exit_code(["replay", str(JOB), "--path", "1", "--quantile", "0.99", "--tranche", "A"]) == 2
