"""What a series of a master trust must say, and what only such a series may."""

from __future__ import annotations

from itertools import pairwise

from stress.inputs.deal.dates import first_payment
from stress.inputs.deal.formula_rules import names_of
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.formulas import looks_at
from stress.inputs.deal.reading import located, sources_of
from stress.inputs.deal.terms import Terms
from stress.inputs.text.remark import Sentences
from stress.spelling import exists

OWN = ("series_principal", "")
"""What formulas call the month's principal of a series by its own share, and of what it is."""


def check_principal_accounts(deal: Terms) -> None:
    """Raise ValueError where a principal account is none of the deal's, or is to cover its own deficiency."""
    for name in deal.principal_accounts:
        exists("principal_accounts", name, deal.accounts)
        if deal.principal_accounts.count(name) > 1:
            raise ValueError(f"principal_accounts: {name!r} is named twice")
    for where, step in located(deal):
        own = [name for name in sources_of(step) if name in deal.principal_accounts]
        if step.step == "cover_defaults" and own:
            raise ValueError(f"{where}: {own[0]} holds principal, which cannot cover its own deficiency")


def fixed_series(deal: Terms) -> Sentences:
    """Other series of a trust that do not react to it."""
    if deal.trust is not None and deal.trust.series:
        yield (
            "trust.series",
            "other series follow their schedules on every path: they take no loss, and a bad trust ends them no sooner",
        )


def principal_twice(deal: Terms) -> Sentences:
    """Formulas that count the month's own principal of a series twice."""
    if deal.trust is None:
        return
    names, needed = names_of(deal), deal.trust.principal_needed
    if needed is not None and OWN in looks_at(parse(needed), names):
        yield (
            "trust.principal_needed",
            "series_principal is taken off it in any case, as other series fill what that lacks: say what is needed in "
            "all",
        )
    price = None if deal.clean_up is None else deal.clean_up.price
    if price is not None and (("invested", "") in (seen := looks_at(parse(price), names)) and OWN not in seen):
        yield (
            "clean_up.price",
            "invested still holds the month's principal, which the series keeps beside the price: what is sold is "
            "invested - series_principal",
        )


def check_trust(deal: Terms) -> None:
    """Raise ValueError where a deal with [trust] is silent about what a trust needs or says what it cannot have."""
    if deal.trust is None:
        return
    _terms(deal)
    _series(deal)
    if deal.trust.seller_share >= 1.0:
        raise ValueError("trust.seller_share = 1: leaves nothing for any series")
    if deal.trust.principal_needed is not None and not any(s.cost is not None for s in deal.trust.series):
        raise ValueError(
            "trust.principal_needed: no other series shares its principal; give one of trust.series a cost, or leave "
            "it out"
        )


def _terms(deal: Terms) -> None:
    if deal.purchase == "each_step":
        raise ValueError(
            'trust: purchase = "each_step": a series reinvests by a purchase step of its priority: needs '
            '"payment_date" ("none" where it never revolves)'
        )
    if deal.purchase_price != 1.0:
        raise ValueError(f"trust: purchase_price = {deal.purchase_price:g}: a series buys from the seller at par")
    for note in deal.notes:
        if note.amount is None:
            raise ValueError(f"note {note.name}: share is of the pool, which is the trust's: give amount")
    size, cash = sum(note.amount or 0.0 for note in deal.notes), _principal_cash(deal)
    if cash >= size:
        raise ValueError(
            f"opening_cash: {cash:g} of principal accounts covers all notes ({size:g}): nothing is invested"
        )
    if first_payment(deal) > 1:
        raise ValueError("trust: a series is paid from month 1 on: issue_date and first_payment_date must allow it")
    if deal.clean_up is not None and deal.clean_up.pool_factor is not None:
        raise ValueError(
            "clean_up.pool_factor: the pool is the trust's; give when = \"invested < 0.1 * ...\" of the series' own"
        )


def _principal_cash(deal: Terms) -> float:
    return sum(cash for name, cash in deal.opening_cash.items() if name in deal.principal_accounts)


def _series(deal: Terms) -> None:
    assert deal.trust is not None
    names = [series.name for series in deal.trust.series]
    for series in deal.trust.series:
        where = f"trust.series {series.name}"
        if names.count(series.name) > 1:
            raise ValueError(
                f"trust.series: {series.name!r} is named {names.count(series.name)} times: names must differ"
            )
        if any(a[0] >= b[0] for a, b in pairwise(series.invested)):
            raise ValueError(f"{where}: invested: months must increase")
        if any(amount < 0.0 for _, amount in series.invested):
            raise ValueError(f"{where}: invested: amounts must not be negative")
        if not any(month <= deal.legal_maturity_months and amount > 0.0 for month, amount in series.invested):
            raise ValueError(f"{where}: has nothing invested in any month of the deal; leave it out")
        if series.cost is not None and series.cost < 0.0:
            raise ValueError(f"{where}: cost = {series.cost:g}: must not be negative")
