"""Caps that hold whatever the shocks ask for, and what they cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.monthly import MonthInputs, coupons
from stress.inputs.deal import Deal

RATE_CAP = 0.99
"""No monthly rate of entry, prepayment or dilution is larger than this, whoever asks for it."""
_INF = float("inf")


class Cap(NamedTuple):
    """Range in which an input by month is held."""

    field: str
    """Of `MonthInputs`."""
    words: str
    low: float
    high: float
    unit: str = "%"
    """How its values are shown: `%` of a fraction, or a word after the number."""


CAPS = (
    Cap("entry", "the monthly rate of entry or default", 0.0, RATE_CAP),
    Cap("smm", "the monthly prepayment", 0.0, RATE_CAP),
    Cap("recovery", "the recovery rate", 0.0, 1.0),
    Cap("rho", "rho", 0.0, 0.999),
    Cap("yield_multiple", "the yield multiple", 0.0, _INF, "times"),
    Cap("fee_free_share", "the fee-free share", 0.0, 1.0),
    Cap("originations", "the multiple of originations", 0.0, _INF, "times"),
    Cap("outage_days", "the outage", 0.0, 30.0, "days"),
    Cap("dilution", "the monthly dilution", 0.0, RATE_CAP),
    Cap("dilution_unpaid", "the unpaid share of dilution", 0.0, 1.0),
    Cap("commingled", "the commingled share of a month", 0.0, 1.0),
    Cap("payment_rate", "the monthly payment rate", 0.0, 1.0),
)
_NEW = Cap("entry", "the monthly rate of entry or default of new receivables", 0.0, RATE_CAP)
_INSTALMENTS = Cap("payment", "the payment of instalments", 0.0, 1.0, "times")
_PAID = Cap("payment", "the monthly payment rate", 0.0, 1.0)


class Cut(NamedTuple):
    """What a cap took off an input."""

    cap: Cap
    first: int
    last: int
    """Months, counted from 1."""
    asked: float
    """The value farthest beyond the cap."""
    held: float
    column: tuple[int, ...]
    """Segments, where the input has some; empty where it has none."""


def bounded(months: MonthInputs, deal: Deal) -> MonthInputs:
    """Inputs within their caps; coupons from index levels; prepayment times the payment multiplier."""
    held: dict[str, Any] = {c.field: _within(months, c) for c in CAPS if getattr(months, c.field) is not None}
    payment = np.clip(months.payment, 0.0, 1.0 if months.payment_rate is None else _INF)
    return months._replace(
        **{
            **held,
            "payment": payment,
            "smm": np.minimum(held["smm"] * payment[:, None], RATE_CAP),
            "index_of_note": months.coupon,
            "coupon": coupons(deal, months.coupon, tripped=False),
            "coupon_up": coupons(deal, months.coupon, tripped=True),
            "coupon_plain": coupons(deal, months.coupon, tripped=False, stepped=False),
        }
    )


def cuts(asked: MonthInputs) -> Iterator[Cut]:
    """What the caps take off the inputs that the shocks ask for."""
    values = [(cap, getattr(asked, cap.field)) for cap in CAPS]
    values.append((_NEW, _entry_of_new(asked)))
    paid = asked.payment if asked.payment_rate is None else asked.payment * np.clip(asked.payment_rate, 0.0, 1.0)
    for cap, value in (*values, (_INSTALMENTS if asked.payment_rate is None else _PAID, paid)):
        if value is None:
            continue
        beyond = np.maximum(value - cap.high, cap.low - value)
        rows = np.flatnonzero((beyond > 1e-12).reshape(len(value), -1).any(axis=1))
        if rows.size:
            farthest = float(value.ravel()[int(np.argmax(beyond))])
            column = np.flatnonzero((beyond > 1e-12).any(axis=0)) if value.ndim > 1 else np.zeros(0, int)
            yield Cut(
                cap,
                int(rows[0]) + 1,
                int(rows[-1]) + 1,
                farthest,
                cap.high if farthest > cap.high else cap.low,
                tuple(column.tolist()),
            )


def _entry_of_new(asked: MonthInputs) -> Array | None:
    """(T, S) entry rates of the worst receivables that any month buys."""
    if asked.new_odds is None or not (asked.new_odds > 1.0).any():
        return None
    entry = np.clip(asked.entry, 0.0, RATE_CAP)
    worst = np.repeat(asked.new_odds.max(axis=0), entry.shape[1] // asked.new_odds.shape[1])
    return np.asarray(entry * worst / (1.0 - entry + entry * worst))


def _within(months: MonthInputs, cap: Cap) -> Array:
    return np.asarray(np.clip(getattr(months, cap.field), cap.low, cap.high))
