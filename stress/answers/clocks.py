"""What the clock changes: purchases daily, monthly, at payment dates, and after an outage."""

from __future__ import annotations

from typing import NamedTuple

from stress.answers.tornado import Change


class Effect(NamedTuple):
    """One measure under daily purchases, and what each other way of buying changes."""

    measure: str
    tranche: str | None
    """None: of the pool."""
    daily: float
    error: float
    low: float
    high: float
    """Ends of the 95% interval: the bounds where no path lost anything, or every path all."""
    changes: tuple[Change, ...]
    """In the order of `ways`: that way minus daily purchases, on the same draws."""


class Clocks(NamedTuple):
    """A job on its clocks, and with some days on which nothing could be bought."""

    job: str
    scenario: str
    ways: tuple[str, ...]
    rows: tuple[Effect, ...]
    left_out: tuple[str, ...]
    """Ways that the job cannot take, with the reason."""
    paths: int
    seed: int
