"""An outcome: what the model said beside what happened, in sentences and numbers. Measured, not passed or failed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from stress.errors import ConfigError, DataError
from stress.validation.check import Verdict


class Shown(NamedTuple):
    """What was found."""

    said: tuple[str, ...]
    """Sentences, the first of them the finding itself."""
    data: dict[str, Any]
    """Numbers by name, as JSON: what a table and a figure need."""


class Outcome(NamedTuple):
    """A question about what happened, that anyone can ask again: `stress validate NAME`."""

    name: str
    part: str
    promise: str
    """What is compared."""
    source: str
    run: Callable[[], Shown]
    long: bool = True

    @property
    def command(self) -> str:
        """What measures it again."""
        return f"stress validate {self.name}"


class Seen(NamedTuple):
    """What came of an outcome."""

    verdict: Verdict
    """`shown`, or `not run`."""
    seconds: float
    shown: Shown


def look(outcome: Outcome) -> Seen:
    """Ask the question. What this machine lacks makes it `not run`, with the reason."""
    started = time.perf_counter()
    try:
        shown = outcome.run()
    except (ConfigError, DataError) as error:
        return Seen("not run", time.perf_counter() - started, Shown((str(error),), {}))
    return Seen("shown", time.perf_counter() - started, shown)
