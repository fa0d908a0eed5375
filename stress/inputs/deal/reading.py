"""Reading a deal: its phases, the steps of each, what a step takes and pays."""

from __future__ import annotations

from collections.abc import Iterator

from stress.inputs.deal.steps import AnyStep
from stress.inputs.deal.terms import PHASES, Terms


def phases(deal: Terms) -> tuple[str, ...]:
    """Phases that can occur: by the calendar, or because a trigger leads there."""
    effects = {trigger.effect for trigger in deal.triggers}
    return tuple(
        phase
        for phase in PHASES
        if phase == "amortization" or (phase == "revolving" and deal.revolving_months > 0) or phase in effects
    )


def buys(deal: Terms) -> bool:
    """Whether new receivables ever join the pool: of a static deal none do."""
    return deal.trust is not None or deal.revolving_months > 0


def steps_of(deal: Terms, phase: str) -> tuple[AnyStep, ...]:
    """The priority of payments of a phase; acceleration and event of default follow amortization where left out."""
    for known, steps in deal.priority.items():
        if known == phase:
            return steps
    return next(steps for known, steps in deal.priority.items() if known == "amortization")


def sources_of(step: AnyStep) -> tuple[str, ...]:
    """Accounts a step takes from; a release takes from its own account."""
    if step.step in ("receive", "write_down", "write_up"):
        return ()
    return (step.account,) if step.step == "release" else step.source


def receiver_of(step: AnyStep) -> str | None:
    """The account a step pays into, where it pays into one."""
    if step.step == "top_up":
        return step.account
    if step.step in ("release", "transfer", "receive"):
        return step.to
    return "principal" if step.step == "cover_defaults" else None


def notes_of(step: AnyStep) -> tuple[str, ...]:
    """Notes whose interest, principal or residual a step pays, or whose balance it writes down or up."""
    return tuple(name for group in groups_of(step) for name in group)


def groups_of(step: AnyStep) -> tuple[tuple[str, ...], ...]:
    """The same notes in turn, those together that share pari passu."""
    if step.step == "pay_residual":
        return ((step.note,),)
    if step.step == "pay_interest":
        return (step.notes if step.notes is not None else (step.note or "",),)
    if step.step not in ("pay_principal", "write_down", "write_up"):
        return ()
    groups = tuple((part,) if isinstance(part, str) else part for part in step.notes)
    together = step.step == "pay_principal" and step.order == "pro_rata"
    return (tuple(name for group in groups for name in group),) if together else groups


def written_down(deal: Terms) -> set[str]:
    """Notes that some step of the deal writes down."""
    steps = (step for steps in deal.priority.values() for step in steps)
    return {name for step in steps if step.step == "write_down" for name in notes_of(step)}


def on_unpaid(deal: Terms) -> dict[str, bool]:
    """Whether unpaid interest of each note bears interest; residual notes left out, which have none."""
    by_deal = deal.interest_on_unpaid_interest
    return {
        note.name: by_deal if note.interest_on_unpaid_interest is None else note.interest_on_unpaid_interest
        for note in deal.notes
        if not note.residual
    }


def conditions(deal: Terms) -> list[str]:
    """Triggers that are conditions: they have no value and no limit."""
    return [trigger.name for trigger in deal.triggers if trigger.condition is not None]


def located(deal: Terms) -> Iterator[tuple[str, AnyStep]]:
    """Every step with its place in words: `priority.revolving[3] (pay_fee)`."""
    for phase, steps in deal.priority.items():
        for number, step in enumerate(steps, 1):
            yield f"priority.{phase}[{number}] ({step.step})", step
