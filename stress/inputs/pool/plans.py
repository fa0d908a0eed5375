"""How receivables pay: instalment plans and loans, opening lines, or a constant payment rate."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.text.base import Fraction, Name, Strict
from stress.inputs.text.curve import BY_CURVE, PaymentWords, read_first_month

Kind = Literal["equal_principal", "level", "interest_only", "balloon", "bullet"]
Term = Annotated[int, Field(ge=1, le=360, json_schema_extra={"unit": "months"})]
Apr = Annotated[float, Field(ge=0.0, lt=3.0, json_schema_extra={"unit": "a year"})]
MonthlyFee = Annotated[float, Field(ge=0.0, le=0.1, json_schema_extra={"unit": "a month"})]


class Floating(Strict):
    """Interest that follows an index of the deal, as its floating notes do."""

    index: Annotated[str, Field(min_length=1, max_length=80)]
    """One of the deal's `indices`; its level in the month in which the instalment falls due."""
    margin: Annotated[float, Field(gt=-0.5, lt=3.0, json_schema_extra={"unit": "a year"})] = 0.0
    """Added to the index, per annum."""
    cap: Apr | None = None
    """Largest rate."""
    floor: Apr | None = None
    """Smallest rate."""
    reset_months: Term = 1
    """Instalments after which the rate is set anew, counted from the first; between them it stays."""

    @model_validator(mode="after")
    def _floor_below_cap(self) -> Floating:
        if self.cap is not None and self.floor is not None and self.cap < self.floor:
            raise ValueError(f"floating: cap = {self.cap:g} lies below floor = {self.floor:g}")
        return self


class Plan(Strict):
    """A kind of loan: how its principal is repaid over `term` months, its interest, a flat monthly fee.

    Without a rate and with the fee alone: an instalment plan as shops offer it.
    """

    term: Term
    """Instalments, one a month."""
    share: Fraction
    """Share of originations (of new receivables by principal)."""
    kind: Kind = "equal_principal"
    """Principal in equal parts; level payments (an annuity); interest only at first, then level; balloon: level as over
    more months, the rest at the end; bullet: all principal at the end."""
    apr: Apr | None = None
    """Interest per annum on the balance, a twelfth a month; that of the segment where left out."""
    floating: Floating | None = None
    """Instead of `apr`: an index of the deal and a margin. Level payments are set anew with the rate."""
    day_count: Literal["30/360", "ACT/360", "ACT/365F"] = "30/360"
    """Interest for a twelfth of a year each month, or for the days of the collection period over 360 or 365."""
    first_period_days: Annotated[int, Field(ge=0, le=120, json_schema_extra={"unit": "days"})] = 30
    """Days for which the first instalment of a new loan bears interest; 30 is a month."""
    origination_fee: Annotated[float, Field(ge=0.0, le=0.5, json_schema_extra={"unit": "share"})] = 0.0
    """Charged once, with the first instalment: share of original principal."""
    interest_only_months: Term | None = None
    """Of an interest_only loan: months before its principal is repaid."""
    amortization_months: Term | None = None
    """Of a balloon loan: months over which its level payment would repay it; more than `term`."""
    always_fee_free: bool = False
    """No flat fee on any receivable of this plan. The pool's fee-free share counts it first."""

    @model_validator(mode="after")
    def _of_its_kind(self) -> Plan:
        for key, kind in (("interest_only_months", "interest_only"), ("amortization_months", "balloon")):
            if (getattr(self, key) is not None) != (self.kind == kind):
                raise ValueError(f'{key} goes with kind = "{kind}", and kind = "{kind}" needs it')
        if self.apr is not None and self.floating is not None:
            raise ValueError("give apr or floating, not both")
        if self.interest_only_months is not None and self.interest_only_months >= self.term:
            raise ValueError(
                f"interest_only_months = {self.interest_only_months}: must be below term = {self.term}; "
                'kind = "bullet" pays all principal at the end'
            )
        if self.amortization_months is not None and self.amortization_months <= self.term:
            raise ValueError(
                f"amortization_months = {self.amortization_months}: must exceed term = {self.term}, or nothing is left "
                'for the balloon; kind = "level" repays all'
            )
        return self

    @property
    def year_days(self) -> float:
        """Days of a year of its interest."""
        return 365.0 if self.day_count == "ACT/365F" else 360.0


class PaymentRate(Strict):
    """Receivables without a term that pay a constant share of their balance each month (cards)."""

    monthly: Annotated[float, Field(gt=0.0, le=1.0, json_schema_extra={"unit": "a month"})] = BY_CURVE
    """Share of the balance that is paid each month. Needed, or its curve."""
    monthly_curve: PaymentWords | None = None
    """Instead of `monthly`: by month in curve words, "15% to 20% in 12, 20% MPR"."""
    annual_yield: Annotated[float, Field(ge=0.0, lt=1.0, json_schema_extra={"unit": "a year"})]
    """Finance charges per annum on the balance, paid monthly."""
    purchase_rate: Annotated[float, Field(ge=0.0, le=2.0, json_schema_extra={"unit": "a month"})] | None = None
    """What cardholders buy a month, as a share of the balance at its start: new receivables of a master trust. A deal
    without a trust does not read it."""

    @model_validator(mode="after")
    def _rate_of_curve(self) -> PaymentRate:
        read_first_month(self, {"monthly_curve": "monthly"}, "payment_rate: ")
        if not self.monthly:
            raise ValueError("payment_rate: needs monthly, or a monthly_curve that pays something in its first month")
        return self


class OpeningLine(Strict):
    """One line of an opening pool given by remaining term."""

    term: Term
    """Instalments of the plan at its start."""
    remaining: Term
    """Instalments left to pay."""
    share: Fraction
    """Share of the performing opening balance of the whole pool."""
    segment: Name | None = None
    """The level that it belongs to; every line names one, or none does: then all levels have the same lines."""
    monthly_fee: MonthlyFee | None = None
    """Flat fee a month on original principal, fee-free receivables averaged in; that of the plan where left out."""
    kind: Kind | None = None
    """How they are repaid; as the plan of this term where left out."""
    apr: Apr | None = None
    """Interest per annum; that of the plan, else of the segment, where left out."""
    first_due: Annotated[int, Field(ge=1, le=12)] = 1
    """Month in which the next instalment falls due; 1 is the first collection period."""

    @model_validator(mode="after")
    def _remaining_within_term(self) -> OpeningLine:
        if self.remaining > self.term:
            raise ValueError(f"remaining {self.remaining} exceeds term {self.term}")
        return self
