"""What the formulas of a deal may look at, as rows of the reference of keys."""

from __future__ import annotations

from typing import NamedTuple

from stress.inputs.deal.quantities import QUANTITIES, WRITTEN_OUT, Quantity

SAYS = (
    "What a formula may look at, beside the deal's own quantities. A formula has numbers, + - * / and brackets, min, "
    "max, if(condition, a, b), mean(quantity, months), ago(quantity, months), comparisons, and, or, not."
)
_UNITS = {"money": "currency", "share": "share", "count": "", "condition": "", "number": ""}


class Row(NamedTuple):
    """A quantity as formulas write it."""

    name: str
    unit: str
    allowed: str
    words: str
    example: str
    """A line of TOML."""


def formula_rows() -> list[Row]:
    """Every quantity that a formula may name, in the order of the table."""
    return [_row(name, quantity) for name, quantity in QUANTITIES.items() if name not in WRITTEN_OUT]


def _row(name: str, quantity: Quantity) -> Row:
    written = f"{name}.{quantity.of.upper()}" if quantity.of else name
    only = " Of a series of a master trust." * quantity.trust + " Of a deal with a hurdle_rate." * quantity.hurdle
    month = " As at the period's determination." * quantity.monthly
    words = quantity.words.replace("{}", quantity.of.upper())
    kind = {"condition": "a condition", "count": "a count"}.get(quantity.unit, "")
    example = written if quantity.unit != "condition" else f"if({written}, 1, 0)"
    return Row(written, _UNITS[quantity.unit], kind, f"{words[0].upper()}{words[1:]}.{only}{month}", f'x = "{example}"')
