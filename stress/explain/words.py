"""Numbers and lists as an analyst writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from stress.inputs.deal.quantities import OBSERVABLES, RATIOS, Unit

if TYPE_CHECKING:
    from stress.inputs.deal import Deal

PHASE = {
    "revolving": "Revolving",
    "amortization": "Amortization",
    "acceleration": "Acceleration",
    "event_of_default": "Event of default",
}

OBSERVABLE = {name: quantity.words for name, quantity in OBSERVABLES.items()}
SHORT = {name: quantity.short for name, quantity in OBSERVABLES.items()}
"""The same for a picture."""

DENOMINATOR = {
    "cut_off": "over the cut-off balance",
    "cut_off_plus_purchases": "over the cut-off balance plus purchases",
    "current_pool": "over the current pool",
}


def observable_words(deal: Deal, observable: str, denominator: str = "cut_off") -> str:
    """An observable with its denominator, and the deal's own share where it has one."""
    if observable not in OBSERVABLES:
        return f"`{observable}`"
    if observable == "idle_cash_days":
        return f"days in a row with principal cash above {percent(deal.idle_cash_share)} of the pool"
    return OBSERVABLE[observable] + (f" {DENOMINATOR[denominator]}" if observable in RATIOS else "")


def percent(value: float, decimals: int = 4) -> str:
    """0.054 -> 5.4%, at most so many decimals."""
    return f"{100.0 * value:.{decimals}f}".rstrip("0").rstrip(".") + "%"


def money(value: float) -> str:
    """1234567.8 -> 1,234,568."""
    return f"{value:,.0f}"


def amount_words(amount: float | str, quote: str = "`") -> str:
    """An amount of money, or a formula of one."""
    return f"{quote}{amount}{quote}" if isinstance(amount, str) else money(amount)


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


def limit(observable: str, value: float, unit: Unit = "share") -> str:
    """A limit in the observable's unit; of a formula, in the one that it gives."""
    if observable in OBSERVABLES:
        return f"{value:g} days" if observable == "idle_cash_days" else percent(value)
    return percent(value) if unit == "share" else money(value) if unit == "money" else f"{value:g}"
