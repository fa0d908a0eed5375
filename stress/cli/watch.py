"""A long run on the terminal: paths per second, time left, the error by now, and an end that keeps what was done."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from stress.cli.output import Output, console
from stress.errors import ConfigError

if TYPE_CHECKING:
    from stress.inputs.job import Job
    from stress.kernels.tally import Tally


class Follower(Protocol):
    """Told how many paths are done and, now and then, all that was counted by then."""

    def __call__(self, done: int, total: int) -> None:
        """So many of so many paths."""

    def seen(self, tally: Tally) -> None:
        """What was counted by now."""

    def close(self) -> None:
        """Nothing more is shown."""


@contextlib.contextmanager
def progress(output: Output, title: str, measure: Followed | None = None) -> Iterator[Follower]:
    """A bar on a terminal, a line a tenth with --log-json, else nothing."""
    if output.log_json:
        follower: Follower = _Logged(output, measure)
    elif output.quiet or not sys.stderr.isatty():
        follower = _Silent()
    else:
        follower = _Bar(title, measure)
    try:
        yield follower
    finally:
        follower.close()


class _Silent:
    """Nobody looks."""

    def __call__(self, done: int, total: int) -> None:
        pass

    def seen(self, tally: Tally) -> None:
        pass

    def close(self) -> None:
        pass


class _Bar:
    """Paths, paths a second, relative error and time left on one line that goes away."""

    def __init__(self, title: str, measure: Followed | None) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        shown = "{task.completed:,.0f}/{task.total:,.0f} paths  {task.fields[speed]}  {task.fields[error]}"
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn(shown), TimeRemainingColumn())
        self.bar = Progress(*columns, console=console(err=True), transient=True)
        self.title, self.measure, self.error, self.pace = title, measure, "", Pace()
        self.task: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self.task is None:
            self.bar.start()
            self.task = self.bar.add_task(self.title, total=total, speed="", error="")
        rate = f"{self.pace(done):,.0f}/s"
        self.bar.update(self.task, completed=done, total=total, speed=rate, error=self.error)

    def seen(self, tally: Tally) -> None:
        if self.measure is not None:
            error = self.measure.error(tally)
            self.error = f"{self.measure}: " + ("no loss yet" if error is None else f"±{100 * error:.2g}%")

    def close(self) -> None:
        self.bar.stop()


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

    def __init__(self, output: Output, measure: Followed | None) -> None:
        self.output, self.measure, self.pace, self.last = output, measure, Pace(), -1
        self.error: dict[str, Any] = {}

    def __call__(self, done: int, total: int) -> None:
        rate = self.pace(done)
        tenth = 10 * done // max(total, 1)
        if tenth != self.last:
            self.last = tenth
            left = round((total - done) / rate, 1) if rate > 0 else None
            said = {"done": done, "total": total, "paths_per_second": round(rate), "seconds_left": left, **self.error}
            self.output.log("progress", **said)

    def seen(self, tally: Tally) -> None:
        if self.measure is not None:
            self.error = {"measure": str(self.measure), "relative_error": self.measure.error(tally)}

    def close(self) -> None:
        pass


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


MEASURES = ("EL", "PD")
"""Short names of `stress.measures.names`: they take no time to know while a run goes on."""


class Followed(NamedTuple):
    """A measure of a note under the first scenario."""

    measure: str
    note: str
    at: int
    """Place of the note, from the most senior."""
    estimator: str

    def __str__(self) -> str:
        return f"{self.measure} {self.note}"

    def error(self, tally: Tally) -> float | None:
        """Standard error over estimate of what was counted so far; None where no path has lost anything."""
        import numpy as np

        from stress.measures.names import SHORT, measured
        from stress.results.build import counted

        n_scenario, n_trigger, n_event = tally.trigger_count.shape
        cases, notes, triggers = ([str(k) for k in range(n)] for n in (n_scenario, tally.wal_count.shape[1], n_trigger))
        months = np.zeros(n_event - 1, "datetime64[ns]")
        ds = counted(tally._asdict(), cases, notes, triggers, months, {"estimator": self.estimator})
        answer = measured(ds, SHORT[self.measure]).isel(scenario=0, tranche=self.at)
        estimate, error = float(answer["estimate"]), float(answer["error"])
        return error / estimate if estimate > 0.0 else None


def followed(text: str | None, job: Job) -> Followed:
    """`EL`, `PD`, `B:EL`; where it is left out, the expected loss of the last note that lent, which settles first."""
    from stress.spelling import suggest

    notes = [note.name for note in job.deal.notes]
    note, _, measure = (text or "EL").rpartition(":")
    owed = [name for name, terms in zip(notes, job.deal.notes, strict=True) if 0.0 not in (terms.share, terms.amount)]
    note = note or (owed or notes)[-1]
    if measure.upper() not in MEASURES:
        raise ConfigError(f"--follow {text}: [NOTE:]EL or [NOTE:]PD{suggest(measure.upper(), MEASURES)}")
    if note not in notes:
        raise ConfigError(
            f"--follow {text}: the deal has no such note; it has {', '.join(notes)}{suggest(note, notes)}"
        )
    return Followed(measure.upper(), note, notes.index(note), job.estimator)
