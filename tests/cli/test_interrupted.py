"""Ctrl-C: a long question prints what it has, keeps what it counted, leaves with 130, and goes on when asked again."""

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handed import Capture, Patch
from shipped import ROOT

from stress.cli import exit_code
from stress.cli.output import Output

JOB = str(ROOT / "scenarios/jobs/baitiao-24m.toml")
SHORT = str(ROOT / "scenarios/jobs/baitiao-12m.toml")
"""Of fewer months and notes."""
CARDS = [str(ROOT / "scenarios" / name) for name in ("jobs/card-master-trust.toml", "reports/us-cards.toml")]
REPORTS = str(ROOT / "scenarios/reports/baitiao-24m-made-up.toml")
ASKED = {
    "breakeven": ["breakeven", SHORT, "--tranche", "subordinated", "--paths", "1024"],
    "sensitivity": ["sensitivity", SHORT, "--tranche", "subordinated", "--paths", "1024"],
    "size": ["size", SHORT, "--target", "senior:PD=0.05", "--paths", "1024"],
    "follow": ["follow", JOB, REPORTS, "--as-of", "2020-03", "--paths", "256"],
    "backtest": ["backtest", *CARDS, "--from", "1994-01", "--draws", "200", "--horizon", "1"],
    "book": ["book", str(ROOT / "scenarios/books/consumer.toml"), "--paths", "65536", "--threads", "1"],
}
AFTER = {"breakeven": 1.0 / 3.0, "sensitivity": 0.5, "size": 0.2}
"""Share of a question's work after which it is interrupted, where not at once: some counts are whole by then."""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: Patch, rough_searches: None) -> None:
    monkeypatch.chdir(tmp_path)


def interrupt(monkeypatch: Patch, after: float) -> None:
    """Press Ctrl-C once, when so much of a question is done."""
    pressed: list[bool] = []

    def step(done: int, total: int) -> None:
        if done >= after * total and not pressed:
            pressed.append(True)
            os.kill(os.getpid(), signal.SIGINT)

    @contextlib.contextmanager
    def progress(self: Output, title: str) -> Iterator[Callable[[int, int], None]]:
        yield step

    monkeypatch.setattr(Output, "progress", progress)


@pytest.mark.parametrize("command", ASKED)
def test_a_question_that_is_interrupted_prints_what_it_has_and_leaves_with_130(
    command: str, monkeypatch: Patch, capsys: Capture
) -> None:
    interrupt(monkeypatch, AFTER.get(command, 0.0))
    before = signal.getsignal(signal.SIGINT)
    assert exit_code([*ASKED[command], "--json"]) == 130
    said = capsys.readouterr()
    assert "interrupted" in said.err
    assert json.loads(said.out)
    assert signal.getsignal(signal.SIGINT) is before


def test_sizes_that_were_not_proved_are_not_said_to_be(monkeypatch: Patch, capsys: Capture) -> None:
    interrupt(monkeypatch, AFTER["size"])
    assert exit_code(ASKED["size"]) == 130
    out = " ".join(capsys.readouterr().out.split())
    assert "no proof was run" in out
    assert "proved on" not in out


def test_the_same_command_goes_on_and_ends_as_if_it_had_never_stopped(monkeypatch: Patch, capsys: Capture) -> None:
    command = "sensitivity"
    interrupt(monkeypatch, AFTER[command])
    assert exit_code([*ASKED[command], "--json"]) == 130
    assert "goes on from there" in capsys.readouterr().err
    kept = Path("results/baitiao-12m").absolute() / f"{command}.unfinished.nc"
    assert kept.is_file()
    monkeypatch.undo()
    counts: list[int] = []
    monkeypatch.chdir(kept.parents[2])
    monkeypatch.setattr("stress.runs.engine.counting.count", _counting(counts))
    assert exit_code([*ASKED[command], "--json"]) == 0
    resumed, less = json.loads(capsys.readouterr().out), len(counts)
    assert not kept.exists()
    assert exit_code([*ASKED[command], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == resumed
    assert less < len(counts) - less


def test_counts_are_kept_where_what_was_asked_for_cannot_be_written(
    tmp_path: Path, monkeypatch: Patch, capsys: Capture
) -> None:
    (tmp_path / "taken.xlsx").mkdir()
    asked = [*ASKED["breakeven"], "--json", "--xlsx", "taken.xlsx"]
    assert exit_code(asked) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--xlsx taken.xlsx: cannot be written" in line
    assert line.endswith("breakeven.unfinished.nc; the same command goes on from there")
    counts: list[int] = []
    monkeypatch.setattr("stress.runs.engine.counting.count", _counting(counts))
    (tmp_path / "taken.xlsx").rmdir()
    assert exit_code(asked) == 0
    assert json.loads(capsys.readouterr().out)
    assert not counts
    assert not list(Path().glob("results/**/*.nc"))


def _counting(counts: list[int]) -> Callable[..., object]:
    """The real count, told each time that it is asked."""
    from stress.runs import counting

    real = counting.count

    def count(*args: object, **how: object) -> object:
        counts.append(1)
        return real(*args, **how)  # type: ignore[arg-type]

    return count


def test_a_question_that_has_nothing_to_say_keeps_nothing(monkeypatch: Patch, capsys: Capture) -> None:
    interrupt(monkeypatch, 0.0)
    assert exit_code([*ASKED["sensitivity"][:-1], "8192", "--json"]) == 130
    said = capsys.readouterr()
    assert "interrupted: nothing is kept" in said.err
    assert said.out == ""
    assert not list(Path().glob("results/**/*.nc"))


def test_what_is_kept_and_cannot_be_read_is_counted_again(capsys: Capture) -> None:
    kept = Path("results/baitiao-12m/sensitivity.unfinished.nc")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"no netCDF")
    assert exit_code([*ASKED["sensitivity"], "--json"]) == 0
    assert not kept.exists()
