"""A random short rate -> its forward curve in the months' inputs, and the tables of the kernels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.calendar import Calendar, calendar_of
from stress.assemble.monthly import MonthInputs, margins
from stress.inputs.deal import Deal
from stress.inputs.scenario.short_rate import ShortRate as Law
from stress.kernels.layout import Sizes
from stress.kernels.tables import ShortRate

UNBOUNDED = 1e9


class Steps(NamedTuple):
    """How the state of the rate moves, by month."""

    keep: Array
    push: Array
    """Standard deviation of the step."""
    variance: Array
    """Of x_1 f(1) + .. + x_t f(t)."""

    @property
    def convexity(self) -> Array:
        """A_t: half of what the month adds to the variance of the exponent."""
        return np.asarray(0.5 * np.diff(self.variance, prepend=0.0))


def steps_of(law: Law, fraction: Array) -> Steps:
    """Exact moments of an Ornstein-Uhlenbeck state between the resets of the rate (Short rate, in `kernels`)."""
    a, elapsed = law.mean_reversion, np.concatenate([[0.0], fraction[:-1]])
    keep = np.exp(-a * elapsed)
    spread = elapsed if a == 0.0 else -np.expm1(-2.0 * a * elapsed) / (2.0 * a)
    push = law.volatility * np.sqrt(spread)
    variance = np.zeros(len(fraction))
    own = along = total = 0.0
    for t, f in enumerate(fraction):
        own = keep[t] ** 2 * own + push[t] ** 2
        total += 2.0 * f * keep[t] * along + f * f * own
        along = keep[t] * along + f * own
        variance[t] = total
    return Steps(keep, push, variance)


def own_curve(law: Law, fraction: Array) -> Array:
    """(T,) forward levels that the law brings itself: its points, or Vasicek's own curve."""
    if law.forward:
        months = np.array([month for month, _ in law.forward])
        at = np.searchsorted(months, np.arange(1, len(fraction) + 1), side="right") - 1
        return np.array([level for _, level in law.forward])[at]
    start, mean = law.start or 0.0, law.mean or 0.0
    elapsed = np.concatenate([[0.0], np.cumsum(fraction)[:-1]])
    rate = mean + (start - mean) * np.exp(-law.mean_reversion * elapsed)
    growth = np.expm1(fraction * rate - steps_of(law, fraction).convexity)
    return np.asarray(np.where(fraction > 0.0, growth / np.where(fraction > 0.0, fraction, 1.0), start))


def with_curve(months: MonthInputs, deal: Deal, law: Law | None) -> MonthInputs:
    """Inputs before any shock with the law's own curve in the place of the deal's index."""
    if law is None:
        return months
    months = months._replace(short_rate=law)
    if not law.own_curve:
        return months
    level = own_curve(law, calendar_of(deal).fraction)[:, None]
    floating = np.array([note.index is not None for note in deal.notes])
    index = None if months.index_level is None else np.broadcast_to(level, months.index_level.shape).copy()
    return months._replace(coupon=np.where(floating, level, months.coupon), index_level=index)


def forward_of(months: MonthInputs, deal: Deal, fraction: Array) -> Array:
    """(T,) the forward curve of a scenario, as its shocks move it."""
    law = months.short_rate
    if law is None:
        return np.zeros(len(fraction))
    if months.index_level is not None and months.index_level.shape[1]:
        names = list(deal.indices)
        return np.asarray(months.index_level[:, names.index(law.index) if law.index is not None else 0])
    return own_curve(law, fraction)


def short_rate_of(
    deal: Deal, months: Sequence[MonthInputs], dates: Calendar, sizes: Sizes, deterministic: bool, begins: int = 0
) -> ShortRate:
    """Tables of every scenario; zeros where the rate is not random. It moves after `begins` months."""
    random = not deterministic and any(m.short_rate is not None for m in months)
    shape = (sizes.n_scenario, sizes.n_month)
    law, step, level = np.zeros((shape[0], 4)), np.zeros((*shape, 7)), np.zeros((*shape, sizes.n_note))
    for k, m in enumerate(months):
        if random:
            law[k], step[k] = _law(m, sizes), _steps(deal, m, dates, begins)
            assert m.index_of_note is not None  # within its caps
            level[k] = m.index_of_note + margins(deal, sizes.n_month, False, True)
    return ShortRate(law, step, level, dates.note_fraction, _notes(deal))


def given(rates: ShortRate) -> ShortRate:
    """The same, its normals put by whoever runs it (`Workspace.beside` of "rate_normal") in place of drawn; 0 until
    then."""
    law = rates.rate_law.copy()
    law[:, 0] *= 2.0
    return rates._replace(rate_law=law)


def _law(m: MonthInputs, sizes: Sizes) -> list[float]:
    if m.short_rate is None:
        return [0.0] * 4
    c = m.short_rate.correlation
    return [1.0, c, float(np.sqrt(1.0 - c * c)), 1.0 / 12.0 / sizes.n_cohort]


def _steps(deal: Deal, m: MonthInputs, dates: Calendar, begins: int) -> Array:
    """(T, 7) columns of `tables.ShortRate.rate_step`."""
    f = dates.fraction
    spread = (deal.discount_spread + m.note_spread) * f
    if m.short_rate is None:
        zeros, ones = np.zeros(len(f)), np.ones(len(f))
        return np.stack([zeros, zeros, f, zeros, zeros, ones, spread], axis=1)
    steps = steps_of(m.short_rate, np.where(np.arange(len(f)) < begins, 0.0, f))
    base = 1.0 + forward_of(m, deal, f) * f
    scale = np.where(f > 0.0, base / np.where(f > 0.0, f, 1.0), 0.0)
    return np.stack([steps.keep, steps.push, f, steps.convexity, scale, base, spread], axis=1)


def _notes(deal: Deal) -> Array:
    """(N, 5) columns of `tables.ShortRate.rate_note`."""
    rows = []
    for note in deal.notes:
        cap = UNBOUNDED if note.cap is None else max(note.cap, 0.0)
        floor = max(0.0, -UNBOUNDED if note.floor is None else note.floor)
        up = note.step_up.add if note.step_up is not None and note.step_up.trigger is not None else 0.0
        rows.append([float(note.index is not None), cap, floor, up, float(not note.residual)])
    return np.array(rows)
