"""How a scenario names macro tables and the satellite models that turn them into shocks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.macro.interpolate import Rule
from stress.inputs.targets import SEGMENT_TARGETS
from stress.inputs.text.base import Name, Strict
from stress.tables.periods import ALLOWED, parse_period

SatelliteTarget = Literal[
    "default_odds",
    "new_default_odds",
    "default_rate",
    "entry_rate",
    "payment",
    "prepayment",
    "yield",
    "fee_free_share",
    "apr",
    "originations",
    "recovery",
    "dilution",
    "rho",
    "payment_rate",
    "cash_rate",
    "index_rate",
    "note_spread",
]
"""Inputs that macro variables may move."""

NO_MULTIPLE = frozenset({"index_rate", "cash_rate", "note_spread", "apr"})
"""Rates that may be zero or negative: a satellite adds to them."""


class MacroFile(Strict):
    """A macro table as its publisher has it: text or .xlsx, periods down or across (`stress explain --tables`)."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """Relative to the scenario file."""
    history: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """The same columns up to the period before `file` starts: the starting point, lags and differences."""


class Macro(Strict):
    """Macro paths and the month of the deal at which they start."""

    tables: Annotated[tuple[MacroFile, ...], Field(min_length=1, max_length=8)]
    """Tables of macro variables, with their histories."""
    start: Annotated[str, Field(min_length=1, max_length=20)] = "first"
    """The period that begins with month 1: a period of the table (2025 Q1), `first` (the first row of the first file),
    or `closing` (the deal's own calendar). The starting point x_0 is the period of the month before."""
    interpolation: Rule = "mid"
    """How months lie between quarters or years."""
    after_end: Literal["refuse", "hold"] = "refuse"
    """Beyond the last row: an error, or the last value held."""

    @model_validator(mode="after")
    def _start_is_a_period(self) -> Macro:
        if self.start not in ("first", "closing") and parse_period(self.start) is None:
            raise ValueError(f'start = "{self.start}": must be {ALLOWED}, or first, or closing')
        if len(set(self.tables)) != len(self.tables):
            raise ValueError("tables: the same table stands twice")
        return self


class SatelliteUse(Strict):
    """A satellite model at work on one input of some segments."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    """A satellite file, relative to the scenario file."""
    target: SatelliteTarget
    """The input that the model moves. new_default_odds: what a month buys keeps for life the multiple of that month."""
    elasticity: Annotated[float, Field(ge=-10.0, le=10.0)] = 1.0
    """Scales movements on the link's scale: 0.5 where this pool is taken to react half as much as the fitted one."""
    base_rate: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    """y_0, from which a logit or probit satellite moves; what the satellite fits at the start where left out."""
    segments: tuple[Name, ...] = ()
    """Only these segments; all where left out."""
    at_least: float | None = None
    """The multiple (or what is added) is not less than this."""
    at_most: float | None = None
    """The multiple (or what is added) is not more than this."""
    residual_rho: bool = False
    """Also multiply rho by 1 - R2: the factor keeps what the macro path does not explain."""

    @model_validator(mode="after")
    def _makes_sense(self) -> SatelliteUse:
        if self.segments and self.target not in SEGMENT_TARGETS:
            raise ValueError(f"{self.target} has no segments; only {', '.join(sorted(SEGMENT_TARGETS))} have")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least = {self.at_least:g} lies above at_most = {self.at_most:g}")
        if abs(self.elasticity) < 1e-6:
            raise ValueError(f"elasticity = {self.elasticity:g}: moves nothing; leave the satellite out")
        if len(set(self.segments)) != len(self.segments):
            raise ValueError(f"{self.target}: segments names one twice")
        if self.residual_rho and self.target not in ("default_odds", "default_rate", "entry_rate"):
            raise ValueError("residual_rho belongs to a satellite of default_odds, default_rate or entry_rate")
        return self
