"""A deal in words: notes, enhancement, dates, fees, phases with their priority of payments, triggers."""

from __future__ import annotations

from stress.explain.dates import date_lines, effective
from stress.explain.notes import notes_table
from stress.explain.steps import sentence
from stress.explain.triggers import trigger_line
from stress.explain.trust import trust_lines
from stress.explain.words import OBSERVABLE, PHASE, amount_words, listed, money, observable_words, percent
from stress.inputs.deal import Deal, Fee, Note, Reserve
from stress.inputs.deal.formula_rules import names_of, quantities_in
from stress.inputs.deal.formula_text import Node, parse
from stress.inputs.deal.formulas import full_name, looks_at
from stress.inputs.deal.quantities import QUANTITIES
from stress.inputs.deal.reading import notes_of, phases, steps_of


def explain_deal(deal: Deal, balance: float | None = None) -> str:
    """Markdown; with the pool's cut-off balance, amounts and shares of every note.

    >>> explain_deal(job.deal, job.pool.balance).splitlines()[0]
    '# JD Baitiao 24-month, four classes'
    """
    lines = [f"# {deal.name}", ""]
    if deal.source:
        lines += [deal.source, ""]
    lines += ["## Notes", "", *notes_table(deal, balance), ""]
    if deal.trust is not None:
        lines += ["## Master trust", "", *trust_lines(deal, balance), ""]
    lines += ["## Dates", "", *date_lines(deal), ""]
    lines += ["## Fees", "", *([f"- {fee.name}: {_fee(deal, fee)}." for fee in deal.fees] or ["None."]), ""]
    if deal.accounts:
        lines += ["## Accounts", "", *_accounts(deal), ""]
    if quantity_lines(deal):
        lines += ["## Quantities of its formulas", "", *quantity_lines(deal), ""]
    lines += ["## Life of the deal", "", _life(deal), ""]
    for phase in phases(deal):
        lines += [f"## {PHASE[phase]}: priority of payments", "", *_phase(deal, phase), ""]
    lines += ["## Triggers", "", *_triggers(deal), ""]
    if deal.illustrative:
        lines += ["## Illustrative, not published", "", *[f"- {item}" for item in deal.illustrative], ""]
    return "\n".join(lines)


def _fee(deal: Deal, fee: Fee) -> str:
    base = "the pool" if deal.trust is None else "the invested amount"
    words = {
        "notes": f"{percent(fee.rate)} a year of all notes outstanding",
        "pool": f"{percent(fee.rate)} a year of {base} at the month's start",
        "interest_income": f"{percent(fee.rate)} of the fees and late charges collected",
        "fixed": f"{amount_words(fee.amount)} {deal.currency} a payment date",
        "formula": f"{amount_words(fee.amount)} {deal.currency} a payment date, as it stands at the month's end",
    }[fee.base]
    return words if fee.carry_over else f"{words}; what is unpaid lapses"


def _accounts(deal: Deal) -> list[str]:
    lines = [
        "- income: fees, late charges and interest on cash.",
        "- principal: repayments, recoveries, deemed collections.",
    ]
    if deal.trust is not None:
        lines = [
            "- income: the series' finance charges and recoveries, interest on cash.",
            "- principal: its principal.",
        ]
    for name in deal.accounts:
        cash = deal.opening_cash.get(name, 0.0)
        holds = "; its cash is principal" if name in deal.principal_accounts else ""
        lines.append(f"- {name}: {f'{money(cash)} {deal.currency} at closing' if cash else 'empty at closing'}{holds}.")
    return lines


def _life(deal: Deal) -> str:
    """The phases as a line of text, with the triggers that leave it."""
    calendar_line = " -> ".join(PHASE[p].lower() for p in phases(deal) if p in ("revolving", "amortization"))
    lines = ["```", f"closing -> {calendar_line} -> legal maturity"]
    for effect in ("acceleration", "event_of_default"):
        names = [trigger.name for trigger in deal.triggers if trigger.effect == effect]
        if names:
            lines.append(f"   at any time: {' or '.join(names)}  ->  {PHASE[effect].lower()}")
    return "\n".join([*lines, "```"])


def _phase(deal: Deal, phase: str) -> list[str]:
    if phase not in deal.priority:
        return ["As in amortization."]
    lines = [f"{i}. {sentence(deal, step)}" for i, step in enumerate(steps_of(deal, phase), 1)]
    if phase == "revolving" and deal.purchase == "each_step":
        lines += ["", "Between payment dates, all principal cash buys receivables."]
    lines += [line for note in deal.notes for line in _gathering(deal, phase, note)]
    return lines


def _gathering(deal: Deal, phase: str, note: Note) -> list[str]:
    """What happens to the interest of a note that is not paid every month."""
    months = next((every for known, every in note.payment_months.items() if known == phase), 1)
    if months == 1 or note.residual:
        return []
    steps = steps_of(deal, phase)
    draws = {a for s in steps if s.step == "pay_interest" and note.name in notes_of(s) for a in s.source}
    filled = [step for step in steps if step.step == "top_up" and step.account in draws]
    gathers = dict.fromkeys(step.account for step in filled if _for_costs(deal, step.target))
    held = dict.fromkeys(step.account for step in filled)
    where = f"only what {listed(held)} holds up to its target is kept for it" if held else _NOWHERE
    if gathers:
        where = f"{listed(gathers)} gathers it"
    return ["", f"Interest on {note.name} is paid every {months} months; {where}."]


_NOWHERE = "no account gathers it in between"


def _for_costs(deal: Deal, target: Reserve | str) -> bool:
    """Whether an account is filled by months of interest and fees."""
    if isinstance(target, str):
        return ("senior_cost", "") in looks_at(parse(target), names_of(deal))
    return target.months_of_senior_cost > 0.0


def _triggers(deal: Deal) -> list[str]:
    if not deal.triggers:
        return ["None."]
    return [*(trigger_line(deal, trigger) for trigger in deal.triggers), "", effective(deal)]


def quantity_lines(deal: Deal) -> list[str]:
    """Markdown: the deal's own quantities, then those of the language, each in words."""
    lines = [f"- `{name}`: {_own(given)}." for name, given in deal.quantities.items()]
    used: dict[str, list[str]] = {}
    for name, of in quantities_in(deal):
        used.setdefault(name, []).append(of)
    return lines + [_line(deal, name, of) for name, of in used.items()]


def _own(given: str | tuple[tuple[int, float], ...]) -> str:
    if isinstance(given, str):
        return f"`{given}`"
    return "; ".join(f"{level:,.6g} from month {month}" for month, level in given)


def _line(deal: Deal, name: str, of: list[str]) -> str:
    if not QUANTITIES[name].of:
        words = observable_words(deal, name) if name in OBSERVABLE else QUANTITIES[name].words
        return f"- `{name}`: {words}."
    shown = ", ".join(f"`{full_name(Node('name', 0, name=name, of=item))}`" for item in of)
    return f"- {shown}: {QUANTITIES[name].words.replace(' {}', '')}."
