"""A long run on the terminal: progress with paths per second and time left, and an end that keeps what was done."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from stress.cli.output import Output, console

Step = Callable[[int, int], None]


@contextlib.contextmanager
def progress(output: Output, title: str) -> Iterator[Step]:
    """A bar on a terminal, a line a tenth with --log-json, else nothing."""
    if output.log_json:
        yield _Logged(output)
        return
    if output.quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    count = TextColumn("{task.completed:,.0f}/{task.total:,.0f} paths")
    speed = TextColumn("{task.fields[speed]}")
    columns = (TextColumn("{task.description}"), BarColumn(), count, speed, TimeRemainingColumn())
    with Progress(*columns, console=console(err=True), transient=True) as bar:
        task: Any = None
        pace = Pace()

        def step(done: int, total: int) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(title, total=total, speed="")
            bar.update(task, completed=done, total=total, speed=f"{pace(done):,.0f}/s")

        yield step


class Pace:
    """Paths per second since the first call."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None

    def __call__(self, done: int) -> float:
        """The rate by now; 0 at the first call."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, done)
        since, begin = self.first
        return (done - begin) / (now - since) if now > since else 0.0


class _Logged:
    """One line a tenth of the run."""

    def __init__(self, output: Output) -> None:
        self.output, self.pace, self.last = output, Pace(), -1

    def __call__(self, done: int, total: int) -> None:
        rate = self.pace(done)
        tenth = 10 * done // max(total, 1)
        if tenth != self.last:
            self.last = tenth
            left = round((total - done) / rate, 1) if rate > 0 else None
            self.output.log("progress", done=done, total=total, paths_per_second=round(rate), seconds_left=left)


@contextlib.contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Ctrl-C or a scheduler's SIGTERM asks the run to end after a checkpoint; a second one ends it at once."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
