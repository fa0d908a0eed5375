"""Rates of default and rates of entry into a delinquency ladder: each from the other.

Of what survives (is not on its way to default) the share d defaults through the entries of a month; e of what performs
enters, and R of that is lost: r1 r2 r3, or what a longer ladder lets through, stays and payments counted. Late
balances that will cure cannot enter again, so d = e R c with c the performing share of what survives. The loss itself
comes as many months later as the ladder has buckets, or more. Unconditional rates; what is bought in a month, or comes
from another stage, is taken to be as often late as the rest.
"""

from __future__ import annotations

import numpy as np

from stress.arrays import Array
from stress.assemble.stages import n_stage
from stress.errors import ConfigError
from stress.inputs.pool import Pool

DOUBLINGS = 60
"""2^60 months: for ever."""


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
    ladder, rates = _Ladder(pool), entry.copy()
    if ladder.lost == 0.0 and (default[moved] > 0.0).any():
        raise ConfigError("shock on default_rate: a roll rate of the pool's ladder is 0, so nothing gets to default")
    for t in range(len(entry)):
        wanted = default[t] / np.maximum(ladder.lost * ladder.performing, 1e-300)
        rates[t] = np.where(moved[t], wanted, entry[t])
        ladder.step(np.minimum(rates[t], 1.0))
    return rates


def lost_of_entered(pool: Pool) -> float:
    """Share of what enters that defaults in the end; 1 without a ladder."""
    return 1.0 if pool.ladder is None else float(_reaches(pool)[0])


def _reaches(pool: Pool) -> Array:
    """(B,) share of each bucket that defaults in the end: nothing, where a bucket on the way never rolls."""
    moves = late_moves(pool)
    passes = np.cumprod([float(bucket.rolls > 0.0) for bucket in reversed(pool.buckets)])[::-1]
    last = np.zeros(len(moves))
    last[-1] = pool.buckets[-1].rolls
    try:
        return np.asarray(np.clip(np.linalg.solve(np.eye(len(moves)) - moves, last), 0.0, 1.0) * passes)
    except np.linalg.LinAlgError:  # some buckets are never left: nothing of theirs defaults
        for _ in range(DOUBLINGS):
            last, moves = last + moves @ last, moves @ moves
        return last


def late_moves(pool: Pool) -> Array:
    """(B, B) monthly share of a bucket (row) that is in another (column): rolls, payments down, stays. What pays an
    instalment and stays late counts whole."""
    moves = np.zeros((len(pool.buckets),) * 2)
    for b, bucket in enumerate(pool.buckets):
        moves[b, b] = bucket.stays
        if b + 1 < len(moves):
            moves[b, b + 1] = bucket.rolls
        for down, share in enumerate(bucket.pays_down, 1):
            moves[b, b - down] = share
    return moves


class _Ladder:
    """Late balances of each segment over what survives, month by month."""

    def __init__(self, pool: Pool) -> None:
        assert pool.ladder is not None
        self.move = late_moves(pool)
        """(B, B) what of a bucket (row) is in which bucket (column) a month later."""
        reaches = _reaches(pool)
        self.cures = 1.0 - reaches
        """Share of each bucket that cures in the end."""
        self.lost = float(reaches[0])
        stock = [pool.delinquent_of(segment).shares[: len(reaches)] for segment in pool.segments]
        late = np.repeat(np.array(stock), n_stage(pool), axis=0)
        survives = 1.0 - late.sum(axis=1) + late @ self.cures
        self.late = late / np.maximum(survives, 1e-300)[:, None]

    @property
    def performing(self) -> Array:
        """(S,) share of what survives that is not late."""
        return np.asarray(np.clip(1.0 - self.late @ self.cures, 0.0, 1.0))

    def step(self, entry: Array) -> None:
        """A month of entries and rolls."""
        enters = entry * self.performing
        late = self.late @ self.move
        late[:, 0] += enters
        self.late = late / np.maximum(1.0 - enters * self.lost, 1e-12)[:, None]
