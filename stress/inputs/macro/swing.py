"""Macro variables drawn around a scenario's paths: what a case keeps of them."""

from __future__ import annotations

from stress.inputs.macro.interpolate import Rule
from stress.inputs.macro.satellite import Satellite
from stress.inputs.macro.var import Var
from stress.inputs.text.base import Name, Strict


class Swing(Strict):
    """What drawn macro variables need to know of a scenario."""

    var: Var
    satellite: Satellite
    elasticity: float
    segments: tuple[Name, ...]
    rate: float | None
    """y_0 of a logit or probit satellite."""
    base: tuple[int, int, int]
    """The starting period, at which nothing has been drawn: year, number, periods a year."""
    start: int
    """Calendar month of month 1, counted from year 0."""
    interpolation: Rule
    shift: tuple[float, ...]
    """Of the scenario itself, by month, on the link's scale."""
    path: tuple[tuple[float, ...], ...]
    """Of the scenario itself, by variable of `var` and month."""
