"""What is allowed in a formula of a deal and seldom meant."""

from __future__ import annotations

from collections.abc import Collection

from stress.inputs.deal.formula_rules import (
    Place,
    check_formula,
    counted_by_year,
    formulas_of,
    is_formula,
    names_of,
    sees,
)
from stress.inputs.deal.formula_signs import below_zero
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.reading import phases, steps_of
from stress.inputs.deal.terms import Terms
from stress.inputs.deal.triggers import check_limits
from stress.inputs.text.remark import Sentences, named

UNLESS = 'unless a scenario moves what the deal gives (target = "quantity")'


def negative_numbers(deal: Terms) -> Sentences:
    """Formulas in which numbers alone come to less than 0, the deal's own quantities among them."""
    yield from ((place.where, sentence) for place in _all(deal) for sentence in below_zero(parse(place.text)))


def decided(deal: Terms, moved: Collection[str] = ()) -> Sentences:
    """Formulas that numbers and schedules of the deal's own decide once for all; `moved`: those a scenario moves."""
    names = names_of(deal)._replace(free=moved)
    known = set[str]()
    for place in reversed(_all(deal)):  # own quantities before what looks at them
        try:
            check_formula(place, names)
        except ValueError as error:
            reason = str(error).partition(f'"{place.text}": ')[2] or str(error)
            if reason not in known:
                yield place.where, f"{reason}, {UNLESS}"
            known.add(reason)
    for trigger in deal.triggers:
        if trigger.condition is None and is_formula(trigger):
            try:
                check_limits(deal, trigger, names)
            except ValueError as error:
                yield named("triggers", trigger.name), f"{str(error).partition(': ')[2]}, {UNLESS}"


def _all(deal: Terms) -> list[Place]:
    """Formulas of a deal, those of its own quantities last."""
    own = [
        Place(f"quantities.{name}", given, None) for name, given in deal.quantities.items() if isinstance(given, str)
    ]
    return [*formulas_of(deal), *own]


def unpaid_beyond_caps(deal: Terms) -> Sentences:
    """Fees capped by the year of which a phase has no step that pays what exceeds the cap."""
    for fee in deal.fees if counted_by_year(deal) else ():
        for phase in phases(deal):
            if phase not in deal.priority:
                continue
            caps = [step.cap for step in steps_of(deal, phase) if step.step == "pay_fee" and step.fee == fee.name]
            by_year = [isinstance(cap, str) and sees(deal, cap, "paid_this_year", fee.name) for cap in caps]
            if caps and all(by_year):
                waits = "waits for the next" if fee.carry_over else "lapses"
                exceeds = f"what of the fee {fee.name} exceeds the cap of a year {waits}"
                yield f"priority.{phase}", f"{exceeds}: no step without that cap pays it"
