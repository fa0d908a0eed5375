"""What is allowed in a job and still likely to surprise. Each note is one sentence; `stress check` prints them."""

from __future__ import annotations

from stress.inputs.deal_notes import notes_of_deal, notes_of_size
from stress.inputs.job import Job


def notes_of(job: Job) -> list[str]:
    """Sentences about a deal's own surprises, and inputs that move less than their author may think; else empty."""
    return [*notes_of_deal(job.deal), *notes_of_size(job), *_cash_rate(job), *_waiting(job), *_twice(job)]


def _cash_rate(job: Job) -> list[str]:
    """On the monthly clock collections are spent at the month's end: only what stands over it earns interest."""
    moved = [case.name for case in job.scenarios if any(shock.target == "cash_rate" for shock in case.shocks)]
    if job.clock != "monthly" or not moved:
        return []
    stands = "reserve accounts and idle cash" if job.deal.accounts else "idle cash (the deal has no reserve account)"
    return [
        f"scenario {', '.join(moved)}: cash_rate moves interest on {stands} alone, because the monthly clock spends "
        'collections at once; clock = "daily" lets them wait for their days'
    ]


def _waiting(job: Job) -> list[str]:
    """A purchase lag of n days keeps n days of collections idle: it may trip the deal's own trigger."""
    limits = [
        threshold.limit
        for trigger in job.deal.triggers
        if trigger.observable == "idle_cash_days" and trigger.effect != "none"
        for threshold in trigger.thresholds
    ]
    if not limits:
        return []
    notes = []
    for case in job.scenarios:
        lags = [
            value
            for shock in case.shocks
            if shock.target == "purchase_lag_days"
            for value in (shock.set, *(point for _, point in shock.by_month))
            if value is not None
        ]
        if lags and max(lags) >= min(limits):
            notes.append(
                f"scenario {case.name}: a purchase lag of {max(lags):g} days is as long as the idle-cash trigger "
                f"waits ({min(limits):g} days): where the waiting cash is above {job.deal.idle_cash_share:.0%} of the "
                "pool the deal stops buying early"
            )
    return notes


def _twice(job: Job) -> list[str]:
    """Macro variables that are drawn beside the whole factor: what they explain is simulated twice."""
    if job.pool.dependence.rho == 0.0:
        return []
    full = [c.name for c in job.scenarios if c.swing is not None and all(s.target != "rho" for s in c.shocks)]
    return [
        f"scenario {name}: macro variables are drawn and rho stays whole, so what they explain counts twice; write "
        "residual_rho = true in the satellite"
        for name in full
    ]
