"""Accounts that fill and never help a note, and targets as large as what they stand behind."""

from __future__ import annotations

from stress.inputs.deal.reading import located, phases, receiver_of, sources_of, steps_of
from stress.inputs.deal.steps import AnyStep, Reserve
from stress.inputs.deal.terms import Terms
from stress.inputs.text.remark import Sentences

LARGE_TARGET = 0.5
WHOLE = {"share_of_pool": "the pool", "share_of_notes": "the notes", "share_of_cut_off": "the cut-off balance"}
MOVES = ("release", "transfer", "top_up")
"""Steps after which cash is still the deal's and has done nothing."""


def large_targets(deal: Terms) -> Sentences:
    """An account that shall hold half of what it stands behind, or more: percents may be meant."""
    for place, step in located(deal):
        if step.step not in ("top_up", "release") or not isinstance(step.target, Reserve):
            continue
        for key, whole in WHOLE.items():
            share = getattr(step.target, key)
            if share >= LARGE_TARGET:
                yield f"{place}: target.{key}", f"{step.account} shall hold {share:.0%} of {whole}"


def never_drawn(deal: Terms) -> Sentences:
    """An account that is filled, and of which no step pays fees, interest, losses or principal."""
    every = [steps_of(deal, phase) for phase in phases(deal)]
    for name in deal.accounts:
        filled = deal.opening_cash.get(name, 0.0) > 0.0 or any(receiver_of(s) == name for steps in every for s in steps)
        if filled and not any(_helps(steps, name) for steps in every):
            yield (
                f"account {name}",
                "no step pays a fee, interest, a loss or principal from it, at once or after a release: name it in the "
                "source of the steps that it shall stand behind",
            )


def bought_by_others(deal: Terms) -> Sentences:
    """A purchase from an account whose cash is no principal: what it buys counts as losses made good."""
    for place, step in located(deal):
        if step.step != "purchase":
            continue
        for name in step.source:
            if name in deal.accounts and name not in deal.principal_accounts:
                yield (
                    place,
                    f"what is bought from {name} makes good the principal deficiency, as what income buys does: if its "
                    f"cash is the notes' own (pre-funding, say), name {name} in principal_accounts",
                )


def _helps(steps: tuple[AnyStep, ...], name: str) -> bool:
    """Whether cash of an account reaches a step that pays something: at once, or at the next payment date where no
    residual note takes it before."""
    reached = {name}
    for step in (*steps, *steps):
        if step.step == "pay_residual" and not step.when:
            reached -= {*step.source} - {name}
        elif step.step != "pay_residual" and reached & {*sources_of(step)}:
            if step.step not in MOVES:
                return True
            reached |= {receiver_of(step) or name}
    return False
