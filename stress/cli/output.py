"""What commands print: results on stdout, progress and log on stderr, silent when piped."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from stress.cli.streams import has_every_sign
from stress.errors import StressError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

PIPED_WIDTH = 200
"""Columns of a table that goes into a file or a pipe."""


class Output(NamedTuple):
    """How a command talks."""

    as_json: bool = False
    quiet: bool = False
    log_json: bool = False

    def result(self, table: Callable[[], RenderableType], document: Callable[[], Any]) -> None:
        """The command's result: a table, or one JSON document with --json; nothing with --quiet alone."""
        if self.as_json:
            with printing():
                click.echo(document_text(document()))
        elif not self.quiet:
            shown = table()
            with printing():
                console().print(shown)

    def plan(self, of: str, **said: Any) -> None:
        """What a dry run says: everything was checked, and this would run."""
        self.result(lambda: plan_table(of, said), lambda: {"job": of, **said})

    def log(self, event: str, **fields: Any) -> None:
        """A line on stderr: JSON with --log-json, a sentence on a terminal, else nothing."""
        if self.log_json:
            record = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **finite(fields)}
            click.echo(json.dumps(record, ensure_ascii=not has_every_sign(sys.stderr)), err=True)
        elif not self.quiet and sys.stderr.isatty():
            details = " ".join(str(value) for value in fields.values())
            click.echo(f"{event} {details}".strip(), err=True)

    @contextlib.contextmanager
    def progress(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """A bar on stderr, driven by (done, total); one line a tenth with --log-json."""
        if self.log_json:
            yield self._logged_progress()
            return
        if self.quiet or not sys.stderr.isatty():
            yield _ignore
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console(err=True), transient=True) as bar:
            task = bar.add_task(title, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def _logged_progress(self) -> Callable[[int, int], None]:
        last = -1

        def report(done: int, total: int) -> None:
            nonlocal last
            tenth = 10 * done // max(total, 1)
            if tenth != last:
                last = tenth
                self.log("progress", done=done, total=total)

        return report


def plan_table(of: str, said: Mapping[str, Any]) -> Table:
    """What would run, a line each."""
    from rich.table import Table
    from rich.text import Text

    table = Table("what", "value", title=Text(f"{of}: would run"))
    for key, value in said.items():
        table.add_row(key, Text(", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return table


def console(err: bool = False) -> Console:
    """A rich console of stdout or stderr. NO_COLOR is respected; a pipe gets plain text of a fixed width."""
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", PIPED_WIDTH))
    if not has_every_sign(stream) and stream.errors == "spelled":
        from stress.cli.plain import PlainConsole

        return PlainConsole(file=stream, width=width, highlight=False)
    from rich.console import Console

    return Console(file=stream, width=width, highlight=False)


def document_text(document: Any) -> str:
    """A JSON document for stdout: in ASCII, escaped, where stdout cannot say every sign."""
    return json.dumps(finite(document), indent=2, ensure_ascii=not has_every_sign(sys.stdout), allow_nan=False)


@contextlib.contextmanager
def printing() -> Iterator[None]:
    """What is printed here reaches stdout, or it is said that it does not. Raises StressError, BrokenPipeError."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StressError(f"standard output cannot be written: {error.strerror}") from None


def finite(value: Any) -> Any:
    """The value with nan and infinities as None, so that it is valid JSON."""
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _ignore(done: int, total: int) -> None:
    return None
