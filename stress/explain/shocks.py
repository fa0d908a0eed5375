"""A scenario's shock in words: what moves, by how much, when."""

from __future__ import annotations

from stress.explain.words import listed
from stress.inputs.scenario import Shock
from stress.inputs.targets import CURVE_UNITS

MANY_POINTS = 6
"""A shock with more points is a path: only its turns are told."""


def shock_words(shock: Shock) -> str:
    """`default odds of L1 times 2 in months 3 to 12`.

    >>> shock_words(Shock(target="default_odds", multiply=2.0, from_month=3, to_month=12))
    'default odds times 2 in months 3 to 12'
    """
    name = shock.target.replace("_", " ") if shock.quantity is None else shock.label
    where = f" of {listed(shock.segments)}" if shock.segments else ""
    if shock.curve is not None:
        return f"{name}{where} set to {shock.curve}{' a month' if shock.target in CURVE_UNITS else ''}"
    if shock.by_month:
        word = {"multiply": "times", "add": "plus", "set": "set to", None: ""}[shock.how]
        if len(shock.by_month) > MANY_POINTS:
            return f"{name}{where} {word} {_summary(shock.by_month)}"
        return f"{name}{where} {word} " + ", ".join(
            f"{_amount(value)} from month {month}" for month, value in shock.by_month
        )
    if shock.multiply is not None:
        move = f"times {shock.multiply:g}"
    elif shock.add is not None:
        move = f"{'plus' if shock.add >= 0.0 else 'minus'} {_amount(abs(shock.add))}"
    else:
        move = f"set to {_amount(shock.set or 0.0)}"
    return f"{name}{where} {move}{_when(shock)}"


def _amount(value: float, digits: int = 6) -> str:
    """A number; one of money with its thousands.

    >>> _amount(0.02), _amount(1_250_000.0)
    ('0.02', '1,250,000')
    """
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:.{digits}g}"


def _summary(points: tuple[tuple[int, float], ...]) -> str:
    """A path by month in its first, largest, smallest and last values."""
    points = tuple((month, value) for month, value in points)
    high, low = max(points, key=lambda p: p[1]), min(points, key=lambda p: p[1])
    named = {points[0]: "", high: "the most", low: "the least", points[-1]: "to the end"}
    return ", ".join(
        f"{_amount(value, 4)} in month {month}" + (f" ({named[month, value]})" if named[month, value] else "")
        for month, value in sorted(named)
    )


def _when(shock: Shock) -> str:
    if shock.to_month is not None:
        return (
            f" in month {shock.from_month}"
            if shock.to_month == shock.from_month
            else (f" in months {shock.from_month} to {shock.to_month}")
        )
    return f" from month {shock.from_month}" if shock.from_month > 1 else ""
