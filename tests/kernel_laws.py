"""Laws that every replayed path of the engine obeys: no amount of the wrong sign, no step paid before an earlier one.

A law yields its violations in words; money counts as nothing below 1e-9 of the cut-off balance.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import xarray as xr

from stress.inputs.deal import AnyStep, Deal
from stress.inputs.deal.reading import groups_of, notes_of, receiver_of, sources_of
from stress.inputs.job import Job
from stress.kernels.codes import PHASES

NOTHING = 1e-9
"""Of the cut-off balance."""
NEVER_NEGATIVE = (
    *("performing", "m1", "m2", "m3", "m4_on", "pool_balance", "account_balance", "note_balance", "deficiency"),
    *("defaults", "scheduled_principal", "prepaid", "cured_paid", "dilution", "recoveries", "fee_income"),
    *("late_charge", "purchases", "purchase_cost", "sale_proceeds", "interest_due", "interest_paid", "principal_paid"),
    *("residual_yield", "fee_due", "fee_paid", "step_paid"),
)


def violations(job: Job, data: xr.Dataset) -> list[str]:
    """Everything in a replayed path that breaks a law of signs or of seniority."""
    size = NOTHING * job.pool.balance
    returns = any(trigger.curable and trigger.effect != "none" for trigger in job.deal.triggers)
    back = [] if returns else list(left_phases(data))
    return [*wrong_signs(data, size), *back, *overpaid(data, size), *out_of_order(job.deal, data, size)]


def wrong_signs(data: xr.Dataset, size: float) -> Iterator[str]:
    """Amounts below zero, shares outside of 0 to 1."""
    for name in NEVER_NEGATIVE:
        lowest = data[name].to_numpy().min(initial=0.0)
        if not lowest >= -size:
            yield f"{name} falls to {lowest}"
    for name in ("loss", "any_loss", "shortfall"):
        value = data[name].to_numpy()
        if not ((value >= 0.0) & (value <= 1.0)).all():
            yield f"{name} lies outside of 0 to 1"


def left_phases(data: xr.Dataset) -> Iterator[str]:
    """A phase that returns, though no trigger is cured."""
    if (np.diff(data["phase"].to_numpy()) < 0).any():
        yield "a phase is left for an earlier one"


def overpaid(data: xr.Dataset, size: float) -> Iterator[str]:
    """No claim is paid beyond what is due, no note beyond its balance."""
    for due, paid in (("interest_due", "interest_paid"), ("fee_due", "fee_paid")):
        if (data[paid].to_numpy() > data[due].to_numpy() + size).any():
            yield f"{paid} exceeds {due}"
    balance = data["note_balance"].to_numpy() + (data["written_down"].to_numpy() if "written_down" in data else 0.0)
    if (np.diff(balance, axis=0) > size).any():
        yield "a note grows"


def out_of_order(deal: Deal, data: xr.Dataset, size: float) -> Iterator[str]:
    """A step that left a claim open had emptied its sources: what draws on these alone gets nothing after it."""
    paid, rank = data["step_paid"].to_numpy(), data["phase"].to_numpy().astype(int)
    order = [phase if phase in deal.priority else "amortization" for phase in PHASES]
    first = 0
    for phase in PHASES:
        steps = deal.priority.get(phase, ())
        now = np.array([order[r] == phase for r in rank])
        for i, step in enumerate(steps):
            short = now & open_after(deal, data, step, size)
            dry = set(sources_of(step))
            for j, later in enumerate(steps[i + 1 :], i + 1):
                broken = short & (paid[:, first + j] > size)
                if dry and sources_of(later) and set(sources_of(later)) <= dry and broken.any():
                    yield f"month {np.argmax(broken) + 1}, {phase}: step {j + 1} is paid before step {i + 1}"
                dry -= {receiver_of(later) or ""}
            yield from out_of_sequence(deal, data, phase, step, now, size)
        first += len(steps)


def out_of_sequence(
    deal: Deal, data: xr.Dataset, phase: str, step: AnyStep, now: np.ndarray, size: float
) -> Iterator[str]:
    """Within a sequential step no note is repaid while the one before it is outstanding."""
    if step.step != "pay_principal" or step.order != "sequential":
        return
    names = [note.name for note in deal.notes]
    others = [s for s in deal.priority[phase] if s.step == "pay_principal" and s is not step]  # type: ignore[index]
    turns = [(a, b) for before, after in pairwise(groups_of(step)) for a in before for b in after]
    for senior, junior in turns:
        left = data["note_balance"].to_numpy()[:, names.index(senior)]
        got = data["principal_paid"].to_numpy()[:, names.index(junior)]
        if not any(junior in notes_of(s) for s in others) and (now & (left > size) & (got > size)).any():
            yield f"{phase}: {junior} is repaid before {senior}"


def open_after(deal: Deal, data: xr.Dataset, step: AnyStep, size: float) -> np.ndarray:
    """(month,) Whether the claim of a step that always pays all it can is still open after the payment date."""
    notes = [note.name for note in deal.notes]
    claim = np.zeros((data.sizes["month"], 1))
    if step.when:
        return np.zeros(data.sizes["month"], bool)
    if step.step == "pay_interest":
        places = [notes.index(name) for name in step.notes or (step.note,)]
        claim = (data["interest_due"].to_numpy() - data["interest_paid"].to_numpy())[:, places]
    elif step.step == "pay_fee" and step.cap is None:
        place = [fee.name for fee in deal.fees].index(step.fee)
        claim = (data["fee_due"].to_numpy() - data["fee_paid"].to_numpy())[:, [place]]
    elif step.step == "pay_principal" and not step.to_balance and step.until is None:
        up = {name for steps in deal.priority.values() for s in steps if s.step == "write_up" for name in notes_of(s)}
        places = [notes.index(name) for name in notes_of(step) if name not in up]  # what is written up is open again
        claim = data["note_balance"].to_numpy()[:, places]
    return np.asarray((claim > size).any(axis=1))
