"""The terms of a deal: notes, fees, accounts, phases, triggers and the priority of payments as data."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from stress.inputs.deal.formulas import Amount, FormulaText, Own
from stress.inputs.deal.index import IndexByMonth, IndexFile
from stress.inputs.deal.steps import Account, AnyStep, Observable
from stress.inputs.deal.trust import Trust
from stress.inputs.text.base import AnnualRate, Document, Fraction, Money, Month, Name, Strict, Title

DayCount = Literal["ACT/365F", "ACT/360", "30/360"]
Phase = Literal["revolving", "amortization", "acceleration", "event_of_default"]
"""In the order in which a deal can pass through them; only a trigger's cure leads back."""
PHASES: tuple[Phase, ...] = get_args(Phase)
FeeBase = Literal["notes", "pool", "interest_income", "fixed", "formula"]


class StepUp(Strict):
    """What is added to a note's coupon or margin: from a month on, or while a trigger has tripped."""

    add: AnnualRate
    """What the coupon or margin rises by."""
    from_month: Month | None = None
    """The month from which it holds; or give `trigger`."""
    trigger: Name | None = None
    """A trigger of the deal: the step-up holds from the accrual period after the month in which it trips."""

    @model_validator(mode="after")
    def _one_start(self) -> StepUp:
        if (self.from_month is None) == (self.trigger is None):
            raise ValueError("give from_month or trigger, one of them")
        return self


class Note(Strict):
    """A class of notes, listed from the most senior to the most junior."""

    name: Name
    """What steps, tables and figures call it."""
    share: Fraction | None = None
    """Of the cut-off balance; or give `amount`."""
    amount: Money | None = None
    """Size in money; or give `share`."""
    coupon: AnnualRate = 0.0
    """Fixed coupon, or the margin over `index`."""
    index: Name | None = None
    """A floating index named in `indices`."""
    cap: AnnualRate | None = None
    """Largest coupon of a floating note."""
    floor: AnnualRate | None = None
    """Cap and floor hold the coupon of a floating note, step-up included."""
    step_up: StepUp | None = None
    """A rise of coupon or margin, from a month or once a trigger has tripped."""
    day_count: DayCount | None = None
    """How days become a share of a year in its interest; the deal's `day_count` where left out."""
    interest_on_unpaid_interest: bool | None = None
    """Interest of this note that is late bears interest at its coupon; the deal's key where left out."""
    residual: bool = False
    """The last note takes what is left and has no coupon. With a size of 0 it is a certificate."""
    discount_rate: AnnualRate = 0.0
    """Of a residual note: the rate at which its cash is valued; not discounted where left out."""
    payment_months: dict[Phase, Literal[1, 2, 3, 4, 6, 12]] = {}
    """Months between interest payments in a phase; 1 where it is left out."""

    @model_validator(mode="after")
    def _size(self) -> Note:
        if (self.share is None) == (self.amount is None):
            raise ValueError(f"note {self.name}: give share or amount, one of them")
        if self.residual and (self.coupon != 0.0 or self.index is not None or self.step_up is not None):
            raise ValueError(f"note {self.name}: a residual note has no coupon")
        if self.residual and self.day_count is not None:
            raise ValueError(f"note {self.name}: a residual note has no coupon, so no day_count")
        if self.residual and self.interest_on_unpaid_interest is not None:
            raise ValueError(f"note {self.name}: a residual note has no interest, so no interest_on_unpaid_interest")
        if self.discount_rate != 0.0 and not self.residual:
            raise ValueError(
                f"note {self.name}: discount_rate is of a residual note; others are priced at their coupon plus "
                "discount_spread"
            )
        if self.discount_rate < 0.0:
            raise ValueError(f"note {self.name}: discount_rate = {self.discount_rate:g}: must not be negative")
        return self

    def original(self, cut_off: float) -> float:
        """Balance at closing, in money, on a pool of so much at its cut-off; 0 for a certificate."""
        return self.amount if self.amount is not None else (self.share or 0.0) * cut_off


class Fee(Strict):
    """A senior or subordinated cost: `rate` per annum on a base, or an amount a payment date."""

    name: Name
    """What `pay_fee` calls it."""
    base: FeeBase
    """What it is charged on: notes outstanding, the pool, income collected; a fixed amount, or one by a formula."""
    rate: AnnualRate = 0.0
    """Per annum on pool or notes (all classes, the residual too); a plain share of interest_income."""
    amount: Amount = 0.0
    """Per payment date: a number where base is fixed; where it is formula, a formula of what is known at the month's
    end, before the fees that stand below it."""
    carry_over: bool = True
    """What is unpaid is owed at the next payment date."""


class Threshold(Strict):
    """A limit that holds from one month to another (to the end where `to_month` is left out)."""

    from_month: Month = 1
    """First month in which the limit holds."""
    to_month: Month | None = None
    """Last month in which it holds; to the end where it is left out."""
    limit: float
    """Value of the observable from which the trigger is in breach: a fraction, a rate per annum or days."""


class Trigger(Strict):
    """A test at each month-end determination and what it changes."""

    name: Name
    """What steps, tables and figures call it."""
    observable: Observable | FormulaText | None = None
    """What is looked at, at each month end: an observable, or a formula: "mean(12 * defaults / pool.month_start, 3)".
    Or give `condition`."""
    denominator: Literal["cut_off", "cut_off_plus_purchases", "current_pool"] = "cut_off"
    """Of the ratios cumulative_default, default_stock and deficiency."""
    breach: Literal["above", "below"] | None = None
    """The side of the limit on which the deal does badly."""
    thresholds: tuple[Threshold, ...] = ()
    """Months outside all of them are not tested."""
    condition: FormulaText | None = None
    """Instead of observable, breach and thresholds: a formula that is a condition, several tests together among others:
    "tripped.losses and mean(overdue_60, 3) > 0.02"."""
    tested: Literal["determination", "payment"] = "determination"
    """At the month end, or after the payment that follows it, with what that left."""
    months: Annotated[int, Field(ge=1, le=12)] = 1
    """Consecutive months in breach before it trips."""
    effect: Literal["acceleration", "event_of_default", "none"]
    """Early amortization (acceleration), an event of default, or none: reported, and there for `when` and step_up."""
    curable: bool = False
    """A tripped trigger resets once the test passes; with an effect, the deal then returns to the phase that it would
    be in without the trigger."""
    cure_months: Annotated[int, Field(ge=1, le=24)] = 1
    """Consecutive months in which the test must pass before a curable trigger resets."""

    @property
    def what(self) -> str:
        """The text of what is looked at."""
        return self.condition if self.condition is not None else str(self.observable)


class CleanUp(Strict):
    """The pool is sold when it falls below a share of the cut-off balance, or when a condition holds."""

    pool_factor: Fraction | None = None
    """Share of the cut-off balance below which the pool is sold, late loans too, whether or not that repays the
    notes; or give `when`."""
    when: FormulaText | None = None
    """Instead: the condition on which it is sold, an option that is used by a rule:
    "pool < 0.1 * pool.cut_off and pool >= notes"."""
    price: FormulaText | None = None
    """For how much, a formula of money; at par where it is left out."""


class Terms(Document):
    """Every term of a deal, each checked on its own."""

    kind: Literal["deal"]
    """What the file is."""
    name: Title
    """What tables and figures call it."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Of all amounts, and of the pool: three capitals."""
    closing_date: datetime.date
    """Cut-off, the last day of a month: collections belong to the deal from here; month 1 is the month after."""
    issue_date: datetime.date | None = None
    """Interest and fees accrue from here; from closing_date where left out. It may lie months after the cut-off."""
    first_payment_date: datetime.date | None = None
    """Nothing is paid before this payment date; the first one after issue where it is left out."""
    payment_day: Annotated[int, Field(ge=1, le=28)]
    """Payment date: this day of the month after each collection period."""
    revolving_months: Annotated[int, Field(ge=0, le=120)]
    """Months in which principal buys receivables: the revolving or replenishment period; 0 for a static deal."""
    scheduled_months: Month
    """Expected end, from closing."""
    legal_maturity_months: Month
    """Principal unpaid then is lost."""
    day_count: DayCount = "ACT/365F"
    """How days become a share of a year in interest and fees; a note may have its own."""
    interest_on_unpaid_interest: bool = True
    """Interest that is late bears interest at the coupon; a note may say otherwise of its own."""
    purchase: Literal["each_step", "payment_date", "none"] = "each_step"
    """Principal buys receivables at every step of the clock, or only by a purchase step of the priority."""
    retain_senior_cost: bool = True
    """Purchases leave principal cash for the senior costs that the revolving priority may pay from principal, as far as
    the period's income so far does not cover them. A series of a master trust collects at the month's end, when costs
    are known: it leaves nothing beyond them."""
    purchase_price: Annotated[float, Field(gt=0.5, le=1.5)] = 1.0
    """Price per unit of principal."""
    discount_spread: AnnualRate = 0.0
    """Added to each coupon to price the notes."""
    idle_cash_share: Fraction = 0.15
    """Share of the pool above which principal cash counts as idle (observable idle_cash_days)."""
    indices: Annotated[dict[str, AnnualRate | IndexByMonth | IndexFile], Field(max_length=64)] = {}
    """Floating indices: a level that stays, a table of months, or a CSV file beside the deal."""
    notes: Annotated[tuple[Note, ...], Field(min_length=1, max_length=12)]
    """Classes of notes, from the most senior to the most junior."""
    fees: Annotated[tuple[Fee, ...], Field(max_length=64)] = ()
    """Costs that steps of the priority pay."""
    year_begins: Annotated[int, Field(ge=1, le=12)] = 1
    """Calendar month whose payment date begins a year of `paid_this_year`: calendar years where left out; the month of
    the first payment date for years from closing."""
    accounts: Annotated[tuple[Account, ...], Field(max_length=64)] = ()
    """Named accounts beside income and principal."""
    principal_accounts: tuple[Account, ...] = ()
    """Those of `accounts` whose cash is principal, as that of a principal funding account: what moves between them and
    principal lends nothing."""
    trust: Trust | None = None
    """The deal is a series of a master trust and the pool is the trust's; without it the pool is the deal's alone."""
    parties: Annotated[tuple[Name, ...], Field(max_length=16)] = ()
    """Whom the deal pays and who pays it beside borrowers, notes and fees: a swap counterparty, a liquidity bank."""
    opening_cash: dict[str, Money] = {}
    """Cash paid into a named account at closing by the originator."""
    quantities: Annotated[dict[str, Own], Field(max_length=64)] = {}
    """The deal's own quantities, for its formulas: each a formula (of one another too), a number, or a
    schedule by month. A replay shows them."""
    hurdle_rate: Annotated[AnnualRate, Field(gt=0.0)] | None = None
    """Loans of a static pool that bear less a year count in `pool.adjusted` at the present value, at this rate, of what
    they still pay: a yield supplement overcollateralization."""
    clean_up: CleanUp | None = None
    """The call that ends the deal early; none where it is left out."""
    priority: dict[Phase, Annotated[tuple[AnyStep, ...], Field(max_length=200)]]
    """Ordered steps of each phase; acceleration and event_of_default follow amortization where left out."""
    triggers: Annotated[tuple[Trigger, ...], Field(max_length=16)] = ()
    """Tests at each month end, and what they change."""
