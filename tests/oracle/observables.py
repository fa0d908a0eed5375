"""What triggers and conditions look at, and how triggers trip."""

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
    m2, m3, later = path.portfolio.late(1), path.portfolio.late(2), sum(path.portfolio.late(k) for k in (3, 4, 5))
    unwritten = sum(flows.defaults[max(0, t - path.pool.write_off_months) : t])
    base = path.pool_balance() + unwritten
    spread = flows.excess_spread
    paid = flows.scheduled_principal[-1] + flows.prepaid[-1] + flows.cured_paid[-1]
    return {
        "cumulative_default": sum(flows.defaults) / cut_off,
        "default_stock": (sum(flows.defaults) - sum(flows.recoveries)) / cut_off,
        "deficiency": path.state.deficiency / cut_off,
        "excess_spread": spread[-1] if spread else math.nan,
        "excess_spread_3m": sum(spread[-3:]) / 3.0 if t >= path.first_payment + 2 else math.nan,
        "idle_cash_days": path.state.most_idle_days,
        "overdue_30": ratio(m2 + m3 + later + unwritten, base, cut_off),
        "overdue_60": ratio(m3 + later + unwritten, base, cut_off),
        "overdue_90": ratio(later + unwritten, base, cut_off),
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
    """What a trigger looks at: a formula, or its observable over its own denominator."""
    if trigger.condition is not None or trigger.observable not in observed:
        return path.formulas.value(trigger.condition or trigger.observable)
    value, cut_off = observed[trigger.observable], path.pool.balance
    if trigger.observable not in ("cumulative_default", "default_stock", "deficiency"):
        return value
    if trigger.denominator == "cut_off":
        return value
    if trigger.denominator == "cut_off_plus_purchases":
        return value * cut_off / (cut_off + sum(path.flows.purchases))
    return ratio(value * cut_off, path.pool_balance(), cut_off)


def limit_of(trigger, t: int) -> float | None:
    """The threshold in force in month t; None where the month is not tested. A condition holds or not."""
    if trigger.condition is not None:
        return 0.5
    for threshold in trigger.thresholds:
        if threshold.from_month <= t and (threshold.to_month is None or t <= threshold.to_month):
            return threshold.limit
    return None


def test_triggers(path, t: int, observed: dict[str, float], when: str) -> None:
    """Test every trigger of a time from the first payment's determination on, and move the phase."""
    state, before = path.state, path.state.phase
    values, tripped = path.flows.trigger_value[-1], path.flows.tripped[-1]
    for i, trigger in enumerate(path.deal.triggers):
        if trigger.tested == when:
            values[i] = trigger_value(path, trigger, observed)
            test(path, i, trigger, values[i], limit_of(trigger, t) if t >= path.first_payment else None)
            tripped[i] = state.tripped[i]
    curable = [x.effect for x, on in zip(path.deal.triggers, state.tripped, strict=True) if on and x.curable]
    state.phase = max(state.lasting, *(x for x in curable if x != "none"), "revolving", key=PHASES.index)
    if before == "revolving" and state.phase in PHASES[2:] and path.flows.early_amortization_month == 0:
        path.flows.early_amortization_month = t


def test(path, i: int, trigger, value: float, limit: float | None) -> None:
    """One trigger: months in breach, months without, and whether it has tripped."""
    state = path.state
    if limit is None or math.isnan(value):
        return
    breach = value < limit if trigger.breach == "below" else value > limit
    state.in_breach[i] = state.in_breach[i] + 1 if breach else 0
    state.passed[i] = 0 if breach else state.passed[i] + 1
    if state.in_breach[i] >= trigger.months:
        state.tripped[i] = True
        if trigger.effect != "none" and not trigger.curable:
            state.lasting = max(state.lasting, trigger.effect, key=PHASES.index)
    elif trigger.curable and state.passed[i] >= trigger.cure_months:
        state.tripped[i] = False


test.__test__ = False
test_triggers.__test__ = False
