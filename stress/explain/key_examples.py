"""An example of every key: chosen where a reader learns from it, else one that its type and unit allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stress.inputs.text.schema import Schema, alternatives

BY_UNIT: dict[str, Any] = {
    "share": 0.1,
    "a year": 0.03,
    "a month": 0.01,
    "a day": 0.0001,
    "currency": 1_000_000.0,
    "month": 13,
    "months": 12,
    "correlation": 0.3,
}
CHOSEN: dict[str, dict[str, Any]] = {
    "Deal": {
        "name": "Example 2026-1",
        "currency": "CNY",
        "closing_date": "2025-12-31",
        "issue_date": "2026-03-20",
        "first_payment_date": "2026-04-20",
        "payment_day": 20,
        "revolving_months": 12,
        "scheduled_months": 24,
        "legal_maturity_months": 36,
        "day_count": "ACT/360",
        "purchase_price": 0.98,
        "indices": {"lpr_1y": {"by_month": [[1, 0.031], [7, 0.03]]}},
        "accounts": ["reserve"],
        "opening_cash": {"reserve": 5_000_000.0},
        "parties": ["swap"],
        "principal_accounts": ["reserve"],
        "hurdle_rate": 0.045,
        "year_begins": 4,
        "quantities": {"loss_ratio": "12 * (defaults - recoveries) / pool.month_start"},
        "notes": [{"name": "A", "share": 0.9, "coupon": 0.03}, {"name": "equity", "share": 0.1, "residual": True}],
        "fees": [{"name": "servicer", "base": "pool", "rate": 0.005}],
        "priority": {"amortization": [{"step": "pay_principal", "notes": ["A"], "source": ["principal", "income"]}]},
    },
    "State": {"name": "after twelve months", "as_of": "2020-12", "notes": {"A": {"balance": 807_000_000.0}},
              "accounts": {"income": 0.0, "principal": 0.0}, "triggers": {"cumulative default": {}},
              "pool": [{"segment": "L1", "performing": 950_000_000.0, "late": [9_000_000.0, 3_000_000.0, 2_000_000.0]}],
              "sums": {"defaults": 21_000_000.0}, "phase": "amortization", "lasting_phase": "amortization",
              "fees": {"servicer": {"unpaid": 10_000.0}}, "parties": {"swap": {"paid": 1_000.0}},
              "opening": [{"term": 12, "remaining": 6, "share": 1.0}], "factors": [-0.4],
              "known": {"root": [[1.0], [0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.3]]},
              "macro": {"adverse": [[0.5, -0.2]]}, "short_rate": 0.004},
    "Known": {"parameters": [0.2, 0.0, 0.0], "root": [[0.8], [0.0, 1.0], [0.0, 0.0, 1.0], [-0.2, 0.0, 0.0, 0.3]]},
    "Held": {"segment": "L1", "late": [9_000_000.0, 3_000_000.0, 2_000_000.0], "due": [600_000.0, 400_000.0]},
    "Note": {"name": "A", "share": 0.8, "amount": 800_000_000.0, "index": "lpr_1y", "cap": 0.06, "floor": 0.0,
             "day_count": "ACT/360", "step_up": {"add": 0.01, "from_month": 25}, "payment_months": {"revolving": 3}},
    "StepUp": {"trigger": "excess spread", "from_month": 25, "add": 0.01},
    "Fee": {"name": "servicer", "base": "pool", "rate": 0.005, "amount": 10_000.0},
    "Threshold": {"to_month": 12, "limit": 0.06},
    "Trigger": {"name": "cumulative default", "observable": "cumulative_default", "breach": "above",
                "effect": "acceleration", "months": 2, "denominator": "cut_off_plus_purchases",
                "condition": "mean(overdue_60, 3) > 0.02 and tripped.losses", "cure_months": 3,
                "thresholds": [{"limit": 0.06}]},
    "Trust": {"seller_share": 0.05, "additions": 0.02, "principal_needed": "deposits - account.funding",
              "series": [{"name": "2025-2", "invested": [[1, 6e8], [25, 0.0]], "cost": 0.065}]},
    "OtherSeries": {"name": "2025-2", "invested": [[1, 6e8], [25, 0.0]], "cost": 0.065},
    "CleanUp": {"pool_factor": 0.1, "when": "notes < 0.1 * pool.cut_off", "price": "max(pool, notes)"},
    "Receive": {"party": "swap", "amount": "max(index.lpr_1y - 0.03, 0) / 12 * notes", "to": "income"},
    "PayParty": {"party": "bank", "amount": "received.bank - paid.bank"},
    "ShortRate": {"mean_reversion": 0.1, "volatility": 0.01, "correlation": -0.3, "index": "lpr_1y",
                  "forward": [[1, 0.03], [13, 0.035]], "start": 0.03, "mean": 0.04, "source": "fitted to swaptions"},
    "IndexByMonth": {"by_month": [[1, 0.0385], [5, 0.037]]},
    "IndexFile": {"file": "lpr.csv", "column": "lpr_1y"},
    "Condition": {"observable": "pool_factor", "below": 0.5, "above": 0.5, "trigger": "excess spread"},
    "CoverDefaults": {"note": "A", "source": ["income", "reserve"], "when": {"trigger": "excess spread"}},
    "PayFee": {"fee": "trustee", "cap": "200_000 - paid_this_year.trustee"},
    "FeeState": {"paid_this_year": 150_000.0},
    "PayInterest": {"note": "A", "notes": ["A-1", "A-2"]},
    "Reserve": {"share_of_notes": 0.01, "months_of_senior_cost": 3.0, "share_of_pool": 0.01, "share_of_cut_off": 0.01},
    "TopUp": {"account": "reserve", "target": {"share_of_notes": 0.01, "floor": 1_000_000.0}},
    "Release": {"account": "reserve", "target": {"share_of_notes": 0.01}, "to": "principal"},
    "Transfer": {"to": "principal", "share": 0.5},
    "PayPrincipal": {"notes": ["A-1", ["A-2a", "A-2b"], "B"], "order": "sequential",
                     "to_balance": [[13, 6e8], [19, 0.0]], "until": "pool * (1 - 0.05)"},
    "PayResidual": {"note": "equity"},
    "WriteDown": {"notes": ["equity", ["B-1", "B-2"]], "amount": "0.6 * defaults"},
    "WriteUp": {"notes": ["B", "equity"], "amount": "0.1 * ago(defaults, 12)", "corrects": True},
    "Pool": {
        "currency": "CNY",
        "balance": 1_000_000_000.0,
        "plans": [{"term": 3, "share": 0.4}, {"term": 12, "share": 0.6}],
        "payment_rate": {"monthly": 0.15, "annual_yield": 0.18},
        "opening": [{"term": 12, "remaining": 7, "share": 1.0}],
        "segments": [{"name": "prime", "share": 1.0, "entry_rate": 0.01}],
        "delinquent": {"m1": 0.01, "m2": 0.002},
        "supply": {"multiple": 1.5},
        "eligibility": {"segment_limit": {"near prime": 0.5}},
        "dilution_curve": "0.5% for 12, 1%",
        "recovery_lag": [0.5, 0.3, 0.2],
        "obligors": 20_000,
        "history": {"year": ["2023", "2024"], "non_performing_ratio": [0.012, 0.013], "overdue_ratio": [0.02, 0.021]},
    },
    "Plan": {"term": 72, "share": 0.6, "kind": "level", "apr": 0.05, "day_count": "ACT/365F", "first_period_days": 45,
             "floating": {"index": "lpr_1y", "margin": 0.02, "reset_months": 12}, "origination_fee": 0.02},
    "Floating": {"index": "lpr_1y", "margin": 0.02, "cap": 0.24, "floor": 0.03, "reset_months": 12},
    "PaymentRate": {"monthly": 0.15, "annual_yield": 0.18, "monthly_curve": "15% to 20% in 12, 20% MPR",
                    "purchase_rate": 0.155},
    "OpeningLine": {"term": 12, "remaining": 7, "share": 0.25, "segment": "prime", "first_due": 2,
                    "kind": "level", "apr": 0.05},
    "Stage": {"name": "new", "moves_on": 0.17, "default_odds": 0.1, "prepayment": 0.01,
              "entry_rate_curve": ["0.2% to 0.4% in 12"], "prepayment_curve": "0.5% to 1.5% in 12"},
    "Bucket": {"rolls": 0.3, "cures": 0.5, "pays_down": [0.1], "rho": 0.02, "elasticity": 0.5},
    "Ladder": {"roll_m1": 0.3, "roll_m2": 0.65, "roll_m3": 0.8},
    "Segment": {"name": "prime", "share": 0.6, "new_share": 0.5, "static_default": 0.02, "monthly_fee": 0.006,
                "plan_share": [0.7, 0.3], "recovery": 0.2, "delinquent": {"m1": 0.02},
                "prepayment_curve": "0.2% to 6% in 30, 6% CPR", "entry_rate_curve": "0.1% to 0.6% in 14, 0.5%",
                "recovery_curve": "40% to 25% in 12, 25%"},
    "Supply": {"multiple": 1.5},
    "Eligibility": {"segment_limit": {"near prime": 0.5}, "plan_limit": {"12": 0.4}},
    "Copula": {"kind": "t", "df": 5.0},
    "Loadings": {"default": [0.8, 0.6], "prepayment": [-0.6, 0.8], "recovery": [1.0, 0.0],
                 "segment": {"near prime": [1.0, 0.0]}},
    "Dependence": {"rho": 0.023, "phi": 0.97, "rho_roll": 0.02, "rho_prepayment": 0.02, "rho_recovery": 0.05,
                   "factor_start": -1.0, "copula": {"kind": "t", "df": 5.0},
                   "loadings": {"default": [0.8, 0.6], "prepayment": [-0.6, 0.8], "recovery": [1.0, 0.0]}},
    "History": {"year": ["2023", "2024"], "non_performing_ratio": [0.012, 0.013], "overdue_ratio": [0.02, 0.021]},
    "Billing": {"dates": [1, 11, 21], "days_to_due": 9},
    "Scenario": {"var": "growth_var.toml", "extends": "macro.toml:severe", "combine": ["other.toml:severe"],
                 "shocks": [{"target": "recovery", "multiply": 0.8}]},
    "Shock": {"target": "default_odds", "multiply": 2.0, "add": 0.02, "set": 0.0, "how": "multiply",
              "by_month": [[1, 1.2], [13, 1.5]], "curve": "0% to 4% in 12, 4% CDR", "segments": ["near prime"],
              "file": "stress.xlsx#Losses", "column": "severe", "percent": True,
              "quantity": "servicer_rating"},
    "Level": {"shocks": [{"target": "default_odds", "multiply": 2.0}], "name": "severe", "note": "Defaults doubled."},
    "Macro": {"tables": [{"file": "path.csv"}], "start": "2025 Q1"},
    "MacroFile": {"file": "path.csv", "history": "history.csv"},
    "SatelliteUse": {"file": "satellite.toml", "target": "default_odds", "elasticity": 0.5, "base_rate": 0.012,
                     "segments": ["near prime"], "at_least": 0.5, "at_most": 5.0},
    "JobFile": {"deal": "deal.toml", "pool": "pool.toml", "scenarios": ["baseline.toml", "downturn.toml:severe"],
                "seed": 7, "clock": "daily", "estimator": "sobol"},
    "ScenarioFile": {"file": "downturn.toml", "levels": ["mild", "severe"]},
    "Predictive": {"file": "parameters.toml", "scenarios": ["baseline"]},
    "BookFile": {"currency": "USD", "exchange": {"CNY": 0.14}, "rates": {"USD": {"consumer US": -0.3}},
                 "align": "closing", "paths": 100_000, "seed": 1,
                 "factors": {"names": ["consumer China", "consumer US"], "phi": [0.97, 0.97],
                             "correlation": [[1.0, 0.3], [0.3, 1.0]]},
                 "deals": [{"name": "cards", "job": "jobs/cards.toml", "loads": {"consumer US": 0.9}}],
                 "positions": [{"deal": "cards", "note": "B", "amount": 6_000_000.0, "price": 0.99}],
                 "scenarios": [{"name": "adverse", "groups": {"US": "fed.toml", "China": "crunch.toml:severe"}}]},
    "Factors": {"names": ["consumer China", "consumer US"], "phi": [0.97, 0.97],
                "correlation": [[1.0, 0.3], [0.3, 1.0]]},
    "BookDeal": {"name": "cards", "job": "jobs/cards.toml", "group": "US", "originator": "a bank",
                 "loads": {"consumer US": 0.9}, "segments": {"prime": {"consumer US": 0.7}}},
    "BookScenario": {"name": "adverse", "file": "adverse.toml",
                     "groups": {"US": "fed.toml", "China": "crunch.toml:severe"}},
    "Position": {"name": "cards B", "deal": "cards", "note": "B", "amount": 6_000_000.0, "share": 0.1, "price": 0.99},
    "Parameters": {"p": 0.004, "rho": 0.02, "phi": 0.97,
                   "covariance": [[0.01, 0.0, 0.0], [0.0, 0.04, 0.0], [0.0, 0.0, 0.09]]},
    "Satellite": {"link": "logit", "per_year": 4},
    "SatelliteTerm": {"variable": "unemployment", "coefficient": 0.12},
    "Var": {"variables": ["growth", "unemployment"], "lags": [[[0.5, 0.0], [-0.1, 0.9]]], "constant": [1.0, 0.2],
            "covariance": [[0.4, -0.05], [-0.05, 0.1]], "errors": [[[0.1, 0.1], [0.05, 0.08]]]},
    "Bands": {"years": [1.0, 5.0]},
    "Band": {"name": "band 1", "limit": [0.0001, 0.001]},
    "Reports": {"table": "reports.csv", "period": "month", "per_year": 12,
                "columns": {"default_rate": {"column": "charge-offs", "unit": 0.01}}},
    "Column": {"column": ["defaulted", "charged off"], "unit": 1000.0, "error": 0.1},
}  # fmt: skip
"""By model and key. A test reads each as the model does."""


def example(model: str, key: str, root: Schema, options: Sequence[Schema], default: Any) -> Any:
    """A value that a key of a model may have: not its default, where that can be helped."""
    chosen = CHOSEN.get(model, {})
    return chosen[key] if key in chosen else _made(root, options, default)


def _made(root: Schema, options: Sequence[Schema], default: Any = None) -> Any:
    """The simplest value of the first option that is not null."""
    schema = next(option for option in options if option.get("type") != "null")
    if "properties" in schema:
        return _table(root, schema)
    words = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    if words:
        return next((word for word in words if word != default), words[0])
    match schema.get("type"):
        case "boolean":
            return not default
        case "number" | "integer":
            return default or _number(schema)
        case "array":
            parts = schema.get("prefixItems") or [schema["items"]] * max(1, schema.get("minItems", 1))
            return [_made(root, alternatives(root, part)) for part in parts]
        case "object":
            return {"name": _made(root, alternatives(root, schema["additionalProperties"]))}
        case _:
            return default or ("2025-12-31" if schema.get("format") == "date" else "text")


def _table(root: Schema, schema: Schema) -> dict[str, Any]:
    """What a table must have."""
    required = {key: schema["properties"][key] for key in schema.get("required", ())}
    return {key: example(schema["title"], key, root, alternatives(root, of), None) for key, of in required.items()}


def _number(schema: Schema) -> Any:
    """Of the unit, or the middle of a closed range, or the lower end."""
    unit, whole = schema.get("unit"), schema["type"] == "integer"
    if unit in BY_UNIT:
        return BY_UNIT[unit]
    low: Any = schema.get("minimum", schema.get("exclusiveMinimum", 0.0))
    high: Any = schema.get("maximum", schema.get("exclusiveMaximum", low + 2.0))
    return int(max(low, 1.0)) if whole else low + 0.5 * (min(high, low + 2.0) - low)
