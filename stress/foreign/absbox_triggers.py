"""Triggers of AbsBox: those that change the status of a deal, and the date that ends its revolving period."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from stress.foreign.absbox_formulas import BY_TRIGGER, PHASE, Known, condition
from stress.foreign.literal import pairs

OBSERVED = {"cumPoolDefaultedRate": "cumulative_default", "poolFactor": "pool_factor"}
SIDE = {">": "above", ">=": "above", "<": "below", "<=": "below"}


def phases_of(given: Any) -> dict[str, str]:
    """Status -> phase. A trigger that begins amortization leads to our acceleration, which has the waterfall of
    amortization then; a deal that accelerates as well does so in our event of default."""
    led_to = {_status(about) for _, group in pairs(given) for _, about in pairs(group) if not _ends_revolving(about)}
    if "amortizing" not in led_to:
        return dict(PHASE)
    later = "accelerated" if "accelerated" in led_to else "defaulted"
    return {"revolving": "revolving", "amortizing": BY_TRIGGER, later: "event_of_default"}


def _status(about: Mapping[str, Any]) -> str:
    """The status to which a trigger leads, or nothing."""
    effects = list(about.get("effects") or ())
    return str(effects[-1]).lower() if len(effects) == 2 and effects[0] == "newStatus" else ""


def _ends_revolving(about: Mapping[str, Any]) -> bool:
    """Whether a trigger is the date on which the revolving period ends."""
    test = list(about.get("condition") or ())
    return _status(about) == "amortizing" and len(test) == 2 and test[0] in (">", ">=")


def triggers_of(given: Any, known: Known, left: list[str]) -> tuple[list[dict[str, Any]], int]:
    """Triggers, and the months until a date ends the revolving period."""
    triggers: list[dict[str, Any]] = []
    revolving = 0
    for place, group in pairs(given):
        for name, about in pairs(group):
            test, effects = list(about.get("condition") or ()), list(about.get("effects") or ())
            if _ends_revolving(about):
                revolving = known.month_of(datetime.date.fromisoformat(str(test[1])))
                continue
            effect = _effect(known.phases.get(_status(about), ""))
            criterion = _test(place, test, known) if effect else None
            if criterion is None:
                left.append(f"trigger {place}.{name}: {test!r} -> {effects!r}")
            else:
                known.triggers.append(name)
                curable = bool(about.get("curable", False))
                triggers.append({"name": name, **criterion, "effect": effect, "curable": curable})
    return triggers, revolving


def _effect(phase: str) -> str:
    """The effect of a trigger that leads to a phase, or nothing."""
    return "acceleration" if phase == BY_TRIGGER else phase if phase in ("acceleration", "event_of_default") else ""


def _test(place: str, test: list[Any], known: Known) -> dict[str, Any] | None:
    """What a trigger looks at; None where that has no word here."""
    asked = list(test[0]) if len(test) == 3 and isinstance(test[0], list | tuple) else []
    if len(asked) == 1 and asked[0] in OBSERVED and test[1] in SIDE and isinstance(test[2], int | float):
        limit = [{"limit": float(test[2])}]
        return {"observable": OBSERVED[asked[0]], "breach": SIDE[test[1]], "thresholds": limit}
    if len(test) == 2 and not isinstance(test[1], bool):
        return None  # a date alone trips by itself
    try:
        criterion = {"condition": condition(test, known)}
    except (LookupError, TypeError, ValueError, IndexError):
        return None
    return criterion | ({"tested": "payment"} if place == "AfterDistribution" else {})


def payments_before(date: datetime.date, dates: Mapping[str, Any]) -> int:
    """Collection periods that are paid before a date."""
    closing = dates["closing_date"]
    months: int = (date.year - closing.year) * 12 + date.month - closing.month
    return months - 1 if dates["payment_day"] < date.day else months - 2
