"""What the pool pays and what is bought: profiles by age, and where a purchase falls due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Bools, Ints
from stress.assemble.by_identity import by_identity
from stress.assemble.months import MonthInputs
from stress.assemble.profiles import Profile, card_profile, new_profile, opening_mix, opening_profiles
from stress.assemble.stages import by_column, late_mix, moves_on
from stress.assemble.statements import Price, Times, has_calendar, times_of
from stress.inputs.clocks import Clock
from stress.inputs.deal import Deal
from stress.inputs.pool import Pool
from stress.inputs.pool.billing import MONTH_DAYS, Billing
from stress.kernels.layout import Sizes
from stress.kernels.tables import Receivables


class Due(NamedTuple):
    """Where the parts of a purchase fall due, by step."""

    table: Ints
    """(C, B, 2) cohort that each part joins, and its delay in `delays`."""
    delays: tuple[tuple[int, int], ...]
    """Months by which a part falls due later (-1 earlier) than a month after its purchase; steps of its cohort that
    pass before."""


def due_of(billing: Billing | None, n_cohort: int) -> Due:
    """On its own day a month later without billing dates; else on the due day after the next bill."""
    if billing is None:
        own = np.zeros((n_cohort, 1, 2), np.int64)
        own[:, 0, 0] = np.arange(n_cohort)
        return Due(own, ((0, 0),))
    table = np.zeros((MONTH_DAYS, len(billing.dates), 2), np.int64)
    delays: list[tuple[int, int]] = []
    for c in range(MONTH_DAYS):
        for b, wait in enumerate(billing.delays(c + 1)):
            months, cohort = divmod(c + wait, MONTH_DAYS)
            delay = (months - 1, int(wait > MONTH_DAYS))
            if delay not in delays:
                delays.append(delay)
            table[c, b] = cohort, delays.index(delay)
    return Due(table, tuple(delays))


def waits_of(due: Due) -> Bools:
    """(C, W) whether what was bought in a month may wait at its end, in a cohort with a delay: it passes one of the
    cohort's due dates in the month after. What passes one in its own month has done so by then."""
    waits = np.zeros((len(due.table), len(due.delays)), bool)
    waits[due.table[..., 0], due.table[..., 1]] = np.array([delay == (1, 1) for delay in due.delays])[due.table[..., 1]]
    return waits


def receivables_of(
    deal: Deal, pools: Sequence[Pool], months: Sequence[MonthInputs], sizes: Sizes, clock: Clock, due: Due
) -> tuple[Receivables, Array]:
    """Profiles, and the eligible share of the supply in each month (K, T + 1)."""
    pool, times = pools[0], [times_of(deal, m) for m in months]
    cards = pool.payment_rate is not None
    falls = _cards(pool, months, sizes, due) if cards else _plans(pools, months, times, sizes, due)
    share_bought = falls.mix.sum(axis=2)
    eligible = np.zeros((sizes.n_scenario, sizes.n_month + 1))
    eligible[:, : sizes.n_history] = share_bought
    limits = pool.eligibility.segment_limit
    receivables = Receivables(
        opening=_opening(pool, sizes.n_cohort, clock, times[0]),
        open_due=falls.open_due,
        open_fee=falls.open_fee,
        due=due.table,
        card=falls.card,
        first_due=falls.first_due,
        pull=falls.pull,
        mix=falls.mix / np.where(share_bought > 0.0, share_bought, 1.0)[:, :, None],
        first_beyond=falls.first_beyond,
        moves_on=moves_on(pool),
        ladder=_ladder(pool),
        limit=np.array([limits.get(s.name, 1e9) for s in pool.segments]),
        lag=np.array(pool.recovery_lag),
        late_fee=np.array([pool.late_fee]),
        late_charge=pool.late_charge_daily * 30.0 * np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    )
    return receivables, eligible


class _Falls(NamedTuple):
    """What falls due, as in `tables.Receivables`; `mix` is not yet brought to 1."""

    open_due: Array
    open_fee: Array
    card: Array
    first_due: Array
    first_beyond: Array
    pull: Array
    mix: Array


def _nothing(sizes: Sizes) -> _Falls:
    n_scenario, slots = sizes.n_scenario, (sizes.n_scenario, 1, sizes.n_segment, sizes.n_month + 8)
    bought = (sizes.n_history, sizes.n_delay)
    return _Falls(
        open_due=np.zeros(slots),
        open_fee=np.zeros(slots),
        card=np.zeros((n_scenario, 0, 6)),
        first_due=np.zeros((n_scenario, sizes.n_history, sizes.n_whole, sizes.n_delay, 6)),
        first_beyond=np.zeros((n_scenario, sizes.n_history, sizes.n_whole, sizes.n_delay, 2 * (sizes.n_ring - 3))),
        pull=np.zeros((n_scenario, 0 if sizes.constant_payment else sizes.n_month, sizes.n_whole, *bought, 2)),
        mix=np.zeros((n_scenario, sizes.n_history, sizes.n_whole)),
    )


def _cards(pool: Pool, months: Sequence[MonthInputs], sizes: Sizes, due: Due) -> _Falls:
    """Shares of the balance by month; what waits for its bill passes one step of its cohort before they act."""
    falls = _nothing(sizes)
    assert pool.payment_rate is not None
    paid = [np.minimum(1.0, m.payment * m.payment_rate) for m in months if m.payment_rate is not None]
    card = np.stack([_card_slots(rate, pool.payment_rate.annual_yield) for rate in paid])
    moved = np.diff(card.reshape(*card.shape[:2], 2, 3), axis=3, prepend=0.0).reshape(card.shape)
    for i, (later, empty) in enumerate(due.delays):
        step = np.arange(sizes.n_history) + later
        bought = (step < sizes.n_month) & (empty == 1)
        falls.first_due[..., i, :][:, bought] = -moved[:, step[bought], None]
        # slots 4 and on go on as slot 3
        remaining = (1.0 - card[:, step[bought], :1]) ** np.arange(1, sizes.n_ring - 2)
        beyond = [-moved[:, step[bought], last : last + 1] * remaining for last in (2, 5)]
        falls.first_beyond[..., i, :][:, bought] = np.concatenate(beyond, axis=-1)[:, :, None]
    falls.mix[:] = np.stack([m.mix[: sizes.n_history] for m in months])
    return falls._replace(card=card)


@by_identity
def _card_slots(paid: Array, annual_yield: float) -> Array:
    """(T, 6) principal, then the finance charge, in the next three slots of a month's step, per unit of balance."""
    slots = [card_profile(rate, annual_yield, 4) for rate in paid]
    return np.array([[*profile.due[1:], *profile.fee[1:]] for profile in slots])


class _Prices(NamedTuple):
    """What borrowers pay by month, (T,) each, as in `MonthInputs`."""

    fee_free_share: Array
    apr_cap: Array
    apr_change: Array


class _Shape(NamedTuple):
    """Of `Sizes`, what profiles depend on."""

    n_month: int
    n_history: int
    n_segment: int
    n_stage: int
    n_level: int
    n_ring: int


def _plans(
    pools: Sequence[Pool], months: Sequence[MonthInputs], times: Sequence[Times], sizes: Sizes, due: Due
) -> _Falls:
    """Profiles of the plans in each month, at its prices and by what may still be bought."""
    falls = _nothing(sizes)
    shape = _Shape(*(getattr(sizes, name) for name in _Shape._fields))
    for k, (pool, m, when) in enumerate(zip(pools, months, times, strict=True)):
        prices = _Prices(m.fee_free_share, m.apr_cap, m.apr_change)
        *parts, eligible = _profiles(pool, prices, when, shape, due.delays)
        for part, values in zip(
            (falls.open_due, falls.open_fee, falls.first_due, falls.first_beyond, falls.pull), parts, strict=True
        ):
            part[k] = values
        falls.mix[k] = m.mix[: sizes.n_history] * eligible
    return falls


@by_identity
def _profiles(
    pool: Pool, prices: _Prices, when: Times, shape: _Shape, delays: tuple[tuple[int, int], ...]
) -> tuple[Array, ...]:
    """`open_due`, `open_fee`, `first_due`, `first_beyond` and `pull` of one scenario, as in `tables.Receivables`; and
    (H, S) the eligible share of what is on offer."""
    whole, n_slot, ahead = shape.n_segment // shape.n_stage, shape.n_month + 8, shape.n_ring
    new, bought = _NewProfiles(pool, prices, when, shape), (shape.n_history, whole, len(delays))
    profiles, opening = np.zeros((*bought, 2, ahead)), _opening_profiles(pool, when, shape.n_stage, n_slot)
    pull = np.zeros((shape.n_month, whole, shape.n_history, len(delays), 2))
    eligible = np.zeros(bought[:2])
    for s in range(whole):
        for j in range(shape.n_history):
            for i, delay in enumerate(delays):
                profile = new.of(s, j, delay[0])
                empty, (at, age) = delay[1], _pulled(j, delay, shape.n_month, n_slot, ahead)
                for part, paid in enumerate((profile.due, profile.fee)):
                    profiles[j, s, i, part, empty:] = paid[1 : ahead + 1 - empty]
                    pull[at, s, j, i, part] = paid[age]
            eligible[j, s] = profile.eligible
    first, beyond = profiles[..., :3].reshape(*bought, 6), profiles[..., 3:].reshape(*bought, 2 * (ahead - 3))
    return opening[0], opening[1], first, beyond, pull, eligible


@by_identity
def _opening_profiles(pool: Pool, when: Times, n_stage: int, n_slot: int) -> Array:
    """(2, 1, S, T + 8) principal and fee of the opening pool."""
    opening = np.zeros((2, 1, len(pool.segments) * n_stage, n_slot))
    for s, segment in enumerate(pool.segments):
        for i, profile in enumerate(opening_profiles(pool, segment, n_slot, when)):
            opening[:, 0, s * n_stage + i] = profile.due, profile.fee
    return opening


class _NewProfiles:
    """Profiles of what is bought under one scenario, each worked out once."""

    def __init__(self, pool: Pool, prices: _Prices, times: Times, shape: _Shape) -> None:
        self._pool, self._times, self._shape = pool, times, shape
        self._dated, self._terms = any(has_calendar(plan) for plan in pool.plans), [plan.term for plan in pool.plans]
        self._price = [Price(*row) for row in zip(*(by_month.tolist() for by_month in prices), strict=True)]
        self._known: dict[tuple[float, ...], Profile] = {}

    def of(self, s: int, j: int, later: int) -> Profile:
        """What a segment sells in month j (from 0); its first instalment falls due `later` months after the next."""
        sizes, price = self._shape, self._price[j]
        left, month = months_left(self._pool, sizes.n_month, j), j + 1 + later if self._dated else 0
        level, eligible = s % sizes.n_level, sum(term <= left for term in self._terms)
        key = (level, *price, eligible, month)
        if key not in self._known:
            segment, n_slot = self._pool.segments[level], sizes.n_month + 8
            self._known[key] = new_profile(self._pool, segment, n_slot, price, left, self._times, month)
        return self._known[key]


def months_left(pool: Pool, n_month: int, j: int) -> int:
    """Longest term of a plan that is eligible in month j (from 0)."""
    reserved = pool.eligibility.months_before_legal_maturity + (pool.billing.months_later if pool.billing else 0)
    return n_month - (j + 1) - reserved


def _pulled(j: int, delay: tuple[int, int], n_month: int, n_slot: int, ahead: int) -> tuple[slice, slice]:
    """Months in which later slots of a purchase of month j come within those that are kept, and which these are."""
    later, empty = delay
    age, when = ahead + 1 - empty, j + 1 - empty + later
    count = max(0, min(n_slot - age, n_month - when))
    return slice(when, when + count), slice(age, age + count)


@by_identity
def _opening(pool: Pool, n_cohort: int, clock: Clock, times: Times) -> Array:
    """(C, S, 7): equally over the due days; all in the first cohort of the payment-date clock."""
    share = by_column(np.array([s.share for s in pool.segments]), pool)
    rows = []
    for s, segment in enumerate(pool.segments):
        late = np.array(pool.delinquent_of(segment).shares)
        performing = opening_mix(pool, segment, times)
        rows += [
            [(1.0 - late.sum()) * here, *(late * there)]
            for here, there in zip(performing, late_mix(pool, s, performing), strict=True)
        ]
    bucket, cohort = np.array(rows), cohort_shares(pool, n_cohort, clock)
    return np.ascontiguousarray(pool.balance * cohort[:, None, None] * share[:, None] * bucket)


def cohort_shares(pool: Pool, n_cohort: int, clock: Clock) -> Array:
    """(C,) how an opening pool is split over the cohorts."""
    cohort = np.full(n_cohort, 1.0 / n_cohort)
    if clock == "payment_date":
        cohort = np.array([1.0, 0.0, 0.0])
    elif pool.billing is not None:
        cohort = np.zeros(n_cohort)
        cohort[np.array(pool.billing.due_days) - 1] = 1.0 / len(pool.billing.dates)
    return cohort


def _ladder(pool: Pool) -> Array:
    """(6, 7) of what does not roll from each bucket: share that cures, then shares that pay down 0, 1, .. buckets."""
    table = np.zeros((6, 7))
    for b, bucket in enumerate(pool.buckets):
        shares = np.array([bucket.cured, bucket.stays, *bucket.pays_down])
        table[b, : len(shares)] = shares / max(shares.sum(), 1e-300)
    return table
