"""A receivables pool: segments, instalment plans, delinquency, prepayment, recovery, dependence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.pool.billing import Billing
from stress.inputs.pool.dependence import Copula, Dependence, Loadings
from stress.inputs.pool.ladder import Bucket, Buckets, DelinquencyStock, Ladder, as_buckets
from stress.inputs.pool.plans import Apr, Floating, MonthlyFee, OpeningLine, PaymentRate, Plan
from stress.inputs.pool.rules import RULES
from stress.inputs.pool.stages import Stage, Stages
from stress.inputs.text.base import AnnualRate, Document, Fraction, Money, Month, MonthlyRate, Name, Strict, Title
from stress.inputs.text.curve import BY_CURVE, DefaultWords, PrepaymentWords, ShareWords, read_first_month

__all__ = [
    "Billing",
    "Bucket",
    "Copula",
    "DelinquencyStock",
    "Dependence",
    "Eligibility",
    "History",
    "Ladder",
    "Loadings",
]
__all__ += ["Floating", "OpeningLine", "PaymentRate", "Plan", "Pool", "Segment", "Stage", "Supply"]


class Segment(Strict):
    """A score level: its share, its monthly rates and what it pays."""

    name: Name
    """What shocks, limits and tables call it."""
    share: Fraction
    """Share of the opening balance."""
    new_share: Fraction | None = None
    """Share of new receivables; `share` where it is left out."""
    entry_rate: MonthlyRate = BY_CURVE
    """Monthly probability of entering M1 (with a ladder) or of default (without one). Needed, or its curve."""
    entry_rate_curve: DefaultWords | None = None
    """Instead of `entry_rate`: by month in curve words, MDR, CDR or ABS speed, "0.1% to 0.6% in 14, 0.5%"."""
    static_default: Fraction | None = None
    """Cumulative default of a new cohort: the target of `stress calibrate pool`."""
    monthly_fee: MonthlyFee = 0.0
    """Flat fee a month on the original principal of fee-bearing plans."""
    apr: Apr | None = None
    """Interest per annum on the balance of its loans, a twelfth a month, where their plan has no `apr` of its own."""
    prepayment: MonthlyRate = 0.0
    """Single monthly mortality: share of what is left that settles early each month."""
    prepayment_curve: PrepaymentWords | None = None
    """Instead of `prepayment`: by month in curve words, SMM, CPR, PSA or ABS speed, "1.3% ABS at age 9"."""
    recovery: Fraction = 0.0
    """Share of a defaulted balance recovered."""
    recovery_curve: ShareWords | None = None
    """Instead of `recovery`: by month of default in curve words, "40% to 25% in 12, 25%"."""
    plan_share: tuple[Fraction, ...] | None = None
    """This segment's own plan mix, in the order of `plans`."""
    eligible: bool = True
    """False: in the pool only by mistake, through an `ineligible_share` shock; share and new_share must be 0."""
    delinquent: DelinquencyStock | None = None
    """Past due at the cut-off date, as shares of this segment's balance; the pool's shares where it is left out."""

    @model_validator(mode="after")
    def _rates_of_curves(self) -> Segment:
        keys = {f"{key}_curve": key for key in ("entry_rate", "prepayment", "recovery")}
        read_first_month(self, keys, f"segment {self.name}: ")
        if self.entry_rate is None:
            raise ValueError(f"segment {self.name}: needs entry_rate, or entry_rate_curve")
        return self

    def rate_of(self, plan: Plan) -> float | None:
        """Fixed interest per annum that this segment pays on a plan; None where it bears none, or floats."""
        return self.apr if plan.apr is None and plan.floating is None else plan.apr


class Supply(Strict):
    """New receivables offered by the originator."""

    multiple: Annotated[float, Field(ge=0.0, le=100.0)] | None = 1.2
    """Times the replacement need of the scenario-free deterministic run. Leave out `unlimited`."""
    unlimited: bool = False
    """The originator can always fill the pool; `multiple` is then ignored."""


class Eligibility(Strict):
    """Limits on purchases."""

    months_before_legal_maturity: Annotated[int, Field(ge=0, le=60)] = 0
    """A plan is bought only when its term ends at least this long before legal maturity."""
    segment_limit: dict[str, Fraction] = {}
    """Largest share of the pool a segment may reach by purchases."""
    plan_limit: dict[str, Fraction] = {}
    """Largest share that a term (key: months) may have of what is bought, in each segment; the supply beyond it is not
    eligible."""


class History(Strict):
    """Ratios that calibration compares with: facts, in the order of `year`."""

    year: tuple[str, ...]
    """Years of the ratios, increasing."""
    non_performing_ratio: tuple[Fraction, ...]
    """Non-performing share of loans, by year."""
    overdue_ratio: tuple[Fraction, ...]
    """Overdue share of loans, by year."""

    @model_validator(mode="after")
    def _as_long_as_years(self) -> History:
        if list(self.year) != sorted(set(self.year)):
            raise ValueError(f"history.year: {', '.join(self.year)}: years must increase")
        for name in ("non_performing_ratio", "overdue_ratio"):
            if len(getattr(self, name)) != len(self.year):
                raise ValueError(f"history.{name}: has {len(getattr(self, name))} values for {len(self.year)} years")
        return self


class Pool(Document):
    """A revolving pool of consumer receivables at the cut-off date."""

    kind: Literal["pool"]
    """What the file is."""
    name: Title
    """What tables and figures call it."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """Of all amounts, and of the deal: three capitals."""
    balance: Annotated[Money, Field(ge=0.001)]
    """Current and late, not charged off, at the cut-off date."""
    plans: tuple[Plan, ...] = ()
    """Instalment plans of new receivables; or give `payment_rate`."""
    payment_rate: PaymentRate | None = None
    """Instead of plans: a constant monthly payment rate."""
    fee_free_share: Fraction = 0.0
    """Share of the steady-state BALANCE on which no fee is charged."""
    billing: Billing | None = None
    """When new receivables fall due; on the anniversary of the order date where it is left out."""
    opening: tuple[OpeningLine, ...] = ()
    """Opening pool by remaining term; the seasoned steady state of the plan mix where it is left out."""
    segments: Annotated[tuple[Segment, ...], Field(min_length=1, max_length=64)]
    """Score levels, best first."""
    stages: Stages = ()
    """Seasoning: stages with hazards of their own, the first first; one hazard for life where left out."""
    ladder: Ladder | Buckets | None = None
    """Roll rates of three buckets, or a list of 1 to 6 buckets (`[[ladder]]`) with default after the last. Leave out
    for a one-step default at `entry_rate`."""
    delinquent: DelinquencyStock = DelinquencyStock()
    """What is past due at the cut-off date."""
    late_charge_daily: Annotated[float, Field(ge=0.0, le=0.01, json_schema_extra={"unit": "a day"})] = 0.0
    """Charged on cure: daily rate x 30 days for each month late x cured balance."""
    late_fee: Fraction = 0.0
    """Share of the instalments, interest and fees that late borrowers pay, charged on top. Leave out what the servicer
    keeps."""
    recovery_lag: tuple[Fraction, ...] = (1.0,)
    """Share of a recovery paid 1, 2, 3, ... months after default; sums to 1."""
    dilution: MonthlyRate = 0.0
    """Refunds a month as a share of the performing balance: a deemed collection."""
    dilution_curve: ShareWords | None = None
    """Instead of `dilution`: by month in curve words, "0.5% for 12, 1%"."""
    dilution_unpaid_share: Fraction = 0.0
    """Share of refunds that the originator does not make good."""
    write_off_months: Month = 2
    """Months for which a defaulted balance counts in the stock of 91+ days."""
    supply: Supply = Supply()
    """Receivables that the originator offers."""
    eligibility: Eligibility = Eligibility()
    """Limits on purchases."""
    dependence: Dependence
    """How defaults, prepayment and recovery move together."""
    obligors: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Borrowers at the cut-off date, each with an equal part of the balance: transitions then move whole borrowers
    (binomial around the conditional rate). Infinitely many where left out."""
    cash_rate: AnnualRate = 0.0
    """Earned on idle cash, per annum."""
    history: History | None = None
    """Published ratios that calibration compares with."""

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Pool:
        read_first_month(self, {"dilution_curve": "dilution"})
        for check in RULES:
            check(self)
        return self

    def opening_of(self, segment: Segment) -> tuple[OpeningLine, ...]:
        """The opening lines of a segment; their shares need not sum to 1."""
        return tuple(line for line in self.opening if line.segment in (None, segment.name))

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The ladder as a list; empty without one."""
        if isinstance(self.ladder, Ladder):
            return as_buckets(self.ladder)
        return self.ladder or ()

    @property
    def simple_ladder(self) -> bool:
        """Whether what does not roll cures, through three buckets."""
        return len(self.buckets) == 3 and not any(b.pays_down or b.stays > 0.0 for b in self.buckets)

    def plan_of(self, line: OpeningLine) -> Plan | None:
        """The plan that an opening line belongs to: the last of its term and kind; None where the line says all."""
        alike = [plan for plan in self.plans if plan.term == line.term and line.kind in (None, plan.kind)]
        return alike[-1] if alike else None

    def loan_of(self, line: OpeningLine) -> Plan:
        """The plan of an opening line, at the line's own rate."""
        plan = self.plan_of(line)
        if plan is None:
            return Plan(term=line.term, share=1.0, kind=line.kind or "equal_principal", apr=line.apr)
        return plan if line.apr is None else plan.model_copy(update={"apr": line.apr, "floating": None})

    def delinquent_of(self, segment: Segment) -> DelinquencyStock:
        """What of a segment is past due at the cut-off date."""
        return self.delinquent if segment.delinquent is None else segment.delinquent
