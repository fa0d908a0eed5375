"""A problem packed flat: one array of each kind and a record of offsets, so that stages take one small argument.

Passing the problem's arrays themselves would flatten some 45 arrays into every stage's signature: 42 s to compile
instead of a few.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from stress.kernels.codes import NO_LIMIT
from stress.kernels.layout import LANES, N_LAW, PANEL_BLOCKS, Floats, Ints
from stress.kernels.sampling import Sampler, Shifted, Sobol
from stress.kernels.tables import BY_PATH, HEADER_FIELDS, N_PARAMETER, Problem
from stress.kernels.tally import NO_PATH, WEIGHT_UNIT, Tally, tally_shapes


class Memory(NamedTuple):
    """What every stage sees."""

    w: Any
    """Scratch: rows of lanes, then lane mask, month sums, panel of normals, residuals, trace."""
    f: Any
    """All float64 tables of the problem, flat; table `x` starts at p.at_x."""
    g: Any
    """All int64 tables of the problem, flat."""
    n: Any
    """Counts; tally array `x` starts at p.to_x."""
    p: Any
    """Record of sizes, row offsets and table offsets."""


class Packed(NamedTuple):
    """A problem ready to run: constants and the length of what each thread needs."""

    f: Floats
    g: Ints
    header: Ints
    n_scratch: int
    shapes: dict[str, tuple[int, ...]]
    problem: Problem
    sampler: Sampler | None = None
    """Who draws the factors; None: the kernel itself, by Philox."""


def pack(problem: Problem, traced: bool = False, sampler: Sampler | None = None, replicated: bool = False) -> Packed:
    """Lay all tables out flat and write down where each begins.

    `sampler`: who draws the factors, in place of Philox. `replicated`: count losses by replicate, as Sobol's always are.
    """
    sizes, rows = problem.sizes, problem.rows
    entries: dict[str, int] = {**sizes._asdict(), **rows._asdict()}
    floats: list[Floats] = []
    integers: list[Ints] = []
    used = {"f": 0, "i": 0}
    for group in (problem.market, problem.receivables, problem.contract):
        for name, table in group._asdict().items():
            entries[f"at_{name}"] = used[table.dtype.kind]
            used[table.dtype.kind] += table.size
            (floats if table.dtype.kind == "f" else integers).append(np.ascontiguousarray(table).ravel())
    market = problem.market
    for name in ("link", "mixing", "quantile", "response"):
        entries[f"{name}_width"] = getattr(market, name).shape[-1]
    entries["n_shock"] = market.shock.shape[-1]
    entries["by_path"] = int(bool((market.degree == BY_PATH).any()))
    regions = {
        "alive": LANES,
        "month_sums": sizes.n_month * (5 + sizes.n_note),
        "panel": PANEL_BLOCKS * sizes.n_month * sizes.n_factor * LANES,
        "own": PANEL_BLOCKS * sizes.n_segment * LANES,
        "mixing": PANEL_BLOCKS * LANES,
        "parameters": PANEL_BLOCKS * N_PARAMETER * LANES,
        "shocks": PANEL_BLOCKS * entries["n_shock"] * LANES,
        "weight": PANEL_BLOCKS * LANES,
        "residuals": N_LAW * sizes.n_scenario,
        "trace": sizes.n_month * (rows.cohort + sizes.n_cohort) if traced else 0,
    }
    at = rows.size
    for name, length in regions.items():
        entries[name] = at
        at += length
    entries["traced"] = int(traced)
    entries["has_conditions"] = int(problem.contract.test.size > 0)
    capped = (problem.contract.step_value[:, 0] < NO_LIMIT).any()
    entries["keeps_steps"] = int(traced or bool(capped))
    weighted = isinstance(sampler, Shifted)
    entries["weighted"], entries["unit"] = int(weighted), WEIGHT_UNIT if weighted else 1
    replicated = replicated or isinstance(sampler, Sobol)
    entries["replicated"] = int(replicated)
    counts = (sizes.n_scenario, sizes.n_note, sizes.n_month, sizes.n_trigger)
    shapes = tally_shapes(*counts, weighted, replicated)
    count = 0
    for name, shape in shapes.items():
        entries[f"to_{name}"] = count
        count += math.prod(shape)
    header = np.array([entries[name] for name in HEADER_FIELDS], dtype=np.int64)
    return Packed(np.concatenate(floats), np.concatenate(integers), header, at, shapes, problem, sampler)


def aligned(n: int) -> Floats:
    """Zeros whose first element starts a cache line."""
    raw = np.zeros(n + 8)
    skip = (-raw.ctypes.data // 8) % 8
    return raw[skip : skip + n]


def field(packed: Packed, name: str) -> int:
    """One size or offset of a packed problem."""
    return int(packed.header[HEADER_FIELDS.index(name)])


class Workspace:
    """What one running thread writes to: scratch and counts."""

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        self.scratch = aligned(packed.n_scratch)
        self.scratch[field(packed, "weight") :][: PANEL_BLOCKS * LANES] = 1.0
        self.count = np.zeros(sum(math.prod(s) for s in packed.shapes.values()), np.int64)
        self._region("loss_path")[:] = NO_PATH

    def _region(self, name: str) -> Ints:
        start = field(self.packed, f"to_{name}")
        shape = self.packed.shapes[name]
        return self.count[start : start + math.prod(shape)].reshape(shape)

    def drawing(self) -> tuple[Floats, Floats]:
        """Where the normals of a panel stand, flat (16, T, F, 32), and the weights of its paths, flat (16, 32)."""
        sizes = self.packed.problem.sizes
        panel, weight = (field(self.packed, name) for name in ("panel", "weight"))
        length = PANEL_BLOCKS * sizes.n_month * sizes.n_factor * LANES
        return self.scratch[panel : panel + length], self.scratch[weight : weight + PANEL_BLOCKS * LANES]

    def tally(self) -> Tally:
        """What has been counted so far (copied, so that the workspace can go on)."""
        k = self.packed.problem.sizes.n_scenario
        at = field(self.packed, "residuals")
        arrays = {name: self._region(name).copy() for name in self.packed.shapes}
        return Tally(**arrays, residual=self.scratch[at : at + N_LAW * k].reshape(k, N_LAW).copy())

    def clear(self) -> None:
        """Count from zero again."""
        k = self.packed.problem.sizes.n_scenario
        at = field(self.packed, "residuals")
        self.scratch[at : at + N_LAW * k] = 0.0
        self.count[:] = 0
        self._region("loss_path")[:] = NO_PATH
