"""What a series of a master trust and the trust's pool must agree on, and what of the pool it does not read."""

from __future__ import annotations

from stress.inputs.deal import Deal
from stress.inputs.job.terms import JobTerms
from stress.inputs.pool import Pool
from stress.inputs.text.remark import Sentences

MOST_GROWTH = 100.0
"""Of a trust over the life of a series: beyond it a purchase rate is a mistake."""


def check_trust_on_pool(job: JobTerms) -> None:
    """Raise ValueError where the trust of a deal does not fit its pool or the clock."""
    trust, pool = job.deal.trust, job.pool
    if trust is None:
        return
    if job.clock != "monthly":
        raise ValueError(f'clock = "{job.clock}": a trust is allocated to its series at month ends: needs "monthly"')
    if pool.payment_rate is None:
        raise ValueError("pool: has instalment plans; the pool of a master trust needs a payment_rate")
    if pool.payment_rate.purchase_rate is None:
        raise ValueError(
            "pool: payment_rate: purchase_rate is missing: what cardholders of the trust buy a month, as a share of "
            "the balance at its start (payment rate plus monthly defaults keeps it level)"
        )
    _check_growth(job)
    first = sum(series.invested[0][1] for series in trust.series if series.invested[0][0] == 1)
    own = invested_at_closing(job.deal)
    room = pool.balance * (1.0 - trust.seller_share)
    if own + first > room * (1.0 + 1e-9):
        raise ValueError(
            f"deal: trust: invested amounts in month 1 sum to {own + first:,.10g} (this series {own:,.10g}); beside a "
            f"seller's share of {trust.seller_share:g} the pool of {pool.balance:,.10g} carries {room:,.10g}"
        )


def _check_growth(job: JobTerms) -> None:
    """Raise ValueError where cardholders buy so much more than they pay that the trust is no trust."""
    rate, months = job.pool.payment_rate, job.deal.legal_maturity_months
    assert rate is not None
    assert rate.purchase_rate is not None
    growth = (1.0 + rate.purchase_rate - rate.monthly) ** months
    if growth > MOST_GROWTH:
        raise ValueError(
            f"pool: payment_rate: purchase_rate = {rate.purchase_rate:g} beside monthly = {rate.monthly:g}: the trust "
            f"grows to {growth:,.4g} times its size in {months} months; at most {MOST_GROWTH:g} times "
            "(payment rate plus monthly defaults keeps it level)"
        )


def invested_at_closing(deal: Deal) -> float:
    """Invested amount of a series at closing: its notes less the cash of principal accounts."""
    held = sum(cash for name, cash in deal.opening_cash.items() if name in deal.principal_accounts)
    return sum(note.amount or 0.0 for note in deal.notes) - held


def growing_trust(job: JobTerms) -> Sentences:
    """Scenarios in which cardholders pay less and buy as before."""
    if job.deal.trust is None:
        return
    slower = ("payment", "payment_rate", "turnover")
    cases = [
        case.name
        for case in job.scenarios
        if any(shock.target in slower for shock in case.shocks)
        and not any(shock.target == "originations" for shock in case.shocks)
    ]
    if cases:
        yield (
            f"scenario {', '.join(cases)}",
            "moves what cardholders pay and not what they buy (originations), so the trust grows or shrinks by the "
            "difference every month",
        )


def unread_by_trust(deal: Deal, pool: Pool) -> Sentences:
    """What of a pool a deal does not read, because it is a series of a trust or because it is none."""
    if deal.trust is None:
        if pool.payment_rate is not None and pool.payment_rate.purchase_rate is not None:
            yield "pool.payment_rate.purchase_rate", "does nothing: the deal is no series of a master trust ([trust])"
        return
    for key in ("supply", "eligibility"):
        if getattr(pool, key) != type(getattr(pool, key))():
            yield f"pool.{key}", "does nothing in a master trust: new receivables are what its cardholders buy"
