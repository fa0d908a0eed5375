"""Accounts that fill and never help a note, targets as large as what they stand behind, interest that none gathers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stress.inputs.deal.formula_rules import sees
from stress.inputs.deal.reading import located, notes_of, phases, receiver_of, sources_of, steps_of
from stress.inputs.deal.steps import AnyStep, Reserve
from stress.inputs.deal.terms import Terms
from stress.inputs.text.remark import Sentences, named

LARGE_TARGET = 0.5
WHOLE = {"share_of_pool": "the pool", "share_of_notes": "the notes", "share_of_cut_off": "the cut-off balance"}
MOVES = ("release", "transfer", "top_up")
"""Steps after which cash is still the deal's and has done nothing."""


def not_gathered(deal: Terms) -> Sentences:
    """Interest that is due every few months, while other steps take the income of the months between."""
    for phase in phases(deal):
        yield from _not_gathered_in(deal, phase)


def _not_gathered_in(deal: Terms, phase: str) -> Iterator[tuple[str, str]]:
    steps = steps_of(deal, phase)
    taker = next(
        (
            f"step {number} ({step.step})"
            for number, step in enumerate(steps, 1)
            if step.step in ("purchase", "pay_residual", "transfer") and "income" in step.source and not step.when
        ),
        None,
    )
    filled = {receiver_of(step) for step in steps}
    for note in deal.notes:
        every = next((months for known, months in note.payment_months.items() if known == phase), 1)
        paying = [step for step in steps if step.step == "pay_interest" and note.name in notes_of(step)]
        draws = [account for step in paying for account in step.source]
        gathered = [account for account in draws if account in filled and account != "income"]
        key = f"{named('notes', note.name)}.payment_months"
        if every > 1 and gathered and "income" in draws[: draws.index(gathered[0])]:
            below = steps[steps.index(paying[0]) + 1 :]
            exposed = [s for s in below if s.step == "pay_interest" and not {gathered[0], "principal"} & set(s.source)]
            if exposed:
                yield (
                    key,
                    f"its interest of {every} months takes the month's income before what "
                    f"{gathered[0]} has gathered, so that of {notes_of(exposed[0])[0]} can fall short: "
                    f"name {gathered[0]} before income in the source",
                )
        if every == 1 or taker is None or "principal" in draws or gathered or _backed(deal, steps, note.name, draws):
            continue
        yield (
            key,
            f"its interest is due every {every} months in the {phase.replace('_', ' ')} phase, and "
            f"{taker} takes the income of the months between, so it can fall short: let a top_up gather it in an "
            f"account (target = {{ months_of_senior_cost = {every}.0 }}) that its pay_interest names among its sources",
        )


def _backed(deal: Terms, steps: tuple[AnyStep, ...], note: str, draws: Sequence[str]) -> bool:
    """Whether a party pays by what is due of a note into an account that pays it."""
    given = [step for step in steps if step.step == "receive" and step.to in draws]
    return any(isinstance(step.amount, str) and sees(deal, step.amount, "unpaid", note) for step in given)


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
