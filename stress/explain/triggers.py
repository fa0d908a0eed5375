"""A trigger in words: what is tested, when, against which limit, and what follows."""

from __future__ import annotations

from stress.explain.words import limit, listed, observable_words
from stress.inputs.deal import Deal, Trigger


def trigger_line(deal: Deal, trigger: Trigger) -> str:
    """One line of Markdown."""
    what = observable_words(deal, trigger.observable, trigger.denominator)
    limits = listed(
        f"{limit(trigger.observable, t.limit)} {_window(t.from_month, t.to_month)}" for t in trigger.thresholds
    )
    months = f" in {trigger.months} consecutive months" if trigger.months > 1 else ""
    return f"- **{trigger.name}**: {what} {trigger.breach} {limits}{months}: {effect_words(deal, trigger)}."


def effect_words(deal: Deal, trigger: Trigger) -> str:
    """What follows a trip."""
    if trigger.effect == "acceleration":
        later = (
            "only the priority of payments changes" if "acceleration" in deal.priority else "payments stay as they are"
        )
        return f"while revolving, purchases stop and early amortization begins; later {later}"
    if trigger.effect == "event_of_default":
        return "an event of default"
    steps = sum(
        any(one.trigger == trigger.name for one in step.when) for order in deal.priority.values() for step in order
    )
    coupons = [note.name for note in deal.notes if note.step_up is not None and note.step_up.trigger == trigger.name]
    effects = [f"switches {steps} step{'s' if steps > 1 else ''} of the priority of payments"] * (steps > 0)
    effects += [f"steps up the coupon of {listed(coupons)}"] * bool(coupons)
    return (listed(effects) or "reported only") + (", until the test passes again" if trigger.curable else "")


def _window(first: int, last: int | None) -> str:
    if last is None:
        return "at every month end" if first == 1 else f"from month {first}"
    return f"at the end of month {first}" if first == last else f"in months {first} to {last}"
