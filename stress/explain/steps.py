"""One step of a priority of payments as an English sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stress.explain.words import OBSERVABLE, limit, listed, money, percent, then
from stress.inputs.deal import AnyStep, Condition, Reserve


def sentence(step: AnyStep) -> str:
    """What the step does, from which accounts, and when."""
    text, _, note = _SENTENCE[step.step](step).partition("; ")
    if step.step != "release":
        text += f", from {then(step.source)}"
    text += f"; {note}" if note else ""
    if step.when is not None:
        text = f"Only while {_condition(step.when)}: {text[:1].lower()}{text[1:]}"
    return f"{text}."


def target_words(target: Reserve) -> str:
    """A reserve's target in words."""
    parts = [money(target.amount)] * (target.amount > 0.0)
    parts += [f"{percent(target.share_of_pool)} of the pool"] * (target.share_of_pool > 0.0)
    parts += [f"{percent(target.share_of_notes)} of the notes"] * (target.share_of_notes > 0.0)
    parts += [f"{percent(target.share_of_cut_off)} of the cut-off balance"] * (target.share_of_cut_off > 0.0)
    if target.months_of_senior_cost > 0.0:
        parts.append(f"{target.months_of_senior_cost:g} months of fees and interest")
    words = f"the largest of {listed(parts)}" if len(parts) > 1 else (parts[0] if parts else "zero")
    return f"{words}, at least {money(target.floor)}" if target.floor > 0.0 else words


def _pay_fee(step: Any) -> str:
    cap = f", at most {money(step.cap)} a payment date" if step.cap is not None else ""
    return f"Pay the {step.fee} fee{cap}"


def _pay_interest(step: Any) -> str:
    lent = "; what principal pays is lent and booked as deficiency" if "principal" in step.source else ""
    return f"Pay the interest due on {step.note}{lent}"


def _cover_defaults(step: Any) -> str:
    upto = f" of {step.note} and the notes above it" if step.note is not None else ""
    return f"Make good defaulted principal{upto} (the deficiency) into the principal account"


def _top_up(step: Any) -> str:
    return f"Fill {step.account} up to {target_words(step.target)}"


def _release(step: Any) -> str:
    return f"Release what {step.account} holds above {target_words(step.target)} to {step.to}"


def _transfer(step: Any) -> str:
    amount = "all that is left" if step.amount is None else f"at most {money(step.amount)}"
    return f"Move {amount} to {step.to}"


def _purchase(step: Any) -> str:
    return "Buy eligible receivables with all that is left"


def _pay_principal(step: Any) -> str:
    how = {"sequential": " in this order", "pro_rata": " by balance"}[step.order] if len(step.notes) > 1 else ""
    down = ""
    if step.to_balance:
        down = ", down to " + ", ".join(f"{money(balance)} from month {month}" for month, balance in step.to_balance)
    return f"Repay {listed(step.notes)}{how}{down}"


def _pay_residual(step: Any) -> str:
    return f"Pay all that is left to {step.note}: principal first, then as yield"


def _condition(when: Condition) -> str:
    side, value = ("above", when.above) if when.above is not None else ("below", when.below)
    assert value is not None
    return f"{OBSERVABLE[when.observable]} is {side} {limit(when.observable, value)}"


_SENTENCE: dict[str, Callable[[Any], str]] = {
    "pay_fee": _pay_fee,
    "pay_interest": _pay_interest,
    "cover_defaults": _cover_defaults,
    "top_up": _top_up,
    "release": _release,
    "transfer": _transfer,
    "purchase": _purchase,
    "pay_principal": _pay_principal,
    "pay_residual": _pay_residual,
}
