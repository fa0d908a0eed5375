"""The steps of a priority of payments: what each may say, and on which conditions it runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from stress.inputs.deal.formulas import Amount, FormulaText
from stress.inputs.text.base import Fraction, Money, Month, Name, Strict

Account = Name
"""`income` and `principal` always exist; further accounts are named in `accounts`."""
Observable = Literal[
    "cumulative_default",
    "default_stock",
    "excess_spread",
    "excess_spread_3m",
    "idle_cash_days",
    "overdue_30",
    "overdue_60",
    "overdue_90",
    "pool_factor",
    "payment_rate",
    "senior_shortfall",
    "deficiency",
    "notes_outstanding",
]


class Condition(Strict):
    """A step runs only while an observable is on the stated side, or while a trigger has tripped (or has not).

    Tested at the month-end determination that the payment follows, ratios over the cut-off balance.
    """

    observable: Observable | None = None
    """What is looked at; or give `trigger`."""
    above: float | None = None
    """The step runs while the observable is above this."""
    below: float | None = None
    """The step runs while the observable is below this."""
    trigger: Name | None = None
    """A trigger of the deal, instead of an observable."""
    tripped: bool = True
    """False: the step runs until the trigger trips."""

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if (self.observable is None) == (self.trigger is None):
            raise ValueError("give observable or trigger, one of them")
        if self.trigger is not None and (self.above is not None or self.below is not None):
            raise ValueError("above and below belong to an observable; a trigger has tripped = true or false")
        if self.observable is not None and (self.above is None) == (self.below is None):
            raise ValueError("give above or below, one of them")
        if self.observable is not None and not self.tripped:
            raise ValueError("tripped belongs to a trigger; an observable has above or below")
        return self


InTurn = Annotated[tuple[Name | Annotated[tuple[Name, ...], Field(min_length=1)], ...], Field(min_length=1)]
"""Notes one after another; those of a list among them together, pari passu."""
Sources = Annotated[tuple[Account, ...], Field(min_length=1, max_length=4)]


def _listed(when: object) -> object:
    """One condition may stand without its list."""
    conditions = (when,) if isinstance(when, dict | Condition | str) else when
    return tuple(conditions) if isinstance(conditions, list) else () if conditions is None else conditions


class Step(Strict):
    """What every step of a priority of payments may say."""

    source: Sources = ("income",)
    """Accounts that pay, used in this order."""
    when: Annotated[tuple[Condition | FormulaText, ...], BeforeValidator(_listed), Field(max_length=4)] = ()
    """A condition (a table, or a formula: "month > 12 and not tripped.losses"), or a list of which all must hold."""


class PayFee(Step):
    """Pay what is due of a fee."""

    step: Literal["pay_fee"]
    """The kind of step."""
    fee: Name
    """A fee of the deal."""
    cap: Amount | None = None
    """Largest amount a payment date; a number or a formula. A cap a year: "200_000 - paid_this_year.trustee"; what
    exceeds it is for a step further down without one."""


class PayInterest(Step):
    """Pay the interest due on a note, or on several pari passu. Principal lends it: it is booked as a deficiency."""

    step: Literal["pay_interest"]
    """The kind of step."""
    note: Name | None = None
    """The note whose interest is paid; or give `notes`."""
    notes: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """Instead of `note`: notes that share what there is by what is due to each."""

    @model_validator(mode="after")
    def _one_way(self) -> PayInterest:
        if (self.note is None) == (self.notes is None):
            raise ValueError("give note, or notes = [...] to pay several pari passu")
        return self


class CoverDefaults(Step):
    """Move income to principal up to the principal deficiency (PDL; of the notes down to `note`, or of all)."""

    step: Literal["cover_defaults"]
    """The kind of step."""
    note: Name | None = None
    """Only what the notes below this one do not bear; all where it is left out."""


class Reserve(Strict):
    """Target of a reserve: the largest of its parts, never below `floor`."""

    amount: Money = 0.0
    """A fixed part of the target."""
    share_of_pool: Fraction = 0.0
    """A part of the target: share of the pool."""
    share_of_notes: Fraction = 0.0
    """Of the notes outstanding but the residual one, as everywhere in conditions and targets."""
    share_of_cut_off: Fraction = 0.0
    """A part of the target: share of the cut-off balance."""
    months_of_senior_cost: Annotated[float, Field(ge=0.0, le=24.0)] = 0.0
    """Times a month of fees and of interest on all notes but the residual one."""
    floor: Money = 0.0
    """The target is never less than this."""


class TopUp(Step):
    """Fill an account up to its target."""

    step: Literal["top_up"]
    """The kind of step."""
    account: Account
    """The account that is filled."""
    target: Reserve | FormulaText
    """Up to how much; parts, or a formula of money: "max(0.0025 * pool.cut_off, 0.01 * pool)"."""


class Release(Step):
    """Move what an account holds above its target to another account."""

    step: Literal["release"]
    """The kind of step."""
    account: Account
    """The account that gives."""
    target: Reserve | FormulaText
    """What stays in it; parts, or a formula of money."""
    to: Account
    """The account that receives."""


class Transfer(Step):
    """Move all, a share of it, or at most `amount`, to another account."""

    step: Literal["transfer"]
    """The kind of step."""
    to: Account
    """The account that receives."""
    amount: Amount | None = None
    """Largest amount a payment date, a number or a formula; all where neither it nor `share` is given."""
    share: Fraction | None = None
    """Of what each source holds when the step runs."""


class Purchase(Step):
    """Buy eligible receivables with what the sources hold: replenishment, or pre-funding from an account."""

    step: Literal["purchase"]
    """The kind of step."""


class PayPrincipal(Step):
    """Repay notes: one, or several in order (`sequential`, some of them together) or pari passu (`pro_rata`)."""

    step: Literal["pay_principal"]
    """The kind of step."""
    notes: InTurn
    """Notes that are repaid, in this order or pari passu. In order with some pari passu by balance: a list of those
    within the list."""
    order: Literal["sequential", "pro_rata"] = "sequential"
    """One after another, or pari passu by balance."""
    to_balance: tuple[tuple[Month, Money], ...] = ()
    """Targets: pay no further than this balance from the month on (sum over `notes`); to zero where left out."""
    until: FormulaText | None = None
    """Instead: a formula of the balance (sum over `notes`) to pay down to, a borrowing base or a target
    overcollateralization among others: "pool * (1 - 0.05)"."""


class PayResidual(Step):
    """All that is left goes to the residual note: principal first, then yield."""

    step: Literal["pay_residual"]
    """The kind of step."""
    note: Name
    """The residual note of the deal."""


class Receive(Step):
    """Cash from a party outside the deal: a swap's or a cap's payment, a drawing, a guarantee, a repurchase."""

    step: Literal["receive"]
    """The kind of step."""
    source: tuple[Account, ...] = ()
    """Left out: the party pays."""
    party: Name
    """One of the deal's `parties`."""
    amount: Amount
    """How much, a number or a formula: "max(index.sofr - 0.04, 0) / 12 * notes"."""
    to: Account
    """The account that receives."""


class PayParty(Step):
    """Cash to a party outside the deal: the other leg of a swap, a drawing paid back. What is short is not owed."""

    step: Literal["pay_party"]
    """The kind of step."""
    party: Name
    """One of the deal's `parties`."""
    amount: Amount
    """Largest amount, a number or a formula: "received.bank - paid.bank"."""


class WriteDown(Step):
    """Lower the balance of notes, one after another, by the principal deficiency as it stands: a loss that is theirs
    from now on. No cash moves."""

    step: Literal["write_down"]
    """The kind of step."""
    source: tuple[Account, ...] = ()
    """Left out: no account pays."""
    notes: InTurn
    """Notes that bear it, in this order: the most junior first; those of a list within the list by balance."""
    amount: Amount | None = None
    """At most so much a payment date, a number or a formula; all of the deficiency where it is left out."""


class WriteUp(Step):
    """Raise the balance of notes that have been written down, one after another, by principal that has come back since.
    No cash moves."""

    step: Literal["write_up"]
    """The kind of step."""
    source: tuple[Account, ...] = ()
    """Left out: no account pays."""
    notes: InTurn
    """Notes that are written up, in this order: the most senior first; each at most by what it was written down. Those
    of a list within the list share by that."""
    amount: Amount | None = None
    """At most so much a payment date, a number or a formula; all that has come back where it is left out."""
    corrects: bool = False
    """The amount takes back what an estimate of losses wrote down too much, whether or not it has come back yet: the
    deficiency rises by what has not."""


AnyStep = Annotated[
    Receive
    | PayParty
    | WriteDown
    | WriteUp
    | PayFee
    | PayInterest
    | CoverDefaults
    | TopUp
    | Release
    | Transfer
    | Purchase
    | PayPrincipal
    | PayResidual,
    Field(discriminator="step"),
]
