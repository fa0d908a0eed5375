"""What is allowed in a deal and still likely to surprise. Each note is one sentence; `stress check` prints them."""

from __future__ import annotations

from collections.abc import Iterator

from stress.inputs.deal import Deal
from stress.inputs.deal_rules import notes_of, phases, receiver_of, steps_of
from stress.inputs.job import Job


def notes_of_deal(deal: Deal) -> list[str]:
    """Sentences about interest that nothing gathers; empty where there is none."""
    return [note for phase in phases(deal) for note in _not_gathered(deal, phase)]


def notes_of_size(job: Job) -> list[str]:
    """A sentence where notes given by amount and the pool differ in size."""
    by_amount = [note.amount for note in job.deal.notes if note.amount]
    if not by_amount:
        return []
    balance = job.pool.balance
    notes = sum(by_amount) + balance * sum(note.share or 0.0 for note in job.deal.notes)
    cash = sum(job.deal.opening_cash.values())
    if notes > (balance + cash) * (1.0 + 1e-9):
        behind = f"pool and opening cash to {balance + cash:,.0f}" if cash else f"the pool to {balance:,.0f}"
        return [f"the notes sum to {notes:,.0f} and {behind}: {notes - balance - cash:,.0f} has nothing behind it"]
    if notes < balance * (1.0 - 1e-9):
        share = f"{1.0 - notes / balance:.4g}"
        return [f"the notes sum to {notes:,.0f} and the pool to {balance:,.0f}: overcollateralization of {share}"]
    return []


def _not_gathered(deal: Deal, phase: str) -> Iterator[str]:
    """Interest that is due every few months, while other steps take the income of the months between."""
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
        if every > 1 and gathered and "income" in draws[: draws.index(gathered[0])]:
            below = steps[steps.index(paying[0]) + 1 :]
            alone = [s for s in below if s.step == "pay_interest" and not {gathered[0], "principal"} & set(s.source)]
            if alone:
                yield (
                    f"note {note.name}: its interest of {every} months takes the month's income before what "
                    f"{gathered[0]} has gathered, so that of {notes_of(alone[0])[0]} can fall short: "
                    f"name {gathered[0]} before income in the source"
                )
        if every == 1 or taker is None or "principal" in draws or gathered:
            continue
        yield (
            f"note {note.name}: its interest is due every {every} months in the {phase.replace('_', ' ')} phase, and "
            f"{taker} takes the income of the months between, so it can fall short: let a top_up gather it in an "
            f"account (target = {{ months_of_senior_cost = {every}.0 }}) that its pay_interest names among its sources"
        )
