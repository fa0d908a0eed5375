"""A receivables pool: segments, instalment plans, delinquency, prepayment, recovery, dependence."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.pool.billing import Billing
from stress.inputs.pool.dependence import Copula, Dependence, Loadings
from stress.inputs.pool.ladder import Bucket, Buckets, DelinquencyStock, Ladder
from stress.inputs.pool.plans import Apr, MonthlyFee, OpeningLine, PaymentRate, Plan
from stress.inputs.pool.stages import Stage, Stages
from stress.inputs.text.base import (
    AnnualRate,
    Document,
    Fraction,
    Money,
    Month,
    MonthlyRate,
    Name,
    Strict,
    Title,
)
from stress.inputs.text.curve import CurveWords

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
__all__ += ["OpeningLine", "PaymentRate", "Plan", "Pool", "Segment", "Stage", "Supply"]


class Segment(Strict):
    """A score level: its share, its monthly rates and what it pays."""

    name: Name
    """What shocks, limits and tables call it."""
    share: Fraction
    """Share of the opening balance."""
    new_share: Fraction | None = None
    """Share of new receivables; `share` where it is left out."""
    entry_rate: MonthlyRate
    """Monthly probability of entering M1 (with a ladder) or of default (without one)."""
    static_default: Fraction | None = None
    """Cumulative default of a new cohort: the target of `stress calibrate pool`."""
    monthly_fee: MonthlyFee = 0.0
    """Flat fee a month on the original principal of fee-bearing plans."""
    apr: Apr | None = None
    """Interest per annum on the balance of its loans, a twelfth a month, where their plan has no `apr` of its own."""
    prepayment: MonthlyRate = 0.0
    """Single monthly mortality: share of what is left that settles early each month."""
    prepayment_curve: CurveWords | None = None
    """Instead of `prepayment`: by month in curve words, SMM, CPR, PSA or ABS speed, "1.3% ABS at age 9"."""
    recovery: Fraction = 0.0
    """Share of a defaulted balance recovered."""
    plan_share: tuple[Fraction, ...] | None = None
    """This segment's own plan mix, in the order of `plans`."""
    eligible: bool = True
    """False: in the pool only by mistake, through an `ineligible_share` shock; share and new_share must be 0."""
    delinquent: DelinquencyStock | None = None
    """Past due at the cut-off date, as shares of this segment's balance; the pool's shares where it is left out."""

    @model_validator(mode="after")
    def _one_prepayment(self) -> Segment:
        if self.prepayment_curve is not None and self.prepayment:
            raise ValueError(f"segment {self.name}: give prepayment or prepayment_curve, not both")
        return self

    def rate_of(self, plan: Plan) -> float | None:
        """Interest per annum that this segment pays on a plan; None where it bears none."""
        return self.apr if plan.apr is None else plan.apr


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
    """Largest share of new receivables a term (key: months) may have; the excess supply is not eligible."""


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
    recovery_lag: tuple[Fraction, ...] = (1.0,)
    """Share of a recovery paid 1, 2, 3, ... months after default; sums to 1."""
    dilution: MonthlyRate = 0.0
    """Refunds a month as a share of the performing balance: a deemed collection."""
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
    def _shares(self) -> Pool:
        if bool(self.plans) == (self.payment_rate is not None):
            raise ValueError("give either plans or payment_rate, not both or neither")
        _sum_to_one("segments.share", [s.share for s in self.segments])
        _sum_to_one("segments.new_share", [s.share if s.new_share is None else s.new_share for s in self.segments])
        _sum_to_one("recovery_lag", list(self.recovery_lag))
        if self.plans:
            _sum_to_one("plans.share", [p.share for p in self.plans])
        if self.opening:
            _sum_to_one("opening.share", [line.share for line in self.opening])
        for segment in self.segments:
            if segment.plan_share is not None:
                if len(segment.plan_share) != len(self.plans):
                    raise ValueError(f"segment {segment.name}: plan_share needs {len(self.plans)} shares")
                _sum_to_one(f"segment {segment.name}: plan_share", list(segment.plan_share))
        for segment in self.segments:
            if not segment.eligible and (segment.share > 0.0 or (segment.new_share or 0.0) > 0.0):
                raise ValueError(f"segment {segment.name}: is not eligible, so share and new_share must be 0")
        names = [s.name for s in self.segments]
        if len(set(names)) != len(names):
            raise ValueError("segment names must differ")
        for name in self.eligibility.segment_limit:
            if name not in names:
                raise ValueError(f"eligibility.segment_limit names no segment: {name!r}; one of {', '.join(names)}")
        for name in self.dependence.loadings.segment if self.dependence.loadings is not None else ():
            if name not in names:
                raise ValueError(f"dependence.loadings.segment names no segment: {name!r}; one of {', '.join(names)}")
        terms = {str(plan.term) for plan in self.plans}
        for term in self.eligibility.plan_limit:
            if term not in terms:
                raise ValueError(f"eligibility.plan_limit names no plan: {term!r}; one of {', '.join(sorted(terms))}")
        late = [self.delinquent, *(s.delinquent for s in self.segments if s.delinquent is not None)]
        if self.ladder is None and any(stock != DelinquencyStock() for stock in late):
            raise ValueError("delinquent stock needs a ladder")
        for stock in late if self.ladder is not None else ():
            if beyond := [f"m{b}" for b, share in enumerate(stock.shares, 1) if share and b > len(self.buckets)]:
                raise ValueError(
                    f"delinquent.{beyond[0]}: the ladder has {len(self.buckets)} buckets; later is default"
                )
        return self

    @model_validator(mode="after")
    def _steps_of_the_ladder(self) -> Pool:
        for segment in self.segments:
            if segment.static_default is not None and segment.prepayment_curve:
                raise ValueError(
                    f"segment {segment.name}: static_default is what `stress calibrate pool` solves for, which knows "
                    f"no prepayment_curve: leave it out"
                )
        for number, bucket in enumerate(self.buckets, 1):
            if len(bucket.pays_down) >= number:
                raise ValueError(
                    f"ladder[{number}].pays_down: has {len(bucket.pays_down)} shares, but below bucket {number} lie "
                    f"{number - 1}; what becomes current cures"
                )
        return self

    @model_validator(mode="after")
    def _stages(self) -> Pool:
        if len(self.stages) == 1:
            raise ValueError("stages: one stage is no seasoning: leave it out, or add the one that it moves on to")
        names = [stage.name for stage in self.stages]
        if len(set(names)) != len(names):
            raise ValueError("stages: names must differ")
        for number, stage in enumerate(self.stages, 1):
            last = number == len(self.stages)
            if (stage.moves_on is None) != last:
                raise ValueError(
                    f"stages: {stage.name}: {'is the last: leave moves_on out' if last else 'needs moves_on'}"
                )
            if stage.entry_rate is not None and len(stage.entry_rate) != len(self.segments):
                raise ValueError(f"stages: {stage.name}: entry_rate needs {len(self.segments)} rates, one a segment")
        return self

    @model_validator(mode="after")
    def _opening_lines(self) -> Pool:
        named = {line.segment for line in self.opening}
        if not named:
            return self
        if self.payment_rate is not None:
            raise ValueError("opening lines belong to a pool with plans, not with payment_rate")
        if None in named and len(named) > 1:
            raise ValueError("opening: either every line names its segment or none does")
        levels = [s.name for s in self.segments]
        for name in sorted(name for name in named if name is not None):
            if name not in levels:
                raise ValueError(f"opening names no segment: {name!r}; one of {', '.join(levels)}")
        for segment in self.segments:
            if None not in named and segment.share > 0.0 and segment.name not in named:
                raise ValueError(f"opening: segment {segment.name} has a share of the balance but no line")
        return self

    @model_validator(mode="after")
    def _loans(self) -> Pool:
        for number, plan in enumerate(self.plans, 1):
            without = [s.name for s in self.segments if s.apr is None]
            if plan.kind != "equal_principal" and plan.apr is None and without:
                raise ValueError(
                    f'plan {number}: kind = "{plan.kind}" needs an apr, here or in every segment ({", ".join(without)} '
                    "has none); 0.0 is a loan without interest"
                )
        for line in self.opening if self.plans else ():
            alike = [plan for plan in self.plans if plan.term == line.term and line.kind in (None, plan.kind)]
            if len({plan.kind for plan in alike}) > 1:
                raise ValueError(f"opening: plans of {line.term} months are of several kinds: give the line its kind")
            if not alike and line.monthly_fee is None and (line.kind is None or line.apr is None):
                raise ValueError(
                    f"opening: no plan has term {line.term}: give the line its monthly_fee, or its kind and apr"
                )
            if not alike and line.kind not in (None, "equal_principal") and line.apr is None:
                raise ValueError(f'opening: a line of {line.term} months with kind = "{line.kind}" needs its apr')
            if not alike and line.kind in ("interest_only", "balloon"):
                raise ValueError(
                    f'opening: kind = "{line.kind}" needs a plan of that kind with term = {line.term}, which says over '
                    "how many months"
                )
        return self

    def opening_of(self, segment: Segment) -> tuple[OpeningLine, ...]:
        """The opening lines of a segment; their shares need not sum to 1."""
        return tuple(line for line in self.opening if line.segment in (None, segment.name))

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The ladder as a list; empty without one."""
        if isinstance(self.ladder, Ladder):
            return tuple(Bucket(rolls=roll) for roll in (self.ladder.roll_m1, self.ladder.roll_m2, self.ladder.roll_m3))
        return self.ladder or ()

    @property
    def simple_ladder(self) -> bool:
        """Whether what does not roll cures, through three buckets."""
        return len(self.buckets) == 3 and not any(b.pays_down or b.stays > 0.0 for b in self.buckets)

    def plan_of(self, line: OpeningLine) -> Plan | None:
        """The plan that an opening line belongs to: the last of its term and kind; None where the line says all."""
        alike = [plan for plan in self.plans if plan.term == line.term and line.kind in (None, plan.kind)]
        return alike[-1] if alike else None

    def delinquent_of(self, segment: Segment) -> DelinquencyStock:
        """What of a segment is past due at the cut-off date."""
        return self.delinquent if segment.delinquent is None else segment.delinquent


def _sum_to_one(what: str, share: list[float]) -> None:
    if abs(sum(share) - 1.0) > 1e-9:
        raise ValueError(f"{what} must sum to 1, not {sum(share):.10g}")
