"""Triggers of AbsBox: those that change the status of a deal, and the date that ends its revolving period."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from stress.foreign.absbox_formulas import Known, condition
from stress.foreign.literal import pairs

STATUS = {"accelerated": "acceleration", "amortizing": "acceleration", "defaulted": "event_of_default"}
"""New status of a trigger -> effect."""
OBSERVED = {"cumPoolDefaultedRate": "cumulative_default", "poolFactor": "pool_factor"}
SIDE = {">": "above", ">=": "above", "<": "below", "<=": "below"}


def triggers_of(
    given: Any, dates: Mapping[str, Any], known: Known, left: list[str]
) -> tuple[list[dict[str, Any]], int]:
    """Triggers, and the months until a date ends the revolving period."""
    found: list[dict[str, Any]] = []
    revolving = 0
    for place, group in pairs(given):
        for name, about in pairs(group):
            test, effects = list(about.get("condition") or ()), list(about.get("effects") or ())
            status = str(effects[-1]).lower() if len(effects) == 2 and effects[0] == "newStatus" else ""
            if status == "amortizing" and len(test) == 2 and test[0] in (">", ">="):
                revolving = payments_before(datetime.date.fromisoformat(str(test[1])), dates)
                continue
            told = _test(place, test, known) if status in STATUS else None
            if told is None:
                left.append(f"trigger {place}.{name}: {test!r} -> {effects!r}")
            else:
                known.triggers.append(name)
                curable = bool(about.get("curable", False))
                found.append({"name": name, **told, "effect": STATUS[status], "curable": curable})
    return found, revolving


def _test(place: str, test: list[Any], known: Known) -> dict[str, Any] | None:
    """What a trigger looks at; None where that has no word here."""
    asked = list(test[0]) if len(test) == 3 and isinstance(test[0], list | tuple) else []
    if len(asked) == 1 and asked[0] in OBSERVED and test[1] in SIDE and isinstance(test[2], int | float):
        limit = [{"limit": float(test[2])}]
        return {"observable": OBSERVED[asked[0]], "breach": SIDE[test[1]], "thresholds": limit}
    if len(test) == 2 and not isinstance(test[1], bool):
        return None  # a date alone trips by itself
    try:
        told = {"condition": condition(test, known)}
    except (LookupError, TypeError, ValueError, IndexError):
        return None
    return told | ({"tested": "payment"} if place == "AfterDistribution" else {})


def payments_before(date: datetime.date, dates: Mapping[str, Any]) -> int:
    """Collection periods that are paid before a date."""
    closing = dates["closing_date"]
    months: int = (date.year - closing.year) * 12 + date.month - closing.month
    return months - 1 if dates["payment_day"] < date.day else months - 2
