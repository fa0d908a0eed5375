"""A trigger or a condition that can never be met, or that changes nothing, is an error."""

from __future__ import annotations

from itertools import combinations

from stress.inputs.deal.formula_rules import names_of
from stress.inputs.deal.formula_text import parse
from stress.inputs.deal.formulas import Names, value
from stress.inputs.deal.quantities import OBSERVABLES, RATIOS
from stress.inputs.deal.reading import located
from stress.inputs.deal.steps import Condition
from stress.inputs.deal.terms import PHASES, Terms, Trigger
from stress.spelling import exists


def check_triggers(deal: Terms) -> None:
    """Raise ValueError where a trigger cannot fire, fires always, or has no effect."""
    for trigger in deal.triggers:
        _options(trigger)
        if trigger.condition is not None:
            continue
        _windows(deal, trigger)
        _observed(deal, trigger)
        check_limits(deal, trigger, names_of(deal))
        _effective(deal, trigger)


def check_limits(deal: Terms, trigger: Trigger, names: Names) -> None:
    """Raise ValueError where a limit of a trigger is always or never met."""
    for threshold in trigger.thresholds:
        where, side = f"trigger {trigger.name}: limit", str(trigger.breach)
        _reachable(deal, where, trigger.what, side, threshold.limit, names)


def check_conditions(deal: Terms) -> None:
    """Raise ValueError where a step's `when` is always or never true."""
    for where, step in located(deal):
        stated = tuple(when for when in step.when if not isinstance(when, str))
        for when in stated:
            if when.trigger is not None:
                _on_trigger(deal, where, when)
            else:
                observable, side, limit = _test(when)
                _reachable(deal, f"{where}: when", observable, side, limit, names_of(deal))
        _together(where, stated)


def _test(when: Condition) -> tuple[str, str, float]:
    """Observable, side and limit."""
    limit = when.above if when.above is not None else when.below
    assert when.observable is not None
    assert limit is not None
    return when.observable, "above" if when.above is not None else "below", limit


def _together(where: str, when: tuple[Condition, ...]) -> None:
    """Several conditions of one step: none repeats or implies another, and all can hold at once."""
    for first, second in combinations(reversed(when), 2):
        if first.trigger is not None and first.trigger == second.trigger:
            clash = (
                "twice" if first.tripped == second.tripped else "as tripped and as not tripped, so the step never runs"
            )
            raise ValueError(f"{where}: when names the trigger {first.trigger!r} {clash}")
        if first.observable is None or first.observable != second.observable:
            continue
        (_, side, limit), (_, side_2, limit_2) = _test(first), _test(second)
        if side == side_2:
            raise ValueError(f"{where}: when says {side} twice of {first.observable}: keep the one that binds")
        low, high = (limit, limit_2) if side == "above" else (limit_2, limit)
        if low >= high:
            raise ValueError(
                f"{where}: when can never hold: {first.observable} above {low:g} and below {high:g} at once"
            )


def _on_trigger(deal: Terms, where: str, when: Condition) -> None:
    """A condition on a trigger: it exists, and its trip does not itself end the phase of the step."""
    assert when.trigger is not None
    exists(f"{where}: when.trigger", when.trigger, [trigger.name for trigger in deal.triggers])
    effect = next(trigger.effect for trigger in deal.triggers if trigger.name == when.trigger)
    phase = where.split(".")[1].split("[")[0]
    if effect != "none" and PHASES.index(effect) > PHASES.index(phase):
        verdict = "never runs" if when.tripped else "always runs"
        raise ValueError(
            f"{where}: {verdict}: when {when.trigger!r} trips, the deal leaves the {phase.replace('_', ' ')} phase; "
            'put the step into the later phase, or give the trigger effect = "none"'
        )


def check_given(deal: Terms) -> None:
    """Raise ValueError where a trigger is neither a condition nor something to look at with its side and its limits."""
    for trigger in deal.triggers:
        _given(trigger)


def _given(trigger: Trigger) -> None:
    where = f"trigger {trigger.name}"
    if (trigger.condition is None) == (trigger.observable is None):
        raise ValueError(f"{where}: give observable, with breach and thresholds, or condition, one of them")
    if trigger.condition is not None:
        for key in ("breach", "thresholds", "denominator"):
            if getattr(trigger, key) != type(trigger).model_fields[key].default:
                raise ValueError(f"{where}: {key} belongs to an observable; a condition says all by itself")
    elif trigger.breach is None:
        raise ValueError(f'{where}: breach is missing: "above" or "below"')
    elif not trigger.thresholds:
        raise ValueError(f"{where}: thresholds: must have at least 1 entries")


def _options(trigger: Trigger) -> None:
    if trigger.denominator != "cut_off" and trigger.observable not in RATIOS:
        raise ValueError(
            f"trigger {trigger.name}: {trigger.observable} has no choice of denominator; only {', '.join(RATIOS)} have"
        )
    if trigger.cure_months > 1 and not trigger.curable:
        raise ValueError(f"trigger {trigger.name}: cure_months = {trigger.cure_months} needs curable = true")


def _observed(deal: Terms, trigger: Trigger) -> None:
    """What a trigger looks at can move in this deal."""
    senior = deal.notes[0]
    bears = senior.coupon != 0.0 or senior.index is not None or senior.step_up is not None
    if trigger.observable == "senior_shortfall" and not bears:
        raise ValueError(f"trigger {trigger.name}: can never fire: note {senior.name} bears no interest")
    days = 30 * deal.legal_maturity_months
    if trigger.observable == "idle_cash_days" and min(t.limit for t in trigger.thresholds) >= days:
        raise ValueError(f"trigger {trigger.name}: can never fire: the deal has {days} days to its legal maturity")


def _windows(deal: Terms, trigger: Trigger) -> None:
    last = deal.legal_maturity_months
    tested: list[int] = []
    for number, threshold in enumerate(trigger.thresholds, 1):
        where = f"trigger {trigger.name}: thresholds[{number}]"
        end = last if threshold.to_month is None else min(threshold.to_month, last)
        if threshold.to_month is not None and threshold.to_month < threshold.from_month:
            raise ValueError(
                f"{where}: to_month = {threshold.to_month} lies before from_month = {threshold.from_month}"
            )
        if threshold.from_month > last:
            raise ValueError(f"{where}: from_month = {threshold.from_month} lies after legal maturity in month {last}")
        if tested and threshold.from_month <= tested[-1]:
            raise ValueError(
                f"{where}: starts in month {threshold.from_month}, within or before the threshold above it"
            )
        tested += range(threshold.from_month, end + 1)
    if trigger.observable == "excess_spread_3m":
        tested = [month for month in tested if month >= 3]
    longest = run = 0
    for i, month in enumerate(tested):
        run = run + 1 if i and month == tested[i - 1] + 1 else 1
        longest = max(longest, run)
    if longest < trigger.months:
        raise ValueError(
            f"trigger {trigger.name}: can never fire: it needs {trigger.months} consecutive months in breach, "
            f"but is tested in {longest} consecutive months at most"
        )


def _reachable(deal: Terms, where: str, observable: str, side: str, limit: float, names: Names) -> None:
    if observable in OBSERVABLES:
        low, high = OBSERVABLES[observable].low, OBSERVABLES[observable].high
    else:
        result = value(parse(observable), names)
        low, high = result.low, result.high
    if observable == "idle_cash_days":
        high = 30.0 * deal.legal_maturity_months
    never = limit >= high if side == "above" else limit <= low
    always = limit < low if side == "above" else limit > high
    if not never and not always:
        return
    percent = high == 1.0 and abs(limit) > 1.0 and low <= limit / 100.0 <= high
    hint = f"; did you mean {limit / 100.0:.10g}?" if percent else ""
    verdict = "can never be met" if never else "is always met"
    raise ValueError(
        f"{where}: {observable} {side} {limit:g} {verdict}: {observable} is from {low:g} to {high:g}{hint}"
    )


def _effective(deal: Terms, trigger: Trigger) -> None:
    """An effect that does not end the revolving period must at least change the order of payments."""
    if trigger.effect == "none" or trigger.effect in deal.priority:
        return
    first = min(threshold.from_month for threshold in trigger.thresholds)
    if first > deal.revolving_months:
        raise ValueError(
            f"trigger {trigger.name}: changes nothing: it is tested from month {first}, after the revolving period "
            f"(month {deal.revolving_months}), and priority.{trigger.effect} is left out, so the order stays the same"
        )
