"""What the slow model reports of one path: lists by month (index 0 is month 1)."""

from dataclasses import dataclass, field
from typing import NamedTuple

MONTHLY = (
    "performing",
    "m1",
    "m2",
    "m3",
    "m4_on",
    "pool_balance",
    "defaults",
    "scheduled_principal",
    "prepaid",
    "cured_paid",
    "dilution",
    "dilution_unpaid",
    "recoveries",
    "fee_income",
    "late_charge",
    "cash_interest",
    "commingled_principal",
    "commingled_income",
    "purchases",
    "purchase_cost",
    "sale_proceeds",
    "sold",
)
"""Amounts of a calendar month, summed over its steps; balances at its end."""


class StepRecord(NamedTuple):
    """The pool identity of one step (a clean-up sale counts as a payment)."""

    opening: float
    purchases: float
    payments: float
    defaults: float
    dilution: float
    closing: float
    smallest: float
    """Smallest balance, instalment or account at the end of the step."""


class PaymentRecord(NamedTuple):
    """Accounts before and after one payment date, and all cash moved: account, cash in (out: negative), use."""

    phase: str
    before: dict[str, float]
    after: dict[str, float]
    ledger: list[tuple[str, float, str]]


@dataclass
class Flows:
    """Everything that one path does. Note, fee and step rows are of the payment of period t."""

    ties: set[int] = field(default_factory=set)
    """Months in which a formula compares two values within rounding of each other."""
    performing: list[float] = field(default_factory=list)
    m1: list[float] = field(default_factory=list)
    m2: list[float] = field(default_factory=list)
    m3: list[float] = field(default_factory=list)
    m4_on: list[float] = field(default_factory=list)
    pool_balance: list[float] = field(default_factory=list)
    defaults: list[float] = field(default_factory=list)
    scheduled_principal: list[float] = field(default_factory=list)
    prepaid: list[float] = field(default_factory=list)
    cured_paid: list[float] = field(default_factory=list)
    dilution: list[float] = field(default_factory=list)
    dilution_unpaid: list[float] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    fee_income: list[float] = field(default_factory=list)
    late_charge: list[float] = field(default_factory=list)
    cash_interest: list[float] = field(default_factory=list)
    commingled_principal: list[float] = field(default_factory=list)
    commingled_income: list[float] = field(default_factory=list)
    purchases: list[float] = field(default_factory=list)
    """Face of receivables bought."""
    purchase_cost: list[float] = field(default_factory=list)
    sale_proceeds: list[float] = field(default_factory=list)
    """What the pool was sold for."""
    sold: list[float] = field(default_factory=list)
    """Its balance then."""
    phase: list[str] = field(default_factory=list)
    excess_spread: list[float] = field(default_factory=list)
    cumulative_default: list[float] = field(default_factory=list)
    default_stock: list[float] = field(default_factory=list)
    idle_cash_days: list[float] = field(default_factory=list)
    assets: list[float] = field(default_factory=list)
    """Pool and all cash after each payment."""
    principal_cash: list[float] = field(default_factory=list)
    income_cash: list[float] = field(default_factory=list)
    account_balance: list[list[float]] = field(default_factory=list)
    """At the end of the month, income and principal first, collected and available."""
    trigger_value: list[list[float]] = field(default_factory=list)
    tripped: list[list[bool]] = field(default_factory=list)
    month_end_note_balance: list[list[float]] = field(default_factory=list)
    month_end_deficiency: list[float] = field(default_factory=list)
    note_balance: list[list[float]] = field(default_factory=list)
    written_down: list[list[float]] = field(default_factory=list)
    """What each note has been written down by, after the payment."""
    interest_accrued: list[list[float]] = field(default_factory=list)
    interest_due: list[list[float]] = field(default_factory=list)
    interest_paid: list[list[float]] = field(default_factory=list)
    interest_shortfall: list[list[float]] = field(default_factory=list)
    principal_paid: list[list[float]] = field(default_factory=list)
    residual_yield: list[list[float]] = field(default_factory=list)
    fee_due: list[list[float]] = field(default_factory=list)
    fee_paid: list[list[float]] = field(default_factory=list)
    deficiency: list[float] = field(default_factory=list)
    step_paid: list[list[float]] = field(default_factory=list)
    """By step of `priority.all_steps`."""
    bought: list[list[float]] = field(default_factory=list)
    """Face bought by month and step of the clock."""
    steps: list[StepRecord] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)
    gap: list[float] = field(default_factory=list)
    """Notes - (pool + principal cash), at the end of each step."""
    explained: list[float] = field(default_factory=list)
    """What explains the gap: defaults, losses and lending, less what was made good."""
    of_series: dict[str, list[float]] = field(default_factory=dict)
    """What a series of a master trust has of each month, by the name of the quantity."""
    series_lost: list[float] = field(default_factory=list)
    """Charge-offs and lost principal of a series."""
    early_amortization_month: int = 0
    """0 where the revolving period ran its course."""
    loss: list[float] = field(default_factory=list)
    irr: list[float] = field(default_factory=list)
    wal: list[float] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    money_multiple: list[float] = field(default_factory=list)
    first_loss_month: list[int] = field(default_factory=list)
    """First month from which pool and cash stay below a note and its seniors; 0 where there is none."""

    def open_month(self) -> None:
        """Start a month's amounts at zero."""
        for name in MONTHLY:
            getattr(self, name).append(0.0)

    def add(self, name: str, amount: float) -> None:
        """Add to an amount of the current month."""
        getattr(self, name)[-1] += amount
