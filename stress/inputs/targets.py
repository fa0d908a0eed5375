"""Inputs that a scenario can move, how each may be moved, and the range of its values."""

from __future__ import annotations

from typing import Literal

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
        "purchase_outage_days",
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
    "cash_rate": (-0.5, 1.0),
    "index_rate": (-0.5, 1.0),
    "note_spread": (-0.5, 1.0),
}
"""What a target may be `set` to. Shares and rates are fractions, `payment`, `yield`, `originations`, `score_slope` are
multiples of the base, lags and commingled cash are in days."""

SEGMENT_TARGETS = frozenset({"default_odds", "default_rate", "prepayment", "recovery", "ineligible_share"})
"""Targets that can be moved for some segments only."""
