"""A series' master trust in words: who has which part of it at closing, and what is shared."""

from __future__ import annotations

from collections.abc import Iterator

from stress.explain.words import listed, money, percent
from stress.inputs.deal import Deal
from stress.inputs.deal.trust import OtherSeries


def trust_lines(deal: Deal, balance: float | None) -> list[str]:
    """Markdown: one line a rule of the trust; parts of it where the pool's cut-off balance is known."""
    return [f"- {line}" for line in _lines(deal, balance)]


def parts_at_closing(deal: Deal, balance: float) -> list[tuple[str, float]]:
    """This series, the others and the seller, each with its amount of the trust in month 1."""
    assert deal.trust is not None
    held = sum(cash for name, cash in deal.opening_cash.items() if name in deal.principal_accounts)
    parts = [("this series", sum(note.amount or 0.0 for note in deal.notes) - held)]
    parts += [(other.name, other.invested[0][1]) for other in deal.trust.series if other.invested[0][0] == 1]
    return [*parts, ("seller", max(0.0, balance - sum(amount for _, amount in parts)))]


def _lines(deal: Deal, balance: float | None) -> Iterator[str]:
    trust = deal.trust
    assert trust is not None
    yield (
        "The pool is the trust's; this deal is one series of it. Of the trust's month it has its floating share (its "
        "invested amount over the larger of the trust and all invested amounts) of finance charges, recoveries and "
        "defaults, and of principal while it revolves; after that its share of principal is of what it had invested in "
        "the last month that revolved, however much has been repaid since."
    )
    if balance is not None:
        parts = [
            f"{name} {money(part)} ({percent(part / balance, 2)})" for name, part in parts_at_closing(deal, balance)
        ]
        yield f"Month 1, of {money(balance)} {deal.currency}: {listed(parts)}."
    adds = "and adds no accounts"
    if trust.additions > 0.0:
        adds = f"and adds accounts of up to {percent(trust.additions)} of the trust a month where it has less"
    yield f"The seller keeps at least {percent(trust.seller_share)} of the trust when the series reinvests, {adds}."
    for other in trust.series:
        yield _other(other)
    if trust.series:
        yield (
            "Other series are schedules, the same on every path: no loss and no trigger of the trust moves or ends "
            "them."
        )
    yield (
        "No receivables are sold when the series ends early: it has its share of what cardholders pay until legal "
        "maturity, and what it still has invested then is lost."
    )
    if trust.principal_needed is not None:
        yield (
            f"Principal that it needs in a month: `{trust.principal_needed}`; what its own share lacks comes from "
            "series of the group that revolve."
        )


def _other(other: OtherSeries) -> str:
    schedule = ", ".join(f"{money(amount)} from month {month}" for month, amount in other.invested)
    shares = "shares nothing" if other.cost is None else f"of the group, costs {percent(other.cost)} a year"
    return f"Series {other.name}: invested {schedule}; {shares}."
