"""A deal in words: notes, enhancement, dates, fees, phases with their priority of payments, triggers."""

from __future__ import annotations

import calendar
import datetime

from stress.explain.steps import sentence
from stress.explain.words import DENOMINATOR, OBSERVABLE, PHASE, limit, listed, money, percent, table
from stress.inputs.deal import Deal, Fee, Note, Trigger
from stress.inputs.deal_rules import phases, steps_of


def explain_deal(deal: Deal, balance: float | None = None) -> str:
    """Markdown; with the pool's cut-off balance, amounts and shares of every note."""
    lines = [f"# {deal.name}", ""]
    if deal.source:
        lines += [deal.source, ""]
    lines += ["## Notes", "", *_notes(deal, balance), ""]
    lines += ["## Dates", "", *_dates(deal), ""]
    lines += ["## Fees", "", *(_fees(deal) or ["None."]), ""]
    if deal.accounts:
        lines += ["## Accounts", "", *_accounts(deal), ""]
    lines += ["## Life of the deal", "", _picture(deal), ""]
    for phase in phases(deal):
        lines += [f"## {PHASE[phase]}: priority of payments", "", *_phase(deal, phase), ""]
    lines += ["## Triggers", "", *([_trigger(t) for t in deal.triggers] or ["None."]), ""]
    if deal.illustrative:
        lines += ["## Illustrative, not published", "", *[f"- {item}" for item in deal.illustrative], ""]
    return "\n".join(lines)


def _notes(deal: Deal, balance: float | None) -> list[str]:
    shares = [_share(note, balance) for note in deal.notes]
    rows = []
    for i, note in enumerate(deal.notes):
        below = shares[i + 1 :]
        total = sum(s for s in shares if s is not None)
        known = all(s is not None for s in shares)
        support = percent(sum(s for s in below if s is not None) + max(0.0, 1.0 - total)) if known else "-"
        size = percent(s) if (s := shares[i]) is not None else "-"
        amount = note.amount if note.amount is not None else (s * balance if s is not None and balance else None)
        rows.append([note.name, size, money(amount) if amount is not None else "-", _coupon(deal, note), support])
    head = ["note", "share of cut-off", f"amount ({deal.currency})", "coupon", "subordination below it"]
    return table(head, rows)


def _share(note: Note, balance: float | None) -> float | None:
    if note.share is not None:
        return note.share
    return note.amount / balance if note.amount is not None and balance else None


def _coupon(deal: Deal, note: Note) -> str:
    if note.residual:
        return "residual: takes what is left"
    if note.index is None:
        words = f"{percent(note.coupon)} fixed"
    else:
        words = f"{note.index} + {percent(note.coupon)} (now {percent(deal.indices[note.index] + note.coupon)})"
    words += f", at most {percent(note.cap)}" if note.cap is not None else ""
    words += f", at least {percent(note.floor)}" if note.floor is not None else ""
    slow = [f"every {n} months in {phase.replace('_', ' ')}" for phase, n in note.payment_months.items() if n > 1]
    return f"{words}; paid {listed(slow)}" if slow else words


def _dates(deal: Deal) -> list[str]:
    lines = [
        f"- Cut-off and closing: {deal.closing_date.isoformat()}; interest accrues from here, {deal.day_count}.",
        f"- Payment dates: day {deal.payment_day} of the month after each collection period.",
    ]
    if deal.revolving_months:
        buys = {
            "each_step": "principal collections buy new receivables at every step of the clock",
            "payment_date": "principal collections buy new receivables at payment dates",
            "none": "",
        }[deal.purchase]
        price = "par" if deal.purchase_price == 1.0 else percent(deal.purchase_price)
        lines.append(
            f"- Revolving: months 1 to {deal.revolving_months} (to {_month_end(deal, deal.revolving_months)}); "
            f"{buys}, at {price}."
        )
    lines += [
        f"- Scheduled end: month {deal.scheduled_months} ({_month_end(deal, deal.scheduled_months)}).",
        f"- Legal maturity: month {deal.legal_maturity_months} ({_month_end(deal, deal.legal_maturity_months)}); "
        "principal unpaid then is lost.",
        f"- Unpaid interest {'bears' if deal.interest_on_unpaid_interest else 'bears no'} interest.",
    ]
    if deal.clean_up is not None:
        lines.append(
            f"- Clean-up: after the revolving period the pool is sold at par once it falls below "
            f"{percent(deal.clean_up.pool_factor)} of the cut-off balance."
        )
    return lines


def _month_end(deal: Deal, month: int) -> str:
    """End of month `month`; month 1 is the first that ends after closing."""
    first = deal.closing_date
    ends_itself = first.day == calendar.monthrange(first.year, first.month)[1]
    index = first.year * 12 + first.month - 1 + month - (0 if ends_itself else 1)
    year, zero_month = divmod(index, 12)
    day = calendar.monthrange(year, zero_month + 1)[1]
    return datetime.date(year, zero_month + 1, day).isoformat()


def _fees(deal: Deal) -> list[str]:
    return [f"- {fee.name}: {_fee(deal, fee)}." for fee in deal.fees]


def _fee(deal: Deal, fee: Fee) -> str:
    words = {
        "notes": f"{percent(fee.rate)} a year of the notes outstanding",
        "pool": f"{percent(fee.rate)} a year of the pool at the month's start",
        "interest_income": f"{percent(fee.rate)} of the fees and late charges collected",
        "fixed": f"{money(fee.amount)} {deal.currency} a payment date",
    }[fee.base]
    return words if fee.carry_over else f"{words}; what is unpaid lapses"


def _accounts(deal: Deal) -> list[str]:
    lines = [
        "- income: fees, late charges and interest on cash.",
        "- principal: repayments, recoveries, deemed collections.",
    ]
    for name in deal.accounts:
        cash = deal.opening_cash.get(name, 0.0)
        lines.append(f"- {name}: {f'{money(cash)} {deal.currency} at closing' if cash else 'empty at closing'}.")
    return lines


def _picture(deal: Deal) -> str:
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
    lines = [f"{i}. {sentence(step)}" for i, step in enumerate(steps_of(deal, phase), 1)]
    if phase == "revolving" and deal.purchase == "each_step":
        lines += ["", "Between payment dates, all principal cash buys receivables."]
    return lines


def _trigger(trigger: Trigger) -> str:
    ratio = trigger.observable in ("cumulative_default", "default_stock", "deficiency")
    what = OBSERVABLE[trigger.observable] + (f" {DENOMINATOR[trigger.denominator]}" if ratio else "")
    limits = listed(
        f"{limit(trigger.observable, t.limit)} {_window(t.from_month, t.to_month)}" for t in trigger.thresholds
    )
    months = f" in {trigger.months} consecutive months" if trigger.months > 1 else ""
    effect = {
        "acceleration": "purchases stop and early amortization begins",
        "event_of_default": "an event of default",
        "none": "reported only" + (", resets once the test passes" if trigger.curable else ""),
    }[trigger.effect]
    return f"- **{trigger.name}**: {what} {trigger.breach} {limits}{months}: {effect}."


def _window(first: int, last: int | None) -> str:
    if last is None:
        return "at every month end" if first == 1 else f"from month {first}"
    return f"at the end of month {first}" if first == last else f"in months {first} to {last}"
