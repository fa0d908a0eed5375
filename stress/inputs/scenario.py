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
    """Only these segments; all where left out. For default_odds, default_rate, prepayment, recovery."""

    @model_validator(mode="after")
    def _one_move(self) -> Shock:
        given = [k for k in ("multiply", "add", "set") if getattr(self, k) is not None]
        if len(given) + bool(self.by_month) != 1:
            raise ValueError(f"shock on {self.target}: give exactly one of multiply, add, set, by_month")
        if bool(self.by_month) != (self.how is not None):
            raise ValueError(f"shock on {self.target}: how goes with by_month")
        if any(a[0] >= b[0] for a, b in zip(self.by_month, self.by_month[1:], strict=False)):
            raise ValueError(f"shock on {self.target}: months of by_month must increase")
        return self


class Level(Strict):
    """A named severity of a scenario."""

    name: Name
    shocks: tuple[Shock, ...] = ()
    note: Text = ""


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
