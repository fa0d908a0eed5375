"""A run on a terminal: one live line with what a user waits for; nothing of it in a pipe."""

import contextlib
import io
import json
import os
import pty
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from handed import Capture, Patch
from shipped import JOB

from stress.cli import exit_code
from stress.cli.output import Output
from stress.cli.watch import followed, interruptible, progress
from stress.errors import ConfigError
from stress.inputs.load import load_job
from stress.kernels.tally import merge
from stress.runs.counting.counted import joined
from stress.runs.dataset import to_dataset
from stress.runs.engine import count, packed_of, tallies, with_options

RUN = ["run", str(JOB), "--scenario", "baseline", "--threads", "1"]


def on_a_terminal(arguments: list[str], patch: Patch) -> str:
    """What the terminal of stderr was sent."""
    ours, theirs = pty.openpty()
    said: list[bytes] = []
    reader = threading.Thread(target=lambda: said.extend(sent(ours)))
    reader.start()
    with open(theirs, "w", encoding="utf-8") as terminal, patch.context() as here:
        here.setattr(sys, "stderr", terminal)
        assert exit_code(arguments) == 0
    reader.join()
    os.close(ours)
    return b"".join(said).decode()


def sent(ours: int) -> Iterator[bytes]:
    """What the other end of a terminal writes, until it is closed."""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            yield part


@pytest.mark.parametrize("text", [None, "subordinated:EL", "mezzanine:PD"])
def test_the_error_shown_is_that_of_the_result(text: str | None) -> None:
    job = with_options(load_job(JOB), 8192, 7, ["macro_severe"])
    tally = merge(list(tallies(job, 1, None)))
    ds, measure = to_dataset(job, tally).isel(scenario=0), followed(text, job)
    note = ds.sel(tranche=measure.note)
    assert measure.note == ("mezzanine" if text and "mezz" in text else "subordinated")
    if measure.measure == "EL":
        assert measure.error(tally) == pytest.approx(float(note["expected_loss_se"] / note["expected_loss"]))
    else:
        hit = float(note["loss_probability"])
        assert measure.error(tally) == pytest.approx(np.sqrt((1 - hit) / hit / 8192), rel=0.2)


@pytest.mark.parametrize("estimator", ["sobol", "importance"])
def test_the_error_shown_is_that_of_replicates_or_weights(estimator: str) -> None:
    job = with_options(load_job(JOB), 16_384, 7, ["macro_severe"]).model_copy(update={"estimator": estimator})
    tally = joined(count(packed_of(job), job, threads=1)).tally()
    note = to_dataset(job, tally).isel(scenario=0).sel(tranche="subordinated")
    shown = followed(None, job).error(tally)
    assert shown == pytest.approx(float(note["expected_loss_se"] / note["expected_loss"]))


def test_a_certificate_is_not_followed_unless_it_is_named() -> None:
    """The deal's last note lent nothing: it has no loss whose error could settle."""
    job = load_job(JOB)
    notes = job.deal.notes
    rest = notes[-1].model_copy(update={"share": 0.0, "amount": None})
    deal = job.deal.model_copy(update={"notes": (*notes[:-1], rest)})
    assert followed(None, job.model_copy(update={"deal": deal})).note == notes[-2].name


def test_a_note_that_has_not_lost_yet_has_no_relative_error() -> None:
    job = with_options(load_job(JOB), 2048, 7, ["baseline"])
    assert followed("A:EL", job).error(merge(list(tallies(job, 1, None)))) is None


@pytest.mark.parametrize(("text", "hint"), [("El:A", "EL"), ("mezanine:EL", "did you mean mezzanine"), ("EP", "EL")])
def test_what_cannot_be_followed_is_told(text: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=hint):
        followed(text, load_job(JOB))


@pytest.mark.usefixtures("no_page")
def test_a_terminal_shows_paths_speed_and_time_left(tmp_path: Path, monkeypatch: Patch) -> None:
    said = on_a_terminal([*RUN, "--paths", "60000", "--out", str(tmp_path)], monkeypatch)
    assert re.search(r"[\d,]+/60,000 paths  [\d,]+/s", said)
    assert re.search(r"\d:\d\d:\d\d", said)
    assert "saved" in said


@pytest.mark.usefixtures("no_page")
def test_no_color_is_obeyed(tmp_path: Path, monkeypatch: Patch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    said = on_a_terminal([*RUN, "--paths", "8192", "--out", str(tmp_path)], monkeypatch)
    assert "paths" in said
    assert not re.search(r"\x1b\[(3|4|9)\d", said)


class Screen(io.StringIO):
    """A terminal that keeps what it is sent."""

    def isatty(self) -> bool:
        return True


def test_a_question_s_bar_is_on_a_terminal_alone(monkeypatch: Patch) -> None:
    for screen, shown in ((Screen(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", screen)
        with Output().progress("reverse of A") as step:
            step(3, 7)
        assert ("reverse of A" in screen.getvalue()) == shown
    monkeypatch.setattr(sys, "stderr", Screen())
    with Output(quiet=True).progress("reverse of A") as step:
        step(3, 7)
    assert sys.stderr.getvalue() == ""


def test_a_question_logs_a_line_a_tenth(capsys: Capture) -> None:
    with Output(log_json=True).progress("reverse of A") as step:
        for done in (0, 4, 9, 10, 19, 100):
            step(done, 100)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["done"], line["total"]) for line in lines] == [
        ("progress", done, 100) for done in (0, 10, 100)
    ]


class Measure:
    """Followed: no loss at first, then one of a tenth."""

    errors = [None, 0.1]

    def error(self, tally: object) -> float | None:
        return self.errors[int(str(tally))]

    def __str__(self) -> str:
        return "EL B"


def test_a_run_says_its_error_if_one_is_followed(monkeypatch: Patch, capsys: Capture) -> None:
    for measure, error_words in ((None, ["", ""]), (Measure(), ["EL B: no loss yet", "EL B: ±10%"])):
        monkeypatch.setattr(sys, "stderr", Screen())
        with progress(Output(), "a run", measure) as bar:
            for seen, words in enumerate(error_words):
                bar.seen(seen)
                bar(32 * seen, 64)
                assert bar.bar.tasks[0].fields["error"] == words
    monkeypatch.undo()
    for measure, said in ((None, [{}, {}]), (Measure(), [("EL B", None), ("EL B", 0.1)])):
        with progress(Output(log_json=True), "a run", measure) as log:
            for seen in range(2):
                log.seen(seen)
                log(32 * seen, 64)
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        errors = [(event["measure"], event["relative_error"]) if measure else {} for event in lines]
        assert errors == said
        assert ("measure" in lines[0]) == (measure is not None)


def test_a_dry_run_says_what_would_run(capsys: Capture) -> None:
    Output().plan("my job", paths=64, scenarios="baseline")
    shown = capsys.readouterr().out
    assert "my job: would run" in shown
    assert re.search(r"paths\W+64\b", shown)
    assert re.search(r"scenarios\W+baseline\b", shown)


def test_the_first_interrupt_asks_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible() as stop:
        ask = signal.getsignal(signal.SIGTERM)
        assert not stop.is_set()
        ask(signal.SIGTERM, None)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            ask(signal.SIGTERM, None)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_in_another_thread_leaves_the_signals_alone() -> None:
    seen: list[object] = []

    def run() -> None:
        with interruptible() as stop:
            seen.extend((signal.getsignal(signal.SIGINT), stop.is_set()))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT), False]


@pytest.mark.usefixtures("no_page")
def test_a_pipe_gets_the_table_and_nothing_else(tmp_path: Path, monkeypatch: Patch, capfd: Capture) -> None:
    monkeypatch.delenv("COLUMNS")
    assert exit_code([*RUN, "--paths", "512", "--out", str(tmp_path)]) == 0
    said = capfd.readouterr()
    assert said.err == ""
    assert said.out.count("Expected loss") == 1
    assert "\x1b" not in said.out
