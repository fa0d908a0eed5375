"""What the parts of a formula come to: unit and range of sums, products, comparisons and calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from stress.inputs.deal.formula_text import FormulaError, Node
from stress.inputs.deal.quantities import Unit

PAST_MONTHS = 36
"""Determinations that a mean reaches back, and that `ago` does."""
PAST = ("mean", "ago")
"""Calls that look at determinations that are over."""
LEAST_AMOUNT = 1_000.0
"""A written number that no share or rate is multiplied by: beside one it is an amount, 1e6 * (index.euribor - 0.02)."""
UNITS = {"money": "an amount of money", "share": "a share or rate", "count": "a count", "condition": "a condition"}


class Value(NamedTuple):
    """What a part of a formula can come to."""

    unit: Unit
    low: float
    high: float
    parts: int = 1
    amount: bool = False
    """A schedule, a number of LEAST_AMOUNT or more, or a product of one: an amount of money where one is asked."""


def is_amount(tree: Node, parts: Sequence[Value]) -> bool:
    """Whether what is made of these parts may be an amount of money though no quantity of it is one."""
    of = parts[1:] if tree.name == "if" else parts[:1] if tree.name in PAST else parts
    if tree.does == "/":
        return of[0].amount and not of[1].amount and of[1].unit != "money"
    if tree.does == "*":
        return any(part.amount for part in of)
    return any(part.amount for part in of) and all(part.amount or part.unit in ("number", "money") for part in of)


def _same_unit(tree: Node, parts: Sequence[Value]) -> Unit:
    """The unit that values have in common; a number takes that of the others."""
    units = {part.unit for part in parts if part.unit != "number"}
    if "condition" in units:
        raise FormulaError(
            tree.at, f"{tree.name or tree.does!r} takes values, not conditions; if(condition, a, b) chooses one"
        )
    if len(units) > 1 and all(part.amount for part in parts if part.unit not in ("money", "number")):
        return "money"
    if len(units) > 1:
        words = " and ".join(sorted(UNITS[unit] for unit in units))
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
    if b.unit == "money" and a.unit not in ("money", "number") and not a.amount:
        raise FormulaError(tree.at, f"{UNITS[a.unit]} over an amount of money has no meaning")
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
        verdict = "always holds" if always else "never holds"
        left, right = parts
        spans = f"from {left.low:g} to {left.high:g} on the left, {right.low:g} to {right.high:g} on the right"
        raise FormulaError(tree.at, f"{tree.does!r} {verdict}: {spans}{_percent(parts)}")
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
    pick = min if tree.does == "and" else max
    return Value("condition", pick(part.low for part in parts), pick(part.high for part in parts))


def _extreme(tree: Node, parts: Sequence[Value]) -> Value:
    if len(parts) < 2:
        raise FormulaError(tree.at, f"{tree.name} takes two values or more")
    pick = min if tree.name == "min" else max
    return Value(_same_unit(tree, parts), pick(part.low for part in parts), pick(part.high for part in parts))


def _mean(tree: Node, parts: Sequence[Value]) -> Value:
    return _of_past(tree, parts, 2)


def _ago(tree: Node, parts: Sequence[Value]) -> Value:
    was = _of_past(tree, parts, 1)
    return was._replace(low=min(was.low, 0.0), high=max(was.high, 0.0))  # 0 where the deal was not there yet


def _of_past(tree: Node, parts: Sequence[Value], least: int) -> Value:
    months = tree.parts[1] if len(parts) == 2 else None
    if months is None or months.does != "number" or not least <= months.value <= PAST_MONTHS or months.value % 1.0:
        raise FormulaError(
            tree.at, f"{tree.name} takes a value and a whole number of months from {least} to {PAST_MONTHS}"
        )
    if parts[0].unit == "condition":
        raise FormulaError(tree.at, f"{tree.name} takes a value, not a condition")
    return parts[0]


def _choice(tree: Node, parts: Sequence[Value]) -> Value:
    if len(parts) != 3 or parts[0].unit != "condition":
        raise FormulaError(tree.at, "if takes a condition and two values: if(month > 12, a, b)")
    first = parts[1:2] if parts[0].low > 0.5 else parts[2:3] if parts[0].high < 0.5 else parts[1:]
    return Value(_same_unit(tree, parts[1:]), min(part.low for part in first), max(part.high for part in first))


CALLS = {"min": _extreme, "max": _extreme, "mean": _mean, "ago": _ago, "if": _choice}
OPERATORS = {
    **dict.fromkeys(("+", "-"), _sum),
    "*": _product,
    "/": _quotient,
    **dict.fromkeys(("<", ">", "<=", ">="), _compared),
    **dict.fromkeys(("and", "or", "not"), _conditions),
}
