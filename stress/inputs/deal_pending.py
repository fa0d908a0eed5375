"""What the deal language can say and the engine does not compute yet: refused, never ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.inputs.deal_rules import located

if TYPE_CHECKING:
    from stress.inputs.deal import Deal


def check_pending(deal: Deal) -> None:
    """Raise ValueError where the deal uses a feature that the kernels do not compute yet."""
    for note in deal.notes:
        if note.step_up is not None:
            raise ValueError(f"note {note.name}: step_up is not simulated yet")
    for trigger in deal.triggers:
        if trigger.observable == "notes_outstanding":
            raise ValueError(f"trigger {trigger.name}: notes_outstanding is not simulated yet")
    for where, step in located(deal):
        if step.when is not None and step.when.trigger is not None:
            raise ValueError(f"{where}: a condition on a trigger is not simulated yet; use its observable")
        if step.when is not None and step.when.observable == "notes_outstanding":
            raise ValueError(f"{where}: a condition on notes_outstanding is not simulated yet")
        if step.step == "transfer" and step.share is not None:
            raise ValueError(f"{where}: a transfer of a share is not simulated yet")
