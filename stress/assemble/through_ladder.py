"""Rates of default and rates of entry into a delinquency ladder: each from the other.

Of what survives (is not on its way to default) the share d defaults through the entries of a month; e of what performs
enters, and R = r1 r2 r3 of that is lost. Late balances that will cure cannot enter again, so d = e R c with c the
performing share of what survives. The loss itself comes three months later. Unconditional rates; what is bought in a
month is taken to be as often late as the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stress.errors import ConfigError
from stress.inputs.pool import Pool

Array = NDArray[np.float64]


def default_of(entry: Array, pool: Pool) -> Array:
    """(T, S) share of what survives that each month's entries take to default. entry (T, S); the pool has a ladder."""
    ladder, default = _Ladder(pool), np.zeros_like(entry)
    for t, rate in enumerate(entry):
        default[t] = rate * ladder.lost * ladder.performing
        ladder.step(rate)
    return default


def entry_of(default: Array, entry: Array, moved: Array, pool: Pool) -> Array:
    """(T, S) entry rates that give `default` where `moved` is true, and `entry` elsewhere.

    Raises ConfigError where the ladder never gets to default. A rate above 1 is left to the caps.
    """
    ladder, found = _Ladder(pool), entry.copy()
    if ladder.lost == 0.0 and (default[moved] > 0.0).any():
        raise ConfigError("shock on default_rate: a roll rate of the pool's ladder is 0, so nothing gets to default")
    for t in range(len(entry)):
        wanted = default[t] / np.maximum(ladder.lost * ladder.performing, 1e-300)
        found[t] = np.where(moved[t], wanted, entry[t])
        ladder.step(np.minimum(found[t], 1.0))
    return found


class _Ladder:
    """Late balances of each segment over what survives, month by month."""

    def __init__(self, pool: Pool) -> None:
        assert pool.ladder is not None
        self.roll = np.array([pool.ladder.roll_m1, pool.ladder.roll_m2, pool.ladder.roll_m3])
        reaches = np.cumprod(self.roll[::-1])[::-1]
        self.cures = 1.0 - reaches
        """Share of M1, M2, M3 that cures in the end."""
        self.lost = float(reaches[0])
        late = np.array([[stock.m1, stock.m2, stock.m3] for stock in map(pool.delinquent_of, pool.segments)])
        survives = 1.0 - late.sum(axis=1) + late @ self.cures
        self.late = late / np.maximum(survives, 1e-300)[:, None]

    @property
    def performing(self) -> Array:
        """(S,) share of what survives that is not late."""
        return np.asarray(np.clip(1.0 - self.late @ self.cures, 0.0, 1.0))

    def step(self, entry: Array) -> None:
        """A month of entries and rolls."""
        enters = entry * self.performing
        late = np.column_stack([enters, self.roll[0] * self.late[:, 0], self.roll[1] * self.late[:, 1]])
        self.late = late / np.maximum(1.0 - enters * self.lost, 1e-12)[:, None]
