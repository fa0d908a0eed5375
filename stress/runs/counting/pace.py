"""How often what was counted is handed over: as often as taking it in and storing it costs a fiftieth of the time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.02
"""Of one core's time, spent on what a lost driver would lose."""
WAITING = 0.1
"""What a second of waiting for the disk counts beside one of work."""
SOON = 2.0
"""Seconds between two times at least: a run of a few seconds is not held up."""


class Pace:
    """Seconds between two rounds in which all hands give what they have, from what the round before cost the reader."""

    def __init__(self, every: float | None) -> None:
        """`every`: the most seconds; None where nothing is handed over before the end."""
        self.every = every
        self.cost = self.spent = self.part = 0.0
        self.first = True

    @property
    def seconds(self) -> float:
        """Between two rounds."""
        return math.inf if self.every is None else min(self.every, max(SOON, self.cost / SHARE))

    def due(self, since: float) -> bool:
        """Whether it is time again, `since` being the last time by the monotonic clock."""
        return time.monotonic() - since >= self.seconds

    @contextmanager
    def reading(self, part: float = 0.0) -> Iterator[None]:
        """The reader is at work; `part`: of all the hands, those that give now."""
        began, worked = time.monotonic(), time.thread_time()
        try:
            yield
        finally:
            self.spent += max(time.thread_time() - worked, WAITING * (time.monotonic() - began))
            self.part += part
            if self.part > 0.999:
                self.cost = 0.0 if self.first else self.spent  # the first round takes memory and loads libraries
                self.spent, self.part, self.first = 0.0, 0.0, False
