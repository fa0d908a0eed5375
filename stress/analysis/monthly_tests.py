"""What a deal looks at, month by month: its own quantities, and the value of each trigger against its limit."""

from __future__ import annotations

from collections.abc import Mapping

from stress.arrays import Array
from stress.explain.triggers import unit_of
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import names_of
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.formulas import value
from stress.inputs.deal.quantities import Unit

TESTS = {
    "quantity_value": ("quantity", "the deal's own quantity at the month's determination"),
    "trigger_value": ("trigger", "what the trigger looks at; of a condition 1 where it holds, else 0"),
    "trigger_limit": ("trigger", "the trigger's limit, empty in months without one"),
    "tripped": ("trigger", "1 while the trigger has tripped and is not cured, else 0; of a mean the share of paths"),
}
"""Which dimension each has beside the month, and what it is: names and numbers are those of a replay."""
SURE = ("trigger_limit",)
"""The same on every path: a mean of it has no error."""


def tests_of(deal: Deal, values: Mapping[str, Array]) -> dict[str, tuple[tuple[str, str], Array]]:
    """(dims, values) by name of `TESTS` from the rows of a trace; of a deal without triggers or own quantities none."""
    there = {"quantity": bool(deal.quantities), "trigger": bool(deal.triggers)}
    return {name: (("month", dim), values[name]) for name, (dim, _) in TESTS.items() if there[dim]}


def units_of_tests(deal: Deal) -> dict[str, list[Unit]]:
    """Units of each of `TESTS`, in the order of the deal's own quantities and of its triggers."""
    names = names_of(deal)
    halves: dict[Unit, Unit] = {"condition": "number"}  # a condition's limit is a half
    own: list[Unit] = [value(parse(name), names).unit for name in deal.quantities]
    seen: list[Unit] = [unit_of(deal, t) for t in deal.triggers]
    seen = [halves.get(unit, unit) for unit in seen]
    return {
        "quantity_value": own,
        "trigger_value": seen,
        "trigger_limit": seen,
        "tripped": ["condition"] * len(deal.triggers),
    }
