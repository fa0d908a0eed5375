"""A job's paths as functions of their standard normals: those beside the factors first, then month by month.

Everything that a path draws is one point of a space in which the prior is the standard normal law: drawn parameters,
mixing variable, macro innovations, heterogeneity, factors. Borrowers are without end.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import copy
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.assemble.swing import periods_over
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.kernels.tables import NORMALS, Problem
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.runs.engine import n_core
from stress.runs.mid_life import read_state, until

RATIOS: dict[str, tuple[tuple[str, ...], str]] = {
    "defaults": (("defaults",), "month_start_balance"),
    "late_1": (("m1",), "pool_balance"),
    "late_2": (("m2",), "pool_balance"),
    "late_3": (("m3",), "pool_balance"),
    "principal_collections": (("scheduled_principal", "prepaid", "cured_paid"), "month_start_balance"),
    "recoveries": (("recoveries",), "month_start_balance"),
    "income": (("fee_income", "late_charge"), "month_start_balance"),
}
"""What is compared with a report: rows of a path (`kernels.shown`) and the row that they are a share of."""


MANY = 64
"""Blocks from which threads are worth their workspaces."""


class Sample(NamedTuple):
    """What paths came to."""

    ratio: Array
    """(P, T, R) in the order of RATIOS; 0 where the base is empty."""
    loss: Array
    """(P, N) principal loss of each note as a fraction of its original balance."""
    price: Array
    """(P, N) value of each note's cash at its coupon and the deal's discount spread, over its balance at the start."""
    default: Array
    """(P,) cumulative default over the cut-off balance."""
    tripped: Array
    """(P, G) month in which each trigger tripped; 0: never."""
    factor: Array
    """(P, T, F)"""


class Runner:
    """One thread's workspace of a traced problem: a block of points at a time."""

    def __init__(self, problem: Problem, beside: dict[str, int], seed: int) -> None:
        self.problem, self.beside, self.seed = problem, beside, seed
        self.space = Workspace(pack(problem, traced=True))
        see = self.space.traced  # where it will stand after every run
        self.seen = [([see(name) for name in parts], see(whole)) for parts, whole in RATIOS.values()]
        self.factor, self.tripped = see("factor_value"), see("trigger_month")

    def run(self, lanes: Array) -> Workspace:
        """Simulate (32, n) points; what they came to stands in the workspace."""
        sizes, at = self.problem.sizes, 0
        for name, n in self.beside.items():
            self.space.put_beside(name, np.ascontiguousarray(lanes[:, at : at + n].T))
            at += n
        factors = lanes[:, at:].reshape(LANES, sizes.n_month, sizes.n_factor)
        self.space.put_normals(np.ascontiguousarray(factors.transpose(1, 2, 0)))
        alone.run(self.space, 0, 1, LANES, self.seed, drawn=True)
        return self.space

    def blocks(self, blocks: Array) -> list[Sample]:
        """Of (K, 32, n) points, block by block."""
        return [self.block(lanes) for lanes in blocks]

    def block(self, lanes: Array) -> Sample:
        """What (32, n) points come to."""
        sizes, outcomes = self.problem.sizes, self.run(lanes).outcomes()
        ratio = np.zeros((len(RATIOS), sizes.n_month, LANES))
        for r, (parts, base) in enumerate(self.seen):
            part = parts[0] if len(parts) == 1 else np.add.reduce(parts)
            np.divide(part, base, out=ratio[r], where=base > 0.0)
        notes = outcomes[: len(NOTE_QUANTITIES) * sizes.n_note].reshape(sizes.n_note, len(NOTE_QUANTITIES), LANES)
        return Sample(
            ratio=ratio.transpose(2, 1, 0),
            loss=notes[:, NOTE_QUANTITIES.index("loss")].T.copy(),
            price=notes[:, NOTE_QUANTITIES.index("price")].T.copy(),
            default=outcomes[len(NOTE_QUANTITIES) * sizes.n_note + POOL_QUANTITIES.index("default")].copy(),
            tripped=self.tripped[-1].T.copy(),
            factor=np.ascontiguousarray(self.factor.transpose(2, 0, 1)),
        )


class Whitened:
    """The only scenario of a job as a function of points (P, n): 32 of them ride in the lanes of one block."""

    def __init__(self, job: Job) -> None:
        pool = job.pool.model_copy(update={"obligors": None})
        problem = assemble(job.model_copy(update={"pool": pool}))
        draws = problem.market.draws
        self.beside = {name: int(n * width) for name, (_, n, width) in zip(NORMALS, draws, strict=True) if n * width}
        self.problem = problem._replace(market=problem.market._replace(draws=np.zeros_like(draws)))
        self.job = job
        self.runners = [self._runner()]

    def until(self, month: int) -> Whitened:
        """The same paths left as they stand after a month, which is sooner told: ratios up to it are the same."""
        new = copy(self)
        new.problem = until(self.problem, month)
        new.runners = [Runner(new.problem, self.beside, self.job.seed)]
        return new

    def as_of(self, month: int) -> Whitened:
        """The same with macro variables where the scenario has them up to a month: what they were is known by then."""
        swing = self.job.scenarios[0].swing
        if swing is None:
            return self
        new, market = copy(self), self.problem.market
        shock = market.shock.copy()
        shock[:, :, : periods_over(swing, month) * len(swing.var.variables)] = 0.0
        new.problem = self.problem._replace(market=market._replace(shock=shock))
        new.runners = [Runner(new.problem, self.beside, self.job.seed)]
        return new

    @property
    def n_month(self) -> int:
        """T, months to legal maturity."""
        return self.problem.sizes.n_month

    def upto(self, month: int) -> int:
        """Coordinates on which the first `month` months depend; they stand first."""
        return sum(self.beside.values()) + month * self.problem.sizes.n_factor

    def of(self, points: Array, group: str) -> Array:
        """(P, n) coordinates of a group of normals beside the factors' (`tables.NORMALS`); n is 0 where it has none."""
        at = 0
        for name, n in self.beside.items():
            if name == group:
                return points[:, at : at + n]
            at += n
        return points[:, :0]

    def sample(self, points: Array) -> Sample:
        """Simulate points; coordinates that they leave out are 0, the median."""
        count, full = len(points), self.upto(self.n_month)
        lanes = np.zeros((-(-count // LANES) * LANES, full))
        lanes[:count, : points.shape[1]] = points
        samples = self._shared(lanes.reshape(-1, LANES, full))
        return Sample(*(np.concatenate(part)[:count] for part in zip(*samples, strict=True)))

    def _shared(self, blocks: Array) -> list[Sample]:
        """Blocks over the cores, a workspace a thread; few blocks on one. What they come to depends on no cut."""
        if len(blocks) < MANY:
            return self.runners[0].blocks(blocks)
        self.runners += [self._runner() for _ in range(n_core() - len(self.runners))]
        with ThreadPoolExecutor(len(self.runners)) as pool:
            parts = pool.map(Runner.blocks, self.runners, np.array_split(blocks, len(self.runners)))
            return [sample for part in parts for sample in part]

    def state(self, point: Array, month: int) -> State:
        """In which a point (n,) leaves the deal at the end of a month, from 1; it says nothing of the factors."""
        space = self._run_until(point, month)
        return read_state(self.job, space, 0, month, f"{self.job.name} month {month}", False)

    def defaults(self, point: Array, month: int) -> Array:
        """(month,) what defaults of a point (n,) in each of the first months, in the deal's currency."""
        return np.array(self._run_until(point, month).traced("defaults")[:month, 0])

    def _run_until(self, point: Array, month: int) -> Workspace:
        lanes = np.zeros((LANES, self.upto(self.n_month)))
        lanes[:, : point.size] = point
        return self.until(month).runners[0].run(lanes)

    def _runner(self) -> Runner:
        return Runner(self.problem, self.beside, self.job.seed)
