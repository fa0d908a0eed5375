"""What a book counts: integers only, so that counts of any parts add up to the same bits.

A loss is held as a whole number of `UNIT`s of a position's (or the book's) original balance. Bins of a loss share are
32 to a doubling, so that a senior note's tail is told as finely as an equity's; bin 0 holds exact zeros alone. A book
that is short of some notes can gain: it has as many bins below that of zeros (`Bins`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.arrays import Array, Ints

UNIT, COARSE = 2.0**-32, 2.0**-20
"""Of losses and their squares; of income, value, factors and their squares."""
FINE, OCTAVES = 32, 24
N_BIN = FINE * OCTAVES + 2
"""Bin 0: no loss; then 32 a doubling from 2^-24 (what is smaller is in the first), the last a loss of all."""
NO_PATH = np.int64(2**63 - 1)
QUANTITIES = ("income", "value")
"""Interest received, and the value of all cash flows at the scenario's discount rate, over original balance."""


class BookTally(NamedTuple):
    """Counts of a set of paths. K scenarios, P positions (the book last: P + 1), Z bins, F named factors, D deals.
    The loss of a short is minus that of its note.

    All but `ALIKE` have an axis W before these: 1, a path counts as one; or, of paths that carry a weight, 2: by weight
    and by its square, counts of paths then in `UNIT`s too.
    """

    path: Ints
    """(1,) paths."""
    loss_count: Ints
    """(K, P + 1, Z) paths by their own loss."""
    loss_sum: Ints
    """(K, P + 1, Z) losses by their own bin."""
    by_book: Ints
    """(K, P, Z) a position's losses by the bin of the book's loss."""
    square: Ints
    """(K, P + 1, Z) squares of losses by the bin of the book's loss."""
    without_count: Ints
    """(K, P, Z) paths by the loss of the book without the position, over the whole book."""
    without_sum: Ints
    """(K, P, Z)"""
    moment: Ints
    """(K, P + 1, 2, 2) sums and sums of squares of `QUANTITIES`."""
    below_cost: Ints
    """(K, P + 1) paths whose value falls short of the price paid."""
    joint: Ints
    """(K, D, D) paths on which notes held of both deals lose."""
    at_once: Ints
    """(K, D + 1) paths by the number of deals of which notes held lose."""
    factor: Ints
    """(K, F, Z) mean level of a factor over the book's months, by the bin of the book's loss."""
    factor_square: Ints
    """(K, F, Z) squares of the same."""
    first_path: Ints
    """(K, Z) smallest path in each bin of the book's loss, NO_PATH where empty."""
    residual: Array
    """(D, 5) worst error of each deal against the laws of `stress.kernels.layout.Laws`."""


RULE = {"first_path": np.minimum, "residual": np.maximum}
"""How two counts become one, where it is not by adding."""
ALIKE = ("path", "first_path", "residual")
"""What is the same whatever a path weighs."""
PATHS = ("loss_count", "without_count", "below_cost", "joint", "at_once")
"""Counts of paths."""


class Weighed(NamedTuple):
    """A tally to reckon with: sums by weight, and by the square of the weight, which errors rest on."""

    first: BookTally
    second: BookTally


def weighed(tally: BookTally) -> Weighed:
    """Both sums of a tally, counts in paths; of paths that weigh one they are the same."""
    first = powers(tally)
    if len(first) == 1:
        return Weighed(first[0], first[0])
    by_weight, by_square = (part._replace(**{name: getattr(part, name) * UNIT for name in PATHS}) for part in first)
    return Weighed(by_weight, by_square)


def powers(tally: BookTally) -> list[BookTally]:
    """Views of a tally: by weight and by its square, or of paths that weigh one."""
    held = tally._asdict()
    return [
        BookTally(**{name: array if name in ALIKE else array[i] for name, array in held.items()})
        for i in range(len(tally.loss_count))
    ]


def empty(
    n_scenario: int,
    n_position: int,
    n_deal: int,
    n_factor: int,
    n_law: int,
    is_weighted: bool = False,
    n_bin: int = N_BIN,
) -> BookTally:
    """Nothing counted yet."""
    k, p, d = n_scenario, n_position, n_deal
    shapes = {
        "path": (1,),
        "loss_count": (k, p + 1, n_bin),
        "loss_sum": (k, p + 1, n_bin),
        "by_book": (k, p, n_bin),
        "square": (k, p + 1, n_bin),
        "without_count": (k, p, n_bin),
        "without_sum": (k, p, n_bin),
        "moment": (k, p + 1, len(QUANTITIES), 2),
        "below_cost": (k, p + 1),
        "joint": (k, d, d),
        "at_once": (k, d + 1),
        "factor": (k, n_factor, n_bin),
        "factor_square": (k, n_factor, n_bin),
        "first_path": (k, n_bin),
    }
    power = (1 + is_weighted,)
    counts = {
        name: np.zeros(shape if name in ALIKE else power + shape, np.int64) for name, shape in shapes.items()
    }  # fmt: skip
    counts["first_path"][:] = NO_PATH
    return BookTally(**counts, residual=np.zeros((d, n_law)))


def add(total: BookTally, part: BookTally) -> None:
    """Add to a tally in place."""
    for name, into, new in zip(BookTally._fields, total, part, strict=True):
        RULE.get(name, np.add)(into, new, out=into)


def merged(parts: Sequence[BookTally]) -> BookTally:
    """Several as one, in any order."""
    total = BookTally(**{name: array.copy() for name, array in parts[0]._asdict().items()})
    for part in parts[1:]:
        add(total, part)
    return total


def bin_of(share: Array) -> Ints:
    """Bin of a loss share from 0 to 1."""
    mantissa, exponent = np.frexp(share)
    inner = 1 + (exponent + OCTAVES - 1) * FINE + ((mantissa - 0.5) * (2 * FINE)).astype(np.int64)
    return np.where(share > 0.0, np.clip(inner, 1, N_BIN - 1), 0)


class Bins(NamedTuple):
    """Bins of losses, and of gains below them where a book has shorts."""

    n: int
    zero: int
    """Of exact zeros: 0 where nothing is ever gained."""

    def of(self, loss: Array) -> Ints:
        """The bin of each loss, from -1 to 1."""
        if not self.zero:
            return bin_of(loss)
        return self.zero + np.sign(loss).astype(np.int64) * bin_of(np.abs(loss))

    def edges(self) -> Array:
        """(n + 1,) lower edge of each bin, and the end of the last."""
        up = edges()
        return np.concatenate([-up[:0:-1], up[1:]]) if self.zero else up


def bins_of(is_short: bool) -> Bins:
    """Of a book that is short of some notes, or of none."""
    return Bins(2 * N_BIN - 1, N_BIN - 1) if is_short else Bins(N_BIN, 0)


def bins_in(count: NDArray[Any]) -> Bins:
    """Those of a histogram."""
    return bins_of(count.shape[-1] != N_BIN)


def edges() -> Array:
    """(N_BIN + 1,) lower edge of each bin, and the end of the last: 0, 0, .., 1, 1."""
    inner = np.arange(FINE * OCTAVES)
    low = np.ldexp(1.0 + inner % FINE / FINE, inner // FINE - OCTAVES)
    low[0] = 0.0
    return np.concatenate([[0.0], low, [1.0, 1.0]])
