"""Numbers and lists as an analyst writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stress.inputs.deal import Deal

PHASE = {
    "revolving": "Revolving",
    "amortization": "Amortization",
    "acceleration": "Acceleration",
    "event_of_default": "Event of default",
}

OBSERVABLE = {
    "cumulative_default": "cumulative defaults",
    "default_stock": "the stock of 91+ days past due",
    "excess_spread": "annualised excess spread of the month",
    "excess_spread_3m": "three-month average annualised excess spread",
    "idle_cash_days": "days in a row with principal cash above a share of the pool",
    "overdue_30": "balances 30+ days past due over the pool",
    "overdue_60": "balances 60+ days past due over the pool",
    "overdue_90": "balances 90+ days past due over the pool",
    "pool_factor": "the pool over its cut-off balance",
    "payment_rate": "the monthly payment rate",
    "senior_shortfall": "unpaid interest of the senior note over its balance at closing",
    "deficiency": "the principal deficiency (before the payment date makes it good: with the month's own defaults)",
    "notes_outstanding": "notes other than the residual one, over their size at closing",
}

SHORT = {
    "cumulative_default": "cumulative defaults",
    "default_stock": "91+ days stock",
    "excess_spread": "excess spread of the month",
    "excess_spread_3m": "3-month excess spread",
    "idle_cash_days": "days of idle cash",
    "overdue_30": "30+ days past due",
    "overdue_60": "60+ days past due",
    "overdue_90": "90+ days past due",
    "pool_factor": "pool factor",
    "payment_rate": "monthly payment rate",
    "senior_shortfall": "unpaid senior interest",
    "deficiency": "principal deficiency",
    "notes_outstanding": "notes outstanding",
}
"""The same for a picture."""

DENOMINATOR = {
    "cut_off": "over the cut-off balance",
    "cut_off_plus_purchases": "over the cut-off balance plus purchases",
    "current_pool": "over the current pool",
}


RATIOS = ("cumulative_default", "default_stock", "deficiency")
"""Observables with a choice of denominator."""


def observable_words(deal: Deal, observable: str, denominator: str = "cut_off") -> str:
    """An observable with its denominator, and the deal's own share where it has one."""
    if observable == "idle_cash_days":
        return f"days in a row with principal cash above {percent(deal.idle_cash_share)} of the pool"
    return OBSERVABLE[observable] + (f" {DENOMINATOR[denominator]}" if observable in RATIOS else "")


def percent(value: float, decimals: int = 4) -> str:
    """0.054 -> 5.4%, at most so many decimals."""
    return f"{100.0 * value:.{decimals}f}".rstrip("0").rstrip(".") + "%"


def money(value: float) -> str:
    """1234567.8 -> 1,234,568."""
    return f"{value:,.0f}"


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def then(words: Sequence[str]) -> str:
    """a, then b, then c: an order of use."""
    return ", then ".join(words)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def limit(observable: str, value: float) -> str:
    """A limit in the observable's unit."""
    return f"{value:g} days" if observable == "idle_cash_days" else percent(value)
