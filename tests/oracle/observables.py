"""What triggers and conditions look at, and how triggers trip."""

from __future__ import annotations

import math

from oracle.state import PHASES


def ratio(amount: float, base: float, cut_off: float) -> float:
    """A ratio of the pool; 0 where its base is below 1e-9 of the cut-off balance."""
    return 0.0 if base < 1e-9 * cut_off else amount / base


def observe(path, t: int) -> dict[str, float]:
    """Observables at the determination of month t. Of the ratios this is the amount over the cut-off balance.

    An observable that does not exist yet is not a number and breaches nothing.
    """
    flows, cut_off = path.flows, path.pool.balance
    m2, m3 = path.portfolio.late(1), path.portfolio.late(2)
    unwritten = sum(flows.defaults[max(0, t - path.pool.write_off_months) : t])
    base = path.pool_balance() + unwritten
    spread = flows.excess_spread
    paid = flows.scheduled_principal[-1] + flows.prepaid[-1] + flows.cured_paid[-1]
    return {
        "cumulative_default": sum(flows.defaults) / cut_off,
        "default_stock": (sum(flows.defaults) - sum(flows.recoveries)) / cut_off,
        "deficiency": path.state.deficiency / cut_off,
        "excess_spread": spread[-1],
        "excess_spread_3m": sum(spread[-3:]) / 3.0 if t >= path.first_payment + 2 else math.nan,
        "idle_cash_days": path.state.most_idle_days,
        "overdue_30": ratio(m2 + m3 + unwritten, base, cut_off),
        "overdue_60": ratio(m3 + unwritten, base, cut_off),
        "overdue_90": ratio(unwritten, base, cut_off),
        "pool_factor": path.pool_balance() / cut_off,
        "payment_rate": ratio(paid, path.month_start, cut_off),
        "notes_outstanding": outstanding(path),
        "senior_shortfall": path.state.shortfall[0] / path.state.original[0],
    }


def outstanding(path) -> float:
    """Notes other than the residual one, over their size at closing."""
    paying = [n for n, note in enumerate(path.deal.notes) if not note.residual]
    size = sum(path.state.original[n] for n in paying)
    return sum(path.state.balance[n] for n in paying) / size if size > 0.0 else 0.0


def trigger_value(path, trigger, observed: dict[str, float]) -> float:
    """The observable of a trigger over its own denominator."""
    value, cut_off = observed[trigger.observable], path.pool.balance
    if trigger.observable not in ("cumulative_default", "default_stock", "deficiency"):
        return value
    if trigger.denominator == "cut_off":
        return value
    if trigger.denominator == "cut_off_plus_purchases":
        return value * cut_off / (cut_off + sum(path.flows.purchases))
    return ratio(value * cut_off, path.pool_balance(), cut_off)


def limit_of(trigger, t: int) -> float | None:
    """The threshold in force in month t; None where the month is not tested."""
    for threshold in trigger.thresholds:
        if threshold.from_month <= t and (threshold.to_month is None or t <= threshold.to_month):
            return threshold.limit
    return None


def test_triggers(path, t: int, observed: dict[str, float]) -> list[float]:
    """Test every trigger from the first payment's determination on, move the phase, and return the values seen."""
    state, values = path.state, []
    for i, trigger in enumerate(path.deal.triggers):
        value, limit = trigger_value(path, trigger, observed), limit_of(trigger, t) if t >= path.first_payment else None
        values.append(value)
        tested = limit is not None and not math.isnan(value)
        breach = tested and (value > limit if trigger.breach == "above" else value < limit)
        if tested:
            state.in_breach[i] = state.in_breach[i] + 1 if breach else 0
        if tested and state.in_breach[i] >= trigger.months:
            state.tripped[i] = True
            if trigger.effect != "none":
                trip(path, trigger.effect, t)
        elif tested and not breach and trigger.curable and trigger.effect == "none":
            state.tripped[i] = False
    return values


def trip(path, effect: str, t: int) -> None:
    """Pass to a later phase; out of the revolving period this is an early amortization."""
    state = path.state
    if state.phase == "revolving":
        path.flows.early_amortization_month = t
    state.phase = max(state.phase, effect, key=PHASES.index)


test_triggers.__test__ = False
