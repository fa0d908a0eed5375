"""What is allowed in a deal and still likely to surprise: one rule a kind, each note one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from stress.inputs.deal.date_remarks import dates_apart
from stress.inputs.deal.formula_remarks import decided, negative_numbers, unpaid_beyond_caps
from stress.inputs.deal.formula_rules import quantities_in
from stress.inputs.deal.reading import groups_of, notes_of, phases, receiver_of, sources_of, steps_of
from stress.inputs.deal.reserve_remarks import bought_by_others, large_targets, never_drawn, not_gathered
from stress.inputs.deal.trust_rules import fixed_series, principal_twice
from stress.inputs.text.remark import Remark, Sentences, named, remarks
from stress.look_alike import look_alike

if TYPE_CHECKING:
    from stress.inputs.deal import AnyStep, Deal

ADVERSE = {
    "cumulative_default": "above",
    "default_stock": "above",
    "overdue_30": "above",
    "overdue_60": "above",
    "overdue_90": "above",
    "senior_shortfall": "above",
    "deficiency": "above",
    "idle_cash_days": "above",
    "excess_spread": "below",
    "excess_spread_3m": "below",
    "payment_rate": "below",
}
"""The side of an observable on which a deal does badly; either side of the others has its use."""
RISING = ("cumulative_default", "default_stock")
"""Observables that grow with a deal's age: so do their limits."""
HIGH_COUPON, HIGH_FEE, LATE_CALL = 0.25, 0.10, 0.5


def notes_of_deal(deal: Deal, moved: Collection[str] = ()) -> list[Remark]:
    """What of a deal may not be what its author means; empty where there is nothing. `moved`: own quantities that some
    scenario moves."""
    return [*remarks("deal", deal, _RULES), *(Remark("deal", key, says) for key, says in decided(deal, moved))]


def _names(deal: Deal) -> Sentences:
    """Names of one list that a reader can hardly tell apart."""
    lists = {
        "notes": [note.name for note in deal.notes],
        "fees": [fee.name for fee in deal.fees],
        "accounts": ["income", "principal", *deal.accounts],
        "triggers": [trigger.name for trigger in deal.triggers],
    }
    for key, names in lists.items():
        for name, other, why in look_alike(names):
            yield named(key, other), f"is hard to tell from {json.dumps(name, ensure_ascii=False)}: {why}"


def _costs(deal: Deal) -> Sentences:
    """Coupons and fees per annum that look like another unit."""
    for note in deal.notes:
        if note.coupon >= HIGH_COUPON:
            yield f"{named('notes', note.name)}.coupon", f"{note.coupon:g} is {note.coupon:.0%} a year"
    for fee in deal.fees:
        if fee.base in ("notes", "pool") and fee.rate >= HIGH_FEE:
            yield (
                f"{named('fees', fee.name)}.rate",
                f"{fee.rate:g} is {fee.rate:.0%} of the {fee.base} a year, {fee.rate / 12:.2%} a month",
            )


def _clean_up(deal: Deal) -> Sentences:
    if deal.clean_up is not None and (deal.clean_up.pool_factor or 0.0) >= LATE_CALL:
        yield (
            "clean_up.pool_factor",
            f"the whole pool is sold at par once it is below {deal.clean_up.pool_factor:.0%} of the cut-off balance; "
            "0.1 is usual",
        )


def _wrong_side(deal: Deal) -> Sentences:
    """A trigger that ends something while the deal does well."""
    for trigger in deal.triggers:
        side = ADVERSE.get(trigger.what, trigger.breach)
        if trigger.effect != "none" and trigger.breach != side:
            yield (
                f"{named('triggers', trigger.name)}.breach",
                f'"{trigger.breach}": it trips while {trigger.what} is {trigger.breach} the limit, which is when '
                f'the deal does well; "{side}" is usual',
            )


def _falling_limits(deal: Deal) -> Sentences:
    """Limits of what only grows that fall, and targets of a balance that rise."""
    for trigger in deal.triggers:
        falls = next((b for a, b in pairwise(trigger.thresholds) if b.limit < a.limit), None)
        if trigger.observable in RISING and trigger.breach == "above" and falls is not None:
            yield (
                f"{named('triggers', trigger.name)}.thresholds",
                f"the limit falls to {falls.limit:g} in month {falls.from_month}, though {trigger.observable} grows "
                "with the deal's age",
            )
    for phase in _written(deal):
        for number, step in enumerate(steps_of(deal, phase), 1):
            if step.step == "pay_principal" and any(b[1] > a[1] for a, b in pairwise(step.to_balance)):
                yield f"priority.{phase}[{number}].to_balance", "rises from one month to a later one: notes never grow"


def _paid_twice(deal: Deal) -> Sentences:
    """A step whose like stands above it and has paid all that was due, from the same accounts."""
    for phase in _written(deal):
        steps = steps_of(deal, phase)
        for number, step in enumerate(steps):
            for earlier in range(number):
                if _covers(steps[earlier], step) and not _refilled(steps[earlier + 1 : number], step):
                    yield (
                        f"priority.{phase}[{number + 1}] ({step.step})",
                        f"pays nothing: step {earlier + 1} has paid the same from the same accounts",
                    )
                    break


def _covers(first: AnyStep, second: AnyStep) -> bool:
    """Whether the first of two steps leaves nothing that the second could pay."""
    moves = ("transfer", "purchase", "pay_residual")
    if first.when or first.step in moves or (first.step == "pay_fee" and first.cap is not None):
        return False
    terms = [step.model_dump(exclude={"source", "when"}) for step in (first, second)]
    return terms[0] == terms[1] and set(sources_of(second)) <= set(sources_of(first))


def _refilled(between: tuple[AnyStep, ...], step: AnyStep) -> bool:
    return any(receiver_of(other) in sources_of(step) for other in between)


def _out_of_order(deal: Deal) -> Sentences:
    """A junior note that is paid before a senior one, in the same phase."""
    rank = {note.name: place for place, note in enumerate(deal.notes)}
    for phase in _written(deal):
        for kind in ("interest", "principal"):
            earlier: list[str] = []
            for number, step in enumerate(steps_of(deal, phase), 1):
                groups = groups_of(step) if step.step == f"pay_{kind}" else ()
                late = _after_junior(groups, [] if step.when else earlier, rank)
                if late is not None:
                    yield (
                        f"priority.{phase}[{number}] ({step.step})",
                        f"{late[0]} gets its {kind} after {late[1]}, which is listed below it among the notes",
                    )
                earlier += () if step.when else notes_of(step) if groups else ()


def _after_junior(
    groups: Sequence[Sequence[str]], earlier: Sequence[str], rank: Mapping[str, int]
) -> tuple[str, str] | None:
    """A note of a step, given by groups that are paid in turn, and one junior to it that was paid before."""
    before = list(earlier)
    for group in groups:
        for name in group:
            junior = [n for n in before if rank[n] > rank[name]]
            if junior and name not in earlier:
                return name, junior[0]
        before += group
    return None


def _residual_first(deal: Deal) -> Sentences:
    """The residual note takes what is left before a note has had its interest."""
    for phase in _written(deal):
        steps = steps_of(deal, phase)
        for number, step in enumerate(steps):
            later = [s for s in steps[number + 1 :] if s.step == "pay_interest" and set(s.source) & set(step.source)]
            if step.step == "pay_residual" and not step.when and later:
                yield (
                    f"priority.{phase}[{number + 1}] (pay_residual)",
                    f"takes all that is left before {notes_of(later[0])[0]} has had its interest",
                )


def _reserve_leaves(deal: Deal) -> Sentences:
    """The residual note takes what a reserve holds at every payment date, while notes are outstanding."""
    others = {note.name for note in deal.notes if not note.residual}
    for phase in _written(deal):
        steps = steps_of(deal, phase)
        for number, step in enumerate(steps):
            held = deal.accounts if step.step == "pay_residual" and not step.when else ()
            for account in (name for name in held if name in sources_of(step)):
                above = steps[:number]
                users = [s for s in above if account in (*sources_of(s), receiver_of(s))]
                kept = bool(users) and account in sources_of(users[0])  # drawn before it is filled, if it is
                if kept and others - {note for s in above for note in _repaid_from(s, account)}:
                    yield (
                        f"priority.{phase}[{number + 1}] (pay_residual)",
                        f"takes at every payment date what {account} holds, so that nothing stays there for the "
                        f'notes: where it shall stay, let a step of its own take it, when = "notes < 1"',
                    )


def _residual_falls(deal: Deal) -> Sentences:
    """Excess spread repays a residual note that lent, and what looks at its balance takes it for repaid."""
    lent = {note.name for note in deal.notes if note.residual and 0.0 not in (note.share, note.amount)}
    steps = [step for phase in _written(deal) for step in steps_of(deal, phase)]
    swept = any(step.step == "pay_party" and step.amount == "account.income" for step in steps)
    paid = {step.note for step in steps if step.step == "pay_residual" and "income" in sources_of(step) and not swept}
    covered = any(step.step == "cover_defaults" and step.note is not None for step in steps)
    for name in lent & paid:
        looked_at = any(of == name for quantity, of in quantities_in(deal) if quantity == "note")
        who = ["cover_defaults"] * covered + ["formulas"] * looked_at
        if who:
            yield (
                named("notes", name),
                f"the income that it takes is its principal first: its balance, as {' and '.join(who)} see it, "
                "falls with every month of excess spread though no loss is made good by it. Of a loan that bears the "
                "first loss to the end make a note with a coupon, and a certificate (share = 0.0) of what is left",
            )


def _repaid_from(step: AnyStep, account: str) -> Sequence[str]:
    """Notes that a step repays in full before anything is left in the account."""
    whole = step.step == "pay_principal" and not step.when and step.until is None and not step.to_balance
    return notes_of(step) if whole and account in step.source else ()


def _losses(deal: Deal) -> Sentences:
    """Losses that a senior note bears before a junior one, and defaults that nothing is left to cover of."""
    rank = {note.name: number for number, note in enumerate(deal.notes)}
    for phase in _written(deal):
        all_down = 0
        for number, step in enumerate(steps_of(deal, phase), 1):
            place = f"priority.{phase}[{number}] ({step.step})"
            turns = pairwise(groups_of(step) if step.step in ("write_down", "write_up") else ())
            for first, second in ((a, b) for before, after in turns for a in before for b in after):
                if step.step == "write_down" and rank[first] < rank[second]:
                    yield place, f"{first} bears losses before {second}, which is listed below it among the notes"
                elif step.step == "write_up" and rank[first] > rank[second]:
                    yield place, f"{first} is written up before {second}, which is listed above it among the notes"
            if step.step == "write_down" and step.amount is None and not step.when:
                all_down = all_down or number
            elif step.step == "cover_defaults" and all_down:
                yield (
                    place,
                    f"step {all_down} has written the deficiency down before: income covers what notes cannot bear",
                )


def _written(deal: Deal) -> tuple[str, ...]:
    """Phases that can occur and have a priority of their own."""
    return tuple(phase for phase in phases(deal) if phase in deal.priority)


_RULES: tuple[Callable[[Deal], Sentences], ...] = (
    dates_apart,
    not_gathered,
    _names,
    _costs,
    _clean_up,
    _wrong_side,
    _falling_limits,
    _paid_twice,
    _out_of_order,
    _residual_first,
    _reserve_leaves,
    _residual_falls,
    never_drawn,
    large_targets,
    bought_by_others,
    _losses,
    negative_numbers,
    unpaid_beyond_caps,
    fixed_series,
    principal_twice,
)
