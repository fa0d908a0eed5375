"""A problem packed flat: one array of each kind and a header of offsets, so that stages take one small argument.

Passing the problem's arrays themselves would flatten some 45 arrays into every stage's signature: 42 s to compile
instead of a few.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .codes import (
    AFTER_PAYMENT,
    CASH_ROW,
    DENOMINATORS,
    EXCESS_SPREAD_3M,
    IDLE_CASH_DAYS,
    NO_LIMIT,
    OBSERVED,
    OVERDUE_30,
    OVERDUE_60,
    OVERDUE_90,
    PAYMENT_RATE,
    POOL_ROW,
)
from .header import FIELD, HEADER_FIELDS
from .layout import LANES, PANEL_BLOCKS, RECOVERY, ROLLS, Floats, Ints, Switches
from .row_records import ROWS, Cash, Pool
from .samplers import Sampler, Shifted, Sobol
from .scratch import GROUPS
from .shown import SHOWN
from .tables import BY_PATH, MEASURED, MONTH, STEP, STEP_VALUE, TABLES, TRIGGER, Contract, Problem
from .tally import NO_PATH, WEIGHT_UNIT, Tally, tally_shapes

_KINDS = {"f": "f", "g": "i"}
"""NumPy's letter for what each array holds."""
_TELLS = tuple(
    (name, place, axis.size)
    for name, (_, axes) in TABLES.items()
    for place, axis in enumerate(axes)
    if axis.size in MEASURED
)
"""Tables and their axes that tell a length."""


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


def pack(
    problem: Problem,
    traced: bool = False,
    sampler: Sampler | None = None,
    replicated: bool = False,
    handed: bool = False,
) -> Packed:
    """Lay all tables out flat and write down where each begins.

    `sampler`: who draws the factors, in place of Philox. `replicated`: count losses by replicate, as Sobol's always are.
    `handed`: count nothing; a panel's outcomes stay in the workspace, path by path (`Workspace.handed`).
    Raises ValueError where an array has not the shape that its axes say.
    """
    switches = _switches(problem, traced, sampler, replicated)._replace(handed_block=PANEL_BLOCKS if handed else 0)
    entries: dict[str, int] = {**problem.sizes._asdict(), **switches._asdict()}
    tables = {name: table for group in problem[1:] for name, table in group._asdict().items()}
    entries |= measured(tables)
    if entries["n_stop"] < 0:
        entries["n_stop"] = entries["n_month"]
    flat: dict[str, list[Floats | Ints]] = {"f": [], "g": []}
    used = {"f": 0, "g": 0}
    for name, table in tables.items():
        kind, axes = TABLES[name]
        if table.shape != axes.shape(entries) or table.dtype.kind != _KINDS[kind]:
            raise ValueError(f"table {name} is {table.dtype} {table.shape}, its axes are {axes.shape(entries)}")
        entries[f"at_{name}"] = used[kind]
        used[kind] += table.size
        flat[kind].append(np.ascontiguousarray(table).ravel())
    n_scratch = lay_out(entries)
    sizes = problem.sizes
    counts = (sizes.n_scenario, sizes.n_note, sizes.n_month, sizes.n_trigger)
    shapes = tally_shapes(*counts, bool(switches.weighted), bool(switches.replicated))
    if handed:
        shapes = dict.fromkeys(shapes, (0,))
    count = 0
    for name, shape in shapes.items():
        entries[f"to_{name}"] = count
        count += math.prod(shape)
    header = np.array([entries[name] for name in HEADER_FIELDS], dtype=np.int64)
    return Packed(np.concatenate(flat["f"]), np.concatenate(flat["g"]), header, n_scratch, shapes, problem, sampler)


def _switches(problem: Problem, traced: bool, sampler: Sampler | None, replicated: bool) -> Switches:
    month, contract, weighted = problem.market.month, problem.contract, isinstance(sampler, Shifted)
    used = _used(contract)
    seen = used | _observed(contract)
    curable, effect, when = (contract.trigger[:, TRIGGER.index(name)] for name in ("curable", "effect", "when"))

    def looked_at(*observables: int) -> int:
        return int(traced or bool(seen & {(OBSERVED, observable) for observable in observables}))

    def ever(column: str) -> int:
        return int((month[..., MONTH.index(column)] > 0.0).any())

    late = {(POOL_ROW, ROWS[Pool].index(name)) for name in ("late_1", "late_2", "late_3", "late_beyond")}
    paid = {(POOL_ROW, ROWS[Pool].index(name)) for name in ("scheduled", "prepaid", "cured")}
    cost = (contract.step_value[:, STEP_VALUE.index("months_of_senior_cost")] > 0.0).any()
    return Switches(
        by_path=int((problem.market.degree == BY_PATH).any()),
        traced=int(traced),
        keeps_steps=int(traced or _capped(contract)),
        has_conditions=int(contract.test.size > 0),
        dilutes=ever("dilution"),
        commingles=ever("commingled_steps"),
        earns=int((month[..., MONTH.index("cash_rate")] != 0.0).any()),
        retains=int(contract.senior_fee.any() or contract.senior_note.any()),
        uses_overdue=int(looked_at(OVERDUE_30, OVERDUE_60, OVERDUE_90) or bool(used & late)),
        uses_payments=int(looked_at(PAYMENT_RATE) or bool(used & paid) or problem.sizes.trust == 1),
        uses_average=looked_at(EXCESS_SPREAD_3M),
        uses_idle=looked_at(IDLE_CASH_DAYS),
        even_late=int(not traced and _even_late(problem)),
        uses_cost=int(cost or (CASH_ROW, ROWS[Cash].index("senior_cost")) in used),
        fees_by_formula=int((contract.fee_formula >= 0).any()),
        weighted=int(weighted),
        unit=WEIGHT_UNIT if weighted else 1,
        replicated=int(replicated or isinstance(sampler, Sobol)),
        handed_block=0,
        keeps_quantities=int(contract.kept_of.size > 0),
        tests_payment=int((when == AFTER_PAYMENT).any()),
        cures=int(((curable == 1) & (effect > 0)).any()),
        random_rate=int(problem.short_rate.rate_law[:, 0].any()),
        given_rate=int((problem.short_rate.rate_law[:, 0] > 1.0).any()),
    )


def _observed(contract: Contract) -> set[tuple[int, int]]:
    """What triggers and conditions look at."""
    observed = {*contract.trigger[:, TRIGGER.index("observable")].tolist(), *contract.test[:, 0].tolist()}
    return {(OBSERVED, observable) for observable in observed}


def _capped(contract: Contract) -> bool:
    """Whether a step has a cap, which counts what its earlier sources paid."""
    limited = contract.step_value[:, STEP_VALUE.index("limit")] < NO_LIMIT
    return bool(limited.any() or (contract.step[:, STEP.index("cap")] >= 0).any())


def _even_late(problem: Problem) -> bool:
    """Whether rolls and recoveries are numbers of the month, the same on all lanes."""
    late, market = [*(ROLLS if problem.sizes.n_bucket > 0 else ROLLS[:3]), RECOVERY], problem.market
    even = (market.common[:, late] == 1).all() and (market.degree[:, late] == 0).all()
    return bool(even and problem.sizes.granular == 0)


def _used(contract: Contract) -> set[tuple[int, int]]:
    """What the formulas look at: (what a row does, of which); of an observable, whatever it is over."""
    rows = {(does, what) for does, what in contract.code.tolist()}
    return {(does, what // len(DENOMINATORS) if does == OBSERVED else what) for does, what in rows}


def measured(tables: dict[str, Floats | Ints]) -> dict[str, int]:
    """Lengths that the tables themselves tell."""
    sizes: dict[str, int] = {}
    for name, place, size in _TELLS:
        if place < tables[name].ndim:
            sizes.setdefault(size, tables[name].shape[place])
    return sizes


def lay_out(entries: dict[str, int]) -> int:
    """Put the groups of the scratch one after another; their length in all."""
    at, entries["n_kept"] = 0, 0
    for name, group in GROUPS.items():
        entries[f"of_{name}"] = at
        if name == "acting" and entries["granular"] == 0:
            entries["of_acting"] = entries["of_rate"]
            continue
        if group.axes.switch and entries[group.axes.switch] == 0:
            continue
        if name == "path" and entries["traced"] == 1:
            entries["n_kept"] = at
        at += group.stride * math.prod(group.axes.shape(entries))
    return at


def aligned(n: int) -> Floats:
    """Zeros whose first element starts a cache line."""
    raw = np.zeros(n + 8)
    skip = (-raw.ctypes.data // 8) % 8
    return raw[skip : skip + n]


class Workspace:
    """What one running thread writes to: scratch and counts. Nobody else knows how they lie."""

    def __init__(self, packed: Packed) -> None:
        self.packed = packed
        self.sizes = dict(zip(FIELD, packed.header.tolist(), strict=True))
        self.scratch = aligned(packed.n_scratch)
        self._group("weight")[:] = 1.0
        self.count = np.zeros(sum(math.prod(s) for s in packed.shapes.values()), np.int64)
        self.counts().loss_path[:] = NO_PATH
        if packed.problem.sizes.n_before and self.sizes["n_kept"]:
            self._tell_what_was()

    def _tell_what_was(self) -> None:
        """In a replay the months that are data show the opening state."""
        before, begin, end = (self.sizes[name] for name in ("n_before", "of_condition", "n_kept"))
        opening = np.repeat(self.packed.problem.opening.start_row, LANES)
        self._group("trace")[:before, begin:end] = opening[: end - begin]
        bought = self.sizes["of_pool"] - begin + ROWS[Pool].index("total_bought") * LANES
        self._group("total_bought")[:before] = opening[bought]

    def _group(self, name: str) -> Floats:
        """A group of the scratch by its axes, and lanes where it has rows; a record's rows come before its lanes."""
        group = GROUPS[name]
        shape = group.axes.shape(self.sizes)
        rows = (len(ROWS[group.record]), LANES) if group.record else (group.stride,) if group.stride > 1 else ()
        start = self.sizes[f"of_{name}"]
        return self.scratch[start : start + group.stride * math.prod(shape)].reshape(*shape, *rows)

    def drawing(self) -> tuple[Floats, Floats]:
        """Where the normals of a panel stand, flat (16, T, F, 32), and the weights of its paths, flat (16, 32)."""
        return self._group("panel").reshape(-1), self._group("weight").reshape(-1)

    def put_normals(self, normals: Floats) -> None:
        """Normals (T, F, 32) of the block that runs next, as the first of its panel (`alone.run` with `drawn`)."""
        self._group("panel")[0] = normals

    def put_beside(self, group: str, normals: Floats) -> None:
        """Normals (n, 32) beside the factors' (`tables.NORMALS`) of the block that runs next, in their order; they stay
        where `Market.draws` of the problem is 0, else the kernel draws its own."""
        self.beside(group)[0] = normals

    def beside(self, group: str) -> Floats:
        """(16, n, 32) the same of the panel that runs next, in the memory itself."""
        return self._group(group).reshape(PANEL_BLOCKS, -1, LANES)

    def rows(self, group: str, row: str = "") -> Floats:
        """Where a group of rows stands now: its axes, then (32,) lanes; `row`: one of its records' (a copy)."""
        held = self._group(group)
        record = GROUPS[group].record
        return (held if record is None else held[..., ROWS[record].index(row), :]).copy()

    def outcomes(self) -> Floats:
        """(8 N + 6, 32) what the paths of the last block came to: `tally.NOTE_QUANTITIES` of each note, then
        `tally.POOL_QUANTITIES` (a copy)."""
        notes, pool = self._group("outcome"), self._group("pool_outcome")
        return np.concatenate([notes.reshape(-1, LANES), pool])

    def handed(self) -> Floats:
        """(K, 16, 8 N + 6, 32) what the paths of the last panel came to, block by block, as `outcomes` has it, in the
        memory itself (of a problem packed with `handed`)."""
        return self._group("handed")

    def traced(self, name: str) -> Floats:
        """A quantity of `shown.SHOWN` of the last block, month by month: (T, axes of its group, 32); 0 where the
        problem has no such group."""
        group_name, row = SHOWN[name]
        group = GROUPS[group_name]
        shape, start = group.axes.shape(self.sizes), self.sizes[f"of_{group_name}"]
        if group.axes.switch and not self.sizes[group.axes.switch]:
            return np.zeros((self.sizes["n_month"], *shape, LANES))
        kept = self._group("trace")[:, start : start + group.stride * math.prod(shape)]
        by_month = kept.reshape(len(kept), *shape, group.stride // LANES, LANES)
        return by_month[..., ROWS[group.record].index(row) if group.record else 0, :]

    def total_bought(self) -> Floats:
        """(T, C) face bought up to each step, on the first lane (of a traced problem)."""
        return self._group("total_bought").copy()

    def counts(self) -> Tally:
        """What has been counted so far, in the memory itself."""
        arrays = {}
        for name, shape in self.packed.shapes.items():
            start = self.sizes[f"to_{name}"]
            arrays[name] = self.count[start : start + math.prod(shape)].reshape(shape)
        return Tally(**arrays, residual=self._group("residual"))

    def tally(self) -> Tally:
        """What has been counted so far (copied, so that the workspace can go on)."""
        counts = self.counts()
        return counts._replace(**{name: array.copy() for name, array in counts._asdict().items()})

    def clear(self) -> None:
        """Count from zero again."""
        self._group("residual")[:] = 0.0
        self.count[:] = 0
        self.counts().loss_path[:] = NO_PATH
