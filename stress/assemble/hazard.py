"""What seasoning does to a pool that buys no more: its hazard rises or falls as the receivables age."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.arrays import Array
from stress.assemble.profiles import opening_mix, opening_profiles
from stress.assemble.stages import entry_rates, moves_on
from stress.assemble.statements import at_closing, times_of
from stress.inputs.job import Job
from stress.inputs.pool import Pool
from stress.inputs.text.remark import Remark

_SHOWN = (2, 6, 12)
"""Months after the last purchase."""


def hazard_after_purchases(pool: Pool, months: int) -> Array:
    """(months + 1,) share of the performing balance that enters the ladder (or defaults) 0, 1, .. months after the last
    purchase of a pool in its steady state: expected rates, no default and no prepayment on the way."""
    mix = np.array([s.share if s.new_share is None else s.new_share for s in pool.segments])
    steady, k = pool.model_copy(update={"opening": ()}), len(moves_on(pool))
    rate = entry_rates(pool).reshape(-1, k)
    step = np.diag(1.0 - moves_on(pool)) + np.diag(moves_on(pool)[:-1], -1)
    last = max((plan.term for plan in pool.plans), default=months) + months + 1
    enters, balance = np.zeros(months + 1), np.zeros(months + 1)
    for s, segment in enumerate(pool.segments):
        due = np.stack([profile.due for profile in opening_profiles(steady, segment, last + 1)])
        held = mix[s] * opening_mix(steady, segment)[:, None] * due
        for t in range(months + 1):
            left = held[:, t + 1 :].sum(axis=1)
            enters[t] += left @ rate[s]
            balance[t] += left.sum()
            held = step @ held
    return np.divide(enters, balance, out=np.zeros_like(enters), where=balance > 1e-12)


def notes_of_seasoning(job: Job) -> Iterator[Remark]:
    """How far the hazard moves once purchases stop, where there are stages and purchases."""
    if not job.pool.stages or job.deal.purchase == "none" or job.deal.revolving_months == 0:
        return
    hazard = hazard_after_purchases(at_closing(job.pool, times_of(job.deal)), _SHOWN[-1])
    times = ", ".join(f"{hazard[t] / hazard[0]:.2f} times after {t}" for t in _SHOWN if hazard[t] > 0.0)
    verb = "enters M1" if job.pool.ladder is not None else "defaults"
    if times:
        says = (
            f"{hazard[0]:.3%} of a full pool {verb} in a month; once nothing is bought the share is {times} months "
            "(expected rates)"
        )
        yield Remark("pool", "stages", says)


__all__ = ["hazard_after_purchases", "notes_of_seasoning"]
