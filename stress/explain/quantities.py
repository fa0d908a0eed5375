"""What the formulas of a deal look at, in words."""

from __future__ import annotations

from stress.explain.words import OBSERVABLE, observable_words
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import quantities_in
from stress.inputs.deal.formula_text import Node
from stress.inputs.deal.formulas import full_name
from stress.inputs.deal.quantities import QUANTITIES


def quantity_lines(deal: Deal) -> list[str]:
    """Markdown: the deal's own quantities, then those of the language, each in words."""
    lines = [f"- `{name}`: {_own(given)}." for name, given in deal.quantities.items()]
    used: dict[str, list[str]] = {}
    for name, of in quantities_in(deal):
        used.setdefault(name, []).append(of)
    return lines + [_line(deal, name, of) for name, of in used.items()]


def _own(given: str | tuple[tuple[int, float], ...]) -> str:
    if isinstance(given, str):
        return f"`{given}`"
    return "; ".join(f"{level:,.6g} from month {month}" for month, level in given)


def _line(deal: Deal, name: str, of: list[str]) -> str:
    if not QUANTITIES[name].of:
        words = observable_words(deal, name) if name in OBSERVABLE else QUANTITIES[name].words
        return f"- `{name}`: {words}."
    shown = ", ".join(f"`{full_name(Node('name', 0, name=name, of=item))}`" for item in of)
    return f"- {shown}: {QUANTITIES[name].words.replace(' {}', '')}."
