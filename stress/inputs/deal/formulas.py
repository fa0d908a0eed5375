"""Formulas over named quantities: read against a deal, in the right unit, within what they can ever be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import Field

from stress.inputs.deal.formula_size import size
from stress.inputs.deal.formula_text import LARGEST, FormulaError, Node, parse
from stress.inputs.deal.quantities import QUANTITIES, WRITTEN_OUT, Quantity, Unit
from stress.inputs.text.base import Money, Month
from stress.inputs.text.characters import TEXT_PATTERN
from stress.spelling import suggest

FormulaText = Annotated[str, Field(min_length=1, max_length=500, pattern=TEXT_PATTERN)]
"""A formula over named quantities of the deal: `max(0.0025 * pool.cut_off, 0.01 * pool)`."""
Level = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Schedule = Annotated[tuple[tuple[Month, Level], ...], Field(min_length=1, max_length=240)]
"""[month, value]: each value holds until the next month that is given; 0 before the first."""
Amount = Money | FormulaText

MOST_PARTS, MEAN_MONTHS = 200, 12
_UNITS = {"money": "an amount of money", "share": "a share or rate", "count": "a count", "condition": "a condition"}


class Names(NamedTuple):
    """What a formula may name in a deal."""

    of: Mapping[str, Sequence[str]]
    """Names of notes, accounts, fees, triggers, phases."""
    own: Mapping[str, Node | tuple[tuple[int, float], ...]]
    """The deal's own quantities: trees of formulas, or schedules."""
    last: int
    """Legal maturity in months."""
    later: Mapping[str, Sequence[str]] = {}
    """Triggers that are tested, and fees that are charged, later than the formula is used."""
    of_fee: bool = False
    """Whether the formula is what a fee comes to: it cannot look at what fees are part of."""
    trust: bool = False
    """Whether the deal is a series of a master trust."""
    hurdle: bool = False
    """Whether the deal has a hurdle rate."""


class Value(NamedTuple):
    """What a part of a formula can come to."""

    unit: Unit
    low: float
    high: float
    parts: int = 1


At = Mapping[str, tuple[float, float]]
"""Ranges of quantities in a state of the deal, instead of those in the table."""
ANY: At = {}
END: At = {
    "pool": (0.0, 0.0),
    "pool.adjusted": (0.0, 0.0),
    "notes": (0.0, 0.0),
    "note": (0.0, 0.0),
    "notes_outstanding": (0.0, 0.0),
    "pool_factor": (0.0, 0.0),
    "pool.month_start": (0.0, 0.0),
    "invested": (0.0, 0.0),
    "charged_off": (0.0, 0.0),
}
"""When the pool and the notes are gone."""


def read(text: str, names: Names, wanted: Unit | None) -> Node:
    """The tree of a formula that gives what is wanted (None: anything but a condition).

    Raises FormulaError with the place where it names what is not there, mixes units, or compares what never changes.
    """
    tree = parse(text)
    found = value(tree, names)
    size(tree, names.own)
    if wanted is None and found.unit == "condition":
        raise FormulaError(0, "is a condition; a value is asked here")
    if wanted is not None and found.unit not in (wanted, "number"):
        raise FormulaError(0, f"is {_UNITS[found.unit]}; {_UNITS[wanted]} is asked here")
    if wanted == "condition" and found.unit == "number":
        raise FormulaError(0, "is a number; a condition is asked here: a > b")
    return tree


def value(tree: Node, names: Names, at: At = ANY) -> Value:
    """Unit and range of a tree, in a state of the deal. Raises FormulaError."""
    if tree.does == "number":
        return Value("number", tree.value, tree.value)
    if tree.does == "name":
        return _named(tree, names, at)
    if tree.does == "call" and tree.name not in _CALLS:
        known = ", ".join(_CALLS)
        raise FormulaError(tree.at, f"no function {tree.name!r}: one of {known}{suggest(tree.name, list(_CALLS))}")
    if names.of_fee and tree.name == "mean":
        raise FormulaError(tree.at, "means are taken once fees are charged: a fee cannot look at one")
    parts = [value(part, names, at) for part in tree.parts]
    count = 1 + sum(part.parts for part in parts)
    if count > MOST_PARTS:
        raise FormulaError(tree.at, f"has more than {MOST_PARTS} parts, own quantities written out")
    found = _CALLS[tree.name](tree, parts) if tree.does == "call" else _OPERATORS[tree.does](tree, parts, bool(at))
    return found._replace(parts=count)


def looks_at(tree: Node, names: Names) -> set[tuple[str, str]]:
    """(name, of) of every quantity of a tree, own ones written out."""
    if tree.does != "name":
        return {found for part in tree.parts for found in looks_at(part, names)}
    own = names.own.get(tree.name)
    return looks_at(own, names) if isinstance(own, Node) else {(tree.name, tree.of)}


def full_name(tree: Node) -> str:
    """`note.A`, `pool.cut_off`, `note["A-1"]`."""
    if not tree.of:
        return tree.name
    return f"{tree.name}.{tree.of}" if tree.of.isidentifier() else f'{tree.name}["{tree.of}"]'


def quantity_of(tree: Node) -> tuple[str, Quantity] | None:
    """The row of the table that a name means: its name there, and the row."""
    name = f"{tree.name}.{tree.of}" if f"{tree.name}.{tree.of}" in QUANTITIES else tree.name
    return (name, QUANTITIES[name]) if name in QUANTITIES else None


def _named(tree: Node, names: Names, at: At) -> Value:
    own = names.own.get(tree.name) if not tree.of else None
    if isinstance(own, Node):
        return value(own, names, at)
    if own is not None:
        values = [0.0] * (own[0][0] > 1) + [level for _, level in own]
        return Value("number", min(values), max(values))
    row = quantity_of(tree)
    if row is None or tree.name in WRITTEN_OUT:
        raise FormulaError(tree.at, _unknown(tree, names))
    name, quantity = row
    if quantity.trust and not names.trust:
        raise FormulaError(tree.at, f"{full_name(tree)} is of a series of a master trust; the deal has no [trust]")
    if quantity.hurdle and not names.hurdle:
        raise FormulaError(tree.at, f"{full_name(tree)} is what loans are worth at the deal's hurdle_rate; it has none")
    if quantity.of and not tree.of:
        listed = ", ".join(names.of[quantity.of]) or "none is defined"
        raise FormulaError(tree.at, f"{name} of which {quantity.of}? {name}.NAME, one of {listed}")
    if not quantity.of and tree.of and name == tree.name:
        raise FormulaError(tree.at, _unknown(tree, names))
    if quantity.of and tree.of not in names.of[quantity.of]:
        known = names.of[quantity.of]
        raise FormulaError(
            tree.at, f"no {quantity.of} {tree.of!r}: one of {', '.join(known)}{suggest(tree.of, list(known))}"
        )
    if tree.of in names.later.get(quantity.of, ()):
        how = {"trigger": "tested", "fee": "charged"}[quantity.of]
        raise FormulaError(tree.at, f"the {quantity.of} {tree.of!r} is {how} later: list it above this one")
    if names.of_fee and quantity.after_fees:
        raise FormulaError(tree.at, f"{name} is known once fees are charged: a fee cannot look at it")
    low, high = at.get(name, (quantity.low, float(names.last) if name == "month" else quantity.high))
    return Value(quantity.unit, low, high)


def _unknown(tree: Node, names: Names) -> str:
    name = full_name(tree)
    if tree.name in WRITTEN_OUT:
        return f"{tree.name} is written {WRITTEN_OUT[tree.name]} in a formula"
    has = {n: (names.trust or not q.trust) and (names.hurdle or not q.hurdle) for n, q in QUANTITIES.items()}
    known = [*names.own, *(n for n in QUANTITIES if n not in WRITTEN_OUT and has[n])]
    meant = suggest(name, known)
    return f"no quantity {name!r}" + (meant or f": one of {', '.join(known)}")


def _same_unit(tree: Node, parts: Sequence[Value]) -> Unit:
    """The unit that values have in common; a number takes that of the others."""
    units = {part.unit for part in parts if part.unit != "number"}
    if "condition" in units:
        raise FormulaError(
            tree.at, f"{tree.name or tree.does!r} takes values, not conditions; if(condition, a, b) chooses one"
        )
    if len(units) > 1:
        words = " and ".join(sorted(_UNITS[unit] for unit in units))
        raise FormulaError(tree.at, f"{tree.name or tree.does!r} of {words}: of the same unit only")
    return next(iter(units), "number")


def _sum(tree: Node, parts: Sequence[Value], _: bool) -> Value:
    a, b = parts
    unit = _same_unit(tree, parts)
    return (
        Value(unit, a.low + b.low, a.high + b.high) if tree.does == "+" else Value(unit, a.low - b.high, a.high - b.low)
    )


def _product(tree: Node, parts: Sequence[Value], _: bool) -> Value:
    units = [part.unit for part in parts]
    if "condition" in units:
        raise FormulaError(tree.at, "a condition is no value: if(condition, a, b) chooses one")
    if units.count("money") > 1:
        raise FormulaError(tree.at, "a product of two amounts of money has no meaning")
    unit: Unit = next((unit for unit in ("money", "share", "count") if unit in units), "number")
    a, b = parts
    ends = [_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Value(unit, min(ends), max(ends))


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0.0 or y == 0.0 else x * y


def _quotient(tree: Node, parts: Sequence[Value], _: bool) -> Value:
    a, b = parts
    if "condition" in (a.unit, b.unit):
        raise FormulaError(tree.at, "a condition is no value: if(condition, a, b) chooses one")
    if b.unit == "money" and a.unit not in ("money", "number"):
        raise FormulaError(tree.at, f"{_UNITS[a.unit]} over an amount of money has no meaning")
    if b.low == b.high == 0.0 and b.unit == "number":
        raise FormulaError(tree.at, "divides by 0")
    unit: Unit = a.unit
    if (a.unit == b.unit and a.unit != "number") or (b.unit in ("share", "count", "money") and a.unit == "number"):
        unit = "share"
    if b.low > 0.0 or b.high < 0.0:
        ends = [_over(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
        return Value(unit, min(ends), max(ends))
    if a.low >= 0.0 and b.low >= 0.0:
        return Value(unit, 0.0, 0.0 if a.high == 0.0 else math.inf)
    return Value(unit, -math.inf, math.inf)


def _over(x: float, y: float) -> float:
    return 0.0 if x == 0.0 or math.isinf(y) else x / y


def _compared(tree: Node, parts: Sequence[Value], in_a_state: bool) -> Value:
    """A comparison; one that always or never holds is refused."""
    _same_unit(tree, parts)
    a, b = parts if tree.does in (">", ">=") else parts[::-1]
    strict = tree.does in ("<", ">")
    always = a.low > b.high or (a.low >= b.high and not strict)
    never = a.high < b.low or (a.high <= b.low and strict)
    if not in_a_state and (always or never):
        what = "always holds" if always else "never holds"
        left, right = parts
        spans = f"from {left.low:g} to {left.high:g} on the left, {right.low:g} to {right.high:g} on the right"
        raise FormulaError(tree.at, f"{tree.does!r} {what}: {spans}{_percent(parts)}")
    return Value("condition", float(always), float(not never))


def _percent(parts: Sequence[Value]) -> str:
    number = next((part for part in parts if part.unit == "number"), None)
    other = next((part for part in parts if part.unit == "share"), None)
    if number is None or other is None or not 1.0 < number.low <= 100.0 or other.high > 1.0:
        return ""
    return f"; did you mean {number.low / 100.0:.10g}?"


def _conditions(tree: Node, parts: Sequence[Value], _: bool) -> Value:
    for part, node in zip(parts, tree.parts, strict=True):
        if part.unit != "condition":
            raise FormulaError(node.at, f"{tree.does!r} takes conditions: a > b, tripped.NAME")
    if tree.does == "not":
        return Value("condition", 1.0 - parts[0].high, 1.0 - parts[0].low)
    of = min if tree.does == "and" else max
    return Value("condition", of(part.low for part in parts), of(part.high for part in parts))


def _extreme(tree: Node, parts: Sequence[Value]) -> Value:
    if len(parts) < 2:
        raise FormulaError(tree.at, f"{tree.name} takes two values or more")
    of = min if tree.name == "min" else max
    return Value(_same_unit(tree, parts), of(part.low for part in parts), of(part.high for part in parts))


def _mean(tree: Node, parts: Sequence[Value]) -> Value:
    months = tree.parts[1] if len(parts) == 2 else None
    if months is None or months.does != "number" or not 2.0 <= months.value <= MEAN_MONTHS or months.value % 1.0:
        raise FormulaError(tree.at, f"mean takes a value and a whole number of months from 2 to {MEAN_MONTHS}")
    if parts[0].unit == "condition":
        raise FormulaError(tree.at, "mean takes a value, not a condition")
    return parts[0]


def _choice(tree: Node, parts: Sequence[Value]) -> Value:
    if len(parts) != 3 or parts[0].unit != "condition":
        raise FormulaError(tree.at, "if takes a condition and two values: if(month > 12, a, b)")
    first = parts[1:2] if parts[0].low > 0.5 else parts[2:3] if parts[0].high < 0.5 else parts[1:]
    return Value(_same_unit(tree, parts[1:]), min(part.low for part in first), max(part.high for part in first))


_CALLS = {"min": _extreme, "max": _extreme, "mean": _mean, "if": _choice}
_OPERATORS = {
    **dict.fromkeys(("+", "-"), _sum),
    "*": _product,
    "/": _quotient,
    **dict.fromkeys(("<", ">", "<=", ">="), _compared),
    **dict.fromkeys(("and", "or", "not"), _conditions),
}
