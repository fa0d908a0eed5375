"""Signed margins of many factor paths at once: 32 of them ride in the lanes of one block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.assemble.short_rate import given
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import LANES
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.tables import Problem
from stress.kernels.tally import NOTE_QUANTITIES

WHOLE = 1e-9
"""A balance below this share of the original is repaid (as in `kernels.outcome`)."""
_FLOWS = ("principal_paid", "residual_yield")


class Margin(NamedTuple):
    """How far a note is from losing, as a function of the whitened normals of a path."""

    packed: Packed
    note: int
    seed: int

    @property
    def problem(self) -> Problem:
        """The tables that stand packed."""
        return self.packed.problem

    @property
    def shape(self) -> tuple[int, int]:
        """(T, F) of the normals of a path."""
        return self.problem.sizes.n_month, self.problem.sizes.n_factor

    def __call__(self, normals: Array, /) -> Array:
        """(P, T * F) whitened normals -> (P,) signed margins over the note's original amount.

        Paid: principal and residual cash of its juniors from the month of its last principal on, and what accounts
        hold at legal maturity. Not paid: minus the unpaid share. The residual note: money multiple - 1. Junior
        interest is left out, so that the margin passes through 0 without a jump (triggers still make jumps).
        """
        count = normals.shape[0]
        padded = -(-count // LANES) * LANES
        lanes = np.zeros((padded, *self.shape))
        lanes[:count] = normals.reshape(count, *self.shape)
        blocks = [self._block(lanes[k : k + LANES]) for k in range(0, padded, LANES)]
        return np.concatenate(blocks)[:count]

    def drawn(self, block: int) -> Array:
        """(32, T * F) normals of a block of the job's draws, far from the paths that it simulates."""
        return np.asarray(alone.drawn_normals(self.problem, block, self.seed).reshape(-1, LANES).T)

    def _block(self, lanes: Array) -> Array:
        contract, n = self.problem.contract, self.note
        space = Workspace(self.packed)
        space.put_normals(lanes.transpose(1, 2, 0))
        alone.run(space, 0, 1, LANES, self.seed, drawn=True)
        original, outcomes = contract.original[n], space.outcomes()[len(NOTE_QUANTITIES) * n :]
        if contract.residual[n] > 0.0:
            return np.asarray(outcomes[NOTE_QUANTITIES.index("multiple")] - 1.0)
        repaid = (space.traced("note_balance") + space.traced("written_down"))[:, n] <= WHOLE * original
        junior = sum(space.traced(name)[:, n + 1 :].sum(axis=1) for name in _FLOWS)
        accounts = space.traced("account_balance")[-1].sum(axis=0)
        left = (junior * repaid).sum(axis=0) + accounts
        return np.asarray(np.where(repaid[-1], left / original, -outcomes[NOTE_QUANTITIES.index("loss")]))


def margin_of(job: Job, note: int) -> Margin:
    """The margin of a note under the job's only scenario.

    What a path draws beside its factors stands at its median (mixing variable of a t copula, parameters, macro
    variables, heterogeneity, what is the short rate's own), and borrowers are without end: only factors are searched.
    """
    pool = job.pool.model_copy(update={"obligors": None})
    problem = assemble(job.model_copy(update={"pool": pool}))
    market = problem.market._replace(draws=np.zeros_like(problem.market.draws))
    problem = problem._replace(market=market, short_rate=given(problem.short_rate))
    return Margin(pack(problem, traced=True), note, job.seed)


def holds(job: Job) -> str:
    """What `margin_of` holds still in a job, in words; empty where its paths differ by factors alone."""
    case, held = job.scenarios[0], []
    if job.pool.dependence.df is not None:
        held.append("the t copula's mixing variable")
    if case.parameters is not None:
        held.append("drawn parameters")
    if case.swing is not None:
        held.append("macro variables")
    if any(shock.target == "heterogeneity" for shock in case.shocks):
        held.append("heterogeneity")
    if case.short_rate is not None:
        held.append("the short rate's own part")
    sentences = [f"{' and '.join(held)} held at the median"] if held else []
    if job.pool.obligors is not None:
        sentences.append("borrowers taken as without end")
    return "; ".join(sentences)
