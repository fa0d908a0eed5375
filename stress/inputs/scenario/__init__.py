"""A scenario: direct shocks and macro paths that move inputs by month, in one or several levels of severity."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.macro import Macro, SatelliteUse
from stress.inputs.scenario.short_rate import ShortRate
from stress.inputs.targets import CURVE_UNITS, FROM_ZERO, MARKS, MULTIPLIERS, SEGMENT_TARGETS, WHOLE_LIFE, move_range
from stress.inputs.targets import Target as Target
from stress.inputs.text.base import LONGEST_NAME, Document, Fraction, Month, Name, Strict, Text
from stress.inputs.text.curve import CurveWords, check_unit, monthly_rates
from stress.inputs.text.percents import percent_hint
from stress.tables.numbers import LARGEST

LAST_MONTH = 360
"""Months over which a curve is read."""


class Shock(Strict):
    """One input moved from one month to another (the whole life where no months are given).

    Exactly one of `multiply`, `add`, `set`, `by_month`, `curve` or `file`; `by_month` and `file` need `how`. A file
    becomes `by_month` when the scenario is read.
    """

    target: Target
    """The input that moves."""
    multiply: Annotated[float, Field(ge=0.0, le=1000.0)] | None = None
    """Times the base value."""
    add: Annotated[float, Field(ge=-LARGEST, le=LARGEST)] | None = None
    """Plus the base value."""
    set: float | None = None
    """Instead of the base value."""
    by_month: tuple[tuple[Month, float], ...] = ()
    """Points (month, value); the value holds until the next point."""
    how: Literal["multiply", "add", "set"] | None = None
    """How the values of `by_month` or `file` act."""
    file: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """A table beside the scenario (text or .xlsx) whose first column counts months from closing (1, 2, ...), or that
    has a column of dates (2025-03, 2025-03-31: the month of the date). A value holds until the next one; where none
    stands before the first, nothing moves until then."""
    column: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """The column of `file` that is read; may be left out where it has one beside the months."""
    percent: bool = False
    """The file says 3.85 for 3.85%; otherwise 0.0385. A percent sign in the cell says it too."""
    curve: CurveWords | None = None
    """What to set by month, in curve words: "0% to 4% in 12, 4% CDR"; `by_month` made of them. Rates of default in MDR,
    CDR or ABS, prepayment in SMM, CPR, ABS or PSA, a payment rate in MPR; what else a scenario moves has no unit."""
    from_month: Month = 1
    """First month in which it acts."""
    to_month: Month | None = None
    """Last month in which it acts; to the end where it is left out."""
    segments: tuple[Name, ...] = ()
    """Only these segments; all where left out. For (new_)default_odds, default_rate, entry_rate, prepayment, recovery;
    ineligible_share names which of the ineligible segments is bought (needed where there are several)."""
    quantity: Name | None = None
    """Of target = "quantity": which number or schedule of the deal's own `quantities` moves, as the level of a
    servicer's rating, the rate of a swap, the limit of a trigger."""

    @model_validator(mode="after")
    def _of_curve(self) -> Shock:
        """A curve is points by month to set."""
        if self.curve is None:
            return self
        check_unit(self.curve, CURVE_UNITS.get(self.target, ()), self.target)
        rates = monthly_rates(self.curve, LAST_MONTH)
        points = tuple((m, rate) for m, rate in enumerate(rates, 1) if m == 1 or rate != rates[m - 2])
        if self.by_month not in ((), points) or self.how not in (None, "set"):
            raise ValueError(f"shock on {self.label}: give curve or by_month, not both; a curve is what is set")
        self.__dict__.update(by_month=points, how="set")  # frozen from here on
        return self

    @property
    def label(self) -> str:
        """What moves: the target, of a quantity its name too."""
        return f"{self.target} {self.quantity}" if self.target == "quantity" and self.quantity else self.target

    @model_validator(mode="after")
    def _of_deal(self) -> Shock:
        """An own quantity of the deal is named, and nothing else is."""
        if self.target == "quantity" and self.quantity is None:
            raise ValueError("shock on quantity: say which of the deal's own quantities moves: quantity = NAME")
        if self.target != "quantity" and self.quantity is not None:
            raise ValueError(f'shock on {self.label}: quantity goes with target = "quantity"')
        return self

    @model_validator(mode="after")
    def _one_move(self) -> Shock:
        given = [k for k in ("multiply", "add", "set") if getattr(self, k) is not None]
        if len(given) + bool(self.by_month) + (self.file is not None) != 1:
            raise ValueError(f"shock on {self.label}: give exactly one of multiply, add, set, by_month, curve, file")
        if (bool(self.by_month) or self.file is not None) != (self.how is not None):
            raise ValueError(f"shock on {self.label}: how goes with by_month or file")
        if self.file is None and (self.column is not None or self.percent):
            raise ValueError(f"shock on {self.label}: column and percent go with file")
        if any(a[0] >= b[0] for a, b in zip(self.by_month, self.by_month[1:], strict=False)):
            raise ValueError(f"shock on {self.label}: months of by_month must increase")
        if self.to_month is not None and self.to_month < self.from_month:
            raise ValueError(
                f"shock on {self.label}: to_month = {self.to_month} lies before from_month = {self.from_month}"
            )
        if len(set(self.segments)) != len(self.segments):
            raise ValueError(f"shock on {self.label}: segments names one twice")
        if self.segments and self.target not in SEGMENT_TARGETS:
            raise ValueError(f"shock on {self.label}: has no segments; only {', '.join(sorted(SEGMENT_TARGETS))} have")
        self._check_move()
        return self

    def _check_move(self) -> None:
        """The way of moving has a meaning for this target, and the value lies in its range."""
        how: str = self.how or next(k for k in ("multiply", "add", "set") if getattr(self, k) is not None)
        points = [value for _, value in self.by_month]
        values = points if points or self.file is not None else [getattr(self, how)]
        where = f"shock on {self.label}: {how}"
        if self.target in MULTIPLIERS and how != "multiply":
            raise ValueError(f"{where}: is a multiplier itself; write multiply = 1.5")
        if self.target in FROM_ZERO and how == "multiply":
            raise ValueError(f"{where}: has no base value to multiply; use set")
        if self.target in WHOLE_LIFE and (
            how != "set" or self.by_month or self.file or self.from_month > 1 or self.to_month
        ):
            raise ValueError(f"{where}: is set once for the whole life, without months; payment_rate moves by month")
        low, high = move_range(self.target, how)
        for value in values:
            if not low <= value <= high:
                hint = percent_hint(value, low, high, [MARKS.get(self.target, {})])
                raise ValueError(f"{where} = {value:g}: must be from {low:g} to {high:g}{hint}")


Shocks = Annotated[tuple[Shock, ...], Field(max_length=1_000)]
Satellites = Annotated[tuple[SatelliteUse, ...], Field(max_length=64)]


class Level(Strict):
    """A named severity of a scenario."""

    name: Name
    """The scenario is called `<file name>_<level>`."""
    satellites: Satellites = ()
    """On the scenario's macro paths, beside the satellites that all levels share."""
    shocks: Shocks = ()
    """Moves of this level, after those that all levels share."""
    note: Text = ""
    """What the level is, in words."""
    probability: Fraction | None = None
    """Weight in the mixture over scenarios, where given."""


class Scenario(Document):
    """A stress scenario. With levels, each level is one scenario named `<name>_<level>`."""

    kind: Literal["scenario"]
    """What the file is."""
    description: Text = ""
    """What the scenario is, in words."""
    probability: Fraction | None = None
    """Weight in the mixture over scenarios, where given."""
    macro: Macro | None = None
    """Tables of macro variables that the satellites read."""
    var: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """A file of kind = "var": the macro variables are drawn around the tables' paths. Entry rates follow them through
    the satellite of default_odds; other satellites stay on the tables' paths."""
    satellites: Satellites = ()
    """Models that turn the macro paths into shocks; these come before `shocks`."""
    shocks: Shocks = ()
    """Moves that all levels share."""
    short_rate: ShortRate | None = None
    """A random short rate, which floating notes, cash, formulas over an index and discounting read."""
    levels: Annotated[tuple[Level, ...], Field(max_length=64)] = ()
    """Severities, each a scenario of its own."""
    extends: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """One scenario file (`file.toml` or `file.toml:level`) that this one adds to: its shocks come first, and its macro
    tables stay where this file has none."""
    combine: tuple[str, ...] = ()
    """Other scenario files (`file.toml` or `file.toml:level`) whose shocks come first, in order."""

    @model_validator(mode="after")
    def _nothing_twice(self) -> Scenario:
        names = [level.name for level in self.levels]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"levels: {name!r} is named {names.count(name)} times: names must differ")
            if len(f"{self.name}_{name}") > LONGEST_NAME:
                raise ValueError(
                    f"levels: {name!r}: with the scenario's name, as {self.name}_{name} in results, it has "
                    f"{len(self.name) + 1 + len(name)} characters; at most {LONGEST_NAME}"
                )
        if len(set(self.combine)) != len(self.combine):
            raise ValueError("combine: the same file stands twice and would act twice")
        parts = [("", self), *((f"levels[{level.name!r}].", level) for level in self.levels)]
        for where, part in parts:
            for key in ("shocks", "satellites"):
                moves = getattr(part, key)
                if len(set(moves)) != len(moves):
                    raise ValueError(f"{where}{key}: the same move stands twice and would act twice")
        return self

    @model_validator(mode="after")
    def _macro_is_used(self) -> Scenario:
        uses = (*self.satellites, *(use for level in self.levels for use in level.satellites))
        if self.var is not None and self.macro is None and self.extends is None:
            raise ValueError("var draws macro variables around the paths of tables: add a [macro] table")
        if uses and self.macro is None:
            raise ValueError("satellites need the tables of macro variables: add a [macro] table")
        if self.macro is not None and not uses:
            raise ValueError("macro moves nothing without satellites: add [[satellites]]")
        for shared in (self.satellites, *(self.satellites + level.satellites for level in self.levels)):
            if sum(use.residual_rho for use in shared) > 1:
                raise ValueError("residual_rho may stand in one satellite only")
        return self
