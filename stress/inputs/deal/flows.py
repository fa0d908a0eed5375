"""Silence about money is an error: every cash that comes in has a way out, every claim a step that pays it."""

from __future__ import annotations

from stress.inputs.deal.formula_rules import all_in_the_end, at_the_end
from stress.inputs.deal.reading import notes_of, phases, receiver_of, sources_of, steps_of
from stress.inputs.deal.steps import AnyStep, PayParty, PayPrincipal
from stress.inputs.deal.terms import Terms


def check_flows(deal: Terms) -> None:
    """Raise ValueError where cash would rest for ever or a claim could never be paid, in any phase that can occur."""
    for phase in phases(deal):
        steps = steps_of(deal, phase)
        _claims_paid(deal, phase, steps)
        _steps_reachable(deal, phase, steps)
        if phase == "revolving":
            _income_used(phase, steps)
        else:
            _notes_repaid(deal, phase, steps)
            _cash_taken(deal, phase, steps)
    _reserves_filled(deal)


def _claims_paid(deal: Terms, phase: str, steps: tuple[AnyStep, ...]) -> None:
    fees = {step.fee for step in steps if step.step == "pay_fee"}
    for fee in deal.fees:
        if fee.name not in fees:
            raise ValueError(
                f'fee {fee.name}: no step of {_words(phase)} pays it; add {{ step = "pay_fee" }} or drop it'
            )
    interest = {name for step in steps if step.step == "pay_interest" for name in notes_of(step)}
    for note in deal.notes:
        bears = note.coupon != 0.0 or note.index is not None
        if bears and note.name not in interest:
            raise ValueError(f"note {note.name}: no step of {_words(phase)} pays its interest")


def _notes_repaid(deal: Terms, phase: str, steps: tuple[AnyStep, ...]) -> None:
    redeemed = {
        name for step in steps if step.step == "pay_principal" and _repays_all(deal, step) for name in notes_of(step)
    }
    redeemed |= {step.note for step in steps if step.step == "pay_residual"}
    targeted = {name for step in steps if step.step == "pay_principal" for name in notes_of(step)} - redeemed
    for note in deal.notes:
        if note.name in targeted:
            raise ValueError(
                f"note {note.name}: {_words(phase)} repays it only down to a balance above 0, never in full"
            )
        if note.name not in redeemed:
            how = "pay_residual" if note.residual else "pay_principal"
            raise ValueError(f"note {note.name}: no step of {_words(phase)} can repay it; a {how} step is missing")


def _repays_all(deal: Terms, step: PayPrincipal) -> bool:
    """Whether a repayment leaves nothing outstanding in the end."""
    if step.until is not None:
        return at_the_end(deal, step.until).high <= 0.0
    return not step.to_balance or step.to_balance[-1][1] == 0.0


def _cash_taken(deal: Terms, phase: str, steps: tuple[AnyStep, ...]) -> None:
    taken, emptied = {account for step in steps for account in sources_of(step)}, _emptied(deal, steps)
    for account in ("income", "principal", *_filled(deal)):
        if account not in taken:
            raise ValueError(f"account {account}: receives cash that no step of {_words(phase)} ever takes")
        if account not in emptied:
            raise ValueError(
                f"account {account}: what {_words(phase)} leaves in it when all that is due is paid, no step takes; "
                f"{_last_step(deal, account)}"
            )


def _last_step(deal: Terms, account: str) -> str:
    """How the residual note may take what is left in an account: of a reserve not before the notes are repaid."""
    note = next((note.name for note in deal.notes if note.residual), None)
    if note is None:
        return (
            "give the deal a residual note, of share = 0.0 where it lends nothing, and a pay_residual step that names "
            f"{account} among its sources"
        )
    if account in ("income", "principal"):
        return f"let the residual note take it: source = [..., {account!r}]"
    return (
        f'let the residual note take it: {{ step = "pay_residual", note = "{note}", source = ["{account}"], '
        'when = "notes < 1" } once the others are repaid'
    )


def _emptied(deal: Terms, steps: tuple[AnyStep, ...]) -> set[str]:
    """Accounts of which nothing is left in the end: the residual note (or the last repayment, where there is none)
    takes all, a party is paid all, or they are moved as a whole into such an account."""
    kinds = {step.step for step in steps}
    last = "pay_residual" if "pay_residual" in kinds else "pay_principal"
    emptied = {account for step in steps if step.step == last for account in step.source}
    emptied |= {step.source[0] for step in steps if step.step == "pay_party" and _pays_all(deal, step)}
    moves = [step for step in steps if step.step in ("transfer", "release") and _moves_all(deal, step)]
    for _ in moves:
        for step in moves:
            if receiver_of(step) in emptied:
                emptied.update(sources_of(step))
    return emptied


def _moves_all(deal: Terms, step: AnyStep) -> bool:
    """Whether a transfer or release leaves nothing behind, at the latest when pool and notes are gone."""
    if step.step == "transfer":
        return step.amount is None and step.share in (None, 1.0)
    assert step.step == "release"
    if isinstance(step.target, str):
        return at_the_end(deal, step.target).high <= 0.0
    return step.target.amount == step.target.share_of_cut_off == step.target.floor == 0.0


def _pays_all(deal: Terms, step: PayParty) -> bool:
    """Whether a party is paid all that an account holds, at the latest when pool and notes are gone, whenever the step
    comes: amount = "account.income"."""
    amount = step.amount
    return (
        not step.when
        and isinstance(amount, str)
        and len(step.source) == 1
        and all_in_the_end(deal, amount, *step.source)
    )


def _income_used(phase: str, steps: tuple[AnyStep, ...]) -> None:
    if not any("income" in sources_of(step) for step in steps):
        raise ValueError(f"account income: receives cash that no step of {_words(phase)} ever takes")


def _reserves_filled(deal: Terms) -> None:
    filled = _filled(deal)
    for account in deal.accounts:
        if account not in filled:
            raise ValueError(
                f"account {account}: nothing fills it; give it opening_cash, a top_up or a transfer, or leave it out"
            )


def _filled(deal: Terms) -> list[str]:
    """Named accounts that can hold cash at some time."""
    paid_into = {receiver_of(step) for phase in phases(deal) for step in steps_of(deal, phase)}
    return [name for name in deal.accounts if name in paid_into or deal.opening_cash.get(name, 0.0) > 0.0]


def _steps_reachable(deal: Terms, phase: str, steps: tuple[AnyStep, ...]) -> None:
    """A step behind one that takes everything from all of its sources would never see a coin."""
    emptied: dict[str, int] = {}
    for number, step in enumerate(steps, 1):
        sources = sources_of(step)
        if sources and all(account in emptied for account in sources):
            earlier = max(emptied[account] for account in sources)
            raise ValueError(
                f"priority.{phase}[{number}] ({step.step}): never pays, because step {earlier} "
                f"({steps[earlier - 1].step}) has taken all of {' and '.join(sources)}"
            )
        takes_all = step.step == "pay_residual" or (step.step == "transfer" and _moves_all(deal, step))
        if takes_all and not step.when:
            emptied.update(dict.fromkeys(sources, number))
        to = receiver_of(step)
        if to is not None:
            emptied.pop(to, None)


def _words(phase: str) -> str:
    return f"the {phase.replace('_', ' ')} phase" if phase != "event_of_default" else "an event of default"
