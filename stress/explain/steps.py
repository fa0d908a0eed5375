"""One step of a priority of payments as an English sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stress.explain.words import SHORT, amount_words, limit, listed, money, observable_words, percent, then
from stress.inputs.deal import AnyStep, Condition, Deal, Reserve
from stress.inputs.deal.reading import groups_of, notes_of, sources_of


def sentence(deal: Deal, step: AnyStep) -> str:
    """What the step does, from which accounts, and when."""
    text, _, note = _SENTENCE[step.step](step).partition("; ")
    if step.step == "purchase" and deal.trust is not None:
        text = "Reinvest all that is left in the trust, as far as the seller keeps its least share"
    if sources_of(step) and step.step != "release":
        text += f", from {then(step.source)}"
    text += f"; {note}" if note else ""
    if step.when:
        text = f"Only while {condition_words(deal, step.when)}: {text[:1].lower()}{text[1:]}"
    return f"{text}."


def headline(step: AnyStep, in_trust: bool = False) -> str:
    """What the step does, in the fewest words; `in_trust`: in a series of a master trust."""
    match step.step:
        case "pay_fee":
            return f"Fee: {step.fee}"
        case "pay_interest":
            return f"Interest on {listed(notes_of(step))}" + (" pari passu" if len(notes_of(step)) > 1 else "")
        case "cover_defaults":
            return "Cover defaults" + (f" down to {step.note}" if step.note is not None else "")
        case "top_up":
            return f"Fill {step.account} to {target_words(step.target)}"
        case "release":
            return f"Release {step.account} above {target_words(step.target)} to {step.to}"
        case "transfer":
            words = _amount(step)
            return f"{words[:1].upper()}{words[1:]} to {step.to}"
        case "receive":
            return f"{step.party} pays {amount_words(step.amount, '')} to {step.to}"
        case "pay_party":
            return f"{step.party}: {amount_words(step.amount, '')}"
        case "purchase":
            return "Reinvest in the trust" if in_trust else "Buy receivables"
        case "pay_principal":
            down = " down to schedule" if step.to_balance else f" down to {step.until}" if step.until else ""
            return f"Principal of {_in_turn(step)}{down}"
        case "write_down" | "write_up":
            return f"Write {step.step[6:]} {_in_turn(step, 'pari passu')}{_at_most(step, '')}"
        case _:
            return f"The rest to {step.note}"


def condition_words(deal: Deal, when: Sequence[Condition | str]) -> str:
    """`three-month average annualised excess spread is below 4.5% and the trigger 'switch' has tripped`."""
    return " and ".join(_condition(deal, condition) for condition in when)


def _condition(deal: Deal, when: Condition | str) -> str:
    if isinstance(when, str):
        return f"`{when}`"
    if when.trigger is not None:
        return f"the trigger {when.trigger!r} has {'' if when.tripped else 'not '}tripped"
    assert when.observable is not None
    side, value = ("above", when.above) if when.above is not None else ("below", when.below)
    assert value is not None
    return f"{observable_words(deal, when.observable)} is {side} {limit(when.observable, value)}"


def condition_sign(when: Sequence[Condition | str]) -> str:
    """`3-month excess spread < 4.5%`, for a picture."""
    return " and ".join(map(_sign, when))


def _sign(when: Condition | str) -> str:
    if isinstance(when, str):
        return when
    if when.trigger is not None:
        return f"{when.trigger!r} has {'' if when.tripped else 'not '}tripped"
    assert when.observable is not None
    sign, value = (">", when.above) if when.above is not None else ("<", when.below)
    assert value is not None
    return f"{SHORT[when.observable]} {sign} {limit(when.observable, value)}"


def target_words(target: Reserve | str, quote: str = "") -> str:
    """A reserve's target in words."""
    if isinstance(target, str):
        return f"{quote}{target}{quote}"
    parts = [money(target.amount)] * (target.amount > 0.0)
    parts += [f"{percent(target.share_of_pool)} of the pool"] * (target.share_of_pool > 0.0)
    parts += [f"{percent(target.share_of_notes)} of the notes but the residual"] * (target.share_of_notes > 0.0)
    parts += [f"{percent(target.share_of_cut_off)} of the cut-off balance"] * (target.share_of_cut_off > 0.0)
    if target.months_of_senior_cost > 0.0:
        parts.append(f"{target.months_of_senior_cost:g} months of fees and interest")
    words = f"the largest of {listed(parts)}" if len(parts) > 1 else (parts[0] if parts else "zero")
    return f"{words}, at least {money(target.floor)}" if target.floor > 0.0 else words


def _pay_fee(step: Any) -> str:
    cap = f", at most {amount_words(step.cap)} a payment date" if step.cap is not None else ""
    return f"Pay the {step.fee} fee{cap}"


def _pay_interest(step: Any) -> str:
    deficiency = "; what principal pays is lent and booked as deficiency" if "principal" in step.source else ""
    notes = notes_of(step)
    together = ", pari passu by what is due to each" if len(notes) > 1 else ""
    return f"Pay the interest due on {listed(notes)}{together}{deficiency}"


def _cover_defaults(step: Any) -> str:
    upto = f" of {step.note} and the notes above it" if step.note is not None else ""
    return f"Make good defaulted principal{upto} (the deficiency) into the principal account"


def _top_up(step: Any) -> str:
    return f"Fill {step.account} up to {target_words(step.target, '`')}"


def _release(step: Any) -> str:
    return f"Release what {step.account} holds above {target_words(step.target, '`')} to {step.to}"


def _transfer(step: Any) -> str:
    return f"Move {_amount(step, '`')} to {step.to}"


def _amount(step: Any, quote: str = "") -> str:
    if step.share is not None:
        return f"{percent(step.share)} of what is left"
    return "all that is left" if step.amount is None else f"at most {amount_words(step.amount, quote)}"


def _receive(step: Any) -> str:
    return f"{step.party} pays {amount_words(step.amount)} to {step.to}"


def _pay_party(step: Any) -> str:
    return f"Pay {step.party} at most {amount_words(step.amount)}"


def _purchase(step: Any) -> str:
    return "Buy eligible receivables with all that is left"


def _pay_principal(step: Any) -> str:
    groups, several = groups_of(step), len(notes_of(step)) > 1
    in_order = len(groups) > 1 and max(map(len, groups)) == 1
    who = f"{listed(notes_of(step))} in this order" if in_order else _in_turn(step)
    down = ""
    if step.to_balance:
        down = ", down to " + ", ".join(f"{money(balance)} from month {month}" for month, balance in step.to_balance)
    if step.until is not None:
        down = f", down to `{step.until}`" + (" together" if several else "")
    return f"Repay {who}{down}"


def _in_turn(step: Any, by: str = "by balance") -> str:
    """`A-1, then A-2a and A-2b by balance, then B`."""
    return then([f"{listed(group)} {by}" if len(group) > 1 else group[0] for group in groups_of(step)])


def _write_down(step: Any) -> str:
    return f"Write down {_in_turn(step, 'pari passu')} by the principal deficiency{_at_most(step)}"


def _write_up(step: Any) -> str:
    each = "each " if len(notes_of(step)) > 1 else ""
    back = f"by principal that has come back{_at_most(step)}"
    if step.corrects:
        back = f"by {amount_words(step.amount, '`')}, what was estimated too high, come back or not"
    return f"Write up {_in_turn(step, 'pari passu')} {back}, {each}no further than it was written down"


def _at_most(step: Any, quote: str = "`") -> str:
    return f", at most {amount_words(step.amount, quote)}" if step.amount is not None else ""


def _pay_residual(step: Any) -> str:
    return f"Pay all that is left to {step.note}: principal first, then as yield"


_SENTENCE: dict[str, Callable[[Any], str]] = {
    "pay_fee": _pay_fee,
    "pay_interest": _pay_interest,
    "cover_defaults": _cover_defaults,
    "top_up": _top_up,
    "release": _release,
    "transfer": _transfer,
    "purchase": _purchase,
    "receive": _receive,
    "pay_party": _pay_party,
    "pay_principal": _pay_principal,
    "write_down": _write_down,
    "write_up": _write_up,
    "pay_residual": _pay_residual,
}
