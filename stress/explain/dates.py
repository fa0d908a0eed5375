"""The deal's dates in words, and when a trip takes effect."""

from __future__ import annotations

from calendar import month_name

from stress.explain.words import listed, percent
from stress.inputs.deal import CleanUp, Deal
from stress.inputs.deal.dates import collection_ends, first_payment, issue_of, payment_dates
from stress.inputs.deal.formula_rules import counted_by_year, names_of
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.formulas import looks_at
from stress.inputs.deal.reading import on_unpaid


def effective(deal: Deal) -> str:
    """When a tripped trigger takes effect."""
    stops = "A trip stops purchases from the next day, and the" if deal.revolving_months else "After a trip the"
    return (
        f"Triggers are tested on the month's last day. {stops} new priority of payments applies at the payment date "
        "that follows."
    )


def date_lines(deal: Deal) -> list[str]:
    """One line a date or rule."""
    closing, issue = deal.closing_date.isoformat(), issue_of(deal).isoformat()
    accrues = "from here" if issue == closing else f"from the issue date, {issue}"
    lines = [
        f"- Cut-off and closing: {closing}; interest and fees accrue {accrues}, {deal.day_count}.",
        f"- Payment dates: day {deal.payment_day} of the month after each collection period.",
    ]
    if first_payment(deal) > 1:
        lines.append(_late_start(deal))
    if deal.revolving_months:
        lines.append(_revolving(deal))
    lines += [
        f"- Scheduled end: month {deal.scheduled_months} ({month_end(deal, deal.scheduled_months)}).",
        f"- Legal maturity: month {deal.legal_maturity_months} ({month_end(deal, deal.legal_maturity_months)}); "
        "principal unpaid then is lost.",
        _on_unpaid(deal),
    ]
    if counted := counted_by_year(deal):
        lines.append(_years(deal, counted))
    if deal.hurdle_rate is not None:
        lines.append(
            f"- Adjusted pool: loans that bear less than {percent(deal.hurdle_rate)} a year count at the present value "
            "of what they still pay at that rate, as scheduled at closing; the rest is yield supplement."
        )
    return lines if deal.clean_up is None else [*lines, _clean_up(deal, deal.clean_up)]


def _on_unpaid(deal: Deal) -> str:
    """Whether unpaid interest bears interest, and of which notes it does not."""
    bears = on_unpaid(deal)
    none = [name for name, bearing in bears.items() if not bearing]
    if 0 < len(none) < len(bears):
        return f"- Unpaid interest bears interest at the note's coupon; that of {listed(none)} bears none."
    return f"- Unpaid interest {'bears no' if none else 'bears'} interest."


def _years(deal: Deal, counted: list[str]) -> str:
    """What the caps of a year count, and when a year begins."""
    years = "calendar years" if deal.year_begins == 1 else f"years that begin in {month_name[deal.year_begins]}"
    return f"- `paid_this_year` counts what steps with a cap pay of {listed(counted)} at the payment dates of {years}."


def _clean_up(deal: Deal, call: CleanUp) -> str:
    """When the pool is sold and for how much; whether that is held against the notes."""
    price = "at par" if call.price is None else f"for `{call.price}`"
    below = f"it falls below {percent(call.pool_factor or 0.0)} of the cut-off balance"
    once = below if call.when is None else f"`{call.when}`"
    sold = "the pool" if deal.trust is None else "what the series has invested"
    after = "after the revolving period " * (deal.revolving_months > 0)
    seen = {name for text in (call.when, call.price) if text for name, _ in looks_at(parse(text), names_of(deal))}
    blind = "" if seen & {"notes", "note", "notes_outstanding"} else ", whether or not that repays the notes"
    return f"- Clean-up: {after}{sold} is sold {price} once {once}{blind}."


def month_end(deal: Deal, month: int) -> str:
    """End of month `month`."""
    return collection_ends(deal)[month - 1].isoformat()


def _late_start(deal: Deal) -> str:
    first = first_payment(deal)
    waits = {
        "each_step": "; it buys meanwhile",
        "payment_date": "; principal waits to buy until then",
        "none": "",
    }[deal.purchase]
    return (
        f"- First payment: {payment_dates(deal)[first - 1]}, of month {first}. Before it nothing is paid and no "
        f"trigger is tested; what the pool collects from the cut-off on is carried in{waits}."
    )


def _revolving(deal: Deal) -> str:
    buys = {
        "each_step": "principal collections buy new receivables at every step of the clock",
        "payment_date": "principal collections buy new receivables at payment dates",
        "none": "nothing is bought",
    }[deal.purchase]
    if deal.trust is not None:
        buys = "principal collections are reinvested in the trust at payment dates"
    price = "at par" if deal.purchase_price == 1.0 else f"at {percent(deal.purchase_price)} of their principal"
    reserve = "; cash that senior costs may need is kept back" if _keeps(deal) else ""
    return (
        f"- Revolving: months 1 to {deal.revolving_months} (to {month_end(deal, deal.revolving_months)}); "
        f"{buys}{'' if deal.purchase == 'none' else ', ' + price}{reserve}."
    )


def _keeps(deal: Deal) -> bool:
    """Whether the revolving order may pay fees or interest from principal, so that purchases leave cash."""
    steps = deal.priority.get("revolving", ())
    lends = any(step.step in ("pay_fee", "pay_interest") and "principal" in step.source for step in steps)
    return deal.retain_senior_cost and deal.trust is None and lends
