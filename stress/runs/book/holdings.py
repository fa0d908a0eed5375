"""What a book holds, and simulated paths of it added to its counts.

A short counts with a positive weight and the opposite of all that its note does: its loss is minus the note's, so that
the book's loss is the weighted sum of its positions' whatever their signs, and so is each part of its tail.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from stress.arrays import Array, Ints
from stress.inputs.book import Book
from stress.runs.counting.book_tally import COARSE, N_BIN, NO_PATH, UNIT, Bins, BookTally, bins_of

EPS = 2.0**-52
PAR = 1e-9
"""Per 1 of original balance: a note valued at its own coupon is worth par but for rounding, which is no loss."""
Add = Callable[..., Ints]
"""`by_bin` with the bins of the book."""


class Holdings(NamedTuple):
    """Positions as arrays."""

    weight: Array
    """(P,) size over the book's amount."""
    sign: Array
    """(P,) 1 of what is held, -1 of what is short."""
    price: Array
    """(P,) paid, by the sign."""
    stake: Array
    """(P,) what a note's value and multiple are over, as a share of its original balance: what is left of it at the
    deal's state, all of it of a note that is repaid."""
    cost: float
    """Of the book."""
    deal: Ints
    """(P,)"""
    bins: Bins


class Simulated(NamedTuple):
    """Every deal on some paths."""

    outcome: Array
    """(4, K, P, n) loss, principal, value and cash of every position over its original balance, by its sign."""
    factor: Array
    """(F, n) mean level of each named factor over the book's months."""
    weight: Array
    """(n,)"""


def holdings_of(book: Book) -> Holdings:
    """The positions of a book."""
    amount = np.array([position.amount for position in book.positions])
    sign = np.sign(amount)
    # `Book.amount`, but by NumPy: the built-in sum of floats rounds as the version of Python does, and bits rest on it
    weight = np.abs(amount) / max(amount[sign > 0.0].sum(), -amount[sign < 0.0].sum())
    price = sign * np.array([position.price for position in book.positions])
    cost = float(weighted(weight, price[:, None])[0])
    stake = np.array([position.left or 1.0 for position in book.positions])
    deal = np.array([position.deal for position in book.positions])
    return Holdings(weight, sign, price, stake, cost, deal, bins_of(bool((sign < 0.0).any())))


def add(tally: BookTally, powers: list[BookTally], held: Holdings, first: int, simulated: Simulated) -> None:
    """Paths from `first` on, added to a tally whose views by power of the weight are `powers`."""
    tally.path[0] += simulated.factor.shape[1]
    loss = np.rint(simulated.outcome[0] / UNIT).astype(np.int64)
    weights = np.rint(simulated.weight / UNIT) * UNIT  # so that every sum rests on the same weights
    is_weighted = len(powers) > 1
    for power, t in enumerate(powers):
        weight = (None if not is_weighted else weights) if power == 0 else np.rint(weights * weights / UNIT) * UNIT
        for k in range(len(loss)):
            _add_losses(t, k, held, first, loss[k], np.rint(simulated.factor / COARSE), weight)
            income = simulated.outcome[3, k] - simulated.outcome[1, k]
            _add_values(t, k, held, income, simulated.outcome[2, k], weight)
            _add_together(t, k, held, loss[k], weight)


def _add_losses(
    t: BookTally, k: int, held: Holdings, first: int, loss: Ints, weather: Array, weight: Array | None
) -> None:
    """The book's loss, each position's, and the book's without it."""
    n, by = loss.shape[1], functools.partial(by_bin, n_bin=held.bins.n)
    share, least = _shares(held, loss)
    own = held.bins.of(share)
    book_count, book_sum = by(own, weight), by(own, weight, share)
    t.loss_count[k, -1] += book_count
    t.loss_sum[k, -1] += book_sum
    t.square[k, -1] += by(own, weight, share * share)
    for f in range(len(weather)):
        t.factor[k, f] += by(own, weight, weather[f], 1.0)
        t.factor_square[k, f] += by(own, weight, weather[f] * weather[f] * COARSE, 1.0)
    paths = np.full(held.bins.n, NO_PATH)
    paths[own[::-1]] = first + np.arange(n - 1, -1, -1)  # the last that is written stays: the smallest path
    np.minimum(t.first_path[k], paths, out=t.first_path[k])
    t.without_count[k] += book_count
    t.without_sum[k] += book_sum
    t.loss_count[k, :-1, held.bins.zero] += book_count.sum()
    moved = (loss != 0).sum(axis=0)
    for p in range(len(loss)):
        at = np.flatnonzero(loss[p])
        if len(at):
            part, heavy = loss[p, at] * UNIT, None if weight is None else weight[at]
            _add_position(t, k, p, held.bins, part, own[at], heavy, by)
            rest = share[at] - held.weight[p] * part
            rest[(moved[at] < 2) | (np.abs(rest) <= least[at])] = 0.0
            _add_without(t, k, p, held.bins, share[at], own[at], rest, heavy, by)


def _add_position(
    t: BookTally, k: int, p: int, bins: Bins, part: Array, here: Ints, weight: Array | None, by: Add
) -> None:
    """A position on the paths on which its loss is not 0; `here`: the book's bins."""
    at = bins.of(part)
    count = by(at, weight)
    t.loss_count[k, p] += count
    t.loss_count[k, p, bins.zero] -= count.sum()
    t.loss_sum[k, p] += by(at, weight, part)
    t.by_book[k, p] += by(here, weight, part)
    t.square[k, p] += by(here, weight, part * part)


def _add_without(
    t: BookTally, k: int, p: int, bins: Bins, share: Array, here: Ints, rest: Array, weight: Array | None, by: Add
) -> None:
    """The book without the position on the same paths, in place of the book with it."""
    at = bins.of(rest)
    t.without_count[k, p] += by(at, weight) - by(here, weight)
    t.without_sum[k, p] += by(at, weight, rest) - by(here, weight, share)


def _shares(held: Holdings, loss: Ints) -> tuple[Array, Array]:
    """(n,) loss of the book, and what rounding alone leaves where positions cancel: as much counts as nothing."""
    losses = loss.astype(np.float64) * UNIT
    share = np.minimum(weighted(held.weight, losses), 1.0)
    if not held.bins.zero:
        return share, np.zeros(len(share))
    least = len(loss) * EPS * weighted(held.weight, np.abs(losses))
    share[np.abs(share) <= least] = 0.0
    return share, least


def _add_values(t: BookTally, k: int, held: Holdings, income: Array, value: Array, weight: Array | None) -> None:
    """Income and value of each position and of the book."""
    whole = [np.vstack([rows, weighted(held.weight, rows)]) for rows in (income, value)]
    below = whole[1] < np.append(held.price, held.cost)[:, None] - PAR
    counted = below if weight is None else np.rint(below * weight / UNIT).astype(np.int64)
    t.below_cost[k] += counted.sum(axis=1)
    for q, rows in enumerate(whole):
        clipped = np.clip(rows, -64.0, 64.0)
        for i, power in enumerate((clipped, clipped * clipped)):
            weighed = power if weight is None else power * weight
            t.moment[k, :, q, i] += np.rint(weighed / COARSE).astype(np.int64).sum(axis=1)


def _add_together(t: BookTally, k: int, held: Holdings, loss: Ints, weight: Array | None) -> None:
    """Which deals lose on one path."""
    n_deal = t.joint.shape[-1]
    lost = np.zeros((n_deal, loss.shape[1]), np.float32 if weight is None else np.float64)
    for p, deal in enumerate(held.deal):
        lost[deal][loss[p] > 0] = 1.0
    heavy = lost if weight is None else lost * np.rint(weight / UNIT)
    t.joint[k] += np.rint(heavy @ lost.T).astype(np.int64)  # below 2^24 or, by weight, 2^53: exact
    t.at_once[k] += by_bin(lost.sum(axis=0).astype(np.int64), weight, n_bin=n_deal + 1)


def weighted(weight: Array, rows: Array) -> Array:
    """Sum of rows by weight, one after another: the same bits on every machine and for any number of paths."""
    total = np.zeros(rows.shape[1])
    for w, row in zip(weight, rows, strict=True):
        total += w * row
    return total


def by_bin(
    bins: Ints, weight: Array | None, amount: Array | None = None, unit: float = UNIT, n_bin: int = N_BIN
) -> Ints:
    """Paths by bin (in `UNIT`s where they carry a weight), or sums of an amount in a unit: whole numbers below 2^53."""
    if amount is None:
        if weight is None:
            return np.bincount(bins, minlength=n_bin)
        amount = np.ones(len(bins))
    units = np.rint((amount if weight is None else amount * weight) / unit)
    return np.rint(np.bincount(bins, units, n_bin)).astype(np.int64)
