"""What counts paths in this process: its threads, and cards, which count the same."""

from __future__ import annotations

from typing import NamedTuple

from stress.errors import ConfigError

DEVICES = ("cpu", "gpu", "auto")
"""Threads alone, cards alone, or both where there is a card."""


class Machines(NamedTuple):
    """So many threads and cards."""

    threads: int
    cards: int = 0

    @property
    def hands(self) -> int:
        """What counts at a time."""
        return self.threads + self.cards

    @property
    def words(self) -> str:
        """As a reader is told."""
        threads = f"{self.threads} thread{'s' * (self.threads > 1)}" if self.threads else ""
        cards = f"{self.cards} GPU{'s' * (self.cards > 1)}" if self.cards else ""
        return " and ".join(part for part in (cards, threads) if part)


def machines(device: str, threads: int) -> Machines:
    """What a device means here. Raises ConfigError for one that is none, and for a card where there is none."""
    if device not in DEVICES:
        raise ConfigError(f"device = {device!r}: must be one of {', '.join(DEVICES)}")
    if device == "cpu":
        return Machines(threads)
    from stress.gpu import driver

    cards = driver.n_card()
    if device == "gpu" and not cards:
        driver.refuse()
    return Machines(threads if device == "auto" else 0, cards)


def kind(machines: Machines | None) -> str:
    """What counted, as a Dataset says: `cpu`, `gpu` or `cpu and gpu`; None: a cluster's threads."""
    if machines is None:
        return "cpu"
    return " and ".join(name for name, number in (("cpu", machines.threads), ("gpu", machines.cards)) if number)
