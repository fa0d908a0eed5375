"""Curve words: rates by month as analysts say them, "0% to 1.5% in 12, 1.5% for 24, 1% CPR at age 6"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

_NUMBER = r"\d+(?:\.\d+)?\s*%?"
_PIECE = re.compile(
    rf"(?P<level>{_NUMBER})(?:\s+to\s+(?P<end>{_NUMBER})\s+in\s+(?P<ramp>\d+)|\s+for\s+(?P<months>\d+))?"
)
_TAIL = re.compile(r"^(?P<pieces>.*?)(?:\s+(?P<unit>[A-Z]{3}))?(?:\s+at\s+age\s+(?P<age>\d+))?$")

_LAST = 0.99
"""Monthly rate once an ABS speed has taken nearly all: no monthly rate is larger."""
_UNITS: dict[str, Callable[[float, int], float]] = {
    "SMM": lambda rate, age: rate,
    "MDR": lambda rate, age: rate,
    "CPR": lambda rate, age: 1.0 - (1.0 - rate) ** (1.0 / 12.0),
    "CDR": lambda rate, age: 1.0 - (1.0 - rate) ** (1.0 / 12.0),
    "ABS": lambda rate, age: rate / max(1.0 - rate * (age - 1), rate / _LAST),
    "PSA": lambda speed, age: 1.0 - (1.0 - min(1.0, 0.06 * speed * min(age, 30) / 30.0)) ** (1.0 / 12.0),
}
"""Monthly rate of a level at an age in months. ABS: share of the loans there were at age 0, of the last ones 99%; PSA:
multiples of it."""
_HOW = 'write "0.2% to 6% in 30, 6% CPR": each rate "A", "A for MONTHS" or "A to B in MONTHS", then a unit'


def monthly_rates(words: str, months: int) -> list[float]:
    """Rates of month 1 .. months; a ramp reaches its end in its last month, the last level holds to the end.

    `at age n`: month 1 is month n + 1 of the curve and of the receivables' age. Raises ValueError with what is wrong.

    >>> [round(rate, 6) for rate in monthly_rates("0 to 0.06 in 3, 0.06 CPR", 4)]
    [0.001682, 0.003396, 0.005143, 0.005143]
    """
    tail = _TAIL.match(words.strip())
    assert tail is not None
    unit, start = tail["unit"] or "SMM", int(tail["age"] or 0)
    if unit not in _UNITS:
        raise ValueError(f"{words!r}: no unit {unit}; one of {', '.join(_UNITS)}")
    levels = _levels(words, tail["pieces"], start + months)
    found = [_UNITS[unit](level, age) for age, level in enumerate(levels, 1)]
    if max(levels) > 1.0 and unit != "PSA":
        raise ValueError(f"{words!r}: {max(levels):g} is above 1: a fraction, or a percent with its sign")
    return found[start:]


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


def _readable(words: str) -> str:
    monthly_rates(words, 1)
    return words


CurveWords = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_readable)]
"""A text of curve words that can be read."""
