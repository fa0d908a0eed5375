"""What each month's inputs are, in plain arrays: of a deal and a pool, before any shock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.by_identity import by_identity
from stress.assemble.stages import by_column, entry_by_month, prepayments, rates_of
from stress.assemble.swing import Swing
from stress.inputs.deal import Deal
from stress.inputs.deal.formula_rules import movable, names_of
from stress.inputs.deal.formula_text import Node, number_of
from stress.inputs.deal.index import levels
from stress.inputs.pool import Pool
from stress.inputs.scenario.short_rate import ShortRate


class ParameterLaw(NamedTuple):
    """A normal law of the shifts of the log odds of entry, rho and phi."""

    mean: Array
    """(3,) 0 where no report has told anything."""
    root: Array
    """(3, 3) lower root of the covariance."""


class MonthInputs(NamedTuple):
    """Unconditional inputs of one scenario by month (row 0 is month 1); T months, S columns, N notes.

    A column is a segment, or a segment in one of its stages.
    """

    entry: Array
    """(T, S) monthly entry or one-step default rate, unconditional."""
    roll: Array
    """(T, S, B) unconditional roll rates M1, M2, .., at least three."""
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
    """(T, segments) share of each segment in new receivables; what is not eligible is missing from the sum."""
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
    coupon_plain: Array | None = None
    """(T, N) what discounts a note: its coupon without any step-up, a residual note's rate; None: as `coupon`."""
    heterogeneity: Array | None = None
    """(T,) standard deviation of each segment's own normal on the logit of entry; None where there is none."""
    parameters: ParameterLaw | None = None
    """Of what each path draws: log odds of entry, rho, phi; None where nothing is drawn."""
    payment_rate: Array | None = None
    """(T,) monthly payment rate of a pool that has one, before the payment multiplier; None with instalment plans."""
    new_odds: Array | None = None
    """(T, segments) multiple of the odds of entry of what is bought in the month, for its life; None: 1."""
    index_level: Array | None = None
    """(T, I) level of each of the deal's indices; None where a test leaves it out."""
    quantity: Array | None = None
    """(T, Q) value of each of the deal's own quantities that is a number or a schedule; None where a test leaves it
    out."""
    index_of_note: Array | None = None
    """(T, N) level of each note's index, 0 of a fixed coupon; None before the caps are in force."""
    short_rate: ShortRate | None = None
    """How the short rate is drawn; None where every index has its own levels."""
    swing: Swing | None = None
    """How drawn macro variables move entry; None where they follow the scenario."""


@by_identity
def base_months(deal: Deal, pool: Pool) -> MonthInputs:
    """Inputs before any shock; `coupon` still holds index levels, `smm` no payment multiplier."""
    n_month = deal.legal_maturity_months
    entry = entry_by_month(pool, n_month)
    recovery = np.stack([rates_of(s.recovery, s.recovery_curve, n_month) for s in pool.segments], axis=1)
    roll = [bucket.rolls for bucket in pool.buckets]
    roll += [0.0] * (3 - len(roll))
    mix = np.array([s.share if s.new_share is None else s.new_share for s in pool.segments])
    ones, paid = np.ones(n_month), pool.payment_rate
    return MonthInputs(
        entry=entry,
        roll=np.broadcast_to(np.array(roll), (*entry.shape, len(roll))).copy(),
        smm=prepayments(pool, n_month),
        recovery=by_column(recovery, pool),
        rho=ones * pool.dependence.rho,
        payment=ones.copy(),
        yield_multiple=ones.copy(),
        fee_free_share=ones * pool.fee_free_share,
        apr_cap=ones * np.inf,
        apr_change=0.0 * ones,
        mix=np.broadcast_to(mix, (n_month, len(mix))).copy(),
        originations=ones.copy(),
        lag_days=0.0 * ones,
        outage_days=0.0 * ones,
        dilution=rates_of(pool.dilution, pool.dilution_curve, n_month),
        dilution_unpaid=ones * pool.dilution_unpaid_share,
        commingled=0.0 * ones,
        successor_fee=0.0 * ones,
        cash_rate=ones * pool.cash_rate,
        coupon=_index_levels(deal, n_month),
        note_spread=0.0 * ones,
        new_odds=np.ones((n_month, len(mix))),
        index_level=np.array([levels(index, n_month) for index in deal.indices.values()]).reshape(-1, n_month).T.copy(),
        quantity=quantities_of(deal).copy(),
        payment_rate=None if paid is None else rates_of(paid.monthly, paid.monthly_curve, n_month),
    )


@by_identity
def quantities_of(deal: Deal) -> Array:
    """(T, Q) own quantities of the deal that are numbers or schedules, as it gives them."""
    n_month, own = deal.legal_maturity_months, names_of(deal).own
    columns = np.zeros((n_month, len(movable(deal))))
    for q, name in enumerate(movable(deal)):
        given = own[name]
        columns[:, q] = number_of(given) if isinstance(given, Node) else by_month(given, n_month)
    return columns


def by_month(schedule: Sequence[tuple[int, float]], n_month: int) -> Array:
    """(T,) values of a schedule: each holds until the next, 0 before the first.

    >>> by_month([(2, 5.0), (4, 1.0)], 5).tolist()
    [0.0, 5.0, 5.0, 1.0, 1.0]
    """
    level = np.zeros(n_month)
    for month, amount in schedule:
        level[month - 1 :] = amount
    return level


def mean_coupons(deal: Deal) -> Array:
    """(N,) mean over the months of each note's coupon at the deal's own index levels, a year."""
    return np.asarray(coupons(deal, _index_levels(deal, deal.legal_maturity_months), tripped=False).mean(axis=0))


def _index_levels(deal: Deal, n_month: int) -> Array:
    """(T, N) level of each note's index; 0 for a fixed coupon."""
    by_index = {name: levels(index, n_month) for name, index in deal.indices.items()}
    fixed = [0.0] * n_month
    return np.array([fixed if note.index is None else by_index[note.index] for note in deal.notes]).T.copy()


def coupons(deal: Deal, level: Array, tripped: bool, stepped: bool = True) -> Array:
    """(T, N) coupon of each note: margin and step-up over its index level, within cap and floor, never negative.

    `tripped`: as if the triggers of step-ups had tripped. Not `stepped`: what discounts, as if no note had a
    step-up, and of a residual note its rate.
    """
    margin = margins(deal, len(level), tripped, stepped)
    cap = np.array([np.inf if n.cap is None else n.cap for n in deal.notes])
    floor = np.array([-np.inf if n.floor is None else n.floor for n in deal.notes])
    return np.asarray(np.maximum(np.clip(level + margin, floor, cap), 0.0))


@by_identity
def margins(deal: Deal, n_month: int, tripped: bool, stepped: bool) -> Array:
    """(T, N) what each note pays over its index: margin (of a fixed one the coupon) and step-up, see `coupons`."""
    rate = [n.coupon if stepped or not n.residual else n.discount_rate for n in deal.notes]
    margin = np.tile(np.array(rate), (n_month, 1))
    for i, note in enumerate(deal.notes):
        if note.step_up is None or not stepped:
            continue
        if note.step_up.from_month is not None:
            margin[note.step_up.from_month - 1 :, i] += note.step_up.add
        elif tripped:
            margin[:, i] += note.step_up.add
    return margin
