"""How a loan is repaid: scheduled balance and principal by instalment, for the kinds of loans that people make."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from stress.arrays import Array, Ints

if TYPE_CHECKING:
    from stress.inputs.pool.plans import Kind


class Schedule(NamedTuple):
    """A loan's instalments, in order, over `whole`."""

    due: Array
    """(n,) principal of each instalment."""
    balance: Array
    """(n,) scheduled balance before each instalment; interest accrues on it."""
    whole: float
    """Balance before the first: n for equal principal, so that its figures are whole numbers; else 1."""


def level_payment(rate: ArrayLike, term: ArrayLike) -> Array:
    """Monthly payment of an annuity of `term` months on a principal of 1, at an annual rate: i / (1 - (1 + i)^-n).

    >>> level_payment([0.06, 0.0], [360, 10]).round(7).tolist()
    [0.0059955, 0.1]
    """
    i, n = np.broadcast_arrays(np.asarray(rate, dtype=np.float64) / 12.0, np.asarray(term, dtype=np.float64))
    safe = np.where(i == 0.0, 1.0, i)
    return np.asarray(np.where(i == 0.0, 1.0 / n, safe / -np.expm1(-n * np.log1p(safe))), dtype=np.float64)


def schedule(kind: Kind, rate: float, term: int, interest_only: int = 0, amortization: int = 0) -> Schedule:
    """Principal and balance of a loan with `term` instalments left, at an annual rate that is fixed.

    `interest_only`: months left without principal; `amortization`: months over which a balloon loan would be repaid.

    >>> schedule("level", 0.12, 3).due.round(6).tolist()
    [0.330022, 0.333322, 0.336656]
    """
    if kind == "equal_principal":
        left: Array = np.arange(term, 0, -1, dtype=np.float64)
        return Schedule(np.ones(term), left, float(term))
    if kind == "bullet":
        interest_only = term - 1
    over = amortization if kind == "balloon" else term - interest_only
    balance = np.ones(term + 1)
    paid = np.arange(1, term - interest_only + 1)
    balance[interest_only + 1 :] = _left(rate / 12.0, over, paid)
    balance[term] = 0.0
    return Schedule(balance[:-1] - balance[1:], balance[:-1], 1.0)


def _left(i: float, n: int, paid: Ints) -> Array:
    """Share of an annuity of n payments that is left after some of them: annuity(n - paid) / annuity(n)."""
    if i == 0.0:
        return np.asarray((n - paid) / n, dtype=np.float64)
    return np.asarray(np.expm1(-(n - paid) * np.log1p(i)) / np.expm1(-n * np.log1p(i)), dtype=np.float64)
