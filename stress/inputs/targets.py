"""Inputs that a scenario can move, how each may be moved, and the range of its values."""

from __future__ import annotations

from typing import Literal

from stress.inputs.text.curve import DEFAULT, PAYMENT, PREPAYMENT
from stress.inputs.text.percents import CORRELATION, NO_PERCENT
from stress.inputs.text.schema import Schema
from stress.tables.numbers import LARGEST

Target = Literal[
    "default_odds",
    "new_default_odds",
    "default_rate",
    "entry_rate",
    "payment",
    "prepayment",
    "yield",
    "fee_free_share",
    "apr",
    "apr_cap",
    "originations",
    "ineligible_share",
    "purchase_lag_days",
    "purchase_outage",
    "purchase_outage_days",
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
    "turnover",
    "cash_rate",
    "index_rate",
    "note_spread",
    "quantity",
]

MULTIPLIERS = frozenset({"default_odds", "new_default_odds"})
"""Targets that are themselves a multiplier of 1: only `multiply` has a meaning."""

FROM_ZERO = frozenset(
    {
        "ineligible_share",
        "purchase_lag_days",
        "purchase_outage",
        "purchase_outage_days",
        "heterogeneity",
        "collections_deferred",
        "commingled_days",
        "successor_fee",
        "apr",
        "apr_cap",
    }
)
"""Targets without a base value: a multiple of nothing would move nothing."""

VALUE_RANGE: dict[str, tuple[float, float]] = {
    "default_rate": (0.0, 1.0),
    "entry_rate": (0.0, 1.0),
    "payment": (0.0, 10.0),
    "prepayment": (0.0, 1.0),
    "yield": (0.0, 10.0),
    "fee_free_share": (0.0, 1.0),
    "apr": (-1.0, 1.0),
    "apr_cap": (0.0, 3.0),
    "originations": (0.0, 100.0),
    "ineligible_share": (0.0, 1.0),
    "purchase_lag_days": (0.0, 360.0),
    "purchase_outage": (0.0, 1.0),
    "purchase_outage_days": (0.0, 30.0),
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
    "turnover": (0.01, 1.0),
    "cash_rate": (-0.5, 1.0),
    "index_rate": (-0.5, 1.0),
    "note_spread": (-0.5, 1.0),
    "quantity": (-LARGEST, LARGEST),
}
"""What a target may be `set` to. Shares and rates are fractions, `payment`, `yield`, `originations`, `score_slope` are
multiples of the base, lags and commingled cash are in days."""

WHOLE_DAYS = frozenset({"purchase_lag_days", "purchase_outage_days"})
"""Targets in days of the daily clock: whole ones."""

MARKS: dict[str, Schema] = {
    "rho": {"unit": CORRELATION},
    **{name: {NO_PERCENT: True} for name in ("commingled_days", "score_slope", "heterogeneity", *WHOLE_DAYS)},
}
"""What is known of a target's numbers where one is too large to be right; of others nothing."""

FROM_LITTLE = frozenset(
    {
        "default_odds",
        "new_default_odds",
        "default_rate",
        "entry_rate",
        "rho",
        "prepayment",
        "dilution",
        "dilution_unpaid_share",
        "quantity",
    }
)
"""Targets that may start next to nothing: up to 1,000 times. All others go to 10 times: 90 is 0.9 as a percent."""

CURVE_UNITS: dict[str, tuple[str, ...]] = {
    "default_rate": DEFAULT,
    "entry_rate": DEFAULT,
    "prepayment": PREPAYMENT,
    "payment_rate": PAYMENT,
}
"""Units of curve words by target; the others have none."""

RATE_MOVE = 0.3
"""Largest rate per annum that is added to a rate per annum."""

WHOLE_LIFE = frozenset({"turnover"})
"""Targets that are set once, for the whole life: they change what the pool is."""

SEGMENT_TARGETS = frozenset(
    {"default_odds", "new_default_odds", "default_rate", "entry_rate", "prepayment", "recovery", "ineligible_share"}
)
"""Targets that can be moved for some segments only."""


def move_range(target: Target, how: str) -> tuple[float, float]:
    """Smallest and largest value by which a target may be moved in this way."""
    if how == "multiply":
        return 0.0, 1000.0 if target in FROM_LITTLE else 10.0
    low, high = VALUE_RANGE[target]
    if how == "set":
        return low, high
    if target == "quantity":
        return low, high
    return (-RATE_MOVE, RATE_MOVE) if low < 0.0 else (low - high, high)
