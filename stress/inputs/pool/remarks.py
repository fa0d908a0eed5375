"""What is allowed in a pool and still likely to surprise: one rule a kind, each note one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from stress.inputs.text.remark import Remark, Sentences, named, remarks
from stress.look_alike import look_alike

if TYPE_CHECKING:
    from stress.inputs.pool import Pool

HIGH_MONTHLY = 0.2
"""A monthly rate from which nine tenths are gone within a year: an annual rate, more likely."""
HIGH_ENTRY = 0.5
"""Of a segment of the pool with a ladder: half of what pays falls behind every month; a percent, more likely."""
HIGH_FEE = 0.03
"""A flat monthly fee from which twelve instalments cost above 60% a year."""
HIGH_YIELD, HIGH_CASH_RATE = 0.6, 0.2
HIGH_RHO, LASTING = 0.16, 0.9
"""Basel's highest asset correlation of retail loans over a year (CRE31); one of a month is lower where months last."""


def notes_of_pool(pool: Pool) -> list[Remark]:
    """What of a pool may not be what its author means; empty where there is nothing."""
    return remarks("pool", pool, _RULES)


def _names(pool: Pool) -> Sentences:
    for name, other, why in look_alike([segment.name for segment in pool.segments]):
        yield _named(other), f"is hard to tell from {json.dumps(name, ensure_ascii=False)}: {why}"


def _monthly_rates(pool: Pool) -> Sentences:
    """Rates a month that look like rates a year."""
    rates = [("dilution", pool.dilution)]
    for segment in pool.segments:
        rates.append((f"{_named(segment.name)}.prepayment", segment.prepayment))
        if pool.ladder is None:
            rates.append((f"{_named(segment.name)}.entry_rate", segment.entry_rate))
    for key, rate in rates:
        if rate >= HIGH_MONTHLY:
            yield (
                key,
                (
                    f"{rate:g} a month is {1.0 - (1.0 - rate) ** 12:.2%} a year; "
                    f"if {rate:g} is a year's rate, write {1.0 - (1.0 - rate) ** (1 / 12):.4g}"
                ),
            )


def _entries(pool: Pool) -> Sentences:
    """Rates of entry into arrears that look like percents."""
    if pool.ladder is None:
        return
    for segment in pool.segments:
        if segment.entry_rate >= HIGH_ENTRY and segment.share > 0.0:
            says = f"{segment.entry_rate:.0%} of what pays enters M1 every month"
            yield (
                f"{_named(segment.name)}.entry_rate",
                f"{segment.entry_rate:g}: {says}; if it is a percent, write {segment.entry_rate / 100:.4g}",
            )


def _prices(pool: Pool) -> Sentences:
    """Fees and yields of another unit."""
    for segment in pool.segments:
        if segment.monthly_fee >= HIGH_FEE:
            yield (
                f"{_named(segment.name)}.monthly_fee",
                (
                    f"{segment.monthly_fee:g} a month is {12 * segment.monthly_fee:.0%} of original principal a year; "
                    f"if it is a year's fee, write {segment.monthly_fee / 12:.4g}"
                ),
            )
    card = pool.payment_rate
    if card is not None and card.annual_yield >= HIGH_YIELD:
        yield "payment_rate.annual_yield", f"{card.annual_yield:g} is {card.annual_yield:.0%} a year"
    if pool.cash_rate >= HIGH_CASH_RATE:
        yield "cash_rate", f"{pool.cash_rate:g} is {pool.cash_rate:.0%} a year on idle cash"


def _correlation(pool: Pool) -> Sentences:
    """A year's correlation where that of a month is asked."""
    rho, phi = pool.dependence.rho, pool.dependence.phi
    if rho >= HIGH_RHO and phi >= LASTING:
        yield (
            "dependence.rho",
            f"{rho:g} is the correlation of one month, and months last (phi = {phi:g}), which makes more of it over a "
            f"year: in Basel's rules a year's is {HIGH_RHO:g} at most for consumer loans. Is it a year's?",
        )


def _of_plans(pool: Pool) -> Sentences:
    """Keys that belong to instalment plans, in a pool of cards."""
    if pool.payment_rate is None:
        return
    for segment in pool.segments:
        if segment.monthly_fee:
            earns = f"cards earn payment_rate.annual_yield = {pool.payment_rate.annual_yield:g}"
            yield f"{_named(segment.name)}.monthly_fee", f"{segment.monthly_fee:g} is charged on plans alone: {earns}"
    if pool.eligibility.months_before_legal_maturity:
        yield "eligibility.months_before_legal_maturity", "cards have no term, so it keeps none of them out"


def _nothing_in_it(pool: Pool) -> Sentences:
    """Segments and plans that no receivable belongs to."""
    for segment in pool.segments:
        new = segment.share if segment.new_share is None else segment.new_share
        if segment.eligible and segment.share == new == 0.0:
            yield f"{_named(segment.name)}.share", "is 0, and so is its share of new receivables: nothing is in it"
    own = [segment.plan_share for segment in pool.segments if segment.plan_share is not None]
    for number, plan in enumerate(pool.plans):
        drawn = any(line.term == plan.term for line in pool.opening)
        if plan.share == 0.0 and not drawn and not any(shares[number] for shares in own):
            yield f"plans[{number + 1}].share", f"is 0: no receivable has a term of {plan.term} months"


def _limits(pool: Pool) -> Sentences:
    """Limits on purchases that leave no room for all that is to be bought."""
    bought = [s.name for s in pool.segments if (s.share if s.new_share is None else s.new_share) > 0.0]
    plans = list(dict.fromkeys(str(plan.term) for plan in pool.plans if plan.share > 0.0))
    for key, names, what in (("segment_limit", bought, "segments"), ("plan_limit", plans, "terms")):
        limit = getattr(pool.eligibility, key)
        room = sum(limit.get(name, 1.0) for name in names)
        if names and room == 0.0:
            yield f"eligibility.{key}", f"is 0 for all {what} that are offered: nothing can ever be bought"
        elif names and room < 1.0 - 1e-9:
            follows = "part of the cash" if key == "segment_limit" else "they cannot all hold, so nothing"
            yield (
                f"eligibility.{key}",
                f"the limits of all {what} that are offered sum to {room:.4g}: {follows} can ever "
                f"{'buy' if key == 'segment_limit' else 'be bought'}",
            )


def _supply(pool: Pool) -> Sentences:
    supply = pool.supply
    if supply.unlimited and supply.multiple is not None and "multiple" in supply.model_fields_set:
        yield "supply.multiple", f"{supply.multiple:g} is ignored, because unlimited = true stands beside it"


def _named(segment: str) -> str:
    return named("segments", segment)


_RULES: tuple[Callable[[Pool], Sentences], ...] = (
    _names,
    _monthly_rates,
    _entries,
    _prices,
    _correlation,
    _of_plans,
    _nothing_in_it,
    _limits,
    _supply,
)
