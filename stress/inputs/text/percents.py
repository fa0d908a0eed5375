"""Where a number that is too large was probably a percent, and where nobody would write one."""

from __future__ import annotations

from collections.abc import Collection

from stress.inputs.text.schema import Schema

NO_PERCENT = "no_percent"
"""In a number's schema: it is never written as a percent (a persistence, a supervisory parameter, a speed)."""
CORRELATION = "correlation"
"""A unit whose numbers are near 1 as such: 1.2 is no percent, 15 is one."""
LEAST_SHARE, MOST_SHARE = -1.0, 12.5
"""A number within them may be a share: a weight below 0, a price above par, a risk weight of 1,250%."""


def percent_hint(value: object, low: float | None, high: float | None, schemas: Collection[Schema] = ()) -> str:
    """What to add to a refusal where a percent was given for a fraction; `schemas`: of its key."""
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            number = float(value.strip().rstrip("%"))
        except ValueError:
            return ""
        return f"; write a fraction: {number / 100:.10g}"
    share = high is not None and high <= MOST_SHARE and (low is None or low >= LEAST_SHARE)
    if high is None or not share or not isinstance(value, (int, float)) or isinstance(value, bool):
        return ""
    if any(schema.get(NO_PERCENT) for schema in schemas):
        return ""
    near_one = (low is not None and low < 0.0) or any(schema.get("unit") == CORRELATION for schema in schemas)
    fraction = value / 100.0
    if value >= (2.0 * high if near_one else high) and fraction <= high and (low is None or fraction >= low):
        return f"; a fraction, not a percent: did you mean {fraction:.10g}?"
    return ""
