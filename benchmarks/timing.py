"""Interleaved timing: contenders take turns (A B A B), each turn in CPU seconds and wall seconds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Rates(NamedTuple):
    """Paths a second of one contender over its turns; a path under a scenario counts as one path."""

    cpu: list[float]
    wall: list[float]

    @property
    def best_cpu(self) -> float:
        """The least disturbed turn."""
        return max(self.cpu)

    @property
    def median_cpu(self) -> float:
        """A typical turn."""
        return statistics.median(self.cpu)


Contender = Callable[[int], int]
"""Runs its n-th turn and returns how many paths it simulated."""


def interleaved(contenders: dict[str, Contender], rounds: int) -> dict[str, Rates]:
    """Let the contenders take turns. Ratios between them are then from one run, whatever else the machine does."""
    rates = {name: Rates([], []) for name in contenders}
    for turn in range(rounds):
        for name, contender in contenders.items():
            cpu, wall = time.process_time(), time.perf_counter()
            paths = contender(turn)
            rates[name].cpu.append(paths / (time.process_time() - cpu))
            rates[name].wall.append(paths / (time.perf_counter() - wall))
    return rates


def median_ratio(a: Rates, b: Rates) -> float:
    """Median over the rounds of the ratio of their CPU rates."""
    return statistics.median(x / y for x, y in zip(a.cpu, b.cpu, strict=True))


def per_second(work: Contender, seconds: float) -> float:
    """Rough paths a CPU second, from turns that double until one takes a tenth of `seconds`."""
    n = 1
    while True:
        start = time.process_time()
        paths = work(n)
        spent = time.process_time() - start
        if spent > 0.1 * seconds:
            return paths / spent
        n *= 2
