"""What net losses count from and are over: closing and the cut-off balance, or a state and the pool that it leaves."""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

from stress.arrays import Array

Losses = TypeVar("Losses", float, Array)


class Since(NamedTuple):
    """Where a job starts. Its remaining net loss is that of the months from there on, over the pool then; of a job that
    starts at closing that is its cumulative net loss (CNL)."""

    as_of: str = ""
    """Month of the state; empty at closing."""
    pool: float = 1.0
    """Receivables then that have not defaulted, over the cut-off balance: the pool factor."""
    net_loss: float = 0.0
    """Defaults less recoveries by then, over the cut-off balance. What is recovered later of what had defaulted by
    then lowers the remaining net loss."""
    default: float = 0.0
    """Defaults by then, likewise."""
    told: bool = False
    """Whether the state tells of the factors: expected rates are those given that."""

    def remaining(self, since_closing: Losses) -> Losses:
        """Net loss from closing on over the cut-off balance -> from the start on over the pool then; NaN over none.

        >>> round(Since("2020-12", 0.5, 0.08, 0.09).remaining(0.10), 6)
        0.04
        """
        return (since_closing - self.net_loss) / (self.pool or math.nan)

    def remaining_default(self, since_closing: Losses) -> Losses:
        """Defaults likewise."""
        return (since_closing - self.default) / (self.pool or math.nan)

    def in_all(self, remaining: Losses) -> Losses:
        """Back: net loss from closing on over the cut-off balance."""
        return self.net_loss + remaining * self.pool
