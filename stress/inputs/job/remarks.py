"""What is allowed in a job and still likely to surprise. Each note is one sentence; `stress check` prints them."""

from __future__ import annotations

from stress.inputs.deal.formula_rules import indices_in
from stress.inputs.deal.remarks import notes_of_deal
from stress.inputs.job import Job
from stress.inputs.job.amount_remarks import shares_for_amounts
from stress.inputs.job.scenario_remarks import notes_of_cases
from stress.inputs.job.trust_rules import growing_trust, unread_by_trust
from stress.inputs.pool.remarks import notes_of_pool
from stress.inputs.text.remark import Remark, Sentences, remarks
from stress.tables.dates import tells

LARGE_ACCOUNT = 0.25
"""Share of the pool from which cash at closing is more than a reserve."""


def notes_of(job: Job) -> list[Remark]:
    """What of deal, pool, scenarios and the job itself may not be what their author means; else empty."""
    return [
        *notes_of_deal(job.deal, {shock.quantity for case in job.scenarios for shock in case.shocks if shock.quantity}),
        *notes_of_pool(job.pool),
        *notes_of_cases(job.scenarios),
        *remarks("job", job, _RULES),
    ]


SMALL_NOTE = 1e-3
"""Of what a note was at closing: less of it is in another unit, more likely."""


def _sizes(job: Job) -> Sentences:
    """Notes given by amount and a pool that differ in size."""
    by_amount = [note.amount for note in job.deal.notes if note.amount]
    if not by_amount or job.deal.trust is not None:
        return
    balance = job.pool.balance
    notes = sum(by_amount) + balance * sum(note.share or 0.0 for note in job.deal.notes)
    cash = sum(job.deal.opening_cash.values())
    if notes > (balance + cash) * (1.0 + 1e-9):
        behind = f"pool and opening cash to {balance + cash:,.0f}" if cash else f"the pool to {balance:,.0f}"
        missing = notes - balance - cash
        yield "deal.notes", f"the notes sum to {notes:,.0f} and {behind}: {missing:,.0f} has nothing behind it"
    elif notes < balance * (1.0 - 1e-9):
        share = f"{1.0 - notes / balance:.4g}"
        sentence = f"the notes sum to {notes:,.0f} and the pool to {balance:,.0f}: overcollateralization of {share}"
        yield "deal.notes", sentence


def _opening_cash(job: Job) -> Sentences:
    """An account at closing that is large beside the pool; of principal that is not drawn, what it does to figures."""
    for name, cash in job.deal.opening_cash.items():
        if cash >= LARGE_ACCOUNT * job.pool.balance:
            says = f"{cash:,.0f} is {cash / job.pool.balance:.0%} of the pool's balance"
            if name in job.deal.principal_accounts:
                says += "; yields, prices, lives and capital of the notes count it with what is drawn"
            yield f"deal.opening_cash.{name}", says


def _supply(job: Job) -> Sentences:
    """A deal that revolves on an originator who offers less than it needs."""
    supply = job.pool.supply
    short = not supply.unlimited and supply.multiple is not None and supply.multiple < 1.0
    if job.deal.revolving_months > 0 and short and job.deal.trust is None:
        offers = "nothing" if supply.multiple == 0.0 else f"{supply.multiple:.0%} of what the deal needs"
        yield "pool.supply.multiple", f"the originator offers {offers}: principal waits in cash while the deal revolves"


def _cash_rate(job: Job) -> Sentences:
    """On the monthly clock collections are spent at the month's end: only what stands over it earns interest."""
    moved = [case.name for case in job.scenarios if any(shock.target == "cash_rate" for shock in case.shocks)]
    if job.clock != "monthly" or not moved:
        return
    stands = "reserve accounts and idle cash" if job.deal.accounts else "idle cash (the deal has no reserve account)"
    yield (
        f"scenario {', '.join(moved)}",
        f"cash_rate moves interest on {stands} alone, because the monthly clock spends collections at once; "
        'clock = "daily" lets them wait for their days',
    )


def _waiting(job: Job) -> Sentences:
    """A purchase lag of n days keeps n days of collections idle: it may trip the deal's own trigger."""
    limits = [
        threshold.limit
        for trigger in job.deal.triggers
        if trigger.observable == "idle_cash_days" and trigger.effect != "none"
        for threshold in trigger.thresholds
    ]
    if not limits:
        return
    for case in job.scenarios:
        lags = [
            value
            for shock in case.shocks
            if shock.target == "purchase_lag_days"
            for value in (shock.set, *(point for _, point in shock.by_month))
            if value is not None
        ]
        if lags and max(lags) >= min(limits):
            yield (
                f"scenario {case.name}",
                f"a purchase lag of {max(lags):g} days is as long as the idle-cash trigger "
                f"waits ({min(limits):g} days): where the waiting cash is above {job.deal.idle_cash_share:.0%} of the "
                "pool the deal stops buying early",
            )


def _twice(job: Job) -> Sentences:
    """Macro variables that are drawn beside the whole factor: what they explain is simulated twice."""
    if job.pool.dependence.rho == 0.0:
        return
    full = [c.name for c in job.scenarios if c.swing is not None and all(s.target != "rho" for s in c.shocks)]
    for name in full:
        yield (
            f"scenario {name}",
            "macro variables are drawn and rho stays whole, so what they explain counts twice; write "
            "residual_rho = true in the satellite",
        )


def _trust(job: Job) -> Sentences:
    """What of the pool a series of a master trust does not read, or only such a series reads; a trust that grows."""
    yield from unread_by_trust(job.deal, job.pool)
    yield from growing_trust(job)


def _rate_unread(job: Job) -> Sentences:
    """A random short rate of which no cash flow of the deal takes notice."""
    if any(note.index is not None for note in job.deal.notes) or indices_in(job.deal) or job.pool.cash_rate:
        return
    for case in job.scenarios:
        if case.short_rate is not None and all(shock.target != "cash_rate" for shock in case.shocks):
            yield (
                f"scenario {case.name}",
                "short_rate moves the prices of the notes alone: no coupon and no formula follows an index, and cash "
                "earns nothing",
            )


def _loans_unmoved(job: Job) -> Sentences:
    """Floating loans under a random short rate: they do not follow the path."""
    if not any(plan.floating is not None for plan in job.pool.plans):
        return
    for case in job.scenarios:
        if case.short_rate is not None:
            yield (
                f"scenario {case.name}",
                "loans that float follow the forward curve of short_rate, not its path: against notes and swaps, which "
                "follow the path, that is a basis risk the deal may not have",
            )


def _mid_life(job: Job) -> Sentences:
    """A job that starts in mid-life: what answers for the rest of the life, and what refuses it."""
    if job.state is None:
        return
    yield (
        "state",
        f"starts after {job.state.as_of}: every answer is for the rest of the life; clocks, calibrate "
        'losses, and targets of size are of whole lives and refuse it; a book of such deals needs align = "date"',
    )
    for note in job.deal.notes:
        size = note.amount or (note.share or 0.0) * job.pool.balance
        stands = job.state.notes[note.name].balance
        if 0.0 < stands < SMALL_NOTE * size:
            yield f"state.notes.{note.name}.balance", f"{stands:,.2f} of {size:,.0f} at closing: are both in one unit?"


def _dates_of_reports(job: Job) -> Sentences:
    """How dates of the reports were read that the state rests on."""
    if job.state is not None and tells(job.state.source):
        yield "state.source", job.state.source


_RULES = (
    _mid_life,
    _sizes,
    _opening_cash,
    shares_for_amounts,
    _supply,
    _cash_rate,
    _waiting,
    _twice,
    _trust,
    _rate_unread,
    _loans_unmoved,
    _dates_of_reports,
)
