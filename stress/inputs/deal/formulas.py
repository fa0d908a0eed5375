"""Formulas over named quantities: read against a deal, in the right unit, within what they can ever be."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator, Field

from stress.inputs.deal.formula_size import size
from stress.inputs.deal.formula_text import LARGEST, FormulaError, Node, parse
from stress.inputs.deal.formula_values import CALLS, LEAST_AMOUNT, OPERATORS, PAST, UNITS, Value, is_amount
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
if TYPE_CHECKING:
    Own = str | Schedule
else:
    Own = FormulaText | Schedule | Annotated[Level, AfterValidator(repr)]
"""A quantity of the deal's own: a formula, a schedule, or a number that stays, kept as the formula that it is."""

MOST_PARTS = 200


class Names(NamedTuple):
    """What a formula may name in a deal."""

    of: Mapping[str, Sequence[str]]
    """Names of notes, accounts, fees, triggers, phases; a deal does not know the segments of its pool."""
    own: Mapping[str, Node | tuple[tuple[int, float], ...]]
    """The deal's own quantities: trees of formulas, or schedules."""
    last: int
    """Legal maturity in months."""
    later: Mapping[str, Sequence[str]] = {}
    """By quantity, what is not known yet when the formula is used: triggers tested later, fees charged later."""
    of_fee: bool = False
    """Whether the formula is what a fee comes to: it cannot look at what fees are part of."""
    trust: bool = False
    """Whether the deal is a series of a master trust."""
    hurdle: bool = False
    """Whether the deal has a hurdle rate."""
    free: Collection[str] = ()
    """Own quantities that may come to anything, since a scenario may move them."""


At = Mapping[str, tuple[float, float]]
"""Ranges of quantities in a state of the deal, instead of those in the table."""
ANY: At = {}
END: At = {
    "pool": (0.0, 0.0),
    "pool.adjusted": (0.0, 0.0),
    **{f"pool.overdue_{days}": (0.0, 0.0) for days in (1, 30, 60, 90)},
    "segment": (0.0, 0.0),
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
    result = value(tree, names)
    size(tree, names.own)
    if wanted is None and result.unit == "condition":
        raise FormulaError(0, "is a condition; a value is asked here")
    if wanted is not None and result.unit not in (wanted, "number") and not (wanted == "money" and result.amount):
        hint = (
            ": of the pool, of a note, of a schedule of amounts?" if (result.unit, wanted) == ("share", "money") else ""
        )
        raise FormulaError(0, f"is {UNITS[result.unit]}; {UNITS[wanted]} is asked here{hint}")
    if wanted == "condition" and result.unit == "number":
        raise FormulaError(0, "is a number; a condition is asked here: a > b")
    return tree


def value(tree: Node, names: Names, at: At = ANY) -> Value:
    """Unit and range of a tree, in a state of the deal. Raises FormulaError."""
    if tree.does == "number":
        return Value("number", tree.value, tree.value, amount=abs(tree.value) >= LEAST_AMOUNT)
    if tree.does == "name":
        return _named(tree, names, at)
    if tree.does == "call" and tree.name not in CALLS:
        known = ", ".join(CALLS)
        raise FormulaError(tree.at, f"no function {tree.name!r}: one of {known}{suggest(tree.name, list(CALLS))}")
    if names.of_fee and tree.name in PAST:
        raise FormulaError(tree.at, f"{tree.name} is taken once fees are charged: a fee cannot look at one")
    parts = [value(part, names, at) for part in tree.parts]
    count = 1 + sum(part.parts for part in parts)
    if count > MOST_PARTS:
        raise FormulaError(tree.at, f"has more than {MOST_PARTS} parts, own quantities written out")
    result = CALLS[tree.name](tree, parts) if tree.does == "call" else OPERATORS[tree.does](tree, parts, bool(at))
    return result._replace(parts=count, amount=result.unit != "condition" and is_amount(tree, parts))


def looks_at(tree: Node, names: Names) -> set[tuple[str, str]]:
    """(name, of) of every quantity of a tree, own ones written out."""
    if tree.does != "name":
        return {quantity for part in tree.parts for quantity in looks_at(part, names)}
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
    if own is not None:
        given = value(own, names, at) if isinstance(own, Node) else _scheduled(own)
        return given._replace(low=-math.inf, high=math.inf) if tree.name in names.free else given
    row = quantity_of(tree)
    if row is None or tree.name in WRITTEN_OUT:
        raise FormulaError(tree.at, _unknown(tree, names))
    name, quantity = row
    if quantity.trust and not names.trust:
        raise FormulaError(tree.at, f"{full_name(tree)} is of a series of a master trust; the deal has no [trust]")
    if quantity.hurdle and not names.hurdle:
        raise FormulaError(tree.at, f"{full_name(tree)} is what loans are worth at the deal's hurdle_rate; it has none")
    if quantity.of and not tree.of:
        listed = ", ".join(names.of.get(quantity.of, ("those of the pool",))) or "none is defined"
        raise FormulaError(tree.at, f"{name} of which {quantity.of}? {name}.NAME, one of {listed}")
    if not quantity.of and tree.of and name == tree.name:
        raise FormulaError(tree.at, _unknown(tree, names))
    known = names.of.get(quantity.of)
    if known is not None and tree.of not in known:
        raise FormulaError(
            tree.at, f"no {quantity.of} {tree.of!r}: one of {', '.join(known)}{suggest(tree.of, list(known))}"
        )
    if tree.of in names.later.get(name, ()):
        how = {"trigger": "tested", "fee": "charged"}[quantity.of]
        raise FormulaError(tree.at, f"the {quantity.of} {tree.of!r} is {how} later: list it above this one")
    if names.of_fee and quantity.after_fees:
        raise FormulaError(tree.at, f"{name} is known once fees are charged: a fee cannot look at it")
    low, high = at.get(name, (quantity.low, float(names.last) if name == "month" else quantity.high))
    return Value(quantity.unit, low, high)


def _scheduled(schedule: Sequence[tuple[int, float]]) -> Value:
    values = [0.0] * (schedule[0][0] > 1) + [level for _, level in schedule]
    return Value("number", min(values), max(values), amount=True)


def _unknown(tree: Node, names: Names) -> str:
    name = full_name(tree)
    if tree.name in WRITTEN_OUT:
        return f"{tree.name} is written {WRITTEN_OUT[tree.name]} in a formula"
    has = {n: (names.trust or not q.trust) and (names.hurdle or not q.hurdle) for n, q in QUANTITIES.items()}
    known = [*names.own, *(n for n in QUANTITIES if n not in WRITTEN_OUT and has[n])]
    meant = suggest(name, known)
    return f"no quantity {name!r}" + (meant or f": one of {', '.join(known)}")
