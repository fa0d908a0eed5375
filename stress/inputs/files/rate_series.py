"""The default rates of a report as a series: as printed, or from its amounts."""

from __future__ import annotations

import math
from typing import NamedTuple

from stress.errors import DataError
from stress.inputs.files.reported import Reported
from stress.tables.periods import Period


class RateSeries(NamedTuple):
    """Annualised rates of the periods that have one."""

    period: tuple[Period, ...]
    rate: tuple[float, ...]
    """Fractions a year, above 0."""
    made_of: str
    """In words."""
    left_out: tuple[str, ...]
    """Periods without a rate, or with one of 0, which has no probit."""


def rate_series(reports: Reported) -> RateSeries:
    """`default_rate`, or `defaults` over `pool_begin` (or the balance before). DataError where there is none."""
    figure, n = reports.figure, len(reports.period)
    if "default_rate" in figure:
        value, made_of = figure["default_rate"], "default_rate as reported"
    elif "defaults" in figure and ("pool_begin" in figure or "pool" in figure):
        base = figure.get("pool_begin") or _before(reports)
        value = tuple(
            reports.per_year * d / b if b > 0.0 else math.nan for d, b in zip(figure["defaults"], base, strict=True)
        )
        made_of = f"defaults over the balance at the beginning, times {reports.per_year}"
    else:
        raise DataError(f"{reports.file}: has neither default_rate nor defaults and pool_begin (or pool): no rate")
    good = [k for k in range(n) if 0.0 < value[k] < 1.0]
    left = tuple(str(reports.period[k]) for k in range(n) if k not in good)
    if any(value[k] >= 1.0 for k in range(n)):
        worst = max(x for x in value if not math.isnan(x))
        raise DataError(
            f"{reports.file}: a default rate of {worst:g} a year: rates must lie below 1; give the column "
            "unit = 0.01 where percents are printed"
        )
    return RateSeries(tuple(reports.period[k] for k in good), tuple(value[k] for k in good), made_of, left)


def _before(reports: Reported) -> tuple[float, ...]:
    """Balance at the beginning: the one at the end of the report before, where that is the period before."""
    at, pool = reports.at, reports.figure["pool"]
    return tuple(pool[k - 1] if k and at[k] == at[k - 1] + 1 else math.nan for k in range(len(at)))
