"""A trigger in words: what is tested, when, against which limit, and what follows."""

from __future__ import annotations

from stress.explain.words import limit, listed, observable_words
from stress.inputs.deal import AnyStep, Deal, Trigger
from stress.inputs.deal.formula_rules import is_formula, names_of, sees
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.formulas import value
from stress.inputs.deal.quantities import OBSERVABLES, Unit


def trigger_line(deal: Deal, trigger: Trigger) -> str:
    """One line of Markdown."""
    test = observable_words(deal, trigger.what, trigger.denominator)
    if trigger.condition is None:
        unit = unit_of(deal, trigger)
        limits = listed(
            f"{limit(trigger.what, t.limit, unit)} {_window(t.from_month, t.to_month)}" for t in trigger.thresholds
        )
        test = f"{test} {trigger.breach} {limits}"
    months = f" in {trigger.months} consecutive months" if trigger.months > 1 else ""
    after = ", tested after the payment" if trigger.tested == "payment" else ""
    return f"- **{trigger.name}**: {test}{months}{after}: {effect_words(deal, trigger)}."


def unit_of(deal: Deal, trigger: Trigger) -> Unit:
    """The unit of what a trigger looks at."""
    return value(parse(trigger.what), names_of(deal)).unit if is_formula(trigger) else OBSERVABLES[trigger.what].unit


def effect_words(deal: Deal, trigger: Trigger) -> str:
    """What follows a trip."""
    if trigger.effect == "acceleration":
        if deal.revolving_months == 0:
            return f"the priority of payments changes{_cure(trigger)}"
        later = (
            "only the priority of payments changes" if "acceleration" in deal.priority else "payments stay as they are"
        )
        return f"while revolving, purchases stop and early amortization begins; later {later}{_cure(trigger)}"
    if trigger.effect == "event_of_default":
        return f"an event of default{_cure(trigger)}"
    steps = sum(_switches(deal, trigger, step) for order in deal.priority.values() for step in order)
    coupons = [note.name for note in deal.notes if note.step_up is not None and note.step_up.trigger == trigger.name]
    others = sum(sees(deal, other.what, "tripped", trigger.name) for other in deal.triggers if is_formula(other))
    effects = [f"switches {steps} step{'s' if steps > 1 else ''} of the priority of payments"] * (steps > 0)
    effects += [f"steps up the coupon of {listed(coupons)}"] * bool(coupons)
    effects += [f"is seen by {others} other trigger{'s' if others > 1 else ''}"] * (others > 0)
    return (listed(effects) or "reported only") + _cure(trigger)


def _switches(deal: Deal, trigger: Trigger, step: AnyStep) -> bool:
    """Whether the conditions of a step look at a trigger."""
    return any(
        sees(deal, condition, "tripped", trigger.name)
        if isinstance(condition, str)
        else condition.trigger == trigger.name
        for condition in step.when
    )


def _cure(trigger: Trigger) -> str:
    if not trigger.curable:
        return ""
    again = "until the test passes again" if trigger.cure_months == 1 else ""
    return ", " + (again or f"until the test has passed for {trigger.cure_months} consecutive months")


def _window(first: int, last: int | None) -> str:
    if last is None:
        return "at every month end" if first == 1 else f"from month {first}"
    return f"at the end of month {first}" if first == last else f"in months {first} to {last}"
