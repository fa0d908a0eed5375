"""The state of a deal in mid-life, as reported: what a run starts from in place of closing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from stress.inputs.deal.formula_values import PAST_MONTHS
from stress.inputs.pool.plans import OpeningLine
from stress.inputs.text.base import Document, Money, Month, Name, Strict, Text

PhaseName = Literal["revolving", "amortization", "acceleration", "event_of_default"]
Amounts = Annotated[tuple[Money, ...], Field(max_length=400)]
Count = Annotated[int, Field(ge=0, le=360)]
Deviation = Annotated[float, Field(ge=-9.0, le=9.0)]


class NoteState(Strict):
    """A note as it stands."""

    balance: Money
    """Outstanding after the last payment."""
    written_down: Money = 0.0
    """What it has been written down by and not written up again."""
    unpaid_interest: Money = 0.0
    """Interest that was due and has not been paid."""
    accrued_interest: Money = 0.0
    """Interest that has accrued and is not due yet: of months since the last date, or of a payment that is pending."""
    worst_shortfall: Money = 0.0
    """The most that a payment date has left unpaid so far."""
    received: Money = 0.0
    """All cash that the residual note has received since closing: its loss counts it."""


class FeeState(Strict):
    """A fee as it stands."""

    unpaid: Money = 0.0
    """Due and not paid."""
    paid_this_year: Money | None = None
    """What steps with a cap have paid since the year began; needed where a formula looks at it."""


class TriggerState(Strict):
    """A trigger as it stands; an empty table says that it has never been in breach."""

    breaches: Count = 0
    """Months in a row in breach."""
    passes: Count = 0
    """Months in a row without a breach: what cures a curable trigger."""
    tripped: Month | None = None
    """Month of the deal in which it first tripped."""
    in_force: bool | None = None
    """Whether it still holds: a curable one may have ended. Left out, it holds if it has tripped."""


class PartyState(Strict):
    """A party outside the deal, since closing."""

    received: Money = 0.0
    """What it has paid in."""
    paid: Money = 0.0
    """What it has been paid."""


class Series(Strict):
    """A series of a master trust as it stands."""

    invested: Money
    """Its invested amount."""
    numerator: Money | None = None
    """The invested amount in the last month that revolved: the fixed share is of it. As `invested` where left out."""


class Known(Strict):
    """What reports tell of the factors and of drawn parameters: a normal law. `stress follow` writes it."""

    parameters: tuple[Deviation, Deviation, Deviation] = (0.0, 0.0, 0.0)
    """Means of the normals from which (p, rho, phi) are drawn."""
    root: Annotated[tuple[tuple[Deviation, ...], ...], Field(min_length=3, max_length=67)]
    """Lower root of the covariance of these three and of the levels in `factors`: 1 number, 2 numbers, and so on."""

    @model_validator(mode="after")
    def _is_lower(self) -> Known:
        for number, row in enumerate(self.root, 1):
            if len(row) != number or row[-1] < 0.0:
                raise ValueError(f"root[{number}]: needs {number} numbers, the last not below 0: it is a lower root")
        return self


class Held(Strict):
    """Receivables of a segment (in one of its stages, due on one of the days)."""

    segment: Name
    """Segment of the pool."""
    stage: Name | None = None
    """Stage; spread over the stages as an opening pool is where it is left out."""
    cohort: Annotated[int, Field(ge=1, le=30)] | None = None
    """Day (daily clock) or step of the month on which they fall due; split as the opening pool is where left out."""
    quality: Annotated[int, Field(ge=1, le=256)] = 1
    """1: entry at the pool's own odds. 2, 3, ..: bought at the second, third odds of a shock on new_default_odds."""
    performing: Money
    """Current balance."""
    late: Annotated[tuple[Money, ...], Field(max_length=6)] = ()
    """Balance 1-30, 31-60, .. days past due: one for each bucket of the ladder."""
    due: Amounts | None = None
    """Principal that falls due 1, 2, .. months ahead if nobody defaults or prepays: it sums to `performing`."""
    fee: Amounts | None = None
    """Fees and interest likewise; none where left out beside `due`."""
    waiting: Money = 0.0
    """Of a card pool with billing dates: what waits for its bill and passes one due date of the next month; on the due
    days on which purchases do, in equal parts, where the cohort is left out."""


class Sums(Strict):
    """Since closing."""

    defaults: Money
    """Receivables that have defaulted."""
    recoveries: Money = 0.0
    """Recovered of them."""
    purchases: Money = 0.0
    """Face of all receivables bought."""
    income: Money = 0.0
    """Fees and late charges collected."""


class Lately(Strict):
    """What the deal's rules look back at, month by month: the last entry is the month of the state."""

    defaults: Amounts = ()
    """Defaults of the months that still count as overdue (the pool's write_off_months)."""
    recoverable: Amounts = ()
    """Recoveries to be expected of each month's defaults, for as many months as the recovery lag has."""
    excess_spread: Annotated[tuple[float, ...], Field(max_length=3)] = ()
    """Excess spread a year."""
    means: tuple[Annotated[tuple[float, ...], Field(max_length=PAST_MONTHS + 1)], ...] = ()
    """Values of each mean(x, n) and ago(x, n) of the deal's formulas, in the order in which `stress state` writes
    them."""
    locked: Amounts = ()
    """Principal cash that a purchase lag holds back, by steps until it is free."""
    idle_days: Annotated[float, Field(ge=0.0, le=10_000.0)] = 0.0
    """Days in a row on which principal cash was idle."""


class Pending(Strict):
    """A payment of the state's month that is still to be made (clocks that pay in the month after)."""

    conditions: Annotated[tuple[bool, ...], Field(max_length=1000)] = ()
    """Whether each compiled step may run."""
    quantities: Annotated[tuple[float, ...], Field(max_length=1000)] = ()
    """What steps look at of the month."""
    senior_cost: Money = 0.0
    """A month of senior cost."""
    retained: Money = 0.0
    """Principal that purchases leave for senior costs."""


class State(Document):
    """A deal at the end of a month of its life: notes, accounts, pool, triggers and sums as reported.

    What happened before is data, not simulation. `stress state` writes one; names are those of the deal and the pool.
    """

    kind: Literal["state"]
    """What the file is."""
    as_of: Annotated[Text, Field(pattern=r"^\d{4}-\d{2}$")]
    """Last collection month that is data, as 2020-09. The payment that follows it has been made, or stands under
    `pending`."""
    phase: PhaseName
    """In which the deal is."""
    lasting_phase: PhaseName | None = None
    """The phase but for curable triggers; the same where left out."""
    early_amortization: Count | None = None
    """Month in which a trigger ended the revolving period, 0 if none did; found from the trips where left out."""
    notes: dict[str, NoteState]
    """Every note of the deal."""
    accounts: dict[str, Money]
    """Cash of every account: income, principal and those that the deal names."""
    fees: dict[str, FeeState] = {}
    """Fees of which something is unpaid, or is counted by the year."""
    triggers: dict[str, TriggerState] = {}
    """Every trigger of the deal."""
    parties: dict[str, PartyState] = {}
    """Parties outside the deal."""
    pool: Annotated[tuple[Held, ...], Field(min_length=1, max_length=20_000)]
    """Every segment of the pool."""
    opening: tuple[OpeningLine, ...] = ()
    """Instead of `due`: remaining terms of the pool, as a pool file has them; the steady state of the plan mix where
    neither is given."""
    sums: Sums
    """Since closing."""
    deficiency: Money = 0.0
    """Principal deficiency that has not been made good."""
    surplus: Money = 0.0
    """Principal that has come back of what notes have been written down by, and has not written them up yet."""
    lately: Lately = Lately()
    """What rules look back at."""
    factors: Annotated[tuple[Deviation, ...], Field(max_length=64)] = ()
    """Levels of the systematic factors, in standard deviations; drawn where left out."""
    known: Known | None = None
    """How well `factors` and drawn parameters are known; exactly, and not at all, where left out."""
    macro: dict[str, tuple[tuple[Deviation, ...], ...]] = {}
    """Of a path, by scenario: normals of the macro variables, a row for each period up to the month. Where left out the
    variables stand where the scenario has them."""
    short_rate: Annotated[float, Field(ge=-1.0, le=1.0)] | None = None
    """Of a path: by how much its random short rate stands off the curve, before convexity. Where left out the rate of
    the next month is the curve's."""
    series: Series | None = None
    """Of a series of a master trust."""
    pending: Pending | None = None
    """The payment of the month, where it is still to be made."""

    @property
    def receivables(self) -> float:
        """Of the whole pool, those that have not defaulted."""
        return sum(held.performing + sum(held.late) for held in self.pool)
