"""Quality that drifts: what is bought in different months at different odds stands in segments of its own.

A shock on `new_default_odds` gives what is bought in a month a multiple of the odds of entry for life. Receivables of
one multiple share their rates, so as many copies of the pool's segments as there are multiples carry all months of
purchase exactly, through stages and ladder alike: copy 0 is what stood in the pool at closing and what is bought
unmoved. The copies lie one after another, each the segments in their order; without such a shock there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Ints
from stress.assemble.caps import RATE_CAP
from stress.assemble.monthly import MonthInputs
from stress.assemble.stages import by_column, n_stage
from stress.errors import ConfigError
from stress.inputs.pool import Pool

MOST_ROWS = 256
"""Segments in all their stages and qualities."""


class Qualities(NamedTuple):
    """The multiples of a scenario, and which of them each month buys."""

    odds: Array
    """(Q, segments) multiples of the odds of entry; the first row is 1."""
    bought: Ints
    """(T,) quality of what is bought in a month."""


def qualities_of(months: MonthInputs, last: int) -> Qualities:
    """Distinct multiples of the months of purchase 1 .. `last`, in the order of time; later months buy nothing."""
    n_month, n_level = months.mix.shape
    rows, bought = [(1.0,) * n_level], np.zeros(n_month, np.int64)
    for t, row in enumerate([] if months.new_odds is None else months.new_odds[:last].tolist()):
        if tuple(row) not in rows:
            rows.append(tuple(row))
        bought[t] = rows.index(tuple(row))
    return Qualities(np.array(rows), bought)


def in_qualities(
    pools: Sequence[Pool], months: Sequence[MonthInputs], last: int
) -> tuple[list[Pool], list[MonthInputs], int]:
    """Pools and months with the segments once for each quality, and the number of qualities: the most of any scenario.

    Raises ConfigError where that makes more than MOST_ROWS rows.
    """
    qualities = [qualities_of(m, last) for m in months]
    count = max(len(quality.odds) for quality in qualities)
    if count == 1:
        return list(pools), list(months), 1
    rows = count * len(pools[0].segments) * n_stage(pools[0])
    if rows > MOST_ROWS:
        raise ConfigError(
            f"shock on new_default_odds: {count - 1} multiples of {rows // count} segments and stages are {rows} rows, "
            f"at most {MOST_ROWS} are carried: let more months share a multiple (of a satellite: macro.interpolation = "
            '"step"), or use fewer segments'
        )
    copied = {id(pool): _copied(pool, count) for pool in pools}
    moved = [_moved(m, quality, pool, count) for m, quality, pool in zip(months, qualities, pools, strict=True)]
    return [copied[id(pool)] for pool in pools], moved, count


def with_odds(rate: Array, odds: Array) -> Array:
    """Rates whose odds are so many times those of `rate`."""
    return np.asarray(rate * odds / (1.0 - rate + rate * odds))


def _copied(pool: Pool, count: int) -> Pool:
    """The pool's segments, then copies of them that hold nothing at closing: only this package sees it."""
    empty = tuple(s.model_copy(update={"share": 0.0, "new_share": 0.0}) for s in pool.segments)
    stages = tuple(
        stage
        if stage.entry_rate is None
        else stage.model_copy(
            update={
                "entry_rate": stage.entry_rate * count,
                "entry_rate_curve": stage.entry_rate_curve and stage.entry_rate_curve * count,
            }
        )
        for stage in pool.stages
    )
    return pool.model_copy(update={"segments": pool.segments + empty * (count - 1), "stages": stages})


def _moved(m: MonthInputs, qualities: Qualities, pool: Pool, count: int) -> MonthInputs:
    """A month's inputs with a column for each quality; rolls with an elasticity follow the odds."""
    odds = np.ones((count, m.mix.shape[1]))
    odds[: len(qualities.odds)] = qualities.odds
    by_row = by_column(odds, pool)
    entry = [np.minimum(with_odds(m.entry, row), RATE_CAP) if (row != 1.0).any() else m.entry for row in by_row]
    elastic = np.array([b.elasticity for b in pool.buckets] + [0.0] * m.roll.shape[-1])[: m.roll.shape[-1]]
    roll = [with_odds(m.roll, row[:, None] ** elastic) if (row != 1.0).any() else m.roll for row in by_row]
    mix = np.zeros((len(m.mix), count, m.mix.shape[1]))
    mix[np.arange(len(m.mix)), qualities.bought] = m.mix
    swing = m.swing if m.swing is None else m.swing._replace(exposed=np.tile(m.swing.exposed, count))
    return m._replace(
        entry=np.concatenate(entry, axis=1),
        roll=np.concatenate(roll, axis=1),
        smm=np.tile(m.smm, (1, count)),
        recovery=np.tile(m.recovery, (1, count)),
        mix=mix.reshape(len(m.mix), -1),
        swing=swing,
    )
