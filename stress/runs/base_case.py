"""The deterministic base case of a deal (expected rates, rho 0): what trips, what is repaid and when, what never is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.inputs.deal.reading import conditions, receiver_of
from stress.inputs.state.rules import begins_in, started
from stress.inputs.text.remark import Remark, named
from stress.kernels.codes import ACCELERATION, PHASES

if TYPE_CHECKING:
    from stress.inputs.job import Job

SMALL = 1e-9
"""Share of the cut-off balance below which an amount is rounding."""
TRAP = (
    "deficiency is tested at the month's end, before the payment date makes it good, so it always holds the month's "
    "own defaults"
)
_EFFECTS = {
    "acceleration": "after the revolving period",
    "event_of_default": "an event of default",
    "none": "without an effect on the phase",
}
Values = dict[str, np.ndarray]


class Trip(NamedTuple):
    """A trigger that trips."""

    trigger: str
    month: int
    value: float
    """Of its observable, in that month."""
    limit: float
    effect: str


class NoteCase(NamedTuple):
    """What becomes of a note."""

    note: str
    residual: bool
    original: float
    repaid: int | None
    """The month that ends with nothing left of it; None where something stays, or where there was nothing."""
    unpaid: float
    """Principal that is left at legal maturity, and what has been written down."""
    late: int
    """Months in which interest that was due was not paid in full."""
    first_late: int | None
    interest_unpaid: float
    """Interest that is never paid."""
    written: float = 0.0
    """What of the unpaid principal has been written down."""


class BaseCase(NamedTuple):
    """A deal on expected rates; money in its currency, months counted from closing."""

    scenario: str
    begins: int
    """Months that are data: 0 of a deal that starts at closing."""
    months: int
    trips: tuple[Trip, ...]
    phases: tuple[tuple[str, int], ...]
    """Each change of phase with its month, while there was a pool or a note: cured triggers give phases back."""
    early_amortization: int | None
    """The month in which a trigger ends the revolving period."""
    notes: tuple[NoteCase, ...]
    fees_unpaid: dict[str, float]
    """What of a fee is never paid."""
    over: int
    """The month in which the last of pool and notes is gone; `months` where something is left."""
    left: dict[str, float]
    """Cash that stays in an account at the end."""
    never_filled: tuple[str, ...]
    """Accounts that hold nothing at the start and are given nothing."""
    default: float
    """Cumulative default over the cut-off balance."""
    met: str = ""
    """The phase in which a state meets it; empty from closing."""
    met_default: float = 0.0
    """Cumulative default by then."""


def base_case(job: Job, scenario: str | None = None) -> BaseCase:
    """The deal under one scenario of the job (its first where left out) on expected rates, with rho 0; of a job in
    mid-life those given what its state tells of the factors.

    Raises ConfigError where the inputs do not fit together.
    """
    from stress.assemble.priority import account_names
    from stress.assemble.problem import assemble
    from stress.runs.trace import values_of

    name = scenario or job.scenarios[0].name
    single = job.model_copy(update={"scenarios": tuple(case for case in job.scenarios if case.name == name)})
    problem = assemble(single, deterministic=True)
    sizes = problem.sizes
    named_values = values_of(single, problem, 0, np.zeros((sizes.n_month, sizes.n_factor)))
    values = {name: array for name, (_, array) in named_values.items()}
    phase, least = values["phase"].astype(int), SMALL * job.pool.balance
    behind = values["pool_balance"] if job.deal.trust is None else values["invested"]
    stands = behind + values["note_balance"].sum(axis=1)
    begin = started(job)
    before = np.concatenate([[PHASES.index(begins_in(job))], phase[:-1]])
    over = min(int(max(np.flatnonzero(stands > least), default=begin - 1)) + 2, sizes.n_month)
    accounts = dict(zip(account_names(job.deal), values["account_balance"].T, strict=True))
    trips = tuple(trip for trip in _trips(job, values) if trip.month > begin)
    return BaseCase(
        single.scenarios[0].name,
        begin,
        sizes.n_month,
        trips,
        tuple((PHASES[phase[t]], t + 1) for t in range(begin, over) if phase[t] != before[t]),
        _early(phase[:begin], trips, job.deal.revolving_months),
        tuple(_note(job, n, values, least, begin) for n in range(sizes.n_note)),
        {name: amount for name, amount in _fees(job, values, begin, over) if amount > least},
        over,
        {name: float(held[-1]) for name, held in accounts.items() if held[-1] > least},
        tuple(name for name in job.deal.accounts if _received(job, name, values) <= least),
        float(values["cumulative_default"][-1]),
        *(() if job.state is None else (job.state.phase, job.state.sums.defaults / job.pool.balance)),
    )


def notes_of_base_case(job: Job, case: BaseCase) -> list[Remark]:
    """What of the base case a deal's author will hardly want: one sentence each."""
    first = case.scenario == job.scenarios[0].name
    which = "the base case" if first else f"the deterministic case of {case.scenario}"
    return [Remark("deal", key, says.replace("the base case", which)) for key, says in _surprises(job, case)]


def summary(case: BaseCase) -> str:
    """The base case in one sentence."""
    early = case.early_amortization
    repaid = [f"{n.note} in month {n.repaid}" for n in case.notes if n.repaid is not None and not n.residual]
    ends = [f"{phase.replace('_', ' ')} from month {month}" for phase, month in case.phases]
    by_then = f" ({case.met_default:.2%} by then)" if case.met else ""
    said = [
        f"after month {case.begins} ({case.met.replace('_', ' ')})" if case.met else "",
        f"default {case.default:.2%} of the cut-off balance{by_then}",
        *ends,
        f"repaid: {', '.join(repaid)}" if repaid else "no note is repaid",
        "" if case.trips else "no trigger trips",
        f"early amortization in month {early}" if early else "",
    ]
    return "; ".join(word for word in said if word)


def _surprises(job: Job, case: BaseCase) -> Iterator[tuple[str, str]]:
    yield from _trip_words(job, case)
    for note in case.notes:
        if note.unpaid:
            share = note.unpaid / note.original
            lost = f"is not repaid in the base case: {note.unpaid:,.0f} ({share:.2%}) is left at legal maturity"
            written = f", {note.written:,.0f} of it written down" if note.written else ""
            yield named("notes", note.note), f"{lost} in month {case.months}{written}"
        if note.late:
            when = f"month {note.first_late}" if note.late == 1 else f"{note.late} months ({note.first_late} the first)"
            end = f"{note.interest_unpaid:,.0f} is never paid" if note.interest_unpaid else "all of it is paid later"
            yield named("notes", note.note), f"its interest is late in {when} of the base case; {end}"
    for fee, amount in case.fees_unpaid.items():
        yield named("fees", fee), f"{amount:,.0f} of it is never paid in the base case"
    for account, amount in case.left.items():
        yield f"account {account}", f"holds {amount:,.0f} at the end of the base case, which no step takes"
    for account in case.never_filled:
        yield f"account {account}", "receives nothing in the base case"


def _trip_words(job: Job, case: BaseCase) -> Iterator[tuple[str, str]]:
    """Triggers that trip while a note is there, and once nothing is: what is between changes nothing."""
    observed = {trigger.name: trigger.what for trigger in job.deal.triggers}
    lives = max((n.repaid or case.months for n in case.notes if not n.residual), default=case.months)
    for trip in case.trips:
        if trip.month > case.over:
            yield (
                named("triggers", trip.trigger),
                f"trips in month {trip.month} of the base case, when pool and notes are gone, and is counted among the "
                "trips all the same: thresholds have a to_month, a condition may ask for a pool (and pool > 0)",
            )
        if trip.month > lives:
            continue
        ends = trip.month == case.early_amortization and trip.effect != "none"
        early = "early amortization" if trip.effect == "acceleration" else "which ends the revolving period"
        effect = early if ends and trip.effect == "acceleration" else f"{_EFFECTS[trip.effect]}{f', {early}' * ends}"
        against = (
            "" if trip.trigger in conditions(job.deal) else f": {trip.value:.4g} against a limit of {trip.limit:g}"
        )
        said = f"trips in month {trip.month} of the base case, {effect}{against}"
        yield named("triggers", trip.trigger), said + ("; " + TRAP if observed[trip.trigger] == "deficiency" else "")


def _trips(job: Job, values: Values) -> Iterator[Trip]:
    for g, trigger in enumerate(job.deal.triggers):
        month = int(values["trigger_month"][:, g].max())
        if month > 0:
            value, limit = (float(values[key][month - 1, g]) for key in ("trigger_value", "trigger_limit"))
            yield Trip(trigger.name, month, value, limit, trigger.effect)


def _early(before: np.ndarray, trips: Sequence[Trip], revolving_months: int) -> int | None:
    """The first month, while the deal is to revolve, in which a trigger with an effect trips, at its end or after its
    payment; none where the deal had stopped revolving before."""
    if (before >= ACCELERATION).any():
        return None
    ends = (trip.month for trip in trips if trip.effect != "none" and trip.month <= revolving_months)
    return min(ends, default=None)


def _note(job: Job, n: int, values: Values, least: float, begin: int) -> NoteCase:
    from stress.assemble.contract import sizes_of

    written = float(values["written_down"][-1, n]) if "written_down" in values else 0.0
    balance = (values["note_balance"] + values.get("written_down", 0.0))[:, n]
    original = sizes_of(job.deal, job.pool.balance)[n]
    stood = original if job.state is None else job.state.notes[job.deal.notes[n].name].balance
    gone = begin + np.flatnonzero(balance[begin:] <= least)
    late = begin + np.flatnonzero((values["interest_due"] - values["interest_paid"])[begin:, n] > least)
    unpaid = float(values["interest_unpaid"][-1, n])
    return NoteCase(
        job.deal.notes[n].name,
        job.deal.notes[n].residual,
        original,
        int(gone[0]) + 1 if gone.size and stood > least else None,
        float(balance[-1]) if balance[-1] > least else 0.0,
        int(late.size),
        int(late[0]) + 1 if late.size else None,
        unpaid if unpaid > least else 0.0,
        written if written > least else 0.0,
    )


def _received(job: Job, account: str, values: Values) -> float:
    """What an account is given by steps, with what it holds at the start."""
    written = sorted(job.deal.priority.items(), key=lambda item: PHASES.index(item[0]))
    steps = [step for _, of_phase in written for step in of_phase]  # as `step_paid` has them
    paid = [k for k, step in enumerate(steps) if receiver_of(step) == account]
    held = job.deal.opening_cash if job.state is None else job.state.accounts
    return held.get(account, 0.0) + float(values["step_paid"][:, paid].sum())


def _fees(job: Job, values: Values, begin: int, over: int) -> Iterator[tuple[str, float]]:
    """(fee, what of it is never paid): what is owed when the deal is over, or all that lapsed until then."""
    for p, fee in enumerate(job.deal.fees):
        left = (values["fee_due"][:, p] - values["fee_paid"][:, p])[begin:over]
        yield fee.name, float(left[-1] if fee.carry_over else left.sum())
