"""What a state holds of the pool -> balances and profiles by cohort and segment in its stages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.profiles import opening_mix, opening_profiles
from stress.assemble.receivables import cohort_shares, due_of, waits_of
from stress.assemble.stages import late_mix
from stress.errors import ConfigError
from stress.inputs.clocks import Clock
from stress.inputs.pool import Pool
from stress.inputs.state import Held, State
from stress.inputs.state.holdings import TIES
from stress.kernels.layout import Sizes


class Holding(NamedTuple):
    """The pool at the end of month b."""

    bucket: Array
    """(C, S, 7) performing, M1 .. M6."""
    due: Array
    """(K, O, S, T + 8) principal due in month r of the deal per unit of performing; O: C if cohorts differ, else 1."""
    fee: Array
    waiting: Array
    """(C, S, W) what of performing waits for its bill, with the delay of the purchases that do."""


def holding_of(pools: Sequence[Pool], clock: Clock, state: State, sizes: Sizes) -> Holding:
    """Entries without a stage or a cohort are split as an opening pool is."""
    pool = pools[0]
    bucket = np.zeros((sizes.n_cohort, sizes.n_segment, 7))
    _check_qualities(state, sizes)
    for held in state.pool:
        for c, of_cohort in _cohorts(held, pool, clock, sizes.n_cohort):
            for row, performing, late in _stages(held, pool, state, sizes):
                bucket[c, row, 0] += of_cohort * performing * held.performing
                bucket[c, row, 1 : 1 + len(held.late)] += of_cohort * late * np.array(held.late)
    due, fee = _profiles(pools, state, sizes)
    return Holding(bucket, due, fee, _waiting(pool, state, sizes, bucket[..., 0]))


def _waiting(pool: Pool, state: State, sizes: Sizes, performing: Array) -> Array:
    """(C, S, W) what waits, on the due days on which it can. Raises ConfigError for what cannot."""
    waiting = np.zeros((sizes.n_cohort, sizes.n_segment, sizes.n_delay))
    if not any(held.waiting for held in state.pool):
        return waiting
    if sizes.n_before > sizes.n_history:
        raise ConfigError("state: pool: waiting: nothing was bought in the month of the state")
    waits = waits_of(due_of(pool.billing, sizes.n_cohort))
    days = [c for c in range(sizes.n_cohort) if waits[c].any()]
    if not days:
        raise ConfigError("state: pool: waiting: no purchase of the month of the state passes a due date in the next")
    may = f"; of day {', '.join(str(c + 1) for c in days)} it may"
    for k, held in enumerate(state.pool, 1):
        if held.waiting and held.cohort is not None and held.cohort - 1 not in days:
            raise ConfigError(
                f"state: pool[{k}]: waiting = {held.waiting:,.2f}: what falls due on day {held.cohort} passes no due "
                f"date in the next month before it is billed{may}"
            )
        cohorts = [held.cohort - 1] if held.cohort is not None else days
        for c in cohorts:
            for row, share, _ in _stages(held, pool, state, sizes):
                waiting[c, row] += held.waiting / len(cohorts) * share * waits[c]
    beyond = np.argwhere(waiting.sum(axis=2) > performing + TIES * pool.balance)
    if len(beyond):
        c, row = beyond[0]
        raise ConfigError(
            f"state: pool: waiting: {waiting[c, row].sum():,.2f} due on day {c + 1}, where {performing[c, row]:,.2f} "
            f"is performing{may}"
        )
    return waiting


def _cohorts(held: Held, pool: Pool, clock: Clock, n_cohort: int) -> list[tuple[int, float]]:
    if held.cohort is not None:
        return [(held.cohort - 1, 1.0)]
    return [(c, share) for c, share in enumerate(cohort_shares(pool, n_cohort, clock)) if share > 0.0]


def _stages(held: Held, pool: Pool, state: State, sizes: Sizes) -> list[tuple[int, float, float]]:
    """(row, share of performing, share of late) of each stage."""
    s, first = _segment(held, pool, sizes)
    if held.stage is not None:
        return [(first + [stage.name for stage in pool.stages].index(held.stage), 1.0, 1.0)]
    performing = opening_mix(_reopened(pool, state), pool.segments[s])
    late = late_mix(pool, s, performing)
    return [(first + i, float(performing[i]), float(late[i])) for i in range(sizes.n_stage)]


def _segment(held: Held, pool: Pool, sizes: Sizes) -> tuple[int, int]:
    """The pool's segment, and the row of its first stage in the copy of the entry's quality."""
    s = [segment.name for segment in pool.segments].index(held.segment)
    return s, ((held.quality - 1) * sizes.n_level + s) * sizes.n_stage


def _check_qualities(state: State, sizes: Sizes) -> None:
    count, quality = sizes.n_whole // sizes.n_level, max(held.quality for held in state.pool)
    if quality > count:
        raise ConfigError(
            f"state: pool: quality = {quality}: no scenario buys at as many odds (new_default_odds); there are {count}"
        )


def _reopened(pool: Pool, state: State) -> Pool:
    """The pool with the remaining terms of the state."""
    return pool.model_copy(update={"opening": state.opening})


def _profiles(pools: Sequence[Pool], state: State, sizes: Sizes) -> tuple[Array, Array]:
    before, n_slot, k = sizes.n_before, sizes.n_month + 8, sizes.n_stage
    by_cohort = any(held.cohort is not None and held.due is not None for held in state.pool)
    shape = (len(pools), sizes.n_cohort if by_cohort else 1, sizes.n_segment, n_slot)
    due, fee = np.zeros(shape), np.zeros(shape)
    if sizes.constant_payment:
        return due, fee
    if all(held.due is None for held in state.pool):
        for i, pool in enumerate(pools):
            again = _reopened(pool, state)
            for s, segment in enumerate(again.segments):
                for j, profile in enumerate(opening_profiles(again, segment, n_slot)):
                    due[i, :, s * k + j, before:] = profile.due[: n_slot - before]
                    fee[i, :, s * k + j, before:] = profile.fee[: n_slot - before]
        return due, fee
    stages = [stage.name for stage in pools[0].stages]
    whole = np.zeros(shape[1:3])
    for held in state.pool:
        row = _segment(held, pools[0], sizes)[1] + (stages.index(held.stage) if held.stage is not None else 0)
        cohort = held.cohort - 1 if by_cohort and held.cohort is not None else 0
        whole[cohort, row] += held.performing
        for table, given in ((due, held.due), (fee, held.fee)):
            slots = np.array((given or ())[: n_slot - before - 1])
            table[:, cohort, row, before + 1 : before + 1 + len(slots)] += slots
    performing = np.maximum(whole, 1e-300)[..., None]
    return due / performing, fee / performing
