"""What a state must say of the receivables that the deal holds."""

from __future__ import annotations

from stress.inputs.clocks import COHORTS, Clock
from stress.inputs.pool import Pool
from stress.inputs.state import Held, State
from stress.inputs.text.messages import show
from stress.spelling import suggest

TIES = 1e-6
"""Of the cut-off balance: how far sums may be off."""


def check_held(pool: Pool, clock: Clock, state: State, left: int) -> None:
    """Raise ValueError with a sentence where what a state holds is none of this pool. `left`: months to maturity."""
    _check_entries(pool, clock, state, left)
    _check_profiles(pool, state, left)


def _check_entries(pool: Pool, clock: Clock, state: State, left: int) -> None:
    segments, stages = [s.name for s in pool.segments], [s.name for s in pool.stages]
    seen: set[tuple[str, str | None, int | None, int]] = set()
    for k, held in enumerate(state.pool, 1):
        where = f"state: pool[{k}]"
        if held.segment not in segments:
            raise ValueError(
                f"{where}: the pool has no segment {show(held.segment)}: one of {', '.join(segments)}"
                f"{suggest(held.segment, segments)}"
            )
        if held.stage is not None and held.stage not in stages:
            listed = ", ".join(stages) or "it has none"
            raise ValueError(f"{where}: stage {show(held.stage)}: stages of the pool: {listed}")
        if held.cohort is not None and held.cohort > COHORTS[clock]:
            raise ValueError(f"{where}: cohort = {held.cohort}: the {clock} clock has {COHORTS[clock]}")
        key = (held.segment, held.stage, held.cohort, held.quality)
        if key in seen:
            raise ValueError(f"{where}: {held.segment} stands twice")
        seen.add(key)
        _check_held(pool, where, held, left)
    for name in segments:
        if name not in {segment for segment, *_ in seen}:
            raise ValueError(f"state: pool: segment {show(name)} is missing: write performing = 0.0 if nothing is left")
    for part in ("stage", "cohort"):
        if len({getattr(held, part) is None for held in state.pool}) > 1:
            raise ValueError(f"state: pool: {part} stands in some entries only: give it in all or in none")
    if not state.receivables <= 100.0 * pool.balance:
        raise ValueError(f"state: pool: more than a hundred times the cut-off balance of {pool.balance:,.0f}: units?")


def _check_held(pool: Pool, where: str, held: Held, left: int) -> None:
    if len(held.late) > len(pool.buckets):
        raise ValueError(f"{where}: late has {len(held.late)} balances; the pool's ladder has {len(pool.buckets)}")
    if held.waiting > held.performing + TIES * pool.balance:
        raise ValueError(
            f"{where}: waiting = {held.waiting:,.2f}: a part of what is performing, {held.performing:,.2f}, and no more"
        )
    if held.due is None:
        if held.fee is not None:
            raise ValueError(f"{where}: fee without due: give both")
        return
    if pool.payment_rate is not None:
        raise ValueError(f"{where}: due: a pool that pays a share of its balance has no schedule")
    if pool.stages and held.stage is None:
        raise ValueError(f"{where}: due: a pool with stages has a schedule for each: give the stage")
    gap = held.performing - sum(held.due)
    beyond = gap > 0.0 and len(held.due) >= left  # the rest falls due after the deal's last month
    if abs(gap) > TIES * pool.balance and not beyond:
        raise ValueError(f"{where}: due sums to {sum(held.due):,.2f}, performing is {held.performing:,.2f}")


def _check_profiles(pool: Pool, state: State, left: int) -> None:
    given = [held.due is not None for held in state.pool]
    if any(given) and not all(given):
        raise ValueError("state: pool: due stands in some entries only: give it in all or in none")
    if any(given) and state.opening:
        raise ValueError("state: give due in pool, or opening, not both")
    if state.opening and not pool.plans:
        raise ValueError("state: opening: a pool that pays a share of its balance has no remaining terms")
    for line in state.opening:
        if line.first_due + line.remaining - 1 > left:
            raise ValueError(f"state: opening: {line.remaining} instalments left run beyond the deal's last month")
    if pool.plans and not any(given) and not state.opening and state.phase != "revolving":
        raise ValueError(
            "state: a pool that is bought no more has shorter terms than its plans: give due in pool, or opening"
        )
    if any(held.waiting for held in state.pool) and (pool.payment_rate is None or pool.billing is None):
        raise ValueError("state: pool: waiting is of a card pool with billing dates")
