"""A scenario: direct shocks to model inputs by month, in one or several levels of severity."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.base import Document, Fraction, Month, Name, Strict, Text

Target = Literal[
    "default_odds",
    "default_rate",
    "payment",
    "prepayment",
    "yield",
    "fee_free_share",
    "apr_cap",
    "originations",
    "ineligible_share",
    "purchase_lag_days",
    "purchase_outage",
    "recovery",
    "dilution",
    "dilution_unpaid_share",
    "score_slope",
    "heterogeneity",
    "rho",
    "collections_deferred",
    "commingled_days",
    "successor_fee",
    "payment_rate",
    "cash_rate",
    "index_rate",
    "note_spread",
]

MULTIPLIERS = frozenset({"default_odds"})
"""Targets that are themselves a multiplier of 1: only `multiply` has a meaning."""

FROM_ZERO = frozenset(
    {
        "ineligible_share",
        "purchase_lag_days",
        "purchase_outage",
        "heterogeneity",
        "collections_deferred",
        "commingled_days",
        "successor_fee",
        "apr_cap",
    }
)
"""Targets without a base value: a multiple of nothing would move nothing."""

VALUE_RANGE: dict[str, tuple[float, float]] = {
    "default_rate": (0.0, 1.0),
    "payment": (0.0, 10.0),
    "prepayment": (0.0, 1.0),
    "yield": (0.0, 10.0),
    "fee_free_share": (0.0, 1.0),
    "apr_cap": (0.0, 10.0),
    "originations": (0.0, 100.0),
    "ineligible_share": (0.0, 1.0),
    "purchase_lag_days": (0.0, 360.0),
    "purchase_outage": (0.0, 1.0),
    "recovery": (0.0, 1.0),
    "dilution": (0.0, 1.0),
    "dilution_unpaid_share": (0.0, 1.0),
    "score_slope": (0.0, 5.0),
    "heterogeneity": (0.0, 5.0),
    "rho": (0.0, 0.999),
    "collections_deferred": (0.0, 1.0),
    "commingled_days": (0.0, 30.0),
    "successor_fee": (0.0, 1.0),
    "payment_rate": (0.0, 1.0),
    "cash_rate": (-0.5, 1.0),
    "index_rate": (-0.5, 1.0),
    "note_spread": (-0.5, 1.0),
}
"""What a target may be `set` to. Shares and rates are fractions, `payment`, `yield`, `originations`, `score_slope` are
multiples of the base, lags and commingled cash are in days."""

SEGMENT_TARGETS = frozenset({"default_odds", "default_rate", "prepayment", "recovery", "ineligible_share"})
"""Targets that can be moved for some segments only."""


class Shock(Strict):
    """One input moved from one month to another (the whole life where no months are given).

    Exactly one of `multiply`, `add`, `set` or `by_month`; `by_month` needs `how`.
    """

    target: Target
    multiply: Annotated[float, Field(ge=0.0, le=1000.0)] | None = None
    add: Annotated[float, Field(ge=-10.0, le=10.0)] | None = None
    set: float | None = None
    by_month: tuple[tuple[Month, float], ...] = ()
    """Points (month, value); the value holds until the next point."""
    how: Literal["multiply", "add", "set"] | None = None
    from_month: Month = 1
    to_month: Month | None = None
    segments: tuple[Name, ...] = ()
    """Only these segments; all where left out. For default_odds, default_rate, prepayment, recovery;
    ineligible_share names which of the ineligible segments is bought (needed where there are several)."""

    @model_validator(mode="after")
    def _one_move(self) -> Shock:
        given = [k for k in ("multiply", "add", "set") if getattr(self, k) is not None]
        if len(given) + bool(self.by_month) != 1:
            raise ValueError(f"shock on {self.target}: give exactly one of multiply, add, set, by_month")
        if bool(self.by_month) != (self.how is not None):
            raise ValueError(f"shock on {self.target}: how goes with by_month")
        if any(a[0] >= b[0] for a, b in zip(self.by_month, self.by_month[1:], strict=False)):
            raise ValueError(f"shock on {self.target}: months of by_month must increase")
        if self.to_month is not None and self.to_month < self.from_month:
            raise ValueError(
                f"shock on {self.target}: to_month = {self.to_month} lies before from_month = {self.from_month}"
            )
        if self.segments and self.target not in SEGMENT_TARGETS:
            raise ValueError(f"shock on {self.target}: has no segments; only {', '.join(sorted(SEGMENT_TARGETS))} have")
        self._check_move()
        return self

    def _check_move(self) -> None:
        """The way of moving has a meaning for this target, and the value lies in its range."""
        how: str = self.how or next(k for k in ("multiply", "add", "set") if getattr(self, k) is not None)
        values = [value for _, value in self.by_month] or [getattr(self, how)]
        where = f"shock on {self.target}: {how}"
        if self.target in MULTIPLIERS and how != "multiply":
            raise ValueError(f"{where}: is a multiplier itself; write multiply = 1.5")
        if self.target in FROM_ZERO and how == "multiply":
            raise ValueError(f"{where}: has no base value to multiply; use set")
        if how == "multiply":
            low, high = 0.0, 1000.0
        else:
            low, high = VALUE_RANGE[self.target]
            low = low - high if how == "add" else low
        for value in values:
            if not low <= value <= high:
                percent = high <= 1.0 and low <= value / 100.0 <= high
                hint = f"; a fraction, not a percent: did you mean {value / 100.0:.10g}?" if percent else ""
                raise ValueError(f"{where} = {value:g}: must be from {low:g} to {high:g}{hint}")


class Level(Strict):
    """A named severity of a scenario."""

    name: Name
    shocks: tuple[Shock, ...] = ()
    note: Text = ""
    probability: Fraction | None = None
    """Weight in the mixture over scenarios, where given."""


class Scenario(Document):
    """A stress scenario. With levels, each level is one scenario named `<name>_<level>`."""

    kind: Literal["scenario"]
    description: Text = ""
    probability: Fraction | None = None
    """Weight in the mixture over scenarios, where given."""
    shocks: tuple[Shock, ...] = ()
    levels: tuple[Level, ...] = ()
    combine: tuple[str, ...] = ()
    """Other scenario files (`file.toml` or `file.toml:level`) whose shocks come first, in order."""
