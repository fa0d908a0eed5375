"""The most likely path of the systematic factors on which a note loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from stress.answers.compared import compared
from stress.answers.frames import frame_of, framed
from stress.answers.shown import shown
from stress.answers.since import Since
from stress.arrays import Array
from stress.measures.estimate import Interval

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


GONE = 1e-4
"""Share of the cut-off balance below which a pool, or its notes, are gone: what factors do then is not told."""


class Search(NamedTuple):
    """One start and where it led."""

    start: str
    beta: float
    alignment: float
    steps: int


@shown
class Reverse(NamedTuple):
    """The most likely path to a loss of one note."""

    job: str
    scenario: str
    tranche: str
    loss: float
    """The note loses more than this share of its original amount."""
    beta: float
    """inf where no path within 12 standard deviations loses so much."""
    first_order: float
    """Phi(-beta)."""
    simulated: Interval
    """Share of the job's own paths that lose more than `loss`."""
    aimed: Interval
    """The same probability from paths drawn around the design point and weighted back."""
    paths: int
    seed: int
    normals: Array
    """(T, F) whitened normals of the path: what `replay` takes, and what importance sampling shifts by."""
    weight: Array
    """(T,) share of beta^2 that falls on each month."""
    searches: tuple[Search, ...]
    says: str
    path: xr.Dataset | None
    """The path replayed: factors, conditional rates, cash flows; None where there is none."""
    expected: xr.Dataset | None
    """The deterministic run for comparison: unconditional rates, rho = 0, whatever a state tells of the factors."""
    since: Since = Since()
    """Where the job starts."""

    def months(self) -> tuple[MonthOfPath, ...]:
        """The months of the path while its pool is there; none where there is no path."""
        if self.path is None or self.expected is None:
            return ()
        there = outstanding(self.path)
        factors, rates = (self.path[name].values for name in ("factor_value", "entry_rate"))
        calm = self.expected["entry_rate"].values
        return tuple(
            MonthOfPath(month, float(share), factors[t], rates[t], calm[t])
            for t, (month, share) in enumerate(zip(there, folded(self.weight, there), strict=True))
        )

    def left_out(self) -> str:
        """What a table of its months says of the others."""
        return left_out(self.weight, [row.month for row in self.months()])

    def to_dataframe(self, part: str = "months") -> pd.DataFrame:
        """A row a month of the path: its share of beta^2, factors, rates of entry and expected ones; `searches` a row a
        start."""
        if part != "months" or self.path is None:
            return frame_of(self, "searches" if part == "months" else part)
        names = [str(name) for name in self.path["factor"].values], [str(name) for name in self.path["segment"].values]
        return framed([
            {"month": row.month, "weight": row.weight}
            | {f"factor_{name}": float(x) for name, x in zip(names[0], row.factor, strict=True)}
            | {f"rate_{name}": float(x) for name, x in zip(names[1], row.rate, strict=True)}
            | {f"expected_{name}": float(x) for name, x in zip(names[1], row.expected, strict=True)}
            for row in self.months()
        ])  # fmt: skip


@compared
class MonthOfPath(NamedTuple):
    """A month of the most likely path."""

    month: int
    weight: float
    """Share of beta^2; of the first month with all before it."""
    factor: Array
    """(F,) standard deviations."""
    rate: Array
    """(S,) rate of entry of each segment."""
    expected: Array
    """(S,) the same on expected rates."""


def outstanding(path: xr.Dataset) -> list[int]:
    """The months of a path up to the last that begins with both receivables and notes: its first is after a state."""
    notes = sum(path[name].values.sum(axis=1) for name in ("note_balance", "written_down") if name in path)
    owed = np.append(np.inf, notes[:-1])
    there = np.minimum(path["month_start_balance"].values, owed) >= GONE * path.attrs["cut_off"]
    last = int(np.flatnonzero(there)[-1]) if there.any() else 0
    return [int(month) for month in path["month"].values[: last + 1]]


def folded(weight: Array, months: Sequence[int]) -> Array:
    """The shares of months on end; the first bears those of all before it, which brought the factors to their start."""
    own = weight[months[0] - 1 : months[-1]].copy()
    own[0] += weight[: months[0] - 1].sum()
    return own


def left_out(weight: Array, months: Sequence[int]) -> str:
    """What a table says of the months before and after those that it tells; empty where it tells all."""
    first = months[0]
    return " ".join(
        [f"Month {first} bears the share of the months before it: where the factors stand is not known."]
        * bool(weight[: first - 1].any())
        + [f"Later months are left out: pool or notes are gone (below {GONE:.2%} of the cut-off balance)."]
        * (months[-1] < len(weight))
    )
