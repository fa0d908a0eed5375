"""A job's paths as functions of their standard normals: those beside the factors first, then month by month.

Everything that a path draws is one point of a space in which the prior is the standard normal law: drawn parameters,
mixing variable, macro innovations, heterogeneity, factors. Borrowers are without end.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.inputs.state import State
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.kernels.tables import NORMALS
from stress.kernels.tally import NOTE_QUANTITIES, POOL_QUANTITIES
from stress.runs.mid_life import read_state, until

Array = NDArray[np.float64]

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


class Whitened:
    """The only scenario of a job as a function of points (P, n): 32 of them ride in the lanes of one block."""

    def __init__(self, job: Job) -> None:
        pool = job.pool.model_copy(update={"obligors": None})
        problem = assemble(job.model_copy(update={"pool": pool}))
        draws = problem.market.draws
        self.beside = {name: int(n * each) for name, (_, n, each) in zip(NORMALS, draws, strict=True) if n * each}
        self.problem = problem._replace(market=problem.market._replace(draws=np.zeros_like(draws)))
        self.space = Workspace(pack(self.problem, traced=True))
        self.seed, self.job = job.seed, job

    @property
    def n_month(self) -> int:
        """T, months to legal maturity."""
        return self.problem.sizes.n_month

    def upto(self, month: int) -> int:
        """Coordinates on which the first `month` months depend; they stand first."""
        return sum(self.beside.values()) + month * self.problem.sizes.n_factor

    def sample(self, points: Array) -> Sample:
        """Simulate points; coordinates that they leave out are 0, the median."""
        count, full = len(points), self.upto(self.n_month)
        lanes = np.zeros((-(-count // LANES) * LANES, full))
        lanes[:count, : points.shape[1]] = points
        found = [self._block(lanes[k : k + LANES]) for k in range(0, len(lanes), LANES)]
        return Sample(*(np.concatenate(part)[:count] for part in zip(*found, strict=True)))

    def state(self, point: Array, month: int) -> State:
        """In which a point (n,) leaves the deal at the end of a month, from 1; it says nothing of the factors."""
        lanes = np.zeros((LANES, self.upto(self.n_month)))
        lanes[:, : point.size] = point
        space = Workspace(pack(until(self.problem, month), traced=True))
        self._run(space, lanes)
        return read_state(self.job, space, 0, month, f"{self.job.name} month {month}", False)

    def _run(self, space: Workspace, lanes: Array) -> None:
        sizes, at = self.problem.sizes, 0
        for name, n in self.beside.items():
            space.put_beside(name, np.ascontiguousarray(lanes[:, at : at + n].T))
            at += n
        factors = lanes[:, at:].reshape(LANES, sizes.n_month, sizes.n_factor)
        space.put_normals(np.ascontiguousarray(factors.transpose(1, 2, 0)))
        alone.run(space, 0, 1, LANES, self.seed, drawn=True)

    def _block(self, lanes: Array) -> Sample:
        space, sizes = self.space, self.problem.sizes
        self._run(space, lanes)
        ratio = np.zeros((LANES, sizes.n_month, len(RATIOS)))
        for r, (parts, whole) in enumerate(RATIOS.values()):
            base, part = space.traced(whole), sum(space.traced(name) for name in parts)
            ratio[:, :, r] = np.divide(part, base, out=np.zeros_like(base), where=base > 0.0).T
        outcomes = space.outcomes()
        notes = outcomes[: len(NOTE_QUANTITIES) * sizes.n_note].reshape(sizes.n_note, len(NOTE_QUANTITIES), LANES)
        return Sample(
            ratio=ratio,
            loss=notes[:, NOTE_QUANTITIES.index("loss")].T.copy(),
            price=notes[:, NOTE_QUANTITIES.index("price")].T.copy(),
            default=outcomes[len(NOTE_QUANTITIES) * sizes.n_note + POOL_QUANTITIES.index("default")].copy(),
            tripped=space.traced("trigger_month")[-1].T.copy(),
            factor=np.ascontiguousarray(space.traced("factor_value").transpose(2, 0, 1)),
        )
