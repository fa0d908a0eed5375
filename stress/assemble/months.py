"""Deal + pool + scenario -> what each month's inputs are, in plain arrays (still no indices of the kernel)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.assemble.swing import Swing, swing_of
from stress.errors import ConfigError
from stress.inputs.deal import Deal
from stress.inputs.deal_index import levels
from stress.inputs.job import ScenarioCase
from stress.inputs.pool import Pool
from stress.inputs.scenario import Shock

Array = NDArray[np.float64]
RATE_CAP = 0.99
"""No shock makes a monthly rate larger than this."""


class MonthInputs(NamedTuple):
    """Unconditional inputs of one scenario by month (row 0 is month 1); T months, S segments, N notes."""

    entry: Array
    """(T, S) monthly entry or one-step default rate, unconditional."""
    roll: Array
    """(T, S, 3) unconditional roll rates M1, M2, M3."""
    smm: Array
    """(T, S) unconditional prepayment rate, payment multiplier included."""
    recovery: Array
    """(T, S) unconditional recovery rate of balances that default in the month."""
    rho: Array
    """(T,) monthly asset correlation of entry."""
    payment: Array
    """(T,) payment multiplier k: of instalments, at most 1; of the payment rate, as far as that stays within 1."""
    yield_multiple: Array
    """(T,) multiplier of fee income y."""
    fee_free_share: Array
    """(T,) fee-free balance share of receivables bought in the month."""
    apr_cap: Array
    """(T,) cap on the APR of receivables bought in the month; inf where none."""
    apr_change: Array
    """(T,) added to the APR of fee-bearing receivables bought in the month, before the cap."""
    mix: Array
    """(T, S) share of each segment in new receivables; what is not eligible is missing from the sum."""
    originations: Array
    """(T,) multiplier of supply; 0 in an outage."""
    lag_days: Array
    """(T,) days before collected principal may buy."""
    outage_days: Array
    """(T,) days from the month's start on which nothing is offered."""
    dilution: Array
    """(T,) refunds as a share of the performing balance."""
    dilution_unpaid: Array
    """(T,) share of refunds the originator does not pay."""
    commingled: Array
    """(T,) days from the month's start whose collections are lost, as a share of the month."""
    successor_fee: Array
    """(T,) per annum, added to the first fee based on the pool."""
    cash_rate: Array
    """(T,) per annum."""
    coupon: Array
    """(T, N) per annum, after index, margin, cap and floor."""
    note_spread: Array
    """(T,) per annum, added to the deal's discount spread."""
    coupon_up: Array | None = None
    """(T, N) the coupon while the trigger of the note's step-up has tripped; None where no note has a step-up."""
    heterogeneity: Array | None = None
    """(T,) standard deviation of each segment's own normal on the logit of entry; None where there is none."""
    parameters: Array | None = None
    """(3, 3) covariance of what each path draws: log odds of entry, rho, phi; None where nothing is drawn."""
    payment_rate: Array | None = None
    """(T,) monthly payment rate of a pool that has one, before the payment multiplier; None with instalment plans."""
    swing: Swing | None = None
    """How drawn macro variables move entry; None where they follow the scenario."""


def resolve(deal: Deal, pool: Pool, case: ScenarioCase) -> MonthInputs:
    """Inputs of every month under one scenario: base values moved by its shocks in order.

    The score slope acts first (logit of entry flattened, the pool mean kept), then rates, odds and the rest.
    Raises ConfigError where a shock asks for what the pool or deal does not have.
    """
    months = base_months(deal, pool)
    slopes = [shock for shock in case.shocks if shock.target == "score_slope"]
    for shock in [*slopes, *(s for s in case.shocks if s.target not in ("score_slope", *_ELSEWHERE))]:
        months = _MOVES[shock.target](months, shock, deal, pool)
    if case.parameters is not None:
        months = months._replace(parameters=np.array(case.parameters.covariance))
    if case.swing is not None:
        names = [segment.name for segment in pool.segments]
        months = months._replace(swing=swing_of(case.swing, names, deal.legal_maturity_months))
    return _bounded(months, deal)


def base_months(deal: Deal, pool: Pool) -> MonthInputs:
    """Inputs before any shock; `coupon` still holds index levels, `smm` no payment multiplier."""
    n_month = deal.legal_maturity_months
    rate = {
        name: np.array([getattr(s, name) for s in pool.segments]) for name in ("entry_rate", "prepayment", "recovery")
    }
    ladder = pool.ladder
    roll = [ladder.roll_m1, ladder.roll_m2, ladder.roll_m3] if ladder else [0.0, 0.0, 0.0]
    mix = np.array([s.share if s.new_share is None else s.new_share for s in pool.segments])
    one, shape = np.ones(n_month), (n_month, len(pool.segments))
    return MonthInputs(
        entry=np.broadcast_to(rate["entry_rate"], shape).copy(),
        roll=np.broadcast_to(np.array(roll), (*shape, 3)).copy(),
        smm=np.broadcast_to(rate["prepayment"], shape).copy(),
        recovery=np.broadcast_to(rate["recovery"], shape).copy(),
        rho=one * pool.dependence.rho,
        payment=one.copy(),
        yield_multiple=one.copy(),
        fee_free_share=one * pool.fee_free_share,
        apr_cap=one * np.inf,
        apr_change=0.0 * one,
        mix=np.broadcast_to(mix, shape).copy(),
        originations=one.copy(),
        lag_days=0.0 * one,
        outage_days=0.0 * one,
        dilution=one * pool.dilution,
        dilution_unpaid=one * pool.dilution_unpaid_share,
        commingled=0.0 * one,
        successor_fee=0.0 * one,
        cash_rate=one * pool.cash_rate,
        coupon=_index_levels(deal, n_month),
        note_spread=0.0 * one,
        payment_rate=None if pool.payment_rate is None else one * pool.payment_rate.monthly,
    )


def _index_levels(deal: Deal, n_month: int) -> Array:
    """(T, N) level of each note's index; 0 for a fixed coupon."""
    found = {name: levels(index, n_month) for name, index in deal.indices.items()}
    fixed = [0.0] * n_month
    return np.array([fixed if note.index is None else found[note.index] for note in deal.notes]).T.copy()


def _bounded(months: MonthInputs, deal: Deal) -> MonthInputs:
    """Caps that hold whatever the shocks; coupons from index levels; prepayment times the payment multiplier."""
    rate = None if months.payment_rate is None else np.clip(months.payment_rate, 0.0, 1.0)
    payment = np.clip(months.payment, 0.0, 1.0 if rate is None else np.inf)
    return months._replace(
        entry=np.clip(months.entry, 0.0, RATE_CAP),
        smm=np.minimum(np.clip(months.smm, 0.0, RATE_CAP) * payment[:, None], RATE_CAP),
        payment_rate=rate,
        recovery=np.clip(months.recovery, 0.0, 1.0),
        rho=np.clip(months.rho, 0.0, 0.999),
        payment=payment,
        yield_multiple=np.maximum(months.yield_multiple, 0.0),
        fee_free_share=np.clip(months.fee_free_share, 0.0, 1.0),
        originations=np.maximum(months.originations, 0.0),
        outage_days=np.clip(months.outage_days, 0.0, 30.0),
        dilution=np.clip(months.dilution, 0.0, RATE_CAP),
        dilution_unpaid=np.clip(months.dilution_unpaid, 0.0, 1.0),
        commingled=np.clip(months.commingled, 0.0, 1.0),
        coupon=coupons(deal, months.coupon, tripped=False),
        coupon_up=coupons(deal, months.coupon, tripped=True),
    )


def coupons(deal: Deal, level: Array, tripped: bool) -> Array:
    """(T, N) coupon of each note: margin and step-up over its index level, within cap and floor, never negative.

    `tripped`: as if the triggers of step-ups had tripped.
    """
    margin = np.tile(np.array([n.coupon for n in deal.notes]), (len(level), 1))
    for i, note in enumerate(deal.notes):
        if note.step_up is not None and note.step_up.from_month is not None:
            margin[note.step_up.from_month - 1 :, i] += note.step_up.add
        elif note.step_up is not None and tripped:
            margin[:, i] += note.step_up.add
    cap = np.array([np.inf if n.cap is None else n.cap for n in deal.notes])
    floor = np.array([-np.inf if n.floor is None else n.floor for n in deal.notes])
    return np.asarray(np.maximum(np.clip(level + margin, floor, cap), 0.0))


def _months_of(shock: Shock, n_month: int) -> slice:
    return slice(shock.from_month - 1, n_month if shock.to_month is None else shock.to_month)


def _moved(values: Array, shock: Shock) -> Array:
    """A copy of (T, ...) values with one shock applied by multiplying, adding or setting."""
    moved = values.copy()
    if shock.by_month:
        ends = [m for m, _ in shock.by_month[1:]] + [len(values) + 1]
        for (month, value), end in zip(shock.by_month, ends, strict=True):
            moved[month - 1 : end - 1] = _apply(moved[month - 1 : end - 1], shock.how, value)
        return moved
    window = _months_of(shock, len(values))
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
    for name in shock.segments:
        if name not in names:
            raise ConfigError(f"shock on {shock.target}: no segment {name!r} in the pool; one of {', '.join(names)}")
    return [names.index(n) for n in shock.segments] or list(range(len(names)))


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
            values[:, columns] = np.minimum(odds / (1.0 + odds), RATE_CAP)
        else:
            values[:, columns] = _moved(chosen, shock)
        return months._replace(**{field: values})

    return move


def _by_month(field: str) -> Move:
    def move(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
        moved: Any = _moved(getattr(months, field), shock)
        return months._replace(**{field: moved})

    return move


def _flatten_score(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """Logit of entry times the slope, shifted so that the balance-weighted mean entry stays."""
    share = np.array([s.share for s in pool.segments])
    entry = np.clip(months.entry, 1e-12, 1.0 - 1e-12)
    slope = _moved(np.ones(len(entry)), shock)
    flat = slope[:, None] * np.log(entry / (1.0 - entry))
    mean = entry @ share
    low, high = np.full(len(entry), -60.0), np.full(len(entry), 60.0)
    for _ in range(80):
        shift = 0.5 * (low + high)
        over = (1.0 / (1.0 + np.exp(-(flat + shift[:, None])))) @ share > mean
        low, high = np.where(over, low, shift), np.where(over, shift, high)
    flattened = 1.0 / (1.0 + np.exp(-(flat + 0.5 * (low + high)[:, None])))
    return months._replace(entry=np.where(slope[:, None] == 1.0, months.entry, flattened))


def _ineligible(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    """A share of what is bought comes from one segment: the named one, or the pool's ineligible one."""
    names = shock.segments or tuple(s.name for s in pool.segments if not s.eligible)
    if len(names) != 1:
        raise ConfigError(
            'shock on ineligible_share: name the one segment that is bought, for example segments = ["L5"]'
        )
    share = np.clip(_moved(np.zeros(len(months.mix)), shock), 0.0, 1.0)[:, None]
    target = np.array([float(s.name == names[0]) for s in pool.segments])
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
    return months._replace(coupon=level)


def _heterogeneity(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    before = months.heterogeneity if months.heterogeneity is not None else np.zeros(len(months.rho))
    return months._replace(heterogeneity=np.maximum(_moved(before, shock), 0.0))


def _payment_rate(months: MonthInputs, shock: Shock, deal: Deal, pool: Pool) -> MonthInputs:
    if months.payment_rate is None:
        raise ConfigError("shock on payment_rate: the pool has instalment plans, not a payment_rate")
    return months._replace(payment_rate=_moved(months.payment_rate, shock))


_ELSEWHERE = ("turnover",)
"""Shocks that move the pool itself, not a month's inputs."""
_MOVES: dict[str, Move] = {
    "default_odds": _by_segment("entry", transform=True),
    "default_rate": _by_segment("entry"),
    "prepayment": _by_segment("smm"),
    "recovery": _by_segment("recovery"),
    "payment": _by_month("payment"),
    "payment_rate": _payment_rate,
    "yield": _by_month("yield_multiple"),
    "fee_free_share": _by_month("fee_free_share"),
    "apr_cap": _by_month("apr_cap"),
    "apr": _by_month("apr_change"),
    "originations": _by_month("originations"),
    "purchase_lag_days": _by_month("lag_days"),
    "purchase_outage_days": _by_month("outage_days"),
    "dilution": _by_month("dilution"),
    "dilution_unpaid_share": _by_month("dilution_unpaid"),
    "rho": _by_month("rho"),
    "cash_rate": _by_month("cash_rate"),
    "note_spread": _by_month("note_spread"),
    "score_slope": _flatten_score,
    "heterogeneity": _heterogeneity,
    "ineligible_share": _ineligible,
    "purchase_outage": _outage,
    "collections_deferred": _deferred,
    "commingled_days": _commingled,
    "successor_fee": _successor,
    "index_rate": _index,
}
