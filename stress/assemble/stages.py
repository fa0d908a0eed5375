"""Seasoning in the tables: a column for each segment in each stage, and how a pool is spread over its stages."""

from __future__ import annotations

import math

import numpy as np

from stress.arrays import Array
from stress.inputs.pool import Pool
from stress.inputs.text.curve import monthly_rates

_STEEPEST = 1e-3
"""Share of a first stage that is left when histories start again: what rounding grows by until then."""


def n_stage(pool: Pool) -> int:
    """Stages of each segment: 1 without seasoning."""
    return max(1, len(pool.stages))


def columns(pool: Pool) -> list[str]:
    """Names of the columns: the segments, each in its stages."""
    if not pool.stages:
        return [segment.name for segment in pool.segments]
    return [f"{segment.name} {stage.name}" for segment in pool.segments for stage in pool.stages]


def entry_rates(pool: Pool) -> Array:
    """(S,) unconditional monthly rates of entry (or one-step default) by column, in month 1."""
    return np.asarray(entry_by_month(pool, 1)[0])


def entry_by_month(pool: Pool, months: int) -> Array:
    """(T, S) unconditional monthly rates of entry by month and column."""
    columns = []
    for s, segment in enumerate(pool.segments):
        own = rates_of(segment.entry_rate, segment.entry_rate_curve, months)
        for stage in pool.stages or (None,):
            if stage is None:
                columns.append(own)
            elif stage.entry_rate is not None:
                words = None if stage.entry_rate_curve is None else stage.entry_rate_curve[s]
                columns.append(rates_of(stage.entry_rate[s], words, months))
            else:
                odds = own / np.where(own < 1.0, 1.0 - own, 1.0)  # of a rate of 1 they are no number
                odds = odds * (1.0 if stage.default_odds is None else stage.default_odds)
                columns.append(np.where(own < 1.0, odds / (1.0 + odds), 1.0))
    return np.stack(columns, axis=1)


def prepayments(pool: Pool, months: int) -> Array:
    """(T, S) unconditional single monthly mortality by month and column."""
    columns = []
    for segment in pool.segments:
        own = rates_of(segment.prepayment, segment.prepayment_curve, months)
        for stage in pool.stages or (None,):
            stated = None if stage is None or stage.prepayment is None else stage
            columns.append(own if stated is None else rates_of(stated.prepayment, stated.prepayment_curve, months))
    return np.stack(columns, axis=1)


def rates_of(rate: float | None, words: str | None, months: int) -> Array:
    """(T,) a rate by month: the same in all, or as curve words say."""
    return np.full(months, rate) if words is None else np.array(monthly_rates(words, months))


def by_column(values: Array, pool: Pool) -> Array:
    """Values by segment (last axis), repeated for each of its stages."""
    return np.repeat(values, n_stage(pool), axis=-1) if pool.stages else values


def moves_on(pool: Pool) -> Array:
    """(K,) monthly share of a stage that moves on; 0 from the last."""
    return np.array([stage.moves_on or 0.0 for stage in pool.stages] or [0.0])


def months_to_rebase(pool: Pool) -> int:
    """Months after which histories start again: before less than a thousandth of a stage is left, a year at most."""
    left = 1.0 - float(moves_on(pool).max())
    return 12 if left >= 1.0 else 1 if left <= _STEEPEST else min(12, max(1, int(math.log(_STEEPEST) / math.log(left))))


def mix_by_age(pool: Pool, months: int) -> Array:
    """(months + 1, K) share of a loan in each stage that was bought 0, 1, .. months ago and never late."""
    on = moves_on(pool)
    mix = np.zeros((months + 1, len(on)))
    mix[0, 0] = 1.0
    if not on.any():
        mix[:, 0] = 1.0
        return mix
    for a in range(months):
        gone = mix[a] * on
        mix[a + 1] = mix[a] - gone
        mix[a + 1, 1:] += gone[:-1]
    return mix


def card_mix(pool: Pool) -> Array:
    """(K,) steady state of receivables that pay a share of their balance each month."""
    on = moves_on(pool)
    assert pool.payment_rate is not None
    unpaid = 1.0 - pool.payment_rate.monthly
    step = np.diag(1.0 - on) + np.diag(on[:-1], -1)
    first = np.eye(len(on))[0]
    return np.asarray(pool.payment_rate.monthly * np.linalg.solve(np.eye(len(on)) - unpaid * step, first))


def late_mix(pool: Pool, segment: int, performing: Array) -> Array:
    """(K,) where the opening delinquent balances of a segment stand: by what enters from each stage."""
    k = len(performing)
    enters = performing * entry_rates(pool)[segment * k : (segment + 1) * k]
    enters = enters if enters.sum() > 0.0 else performing
    return np.asarray(enters / enters.sum())
