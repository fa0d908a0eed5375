"""A delinquency ladder from balances by bucket: what rolls on, stays and pays down a bucket each month; the rest cures.

Of months that follow one another a bucket's balance is a sum of shares of last month's buckets (MacRae 1977,
"Estimation of time-varying Markov processes with aggregate data", Econometrica 45): least squares with every share at
least 0 and no more than 1 leaving a bucket, each destination weighted by one over its mean balance (a variance that
grows with the mean). Entry moves by itself: what stays in the first bucket, or pays down to it, is counted with what
cures. Errors by circular blocks of months, which keep the memory of a history. Dates that lie apart tell
less: the ratio of neighbouring buckets at one date, which is the share that ever reaches the next bucket, in a pool
that neither grows nor shrinks.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy.optimize import nnls

from stress.arrays import Array, Bools, Ints
from stress.calibration.blocks import block_length
from stress.errors import DataError

Shape = Literal["rolls", "stays", "pays down"]
SHAPES: tuple[Shape, ...] = ("rolls", "stays", "pays down")
"""Each allows what those before it do: to roll on or cure; to stay; to pay down one bucket."""
MOST = 6
REPLICATES = 200
_TIGHT = 1e3
"""Weight of `all shares of a bucket and what cures add up to 1` against balances of about 1."""


class Stocks(NamedTuple):
    """Balances by bucket, one row a date; NaN where not published."""

    label: tuple[str, ...]
    month: tuple[int, ...]
    """Months since year 0 of each date."""
    bucket: Array
    """(n, K) amounts, the least late first."""
    current: Array
    """(n,) amounts that are not late."""
    loss: Array
    """(n,) charged off in the month that ends at the date (or a month's share of a longer period)."""
    note: tuple[str, ...] = ()
    """How the table was read, in words."""


class Rolls(NamedTuple):
    """Shares of each bucket that move in a month; rows: current, then the K buckets."""

    how: Literal["months", "dates", "transitions"]
    shape: Shape
    n: int
    """Pairs of months, or dates, or tables of transitions."""
    rolls: Array
    """(K + 1,) to the next bucket; of current into the first, of the last to default; NaN where not known."""
    rolls_error: Array
    stays: Array
    """(K + 1,) 0 where the shape knows none."""
    stays_error: Array
    pays_down: Array
    """(K + 1,) one bucket down."""
    pays_down_error: Array
    explained: float
    """Share of the variance of all destinations, about their means; NaN for dates."""
    condition: float
    """Of the scaled balances of the worst destination: above 30 shares can hardly be told apart; NaN for dates."""
    criterion: tuple[float, ...]
    """Bayesian information of each of `SHAPES`, the smallest is best; empty where only one was fitted."""

    @property
    def cures(self) -> Array:
        """(K + 1,) what is left: becomes current, or is paid."""
        return np.asarray(1.0 - self.rolls - self.stays - self.pays_down)


def fit_rolls(stocks: Stocks, shape: Shape | None = None) -> Rolls:
    """The matrix, of consecutive months where there are enough of them, else of the ratios at each date.

    `shape`: how much may happen to a bucket; by the criterion where left out. Raises DataError for fewer than two
    dates, or more than six buckets.
    """
    n_bucket = stocks.bucket.shape[1]
    if not 1 <= n_bucket <= MOST:
        raise DataError(f"{n_bucket} buckets: a ladder has 1 to {MOST}")
    before = _pairs(stocks)
    if len(before) >= 3 * (n_bucket + 2):
        fits = [_fitted(stocks, before, candidate) for candidate in (SHAPES if shape is None else (shape,))]
        criterion = tuple(score for _, score in fits)
        best = fits[int(np.argmin(criterion))][0]
        return best._replace(criterion=criterion if len(fits) > 1 else ())
    if shape not in (None, "rolls"):
        raise DataError(
            f"{len(before)} pairs of consecutive months: too few to tell what stays; dates apart give only the share "
            "that ever reaches the next bucket"
        )
    return _of_dates(stocks)


def series(stocks: Stocks) -> tuple[Array, Array]:
    """(n, K + 1) roll of each row by date, as the estimates are made (months: into the next month), and its months."""
    amount, month = np.column_stack([stocks.current, stocks.bucket, stocks.loss]), np.array(stocks.month)
    before = _pairs(stocks)
    if len(before) >= 3 * (stocks.bucket.shape[1] + 2):
        return _ratio(amount[before + 1, 1:], amount[before, :-1]), month[before + 1]
    return _ratio(amount[:, 1:], amount[:, :-1]), month


def _ratio(above: Array, below: Array) -> Array:
    """NaN where there is nothing that could roll."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0.0)


def _pairs(stocks: Stocks) -> Ints:
    """Rows whose next row is the month after, both with all buckets."""
    whole: Bools = np.asarray(np.isfinite(stocks.bucket).all(axis=1))
    follows: Bools = np.asarray(np.diff(np.array(stocks.month)) == 1)
    return np.flatnonzero(follows & whole[:-1] & whole[1:])


def _moves(n_bucket: int, shape: Shape, current: bool, loss: bool) -> list[tuple[int, int]]:
    """(from, to) of each share: 0 current, 1..K buckets, K + 1 default. Into the first bucket there is entry alone: it
    moves by itself, so that what stays there or pays down to it cannot be told from it."""
    moves = [(k, k + 1) for k in range(0 if current else 1, n_bucket + loss)]
    if shape != "rolls":
        moves += [(k, k) for k in range(2, n_bucket + 1)]
    if shape == "pays down":
        moves += [(k, k - 1) for k in range(3, n_bucket + 1)]
    return moves


class _Design(NamedTuple):
    x: Array
    """(pairs, destinations, shares)"""
    y: Array
    """(pairs, destinations)"""
    rows: Array
    """(K + 1, shares) 1 where a share leaves a bucket."""


def _design(stocks: Stocks, before: Ints, shape: Shape) -> tuple[_Design, list[tuple[int, int]]]:
    n_bucket = stocks.bucket.shape[1]
    amount = np.column_stack([stocks.current, stocks.bucket, stocks.loss])
    known = [bool(np.isfinite(amount[[*before, *(before + 1)], k]).all()) for k in (0, n_bucket + 1)]
    moves = _moves(n_bucket, shape, *known)
    to = sorted({j for _, j in moves} | set(range(2, n_bucket + 1)))
    scale = 1.0 / np.sqrt(amount[before + 1][:, to].mean(axis=0) * np.nanmean(stocks.bucket))
    x = np.zeros((len(before), len(to), len(moves)))
    for i, (k, j) in enumerate(moves):
        x[:, to.index(j), i] = amount[before, k] * scale[to.index(j)]
    rows = np.array([[float(k == row) for k, _ in moves] for row in range(n_bucket + 1)])
    return _Design(x, amount[before + 1][:, to] * scale, rows), moves


def _solved(design: _Design, pick: Ints | slice) -> tuple[Array, float]:
    """Shares at least 0, none leaving a bucket more than once, and the sum of squares left."""
    x, y = design.x[pick].reshape(-1, design.x.shape[2]), design.y[pick].ravel()
    n_row, n_share = design.rows.shape
    tight = _TIGHT * np.hstack([design.rows, np.eye(n_row)])
    whole = np.vstack([np.hstack([x, np.zeros((len(x), n_row))]), tight])
    share = nnls(whole, np.concatenate([y, _TIGHT * np.ones(n_row)]), maxiter=100 * whole.shape[1])[0][:n_share]
    return share, float(np.square(y - x @ share).sum())


def _fitted(stocks: Stocks, before: Ints, shape: Shape) -> tuple[Rolls, float]:
    design, moves = _design(stocks, before, shape)
    share, left = _solved(design, slice(None))
    n, size = len(before), design.y.size
    residual = (design.y - design.x @ share)[:, 0]
    memory = float(np.corrcoef(residual[1:], residual[:-1])[0, 1]) if n > 3 and residual.std() > 0.0 else 0.0
    block, draw = block_length(n, float(np.clip(memory, 0.0, 0.95))), np.random.default_rng(1977)
    first = draw.integers(0, n, (REPLICATES, -(-n // block)))
    index = ((first[:, :, None] + np.arange(block)) % n).reshape(REPLICATES, -1)[:, :n]
    error = np.std([_solved(design, rows)[0] for rows in index], axis=0, ddof=1)
    total = float(np.square(design.y - design.y.mean(axis=0)).sum())
    parts = _by_row(stocks.bucket.shape[1], moves, share, error)
    worst = max(_condition(design.x[:, j]) for j in range(design.x.shape[1]))
    rolls = Rolls("months", shape, n, *parts, explained=1.0 - left / total, condition=worst, criterion=())
    return rolls, size * float(np.log(max(left, 1e-300) / size)) + len(share) * float(np.log(size))


def _condition(x: Array) -> float:
    used = x[:, np.abs(x).sum(axis=0) > 0.0]
    return float(np.linalg.cond(used / np.linalg.norm(used, axis=0))) if used.shape[1] else 1.0


def _by_row(
    n_bucket: int, moves: list[tuple[int, int]], share: Array, error: Array
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Rolls, stays and shares that pay down by row, each followed by its errors."""
    parts = [np.full(n_bucket + 1, np.nan), np.full(n_bucket + 1, np.nan), *np.zeros((4, n_bucket + 1))]
    for (k, j), value, spread in zip(moves, share, error, strict=True):
        at = {1: 0, 0: 2, -1: 4}[j - k]
        parts[at][k], parts[at + 1][k] = value, spread
    rolls, rolls_error, stays, stays_error, down, down_error = parts
    return rolls, rolls_error, stays, stays_error, down, down_error


def _of_dates(stocks: Stocks) -> Rolls:
    """Means of the ratios over dates; errors by their spread, widened for neighbours that are alike."""
    ratio = series(stocks)[0]
    known = np.isfinite(ratio).sum(axis=0)
    if known[1:].max(initial=0) < 2:
        raise DataError("fewer than two dates with neighbouring buckets: there is no error to state")
    rolls, error = np.full(ratio.shape[1], np.nan), np.full(ratio.shape[1], np.nan)
    for k in np.flatnonzero(known):
        value = ratio[np.isfinite(ratio[:, k]), k]
        rolls[k] = value.mean()
        if len(value) > 1:
            memory = float(np.corrcoef(value[1:], value[:-1])[0, 1]) if len(value) > 7 and value.std() > 0.0 else 0.0
            memory = float(np.clip(memory, 0.0, 0.95))
            error[k] = value.std(ddof=1) / np.sqrt(len(value)) * np.sqrt((1.0 + memory) / (1.0 - memory))
    if (rolls > 1.0).any():
        worst = int(np.argmax(rolls > 1.0))
        names = ["current", *(f"bucket {i}" for i in range(1, len(rolls))), "the loss"]
        raise DataError(
            f"{names[worst + 1]} is {rolls[worst]:.3g} times {names[worst]} on average, which is no share of it: see "
            "that buckets stand the least late first and that all amounts are in one unit"
        )
    none = np.zeros_like(rolls)
    return Rolls("dates", "rolls", int(known.max()), rolls, error, none, none, none, none, np.nan, np.nan, ())
