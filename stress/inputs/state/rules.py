"""What a state must say of its deal and pool, and what it cannot say of them: silence is refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Protocol

from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import counted_by_year
from stress.inputs.deal.reading import written_down
from stress.inputs.pool import Pool
from stress.inputs.state import State, TriggerState
from stress.inputs.state.holdings import TIES, check_held
from stress.inputs.text.messages import show
from stress.spelling import suggest

MOST_INCOME, LARGE = 0.1, 5.0
"""Of all receivables a month: income beyond it, and purchases beyond so many pools a month, are in another unit."""
PHASES = ("revolving", "amortization", "acceleration", "event_of_default")
EFFECT = {"none": 0, "acceleration": 2, "event_of_default": 3}


class JobLike(Protocol):
    """What has a deal and, perhaps, a state of it."""

    @property
    def deal(self) -> Deal:
        """The deal."""

    @property
    def state(self) -> State | None:
        """Where it starts."""


def month_of(state: State, deal: Deal) -> int:
    """Months of the deal that are over, counted from closing."""
    year, month = map(int, state.as_of.split("-"))
    return 12 * (year - deal.closing_date.year) + month - deal.closing_date.month


def started(job: JobLike) -> int:
    """Months of a job that are data: 0 where it starts at closing."""
    return 0 if job.state is None else month_of(job.state, job.deal)


def repaid(job: JobLike, note: int) -> bool:
    """Whether nothing of a note is owed any more where a job starts, nor has been written down."""
    terms = job.deal.notes[note]
    if job.state is None or terms.residual:
        return False
    stands = job.state.notes[terms.name]
    return stands.balance <= 0.0 and stands.written_down <= 0.0


def begins_in(job: JobLike) -> str:
    """The phase in which its first month begins that is no data."""
    if job.state is not None:
        return job.state.phase
    return "revolving" if job.deal.revolving_months else "amortization"


def check_state(deal: Deal, pool: Pool, clock: Clock, state: State) -> None:
    """Raise ValueError with a sentence where a state is none of this deal and pool."""
    at = month_of(state, deal)
    if not 1 <= at < deal.legal_maturity_months or not 1 <= int(state.as_of[5:]) <= 12:
        raise ValueError(
            f"state: as_of = {show(state.as_of)}: must be a collection month of the deal before its last, months 1 to "
            f"{deal.legal_maturity_months - 1} after closing on {deal.closing_date}"
        )
    _all_named("notes", state.notes, [note.name for note in deal.notes])
    _all_named("accounts", state.accounts, ["income", "principal", *deal.accounts])
    _all_named("triggers", state.triggers, [trigger.name for trigger in deal.triggers])
    _none_unknown("fees", state.fees, [fee.name for fee in deal.fees])
    _none_unknown("parties", state.parties, list(deal.parties))
    _check_years(deal, state)
    _check_notes(deal, pool, state)
    _check_surplus(deal, pool, state)
    for trigger in deal.triggers:
        _check_trigger(trigger.name, trigger.months, trigger.curable, state.triggers[trigger.name], at)
    _check_phase(deal, state, at)
    _check_series(deal, pool, state)
    _check_sums(pool, state, at)
    _check_known(state)
    left = deal.legal_maturity_months - at
    check_held(pool, clock, state, left)
    _check_lately(deal, pool, state, at)
    _check_clock(clock, state)


def _all_named(key: str, given: Mapping[str, object], known: list[str]) -> None:
    _none_unknown(key, given, known)
    for name in known:
        if name not in given:
            silence = {"notes": "its balance", "accounts": "0 where it is empty", "triggers": "{} if never in breach"}
            raise ValueError(f"state: {key}: {show(name)} is missing: every one is needed ({silence[key]})")


def _none_unknown(key: str, given: Iterable[str], known: list[str], has: str = "the deal has") -> None:
    for name in given:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ValueError(f"state: {key}: {show(name)}: {has} {listed}{suggest(name, known)}")


def _check_years(deal: Deal, state: State) -> None:
    """What has been paid under the caps of a year is given where formulas look at it, and only there."""
    counted = counted_by_year(deal)
    for name in counted:
        if name not in state.fees or state.fees[name].paid_this_year is None:
            raise ValueError(
                f"state: fees.{name}.paid_this_year: is missing: a formula of the deal looks at it (0 if steps with a "
                "cap have paid nothing since the year began)"
            )
    for name, fee in state.fees.items():
        if fee.paid_this_year is not None and name not in counted:
            raise ValueError(f"state: fees.{name}.paid_this_year: no formula of the deal looks at it")


def _check_notes(deal: Deal, pool: Pool, state: State) -> None:
    for note in deal.notes:
        issued = note.original(pool.balance)
        stands = state.notes[note.name]
        if stands.balance > issued + TIES * pool.balance:
            raise ValueError(
                f"state: notes.{note.name}.balance = {stands.balance:,.2f}: more than was issued, {issued:,.2f}"
            )
        if stands.balance + stands.written_down > issued + TIES * pool.balance:
            raise ValueError(
                f"state: notes.{note.name}.written_down = {stands.written_down:,.2f}: more than was issued, "
                f"{issued:,.2f}, less the balance"
            )
        if stands.written_down and note.name not in written_down(deal):
            raise ValueError(f"state: notes.{note.name}.written_down: no step of the deal writes it down")
        if stands.received and not note.residual:
            raise ValueError(f"state: notes.{note.name}.received: only of a residual note, whose loss counts it")


def _check_surplus(deal: Deal, pool: Pool, state: State) -> None:
    written = sum(note.written_down for note in state.notes.values())
    if state.surplus > written + TIES * pool.balance:
        raise ValueError(
            f"state: surplus = {state.surplus:,.2f}: more than notes have been written down by, {written:,.2f}"
        )
    if state.surplus and state.deficiency:
        raise ValueError("state: deficiency and surplus: principal either lacks or has come back; give one of them")


def _check_phase(deal: Deal, state: State, at: int) -> None:
    lasting = state.lasting_phase or state.phase
    if PHASES.index(lasting) > PHASES.index(state.phase):
        raise ValueError(f'state: lasting_phase = "{lasting}": cannot be later than phase = "{state.phase}"')
    ended = at > deal.revolving_months
    for key, phase in (("phase", state.phase), ("lasting_phase", lasting)):
        if ended and phase == "revolving":
            raise ValueError(
                f'state: {key} = "revolving": the revolving period ended in month {deal.revolving_months}, as_of is '
                f"month {at}"
            )
        if not ended and phase == "amortization":
            raise ValueError(
                f'state: {key} = "amortization": the deal revolves to month {deal.revolving_months}, as_of is month '
                f'{at}; what a trigger leads to is "acceleration" or "event_of_default"'
            )
    reached = max([0, *(EFFECT[t.effect] for t in deal.triggers if _in_force(state.triggers[t.name]))])
    if reached > PHASES.index(state.phase):
        raise ValueError(f'state: phase = "{state.phase}": a trigger in force leads to "{PHASES[reached]}"')
    if PHASES.index(state.phase) >= 2 and reached < PHASES.index(state.phase):
        raise ValueError(f'state: phase = "{state.phase}": no trigger that leads there is in force')


def _check_series(deal: Deal, pool: Pool, state: State) -> None:
    if (deal.trust is None) != (state.series is None):
        fault = "is missing: invested of a series of a master trust" if deal.trust else "the deal is of no master trust"
        raise ValueError(f"state: series: {fault}")
    if state.series is not None and state.series.invested > pool.balance * (1.0 + TIES):
        raise ValueError(
            f"state: series.invested = {state.series.invested:,.2f}: more than the trust of {pool.balance:,.2f}"
        )


def _check_sums(pool: Pool, state: State, at: int) -> None:
    """What came of all receivables so far is in the unit of the pool."""
    whole = pool.balance + state.sums.purchases
    for name, most in (("defaults", whole), ("recoveries", whole), ("income", MOST_INCOME * at * whole)):
        amount = getattr(state.sums, name)
        if amount > most * (1.0 + TIES):
            raise ValueError(
                f"state: sums.{name} = {amount:,.2f}: the pool and all purchases were {whole:,.2f}; are all in units "
                f"of {pool.currency}?"
            )
    if state.sums.purchases > LARGE * at * pool.balance:
        raise ValueError(
            f"state: sums.purchases = {state.sums.purchases:,.2f}: more than {LARGE:g} times the pool of "
            f"{pool.balance:,.2f} each month; are both in units of {pool.currency}?"
        )


def _check_known(state: State) -> None:
    if state.known is not None and len(state.known.root) != 3 + len(state.factors):
        raise ValueError(
            f"state: known.root: has {len(state.known.root)} rows: 3 and one for each of {len(state.factors)} factors"
        )


def check_scenarios(state: State, names: list[str]) -> None:
    """Raise ValueError where a state tells of a scenario that the job has not."""
    _none_unknown("macro", state.macro, names, "the job has")


def _in_force(trigger: TriggerState) -> bool:
    return trigger.tripped is not None if trigger.in_force is None else trigger.in_force


def _check_trigger(name: str, months: int, curable: bool, stands: TriggerState, at: int) -> None:
    where = f"state: triggers.{name}"
    if stands.tripped is None and (stands.in_force or stands.breaches >= months):
        raise ValueError(
            f"{where}: has not tripped, yet {'is in force' if stands.in_force else f'{stands.breaches} breaches'}: it "
            f"trips after {months}; give the month in tripped"
        )
    if stands.tripped is not None and stands.tripped > at:
        raise ValueError(f"{where}.tripped = {stands.tripped}: after month {at}, the month of the state")
    if stands.tripped is not None and stands.in_force is False and not curable:
        raise ValueError(f"{where}.in_force = false: it has tripped and cannot be cured")
    if max(stands.breaches, stands.passes) > at:
        raise ValueError(f"{where}: counts {max(stands.breaches, stands.passes)} months; only {at} are over")


def _check_lately(deal: Deal, pool: Pool, state: State, at: int) -> None:
    text = json.dumps([t.model_dump(mode="json") for t in deal.triggers]) + json.dumps(
        {"priority": deal.model_dump(mode="json")["priority"], "quantities": dict(deal.quantities)}, default=str
    )
    recovers = any(segment.recovery for segment in pool.segments)
    for key, needed, because in (
        ("recoverable", len(pool.recovery_lag) * recovers, "recoveries of past defaults are still to come"),
        (
            "defaults",
            pool.write_off_months * ("overdue_" in text.replace("pool.overdue_", "")),
            "overdue shares count them",
        ),
        ("excess_spread", 3 * ("excess_spread_3m" in text), "the deal looks at its mean of three months"),
    ):
        given, wanted = len(getattr(state.lately, key)), min(needed, at)
        if given < wanted:
            raise ValueError(f"state: lately.{key}: has {given} months, {wanted} are needed: {because}")
    if len(state.lately.recoverable) > len(pool.recovery_lag):
        raise ValueError(f"state: lately.recoverable: the recovery lag has {len(pool.recovery_lag)} months")
    if len(state.lately.defaults) > pool.write_off_months:
        raise ValueError(f"state: lately.defaults: defaults count for {pool.write_off_months} months")
    if state.lately.locked and deal.purchase != "each_step":
        raise ValueError("state: lately.locked: a purchase lag is of deals that buy at each step")


def _check_clock(clock: str, state: State) -> None:
    if state.pending is not None and clock == "monthly":
        raise ValueError("state: pending: the monthly clock pays at the month's end: no payment waits")
