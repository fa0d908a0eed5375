"""What a run counts: integers only, so that merging in any order gives the same bits."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .axes import Declared, G, K, N, T, declared
from .layout import Ints
from .row_records import N_LAW

N_BIN = 10_000
"""Interior loss bins; bin 0 holds exact zeros, bin N_BIN + 1 exact ones."""
N_BATCH = 256
N_MONTH_BATCH = 16
N_FAN_BIN = 1024
N_SPREAD_BIN = 1024
N_REPLICATE = 16
"""A scrambled Sobol run holds so many independent replicates: replicate = block mod 16."""
OCTAVE, N_COARSE = 64, 528
"""Coarse bins to a doubling of a loss, and all of them."""
HIGHEST_IRR = 10.0
"""A yield above 1,000% a year is reported as this: of notes that are next to nothing."""
N_PRICE_BIN = 5632
PRICE_UNIT, PRICE_STEPS, PAR_BIN = 0.01, 320.0, 1696
"""Bins of a price: PRICE_STEPS to a unit of asinh((price - 1) / PRICE_UNIT), par in the middle of PAR_BIN. A bin is a third
of a basis point wide at par and 0.31% of the distance to par far from it; the first holds 0, the last all above 1,090."""
N_YIELD_BIN = 4096
YIELD_UNIT, YIELD_STEPS, COUPON_BIN = 0.001, 230.0, 1800
"""Bins of a yield, likewise about the note's mean coupon (0 for a residual note): a 23rd of a basis point wide there, 0.43% of
the distance far from it. The first begins at -1, the last but one ends at HIGHEST_IRR, the last holds those that are it."""
YIELD_AWAY = YIELD_UNIT * np.sinh((np.arange(N_YIELD_BIN + 1) - COUPON_BIN - 0.5) / YIELD_STEPS)
"""(N_YIELD_BIN + 1,) distances of the edges from the mean coupon."""
NO_PATH = np.int64(2**63 - 1)

NOTE_QUANTITIES = ("loss", "any_loss", "shortfall", "principal_time", "principal", "irr", "price", "multiple")
"""Per note, summed over paths: loss fraction, 0/1 any loss, 0/1 interest shortfall, sum of principal x years / original,
principal / original, annual effective IRR, price / par at the discount spread, all cash / original."""
POOL_QUANTITIES = ("default", "net_loss", "early_amortization", "purchased", "income", "recovered")
"""Over the cut-off balance: cumulative default, default net of recoveries, 0/1, face bought, fees and late charges, recoveries."""
MONTH_QUANTITIES = ("cumulative_default", "default_stock", "excess_spread", "pool_balance", "cash_balance")
"""By month, over the cut-off balance (excess spread per annum); then one balance / original per note."""
FAN_TOP = (1.0, 1.0, 1.0, 2.0, 2.0)
"""Upper end of the fan of each month quantity; a note's is 1. Bins are uniform in sqrt(x / top); excess spread is signed."""


N_QUANTITY = 8 * N + 6
"""The quantities of all notes, then those of the pool."""


class Tally(NamedTuple):
    """Counts of a set of paths. Sums are fixed-point in two int64 words: value = word[0] * 2**-20 + word[1] * 2**-60.

    Loss rows are the notes, then the pool's cumulative default and net loss (over cut-off). Where an array has a switch,
    it is empty unless paths carry weights ("weighted") or blocks belong to Sobol replicates ("replicated"). With weights
    `batch_sum` and `month_sum` are weighted, `fan_count` and `price_count` in units of 2^-20.
    """

    loss_count: Annotated[Ints, K, N + 2, N_BIN + 2]
    """Paths in each loss bin."""
    loss_path: Annotated[Ints, K, N + 2, N_BIN + 2]
    """Smallest path id in each bin, NO_PATH where empty."""
    batch_path: Annotated[Ints, N_BATCH]
    """Paths in each batch (batch = block mod N_BATCH)."""
    batch_sum: Annotated[Ints, K, N_QUANTITY, N_BATCH, 2]
    """NOTE_QUANTITIES of note 0, of note 1, ..., then POOL_QUANTITIES."""
    month_path: Annotated[Ints, N_MONTH_BATCH]
    """Paths in each month batch (panel mod N_MONTH_BATCH)."""
    month_sum: Annotated[Ints, K, T, N + 5, N_MONTH_BATCH, 2]
    """MONTH_QUANTITIES, then note balances."""
    fan_path: Annotated[Ints, 1]
    """Paths counted in the fans (one block of each panel)."""
    fan_count: Annotated[Ints, K, T, N + 5, N_FAN_BIN]
    """The same quantities by `FAN_TOP`."""
    wal_count: Annotated[Ints, K, N, N_SPREAD_BIN]
    """Uniform over [0, T / 12 + 1] years; paths that received principal."""
    irr_count: Annotated[Ints, K, N, N_YIELD_BIN]
    """By yield, bins of `yield_edges`."""
    price_count: Annotated[Ints, K, N, N_PRICE_BIN]
    """By price over par, bins of `price_edges`."""
    trigger_count: Annotated[Ints, K, G, T + 1]
    """Month index of the first trip; last = never."""
    early_count: Annotated[Ints, K, T + 1]
    """Month index of early amortization; last = never."""
    first_loss_count: Annotated[Ints, K, N, T + 1]
    """First month from which pool and cash stay below the note and its seniors; last = no loss."""
    loss_weight_sum: Annotated[Ints, "weighted", K, N + 2, N_BIN + 2, 2, 2]
    """Sum of weights and of their squares in each loss bin."""
    loss_top: Annotated[Ints, "weighted", K, N + 2]
    """Largest weight of a path with a loss, in units of 2^-40."""
    square_sum: Annotated[Ints, "weighted", K, N_QUANTITY, N_BATCH, 2]
    """The rows of `batch_sum` weighted by the square."""
    weight_sum: Annotated[Ints, "weighted", N_BATCH, 2, 2]
    """Sum of weights and of their squares in each batch."""
    month_weight_sum: Annotated[Ints, "weighted", N_MONTH_BATCH, 2]
    """Sum of weights in each month batch."""
    wal_weight: Annotated[Ints, "weighted", K, N, N_SPREAD_BIN]
    """Weights by WAL, in units of 2^-20."""
    irr_weight: Annotated[Ints, "weighted", K, N, N_YIELD_BIN]
    """Weights by IRR, in units of 2^-20."""
    trigger_weight_sum: Annotated[Ints, "weighted", K, G, T + 1, 2, 2]
    """Sum of weights and of their squares by month, as `trigger_count`."""
    early_weight_sum: Annotated[Ints, "weighted", K, T + 1, 2, 2]
    """Likewise."""
    first_loss_weight_sum: Annotated[Ints, "weighted", K, N, T + 1, 2, 2]
    """Likewise."""
    replicate_count: Annotated[Ints, "replicated", K, N + 2, N_REPLICATE, N_COARSE]
    """`loss_count` by replicate, in coarse bins."""
    trigger_replicate: Annotated[Ints, "replicated", K, G, N_REPLICATE, T + 1]
    """`trigger_count` by replicate."""
    early_replicate: Annotated[Ints, "replicated", K, N_REPLICATE, T + 1]
    """Likewise."""
    first_loss_replicate: Annotated[Ints, "replicated", K, N, N_REPLICATE, T + 1]
    """Likewise."""
    fault: Annotated[Ints, K, 4]
    """Sums that are no number or too large to be added (1e12), unused, unused, paths run."""
    residual: Annotated[NDArray[np.float64], K, N_LAW]
    """Worst error against each of `layout.Laws`, over the cut-off balance."""


COUNTS: dict[str, Declared] = {name: axes for name, _, axes in declared(Tally) if name != "residual"}
"""The integer arrays, in the order in which they lie in memory, with their axes."""
TALLY_ARRAYS = tuple(COUNTS)
MOST_WEIGHT = 4
"""No weight is larger: a quarter of the paths is drawn from the plain law."""
WEIGHT_UNIT, TOP_UNIT = 2**20, 2**40
"""One path's weight of 1 in a weighted count (fans, WAL, IRR) and in `loss_top`."""
RULE = {"loss_path": np.minimum, "loss_top": np.maximum, "residual": np.maximum}
"""How two tallies become one, where it is not by adding."""


def tally_shapes(
    n_scenario: int, n_note: int, n_month: int, n_trigger: int, weighted: bool = False, replicated: bool = False
) -> dict[str, tuple[int, ...]]:
    """Shape of each integer array of a tally, in the order of its fields.

    `weighted`: paths carry weights; `replicated`: blocks belong to Sobol replicates.
    """
    sizes = {"n_scenario": n_scenario, "n_note": n_note, "n_month": n_month, "n_trigger": n_trigger}
    off = {"weighted": None if weighted else (0, 2), "replicated": None if replicated else (0,)}
    return {name: off.get(axes.switch) or axes.shape(sizes) for name, axes in COUNTS.items()}


def coarse_bins() -> NDArray[np.int64]:
    """(N_BIN + 2,) coarse bin of each loss bin: its leading seven bits. Below 1.28% and at the atoms each has its own."""
    inner = np.arange(N_BIN + 1)
    shift = np.maximum(np.frexp(inner)[1] - 7, 0)
    return np.append(shift * OCTAVE + (inner >> shift), N_COARSE - 1)


def price_edges() -> NDArray[np.float64]:
    """(N_PRICE_BIN + 1,) edges of the bins of a price over par, none below 0; the last bin has no end."""
    edges = 1.0 + PRICE_UNIT * np.sinh((np.arange(N_PRICE_BIN + 1) - PAR_BIN - 0.5) / PRICE_STEPS)
    edges[-1] = np.inf
    return np.maximum(edges, 0.0, dtype=np.float64)


def yield_edges(mean_coupon: float) -> NDArray[np.float64]:
    """(N_YIELD_BIN + 1,) edges of the bins of the yield of a note with this mean coupon, a year."""
    edges = np.clip(mean_coupon + YIELD_AWAY, -1.0, HIGHEST_IRR)
    edges[0], edges[-2:] = -1.0, HIGHEST_IRR
    return np.asarray(edges, np.float64)


def merge(tallies: list[Tally]) -> Tally:
    """Add tallies up: integer sums, smallest paths, worst residuals. Any order gives the same bits."""
    fields: dict[str, NDArray[Any]] = {}
    for name in Tally._fields:
        arrays = [getattr(tally, name) for tally in tallies]
        if name.endswith("_sum"):
            fields[name] = _carried(np.add.reduce([_carried(a) for a in arrays]))
        else:
            fields[name] = RULE.get(name, np.add).reduce(arrays)
    return Tally(**fields)


def _carried(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move the carries of the low word (2^40 of them make one of the high word), so that neither overflows."""
    normal = words.copy()
    carry = words[..., 1] >> 40
    normal[..., 0] += carry
    normal[..., 1] -= carry << 40
    return normal


def decoded(words: NDArray[np.int64]) -> NDArray[np.float64]:
    """Fixed-point sums (..., 2) as float64."""
    high, low = words[..., 0].astype(np.float64), words[..., 1].astype(np.float64)
    return np.asarray(high * 2.0**-20 + low * 2.0**-60)
