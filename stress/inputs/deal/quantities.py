"""What triggers, conditions and formulas look at: one row a quantity, with its unit, its range and its words."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

Unit = Literal["money", "share", "count", "condition", "number"]
"""`number`: a number that is written out takes the unit of what stands beside it."""


class Quantity(NamedTuple):
    """One thing that can be looked at."""

    unit: Unit
    low: float
    high: float
    words: str
    short: str = ""
    """The same for a picture."""
    of: str = ""
    """Of a note, an account, ..., by name: note.A."""
    monthly: bool = False
    """It belongs to a month: at a payment it stands as at the period's determination."""
    observable: bool = False
    """A trigger and a condition may look at it by its bare name, against a limit."""
    denominators: bool = False
    """A trigger may choose what it is over."""
    trust: bool = False
    """Of a series of a master trust alone."""
    hurdle: bool = False
    """Of a deal with a hurdle_rate alone."""
    after_fees: bool = False
    """Fees of the month are part of it."""


def _observed(
    low: float, high: float, words: str, short: str, unit: Unit = "share", any_base: bool = False
) -> Quantity:
    return Quantity(unit, low, high, words, short, monthly=True, observable=True, denominators=any_base)


def _of_month(words: str) -> Quantity:
    return Quantity("money", 0.0, math.inf, words, monthly=True)


def _of_trust(words: str, unit: Unit = "money", low: float = 0.0, high: float = math.inf) -> Quantity:
    return Quantity(unit, low, high, words, monthly=True, trust=True)


QUANTITIES: dict[str, Quantity] = {
    "cumulative_default": _observed(0.0, 1.0, "cumulative defaults", "cumulative defaults", any_base=True),
    "default_stock": _observed(
        0.0,
        1.0,
        "cumulative defaults less recoveries (net loss, or the stock of 91+ days past due)",
        "defaults less recoveries",
        any_base=True,
    ),
    "excess_spread": _observed(
        -12.0, 1.0, "annualised excess spread of the month", "excess spread of the month"
    )._replace(after_fees=True),
    "excess_spread_3m": _observed(-12.0, 1.0, "three-month average annualised excess spread", "3-month excess spread"),
    "idle_cash_days": _observed(
        0.0, math.inf, "days in a row with principal cash above a share of the pool", "days of idle cash", "count"
    ),
    "overdue_30": _observed(0.0, 1.0, "balances 30+ days past due over the pool", "30+ days past due"),
    "overdue_60": _observed(0.0, 1.0, "balances 60+ days past due over the pool", "60+ days past due"),
    "overdue_90": _observed(0.0, 1.0, "balances 90+ days past due over the pool", "90+ days past due"),
    "pool_factor": _observed(0.0, 10.0, "the pool over its cut-off balance", "pool factor"),
    "payment_rate": _observed(0.0, 1.0, "the monthly payment rate", "monthly payment rate"),
    "senior_shortfall": _observed(
        0.0, 1.0, "unpaid interest of the senior note over its balance at closing", "unpaid senior interest"
    ),
    "deficiency": _observed(
        0.0,
        1.0,
        "the principal deficiency (before the payment date makes it good: with the month's own defaults)",
        "principal deficiency",
        any_base=True,
    ),
    "notes_outstanding": _observed(
        0.0, 1.0, "notes other than the residual one, over their size at closing", "notes outstanding"
    ),
    "pool": Quantity("money", 0.0, math.inf, "the pool: current and late, not defaulted"),
    "pool.adjusted": Quantity(
        "money", 0.0, math.inf, "the pool, loans below the hurdle rate at their present value", hurdle=True
    ),
    "pool.cut_off": Quantity("money", 0.0, math.inf, "the pool at cut-off"),
    **{
        f"pool.overdue_{days}": _of_month(f"receivables {days}+ days past due, not defaulted")
        for days in (1, 30, 60, 90)
    },
    "segment": Quantity("money", 0.0, math.inf, "the pool's segment {}: current and late, not defaulted", of="segment"),
    "pool.month_start": _of_month("the pool at the month's start"),
    "notes": Quantity("money", 0.0, math.inf, "notes outstanding other than the residual one"),
    "note": Quantity("money", 0.0, math.inf, "balance of the note {}", of="note"),
    "unpaid": Quantity("money", 0.0, math.inf, "interest of the note {} that is due and not paid", of="note"),
    "fee": Quantity("money", 0.0, math.inf, "what is due of the fee {} and not paid", of="fee"),
    "paid_this_year": Quantity(
        "money", 0.0, math.inf, "what steps with a cap have paid of the fee {} since the year began", of="fee"
    ),
    "account": Quantity("money", 0.0, math.inf, "cash in the account {}", of="account"),
    "purchased": Quantity("money", 0.0, math.inf, "receivables bought since closing"),
    "defaults": _of_month("defaults of the month"),
    "recoveries": _of_month("recoveries of the month"),
    "collected_principal": _of_month("principal that borrowers paid in the month"),
    "collected_income": _of_month("fees and late charges collected in the month"),
    "commingled_principal": _of_month(
        "principal, refunds and recoveries of the month that are lost with the servicer (commingling)"
    ),
    "commingled_income": _of_month("fees and late charges of the month that are lost with the servicer (commingling)"),
    "prepaid": _of_month("prepayments of the month"),
    "senior_cost": _of_month("a month of fees and of interest on all notes")._replace(after_fees=True),
    "received": Quantity("money", 0.0, math.inf, "what the party {} has paid so far", of="party"),
    "paid": Quantity("money", 0.0, math.inf, "what the party {} has been paid so far", of="party"),
    "index": Quantity("share", -0.5, 1.0, "level of the index {} in the month, a year", of="index", monthly=False),
    "invested": _of_trust(
        "the series' invested amount in the trust, at the month's end with the month's principal still in it"
    )._replace(monthly=False),
    "seller_interest": _of_trust("the seller's interest in the trust")._replace(monthly=False),
    "seller_share": _of_trust("the seller's interest over the trust's principal", "share", 0.0, 1.0)._replace(
        monthly=False
    ),
    "series": _of_trust("invested amount of the other series {} in the month")._replace(of="series", monthly=False),
    "charged_off": _of_trust("what of the note {} is charged off and not reimbursed")._replace(
        of="note", monthly=False
    ),
    "allocation_floating": _of_trust("the series' floating share of the trust", "share", 0.0, 1.0),
    "allocation_fixed": _of_trust("the series' fixed share of the trust's principal collections", "share", 0.0, 1.0),
    "series_income": _of_trust("finance charges of the month allocated to the series"),
    "series_principal": _of_trust("principal of the month allocated to the series by its own share"),
    "series_defaults": _of_trust("charge-offs of the month allocated to the series"),
    "portfolio_yield": _of_trust("the series' portfolio yield in the month, a year", "share", -12.0, 12.0)._replace(
        after_fees=True
    ),
    "base_rate": _of_trust(
        "coupons and fees of the month over what the series stands on, a year", "share", 0.0, 12.0
    )._replace(after_fees=True),
    "shared_principal": _of_trust("principal of the month that other series of the group can spare"),
    "shared_income": _of_trust("excess finance charges of other series of the group in the month"),
    "shared_shortfall": _of_trust("what other series of the group lack of finance charges in the month"),
    "month": Quantity("count", 1.0, math.inf, "the month, counted from closing"),
    "year_fraction": Quantity("share", 0.0, 1.0, "share of a year in the interest period, by the deal's day count"),
    "tripped": Quantity("condition", 0.0, 1.0, "the trigger {} has tripped", of="trigger"),
    "phase": Quantity("condition", 0.0, 1.0, "the deal is in the phase {}", of="phase"),
}
"""By name; a name with a dot is a quantity of its own."""
OBSERVABLES = {name: quantity for name, quantity in QUANTITIES.items() if quantity.observable}
RATIOS = tuple(name for name, quantity in QUANTITIES.items() if quantity.denominators)
"""Observables with a choice of denominator."""
WRITTEN_OUT = {"excess_spread_3m": "mean(excess_spread, 3)", "date": "month, counted from closing,"}
"""What a formula writes in other words."""
