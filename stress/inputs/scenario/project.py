"""Macro paths and satellite models -> shocks by month. The engine sees only these.

link(y_t) = link(y_0) + elasticity sum_k b_k (x_k,t - x_k,0) at the periods of the satellite; straight lines of the
logarithm of the multiple (of the addition, for a linear link) from 1 (from 0) at the starting point to each month.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from statistics import NormalDist
from typing import Literal, NamedTuple

from stress.errors import ConfigError
from stress.inputs.macro import NO_MULTIPLE, Macro, SatelliteUse
from stress.inputs.macro.interpolate import Rule, at_months
from stress.inputs.macro.paths import regressor, shifts
from stress.inputs.macro.satellite import Satellite
from stress.inputs.scenario import Shock
from stress.inputs.table import MacroTable
from stress.inputs.targets import MULTIPLIERS
from stress.tables.periods import Period, parse_period

MAX_MONTH = 360
_NORMAL = NormalDist()


class Horizon(NamedTuple):
    """The deal's months: the calendar month of month 1 (counted from year 0), and how many there are."""

    month: int
    n_month: int


class Start(NamedTuple):
    """Month 1 on the table's own calendar, counted from year 0, and the months wanted."""

    month: int
    n_month: int


def horizon_of(closing: date, n_month: int) -> Horizon:
    """Month 1 is the month of the first month end after closing."""
    first = closing + timedelta(days=1)
    return Horizon(first.year * 12 + first.month - 1, n_month)


def start_of(macro: Macro, tables: list[MacroTable], first_row: Period, horizon: Horizon | None) -> Start | None:
    """Month 1 in the tables and the months to fill; None where only a deal could say (`closing`, without a deal)."""
    if macro.start == "closing":
        return None if horizon is None else Start(*horizon)
    period = first_row if macro.start == "first" else parse_period(macro.start)
    assert period is not None
    month = period.ordinal * 12 // period.per_year
    if horizon is not None:
        return Start(month, horizon.n_month)
    end = min((table.start.ordinal + table.n) * 12 // table.start.per_year for table in tables)
    return Start(month, min(max(end - month, 1), MAX_MONTH))


def shocks_of(
    use: SatelliteUse, satellite: Satellite, tables: list[MacroTable], macro: Macro, start: Start
) -> tuple[Shock, ...]:
    """The satellite's shock by month, and the residual's rho where asked for. Raises ConfigError, DataError."""
    how = how_it_moves(use, satellite)
    width = 12 // satellite.per_year
    base = _period((start.month - 1) // width, satellite.per_year)
    last = _period((start.month + start.n_month - 1) // width, satellite.per_year)
    rate = start_rate(use, satellite, tables, macro, base)
    shift = shifts(satellite, tables, macro, base, last.ordinal - base.ordinal + 1)
    effect = [_effect(use, satellite, how, use.elasticity * step, rate) for step in shift]
    value = _at_months(effect, how, base, start, macro.interpolation)
    points = tuple((k + 1, _bounded(v, use)) for k, v in enumerate(value))
    shock = Shock(target=use.target, how=how, by_month=points, segments=use.segments)
    return (shock, *_residual(use, satellite))


def how_it_moves(use: SatelliteUse, satellite: Satellite) -> Literal["multiply", "add"]:
    """A linear satellite adds, any other multiplies. ConfigError where the target has no such movement."""
    if satellite.link == "linear":
        if use.target in MULTIPLIERS:
            raise ConfigError(
                f"{use.target} is a multiplier: needs a satellite with link logit, probit or log, not linear"
            )
        return "add"
    if use.target in NO_MULTIPLE:
        raise ConfigError(f"{use.target} has no multiple: needs a satellite with link linear, not {satellite.link}")
    return "multiply"


def start_rate(
    use: SatelliteUse, satellite: Satellite, tables: list[MacroTable], macro: Macro, base: Period
) -> float | None:
    """y_0 of a logit or probit satellite: as stated, or as fitted at the start; None where the link needs none."""
    if satellite.link not in ("logit", "probit"):
        return None
    if use.base_rate is not None:
        return use.base_rate
    if satellite.constant is None:
        if satellite.link == "logit" and not satellite.annualised and use.target in MULTIPLIERS:
            return 0.5  # a shift of log odds multiplies the odds alike at every rate
        raise ConfigError("base_rate is missing: the satellite has no constant to say from which rate it moves")
    here = [regressor(term, tables, macro.interpolation, satellite.per_year, base, 1)[0] for term in satellite.terms]
    level = satellite.constant.coefficient + math.fsum(
        term.coefficient * x for term, x in zip(satellite.terms, here, strict=True)
    )
    rate = _inverse(satellite, level / (1.0 - satellite.memory))
    if not 0.0 < rate < 1.0:
        raise ConfigError(f"puts the rate at the start at {rate:g}: coefficients or the constant are too large")
    return rate


def _effect(use: SatelliteUse, satellite: Satellite, how: str, shift: float, rate: float | None) -> float:
    """The multiple or the addition that a shift on the link's scale makes."""
    if how == "add":
        return shift
    try:
        if rate is None:
            return math.exp(shift)
        moved = _inverse(satellite, _linked(satellite, rate) + shift)
        low, high = (rate / 12.0, moved / 12.0) if satellite.annualised else (rate, moved)
        multiple = high / low
        return multiple * (1.0 - low) / (1.0 - high) if use.target in MULTIPLIERS else multiple
    except (OverflowError, ZeroDivisionError):
        raise ConfigError(f"moves {use.target} beyond all bounds: elasticity or coefficients are too large") from None


def _at_months(effect: list[float], how: str, base: Period, start: Start, rule: Rule) -> list[float]:
    """Months of an effect by period; of a multiple on the scale of its logarithm."""
    if how == "add":
        return at_months(effect, base, start.month, start.n_month, rule)
    if min(effect) <= 0.0:
        raise ConfigError("drives a rate to zero: elasticity or coefficients are too large")
    logs = at_months([math.log(multiple) for multiple in effect], base, start.month, start.n_month, rule)
    return [math.exp(log) for log in logs]


def _bounded(value: float, use: SatelliteUse) -> float:
    """Within at_least and at_most; ten digits, so that every machine writes the same job."""
    low = -math.inf if use.at_least is None else use.at_least
    high = math.inf if use.at_most is None else use.at_most
    return float(f"{min(max(value, low), high):.10g}")


def _residual(use: SatelliteUse, satellite: Satellite) -> tuple[Shock, ...]:
    if not use.residual_rho:
        return ()
    if satellite.sample is None:
        raise ConfigError("residual_rho needs a satellite with a [sample] and its r2")
    if satellite.own:
        raise ConfigError("residual_rho: the r2 of a satellite with own lags counts what those explain: leave it out")
    return (Shock(target="rho", multiply=float(f"{1.0 - max(satellite.sample.r2, 0.0):.10g}")),)


def _period(ordinal: int, per_year: int) -> Period:
    return Period(ordinal // per_year, ordinal % per_year + 1, per_year)


def _linked(satellite: Satellite, rate: float) -> float:
    return math.log(rate / (1.0 - rate)) if satellite.link == "logit" else _NORMAL.inv_cdf(rate)


def _inverse(satellite: Satellite, level: float) -> float:
    if satellite.link == "probit":
        return _NORMAL.cdf(level)
    return 1.0 / (1.0 + math.exp(-level)) if level > -700.0 else 0.0
