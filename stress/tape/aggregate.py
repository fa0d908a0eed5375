"""Balances by level, term, instalments left and bucket of days past due: all that the engine needs of a tape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stress.arrays import Array
from stress.errors import DataError

SLOT = 361
"""Room for terms and instalments left of up to 360 months."""
SMALL = 3_000.0
"""Balance below which a loan counts as small in the report."""


class Stock(NamedTuple):
    """The aggregate; S levels in the order of their names, those cut from scores highest first."""

    level: tuple[str, ...]
    n: int
    """Loans."""
    late: Array
    """(S, 4) balance: current, M1 (1-30 days past due), M2, M3."""
    line: Array
    """(S, term, instalments left) performing balance."""
    fee: Array
    """(S, term, instalments left) monthly fee of that balance's ORIGINAL principal, money a month."""
    fee_free: Array
    """(S,) performing balance without a fee."""
    bearing: Array
    """(S,) ORIGINAL principal of the performing loans that bear a fee."""
    small_balance: float
    """Balance in loans below 3,000."""

    @property
    def balance(self) -> float:
        """Current + M1..M3."""
        return float(self.late.sum())

    @property
    def rate(self) -> Array:
        """(S,) mean over performing balance of what its loans pay: a flat fee a month, or interest a year."""
        _, term, left = np.indices(self.line.shape)
        return self._mean(self.fee * left / np.maximum(term, 1))

    @property
    def months_left(self) -> Array:
        """(S,) mean over performing balance of the instalments left."""
        return self._mean(self.line * np.arange(self.line.shape[2]))

    def _mean(self, weighted: Array) -> Array:
        """(S,) sums over performing balance; 0 of a level where nothing performs."""
        balance = self.line.sum(axis=(1, 2))
        return np.asarray(
            np.divide(weighted.sum(axis=(1, 2)), balance, out=np.zeros_like(balance), where=balance > 0.0)
        )

    @property
    def small(self) -> float:
        """Share of balance in loans below 3,000."""
        return self.small_balance / self.balance


def aggregate(loans: pd.DataFrame, limit: int = 16) -> Stock:
    """Sums over loans. DataError where no loan is left or there are more levels than `limit`."""
    if loans.empty:
        raise DataError("no loan is left in the pool")
    level = loans["level"].cat.remove_unused_categories()
    names = tuple(str(name) for name in level.cat.categories)
    _few(names, limit)
    balance = loans["balance"].to_numpy(dtype=np.float64)
    term = loans["term"].to_numpy(dtype=np.int64)
    left = loans["remaining"].to_numpy(dtype=np.int64)
    rate = loans["monthly_fee"].to_numpy(dtype=np.float64)
    code = level.cat.codes.to_numpy(dtype=np.int64)
    bucket = np.minimum((loans["days_past_due"].to_numpy(dtype=np.float64) + 29.0) // 30.0, 3.0).astype(np.int64)
    current = bucket == 0
    place = (code * SLOT + term) * SLOT + left
    shape, size = (len(names), SLOT, SLOT), len(names) * SLOT * SLOT

    def total(where: NDArray[Any], weight: Array, length: int) -> Array:
        return np.bincount(where, weight, length).astype(np.float64)

    performing = np.where(current, balance, 0.0)
    return Stock(
        names,
        len(loans),
        total(code * 4 + bucket, balance, 4 * len(names)).reshape(-1, 4),
        total(place, performing, size).reshape(shape),
        total(place, performing * rate * term / left, size).reshape(shape),
        total(code, np.where(rate == 0.0, performing, 0.0), len(names)),
        total(code, np.where(rate > 0.0, performing * term / left, 0.0), len(names)),
        float(balance[balance < SMALL].sum()),
    )


def merged(stock: Stock, other: Stock, order: Sequence[str] = (), limit: int = 16) -> Stock:
    """The aggregate of the loans of both; `order` of all levels, of their names where left out.

    DataError where they have more levels than `limit`.
    """
    names = tuple(sorted({*stock.level, *other.level}, key=order.index if order else None))
    _few(names, limit)

    def both(field: str) -> Array:
        total = np.zeros((len(names), *getattr(stock, field).shape[1:]))
        for part in (stock, other):
            total[[names.index(name) for name in part.level]] += getattr(part, field)
        return total

    return Stock(
        names, stock.n + other.n, both("late"), both("line"), both("fee"), both("fee_free"), both("bearing"),
        stock.small_balance + other.small_balance,
    )  # fmt: skip


def _few(names: tuple[str, ...], limit: int) -> None:
    if len(names) > limit:
        raise DataError(
            f"{len(names)} levels ({', '.join(names[:5])}, ...); a pool may have {limit}: group the scores first, "
            "those that are numbers with stress pool --levels CUT,CUT"
        )
