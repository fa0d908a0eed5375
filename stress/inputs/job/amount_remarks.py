"""Amounts of money in a deal that look like shares of its pool."""

from __future__ import annotations

from collections.abc import Iterator

from stress.inputs.deal import Deal
from stress.inputs.deal.reading import located
from stress.inputs.deal.steps import AnyStep, Reserve
from stress.inputs.job import Job
from stress.inputs.text.remark import Sentences, named

SMALL = 1e-6
"""Of the pool: an amount below it, and below 1, is a share, more likely."""


def shares_for_amounts(job: Job) -> Sentences:
    """Each number that is read as money and is too small to be any."""
    balance = job.pool.balance
    for key, written in _amounts(job.deal):
        amount = _number(written)
        if amount is None or not 0.0 < amount < SMALL * balance:
            continue
        if amount < 1.0:
            says = f"is an amount of money, not a share: {amount:g} of the pool's balance is {amount * balance:,.0f}"
            yield f"deal.{key}", f"{amount:g} {says}"
        elif key.startswith("opening_cash.") or ": target." in key:  # fees of a payment date are as small
            says = f"is less than a millionth of the pool's balance, {balance:,.0f}: is it in millions?"
            yield f"deal.{key}", f"{amount:g} {says}"


def _amounts(deal: Deal) -> Iterator[tuple[str, object]]:
    """Everything that a deal gives in money, by its key."""
    yield from ((f"opening_cash.{name}", cash) for name, cash in deal.opening_cash.items())
    yield from ((f"{named('notes', note.name)}.amount", note.amount) for note in deal.notes)
    yield from ((f"{named('fees', fee.name)}.amount", fee.amount) for fee in deal.fees)
    for place, step in located(deal):
        yield from ((f"{place}: {key}", written) for key, written in _of_step(step))


def _of_step(step: AnyStep) -> Iterator[tuple[str, object]]:
    for key in ("cap", "amount", "until", "target"):
        written = getattr(step, key, None)
        if isinstance(written, Reserve):
            yield from ((f"target.{part}", getattr(written, part)) for part in ("amount", "floor"))
        else:
            yield key, written
    if step.step == "pay_principal":
        yield from (("to_balance", balance) for _, balance in step.to_balance)


def _number(written: object) -> float | None:
    """A number, or a formula that is nothing else."""
    try:
        return None if written is None else float(str(written))
    except ValueError:
        return None
