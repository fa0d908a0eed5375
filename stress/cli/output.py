"""What commands print: results on stdout, progress and log on stderr, silent when piped."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

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
            click.echo(json.dumps(finite(document()), indent=2, ensure_ascii=False, allow_nan=False))
        elif not self.quiet:
            console().print(table())

    def log(self, event: str, **fields: Any) -> None:
        """A line on stderr: JSON with --log-json, a sentence on a terminal, else nothing."""
        if self.log_json:
            record = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": event, **finite(fields)}
            click.echo(json.dumps(record, ensure_ascii=False), err=True)
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


def console(err: bool = False) -> Console:
    """A rich console of stdout or stderr. NO_COLOR is respected; a pipe gets plain text of a fixed width."""
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else int(os.environ.get("COLUMNS", PIPED_WIDTH))
    return Console(file=stream, width=width, highlight=False)


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
