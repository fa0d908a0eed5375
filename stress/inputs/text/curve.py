"""Curve words: rates by month as analysts say them, "0% to 1.5% in 12, 1.5% for 24, 1% CPR at age 6"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

_NUMBER = r"\d+(?:\.\d+)?\s*%?"
_PIECE = re.compile(
    rf"(?P<level>{_NUMBER})(?:\s+to\s+(?P<end>{_NUMBER})\s+in\s+(?P<ramp>\d+)|\s+for\s+(?P<months>\d+))?"
)
_TAIL = re.compile(r"^(?P<pieces>.*?)(?:\s+(?P<unit>[A-Z]{3}))?(?:\s+at\s+age\s+(?P<age>\d+))?$")

BY_CURVE: Any = None
"""Default of a rate that is needed and that a curve may say instead: the rate is then that of its first month."""
_LAST = 0.99
"""Monthly rate once an ABS speed has taken nearly all: no monthly rate is larger."""
_UNITS: dict[str, Callable[[float, int], float]] = {
    "SMM": lambda rate, age: rate,
    "MDR": lambda rate, age: rate,
    "MPR": lambda rate, age: rate,
    "CPR": lambda rate, age: 1.0 - (1.0 - rate) ** (1.0 / 12.0),
    "CDR": lambda rate, age: 1.0 - (1.0 - rate) ** (1.0 / 12.0),
    "ABS": lambda rate, age: rate / max(1.0 - rate * (age - 1), rate / _LAST),
    "PSA": lambda speed, age: 1.0 - (1.0 - min(1.0, 0.06 * speed * min(age, 30) / 30.0)) ** (1.0 / 12.0),
}
"""Monthly rate of a level at an age in months. ABS: share of the loans there were at age 0, of the last ones 99%; PSA:
multiples of it."""
DEFAULT, PREPAYMENT, PAYMENT, PLAIN = ("MDR", "CDR", "ABS"), ("SMM", "CPR", "ABS", "PSA"), ("MPR",), ()
"""Units in which each kind of rate is said; none for a share, and for a rate that analysts have no speed for."""
_HOW = 'write "0.2% to 6% in 30, 6% CPR": rates "A", "A for MONTHS" or "A to B in MONTHS", and a unit once, at the end'


def monthly_rates(words: str, months: int, new: bool = False) -> list[float]:
    """Rates of month 1 .. months; a ramp reaches its end in its last month, the last level holds to the end.

    `at age n`: month 1 is month n + 1 of the curve and of the receivables' age; `new` ones begin with its first month.
    Raises ValueError with what is wrong.

    >>> [round(rate, 6) for rate in monthly_rates("0 to 0.06 in 3, 0.06 CPR", 4)]
    [0.001682, 0.003396, 0.005143, 0.005143]
    """
    tail = _TAIL.match(words.strip())
    assert tail is not None
    unit, start = tail["unit"] or "SMM", 0 if new else int(tail["age"] or 0)
    if unit not in _UNITS:
        raise ValueError(f"{words!r}: no unit {unit}; one of {', '.join(_UNITS)}")
    levels = _levels(words, tail["pieces"], start + months)
    rates = [_UNITS[unit](level, age) for age, level in enumerate(levels, 1)]
    if max(levels) > 1.0 and unit != "PSA":
        raise ValueError(f"{words!r}: {max(levels):g} is above 1: a fraction, or a percent with its sign")
    return rates[start:]


def _levels(words: str, pieces: str, months: int) -> list[float]:
    """Levels from the curve's first month on."""
    levels: list[float] = []
    parts = [part.strip() for part in pieces.split(",")]
    for number, part in enumerate(parts, 1):
        piece = _PIECE.fullmatch(part)
        if piece is None:
            raise ValueError(f"{words!r}: {part!r} is no rate; {_HOW}")
        level = _value(piece["level"])
        if piece["ramp"] is not None:
            end, count = _value(piece["end"]), int(piece["ramp"])
            levels += [level + (end - level) * month / count for month in range(1, count + 1)]
        elif piece["months"] is not None:
            levels += [level] * int(piece["months"])
        elif number < len(parts):
            raise ValueError(f"{words!r}: {part!r} needs its months before another rate follows; {_HOW}")
        else:
            levels += [level] * max(1, months - len(levels))
    if not levels:
        raise ValueError(f"{words!r}: no month has a rate; {_HOW}")
    return (levels + [levels[-1]] * months)[:months]


def _value(text: str) -> float:
    return float(text.rstrip("% ")) / 100.0 if "%" in text else float(text)


def check_unit(words: str, units: Sequence[str], what: str) -> None:
    """Raise ValueError where the unit of a curve means nothing for what it is a curve of.

    >>> check_unit("6% CPR", PREPAYMENT, "prepayment")
    """
    tail = _TAIL.match(words.strip())
    unit = tail["unit"] if tail is not None else None
    if unit in _UNITS and unit not in units:
        allowed = f"one of {', '.join(units)}, or none" if units else "it has none"
        raise ValueError(f"{words!r}: {unit} is no unit of {what}: {allowed}")


def read_first_month(model: BaseModel, keys: Mapping[str, str], name: str = "") -> None:
    """Where a model has a curve, let the rate beside it (`keys`: by the key of the curve) be that of its first month.

    Raises ValueError where both are given and differ.
    """
    for curve, key in keys.items():
        words, given = getattr(model, curve), getattr(model, key)
        if words is None:
            continue
        first = monthly_rates(words, 1)[0] if isinstance(words, str) else tuple(monthly_rates(w, 1)[0] for w in words)
        if given and given != first:
            raise ValueError(f"{name}give {key} or {curve}, not both")
        model.__dict__[key] = first  # frozen from here on


def _readable(units: Sequence[str], what: str) -> AfterValidator:
    def read(words: str) -> str:
        monthly_rates(words, 1)
        check_unit(words, units, what)
        return words

    return AfterValidator(read)


Words = Annotated[str, Field(min_length=1, max_length=400)]
CurveWords = Annotated[Words, _readable(tuple(_UNITS), "a rate")]
"""A text of curve words that can be read."""
PrepaymentWords = Annotated[Words, _readable(PREPAYMENT, "prepayment")]
DefaultWords = Annotated[Words, _readable(DEFAULT, "a rate of default or entry")]
PaymentWords = Annotated[Words, _readable(PAYMENT, "a payment rate")]
ShareWords = Annotated[Words, _readable(PLAIN, "a share")]
