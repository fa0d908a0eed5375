"""How a shock moves the inputs by month: one function a target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from stress.arrays import Array
from stress.assemble.by_identity import by_identity
from stress.assemble.monthly import MonthInputs
from stress.assemble.stages import by_column, n_stage
from stress.assemble.through_ladder import default_of, entry_of
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import movable
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock


def _moved(values: Array, shock: Shock) -> Array:
    """A copy of (T, ...) values with one shock applied by multiplying, adding or setting."""
    moved = values.copy()
    if shock.by_month:
        ends = [m for m, _ in shock.by_month[1:]] + [len(values) + 1]
        for (month, value), end in zip(shock.by_month, ends, strict=True):
            moved[month - 1 : end - 1] = _apply(moved[month - 1 : end - 1], shock.how, value)
        return moved
    window = slice(shock.from_month - 1, len(values) if shock.to_month is None else shock.to_month)
    for how in ("multiply", "add", "set"):
        value = getattr(shock, how)
        if value is not None:
            moved[window] = _apply(moved[window], how, value)
    return moved


def _apply(values: Array, how: str | None, value: float) -> Array:
    if how == "multiply":
        return values * value
    return values + value if how == "add" else np.full_like(values, value)


def _columns(shock: Shock, pool: Pool) -> list[int]:
    names = [s.name for s in pool.segments]
    chosen, stages = [names.index(n) for n in shock.segments] or range(len(names)), n_stage(pool)
    return [s * stages + i for s in chosen for i in range(stages)]


Move = Callable[[MonthInputs, Shock, Deal, Pool], MonthInputs]


def _by_segment(field: str, transform: bool = False) -> Move:
    """Move a (T, S) field on the shock's segments; with `transform`, its odds."""

    def move(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
        values = getattr(months, field).copy()
        columns = _columns(shock, pool)
        chosen = values[:, columns]
        if transform:
            chosen = np.clip(chosen, 0.0, 1.0 - 1e-12)
            odds = _moved(chosen / (1.0 - chosen), shock)
            values[:, columns] = odds / (1.0 + odds)
        else:
            values[:, columns] = _moved(chosen, shock)
        return months._replace(**{field: values})

    return move


def _default_rate(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """Move the rate of default itself: with a ladder, enter as many as default through it."""
    if pool.ladder is None:
        return _by_segment("entry")(months, shock, deal, pool)
    default = default_of(np.clip(months.entry, 0.0, 1.0), pool)
    wanted = default.copy()
    columns = _columns(shock, pool)
    wanted[:, columns] = _moved(default[:, columns], shock)
    return months._replace(entry=entry_of(wanted, months.entry, wanted != default, pool))


def _by_month(field: str) -> Move:
    def move(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
        moved: Any = _moved(getattr(months, field), shock)
        return months._replace(**{field: moved})

    return move


def _flatten_score(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """Logit of entry times the slope, shifted so that the balance-weighted mean entry stays."""
    share = by_column(np.array([s.share for s in pool.segments]), pool) / n_stage(pool)
    return months._replace(entry=_flattened(months.entry, _moved(np.ones(len(months.entry)), shock), share))


@by_identity
def _flattened(given: Array, slope: Array, share: Array) -> Array:
    """(T, S) rates of entry whose logits are so many times those given, each month's mean kept."""
    entry = np.clip(given, 1e-12, 1.0 - 1e-12)
    flat = slope[:, None] * np.log(entry / (1.0 - entry))
    mean = entry @ share
    low, high = np.full(len(entry), -60.0), np.full(len(entry), 60.0)
    for _ in range(80):
        shift = 0.5 * (low + high)
        over = (1.0 / (1.0 + np.exp(-(flat + shift[:, None])))) @ share > mean
        low, high = np.where(over, low, shift), np.where(over, shift, high)
    flattened = 1.0 / (1.0 + np.exp(-(flat + 0.5 * (low + high)[:, None])))
    return np.where(slope[:, None] == 1.0, given, flattened)


def _ineligible(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """A share of what is bought comes from one segment: the named one, or the pool's ineligible one."""
    (name,) = shock.segments or tuple(s.name for s in pool.segments if not s.eligible)
    share = np.clip(_moved(np.zeros(len(months.mix)), shock), 0.0, 1.0)[:, None]
    target = np.array([float(s.name == name) for s in pool.segments])
    return months._replace(mix=(1.0 - share) * months.mix + share * target)


def _outage(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    closed = np.clip(_moved(np.zeros(len(months.originations)), shock), 0.0, 1.0)
    return months._replace(originations=months.originations * (1.0 - closed))


def _deferred(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    late = np.clip(_moved(np.zeros(len(months.payment)), shock), 0.0, 1.0)
    return months._replace(payment=months.payment * (1.0 - late))


def _commingled(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    days = np.clip(_moved(30.0 * months.commingled, shock), 0.0, 30.0)
    return months._replace(commingled=days / 30.0)


def _successor(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    if not any(fee.base == "pool" for fee in deal.fees):
        raise ConfigError(f"shock on successor_fee: deal {deal.name!r} has no fee with base = pool to raise")
    return months._replace(successor_fee=_moved(months.successor_fee, shock))


def _index(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    floating = [i for i, note in enumerate(deal.notes) if note.index is not None]
    level = months.coupon.copy()
    level[:, floating] = _moved(level[:, floating], shock)
    index = None if months.index_level is None else _moved(months.index_level, shock)
    return months._replace(coupon=level, index_level=index)


def _quantity(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    assert months.quantity is not None
    assert shock.quantity is not None
    own, at = months.quantity.copy(), movable(deal).index(shock.quantity)
    own[:, at] = _moved(own[:, at], shock)
    return months._replace(quantity=own)


def _heterogeneity(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    before = months.heterogeneity if months.heterogeneity is not None else np.zeros(len(months.rho))
    return months._replace(heterogeneity=np.maximum(_moved(before, shock), 0.0))


def _new_odds(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """Odds of entry of what is bought in the shock's months."""
    before = np.ones_like(months.mix) if months.new_odds is None else months.new_odds
    chosen = sorted({column // n_stage(pool) for column in _columns(shock, pool)})
    odds = before.copy()
    odds[:, chosen] = _moved(before[:, chosen], shock)
    return months._replace(new_odds=odds)


_OF_SEGMENTS = {"entry_rate": "entry", "prepayment": "smm", "recovery": "recovery"}
_OF_MONTHS = {
    "payment": "payment",
    "yield": "yield_multiple",
    "fee_free_share": "fee_free_share",
    "apr_cap": "apr_cap",
    "apr": "apr_change",
    "originations": "originations",
    "purchase_lag_days": "lag_days",
    "purchase_outage_days": "outage_days",
    "dilution": "dilution",
    "dilution_unpaid_share": "dilution_unpaid",
    "rho": "rho",
    "cash_rate": "cash_rate",
    "note_spread": "note_spread",
}
FIELD = {**_OF_SEGMENTS, **_OF_MONTHS, "default_odds": "entry", "default_rate": "entry", "payment_rate": "payment_rate"}
FIELD["new_default_odds"] = "new_odds"
"""What a target moves as it is, where it moves one field of `MonthInputs`."""
MOVES: dict[str, Move] = {
    **{target: _by_segment(field) for target, field in _OF_SEGMENTS.items()},
    **{target: _by_month(field) for target, field in _OF_MONTHS.items()},
    "default_odds": _by_segment("entry", transform=True),
    "default_rate": _default_rate,
    "new_default_odds": _new_odds,
    "payment_rate": _by_month("payment_rate"),
    "score_slope": _flatten_score,
    "heterogeneity": _heterogeneity,
    "ineligible_share": _ineligible,
    "purchase_outage": _outage,
    "collections_deferred": _deferred,
    "commingled_days": _commingled,
    "successor_fee": _successor,
    "index_rate": _index,
    "quantity": _quantity,
}
