"""New receivables as a rater looks at them: a cohort of each segment, its plans, stages, ladder and rates by age."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.analytic.amortization import schedule
from stress.arrays import Array
from stress.inputs.pool import Bucket, Pool, Segment, Stage
from stress.inputs.text.curve import monthly_rates

LONGEST = 600
"""Months after which what is left of a pool with a constant payment rate falls due at once."""
_TAIL = 120
"""Months beyond the last instalment over which a curve is read: what is late may cure and enter again."""


class Rung(NamedTuple):
    """One bucket of the ladder; default after the last."""

    roll: float
    cures: float
    """Of what does not roll: becomes current."""
    pays_down: tuple[float, ...]
    """Of what does not roll: goes 0 (stays), 1, 2, ... buckets down."""


class Cohort(NamedTuple):
    """New receivables of S segments, a principal of 1 each, in K stages; R is the longest term in months.

    Columns are the segments, each in its stages.
    """

    due: Array
    """(R, S) principal falling due in month 1..R."""
    prepayment: Array
    """(A, S K) single monthly mortality by age; the last row holds on."""
    ladder: tuple[Rung, ...]
    """Empty for a one-step default."""
    dilution: Array
    """(A,) refunds a month by age, share of the performing balance."""
    moves_on: Array
    """(K,) monthly share of a stage that moves on; 0 from the last."""
    odds: Array
    """(K,) odds of entry of a stage over the segment's."""
    entry: Array
    """(A, S K) entry rates by age that curves and stages state themselves; NaN where they follow the segment's."""

    def columns(self, entry: Array) -> Array:
        """(A, S K) entry rates by age from those of the segments."""
        if len(self.odds) > 1:
            rate = np.minimum(np.repeat(entry, len(self.odds)), 1.0 - 1e-12)
            odds = rate / (1.0 - rate) * np.tile(self.odds, len(entry))
            entry = odds / (1.0 + odds)
        return np.where(np.isnan(self.entry), entry, self.entry)


def at_age(rates: Array, month: int) -> Array:
    """Rates of a month of a cohort's life; the last row holds on."""
    return np.asarray(rates[min(month, len(rates) - 1)])


def new_cohort(pool: Pool) -> Cohort:
    """New receivables of each segment: its plan mix (or payment rate), stages, ladder, prepayment and refunds by age.

    A curve of the pool begins with its first month: new receivables are of age 0.
    """
    stages, due = pool.stages, _due(pool)
    months = len(due) + _TAIL
    return Cohort(
        due,
        _by_age([_prepayment(s, i, months) for s in pool.segments for i in stages or (None,)]),
        tuple(map(_rung, pool.buckets)),
        _shortest(_read(pool.dilution, pool.dilution_curve, months)),
        np.array([stage.moves_on or 0.0 for stage in stages] or [0.0]),
        np.array([1.0 if i.default_odds is None else i.default_odds for i in stages] or [1.0]),
        _by_age([_stated(s, n, i, months) for n, s in enumerate(pool.segments) for i in stages or (None,)]),
    )


def _due(pool: Pool) -> Array:
    """(R, S) principal of a new receivable by month."""
    if pool.payment_rate is not None:
        rate = _read(pool.payment_rate.monthly, pool.payment_rate.monthly_curve, LONGEST)
        return np.repeat(_declining(rate)[:, None], len(pool.segments), axis=1)
    due = np.zeros((max(plan.term for plan in pool.plans), len(pool.segments)))
    for s, segment in enumerate(pool.segments):
        shares = [plan.share for plan in pool.plans] if segment.plan_share is None else segment.plan_share
        for plan, share in zip(pool.plans, shares, strict=True):
            grace, over = plan.interest_only_months or 0, plan.amortization_months or 0
            loan = schedule(plan.kind, segment.rate_of(plan) or 0.0, plan.term, grace, over)
            due[: plan.term, s] += share / loan.whole * loan.due
    return due


def _prepayment(segment: Segment, stage: Stage | None, months: int) -> Array:
    if stage is not None and stage.prepayment is not None:
        return _read(stage.prepayment, stage.prepayment_curve, months)
    return _read(segment.prepayment, segment.prepayment_curve, months)


def _stated(segment: Segment, number: int, stage: Stage | None, months: int) -> Array:
    """Entry rates by age where a curve or a stage states them; NaN where they follow the rate of the segment."""
    if stage is not None and stage.entry_rate is not None:
        words = None if stage.entry_rate_curve is None else stage.entry_rate_curve[number]
        return _read(stage.entry_rate[number], words, months)
    if segment.entry_rate_curve is None:
        return np.full(months, np.nan)
    rate = np.minimum(_read(segment.entry_rate, segment.entry_rate_curve, months), 1.0 - 1e-12)
    odds = rate / (1.0 - rate) * (1.0 if stage is None or stage.default_odds is None else stage.default_odds)
    return np.asarray(odds / (1.0 + odds))


def _read(rate: float, words: str | None, months: int) -> Array:
    return np.full(months, rate) if words is None else np.array(monthly_rates(words, months, new=True))


def _by_age(columns: list[Array]) -> Array:
    return _shortest(np.stack(columns, axis=1))


def _shortest(rates: Array) -> Array:
    """Without the rows at the end that say what the one before them says."""
    before, after = rates[:-1], rates[1:]
    apart = np.flatnonzero(((before != after) & ~(np.isnan(before) & np.isnan(after))).reshape(len(before), -1).any(1))
    return rates[: 2 + apart[-1]] if apart.size else rates[:1]


def _rung(bucket: Bucket) -> Rung:
    rest = 1.0 - bucket.rolls
    part = 1.0 / rest if rest > 0.0 else 0.0
    return Rung(bucket.rolls, bucket.cured * part, tuple(x * part for x in (bucket.stays, *bucket.pays_down)))


def months_to_end(cohort: Cohort) -> int:
    """Months until every balance is paid or defaulted: the longest term and the ladder's tail, to a millionth of it."""
    stays = max((rung.pays_down[0] * (1.0 - rung.roll) for rung in cohort.ladder), default=0.0)
    tail = int(np.ceil(np.log(1e-6) / np.log(min(stays, 0.95)))) if stays > 0.0 else 0
    down = any(sum(rung.pays_down[1:]) > 0.0 for rung in cohort.ladder)
    return int(cohort.due.shape[0] + len(cohort.ladder) + tail + 12 * down)


def _declining(rate: Array) -> Array:
    """Principal due by month at payment rates by month, to 1e-9 of the balance or LONGEST months."""
    same = (rate == rate[0]).all()
    before = (1.0 - rate[0]) ** np.arange(len(rate)) if same else np.append(1.0, np.cumprod(1.0 - rate)[:-1])
    months = max(1, int((before > 1e-9).sum()))
    due = (rate * before)[:months]
    due[-1] = before[months - 1]
    return np.asarray(due)
