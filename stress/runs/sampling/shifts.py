"""Where importance sampling looks: means of the factor innovations given a loss of each note.

Cross-entropy with levels (Rubinstein 1999; de Boer, Kroese, Mannor, Rubinstein 2005): the mean of the innovations over
the paths on which a note loses, found in rounds, each drawn around the mean of the round before, each reaching for
worse paths until the note loses on enough of them. Among all normals of unit variance that mean is the shift with the
smallest cross-entropy from the law given a loss; it spreads over the months as the most likely path to the loss does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from stress.arrays import Array, Bools, Ints
from stress.assemble.by_identity import by_identity
from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.codes import FACTORS
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES
from stress.kernels.memory import Workspace, pack
from stress.kernels.samplers import Shifted
from stress.kernels.tally import MOST_WEIGHT, NOTE_QUANTITIES

FIRST_BLOCK = 2**41
"""Blocks from here on are the pilot's: no job has so many paths, so shifts do not depend on the paths they weight."""
BLOCKS, BLOCKS_DAILY = 512, 128
"""Blocks of a round; fewer on a clock whose paths are dear."""
ELITE = 0.1
"""Share of a round that the next one aims at while losses are rarer than that."""
ROUNDS = 8
COMMON = 0.02
"""A loss that plain paths show as often as this needs no shift."""
PLAIN_LANES = LANES // MOST_WEIGHT
"""Lanes that stay plain."""
_UNASKED = ("paths", "estimator")
"""What a search does not depend on: a pilot, a run and a replay of one job ask for the same one."""
MOST, APART = 6, 0.5
"""Shifts of one mixture at most; two that are nearer than this to each other serve as one."""


class Aim(NamedTuple):
    """The shift towards the losses of one note under one scenario."""

    scenario: str
    tranche: str
    shift: Array
    """(T, F)"""
    lost: float
    """Share of the last round on which the note lost."""


def shifted_of(job: Job) -> Shifted | None:
    """The mixture of a job: the plain law, and shifts towards the losses of every note that loses rarely. None where
    there is no such note, or no search finds a loss: paths are then plain ones.

    All scenarios share it, as they share the draws. Shifts are rounded to 1/1000, so that the last bits of a
    machine's sums do not matter.
    """
    aims = [aim for case in aims_of(job) for aim in case]
    return mixture([aim.shift for aim in aims], _shape(job))


def shifted_towards(job: Job, note: int) -> Shifted | None:
    """The mixture that aims at the losses of one note under the only scenario of a job; None where plain paths show
    them often, or no search finds any."""
    aims = [aim for aim in _aims(job, note) if aim.tranche == job.deal.notes[note].name]
    return mixture([aim.shift for aim in aims], _shape(job))


def aims_of(job: Job, threads: int | None = None) -> list[tuple[Aim, ...]]:
    """By scenario the most likely ways to a loss of its notes, as means of the months' innovations: (month, factor) in
    standard deviations each. A scenario on which no note loses has none. Raises ConfigError for what is no job.

    >>> (aims,) = aims_of(job.but(scenarios=job.scenarios[:1]))
    >>> "mezzanine" in [aim.tranche for aim in aims]
    True
    """
    ones = [job.model_copy(update={"scenarios": (case,)}) for case in job.scenarios]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(_aims, ones))


def mixture(shifts: Sequence[Array], shape: tuple[int, int]) -> Shifted | None:
    """Lanes shared out among the plain law and a few shifts that lie apart, the farthest first; None of none."""
    chosen: list[Array] = []
    far = sorted(shifts, key=lambda shift: -float(np.linalg.norm(shift)))
    while far and len(chosen) < MOST:
        gap = [min([float(np.linalg.norm(shift - other)) for other in chosen], default=np.inf) for shift in far]
        best = int(np.argmax(gap))
        if not gap[best] >= APART:
            break
        chosen.append(far.pop(best))
    if not chosen:
        return None
    chosen.sort(key=lambda shift: float(np.linalg.norm(shift)))
    spare = LANES - PLAIN_LANES
    lanes = [LANES - spare, *(spare // len(chosen) + (c < spare % len(chosen)) for c in range(len(chosen)))]
    return Shifted(np.stack([np.zeros(shape), *chosen]), np.array(lanes) / LANES, _pattern(lanes))


def _pattern(lanes: Sequence[int]) -> Ints:
    """Component of each lane, spread evenly, so that a part of a block holds about its share of each."""
    place = [(i + 0.5) / n for n in lanes for i in range(n)]
    component = [c for c, n in enumerate(lanes) for _ in range(n)]
    return np.array(component, np.int64)[np.argsort(place, kind="stable")]


def _shape(job: Job) -> tuple[int, int]:
    sizes = assemble(job.model_copy(update={"scenarios": job.scenarios[:1]})).sizes
    return sizes.n_month, sizes.n_factor


def _aims(job: Job, senior: int = 0) -> tuple[Aim, ...]:
    """Aims of the only scenario of a job, from the most junior note up to `senior`; they depend on all of the job but
    its paths and its estimator."""
    parts = {key: getattr(job, key) for key in Job.model_fields if key not in _UNASKED}
    return _searched(parts, senior, BLOCKS, BLOCKS_DAILY)


@by_identity
def _searched(parts: Mapping[str, Any], senior: int, blocks: int, blocks_daily: int) -> tuple[Aim, ...]:
    """The same from the parts of the job: each search begins where the one before ended."""
    job = Job.model_construct(**parts, paths=LANES, estimator="plain")
    problem = assemble(job)
    space = Workspace(pack(problem))
    sizes, original = problem.sizes, problem.contract.original
    n_block = blocks if sizes.n_cohort == 1 else blocks_daily
    last = _round(space, np.zeros((sizes.n_month, sizes.n_factor)), n_block, job.seed, 0)
    plain, aims = last, []
    for note in range(sizes.n_note - 1, senior - 1, -1):
        if _graded(plain.outcomes, note, original)[1].mean() < COMMON:
            last = _cross_entropy(space, note, last, n_block, job.seed)
            lost = float(_graded(last.outcomes, note, original)[1].mean())
            if lost > 0.0:
                aims.append(Aim(job.scenarios[0].name, job.deal.notes[note].name, last.mean, lost))
    return tuple(aims[::-1])


class _Round(NamedTuple):
    """Paths drawn around a mean."""

    turn: int
    mean: Array
    """(T, F)"""
    e: Array
    """(path, T F)"""
    outcomes: Array
    """(quantity, path)"""


def _round(space: Workspace, mean: Array, n_block: int, seed: int, turn: int) -> _Round:
    panel, (n_month, n_factor) = np.empty(n_block * mean.size * LANES), mean.shape
    first = (FIRST_BLOCK + turn * n_block) * LANES
    normal_panel(panel, n_block, n_month, n_factor, first, np.uint64(seed), FACTORS)
    normals = panel.reshape(n_block, *mean.shape, LANES) + mean[:, :, None]
    e = np.ascontiguousarray(normals.transpose(0, 3, 1, 2)).reshape(n_block * LANES, -1)
    return _Round(turn, mean, e, outcomes(space, normals, seed, first))


def _cross_entropy(space: Workspace, note: int, last: _Round, n_block: int, seed: int) -> _Round:
    """Rounds until one that aims at losses themselves; its mean is that of the paths with a loss in the one before."""
    for _ in range(ROUNDS):
        grade, lost = _graded(last.outcomes, note, space.packed.problem.contract.original)
        enough = lost.mean() >= ELITE
        elite = lost if enough else grade >= np.quantile(grade, 1.0 - ELITE)
        mean = last.mean.ravel()
        weight = np.exp(0.5 * float(mean @ mean) - last.e[elite] @ mean)
        mean = np.round(weight @ last.e[elite] / weight.sum(), 3)
        last = _round(space, mean.reshape(last.mean.shape), n_block, seed, last.turn + 1)
        if enough:
            break
    return last


def _graded(outcomes: Array, note: int, original: Array) -> tuple[Array, Bools]:
    """How near each path is to a loss of the note, and whether it lost.

    The grade is what the note and its juniors lost together, the residual note's gain counted against it: it keeps
    rising where no note has lost yet.
    """
    n, width = len(NOTE_QUANTITIES), original.size
    loss, multiple = (outcomes[NOTE_QUANTITIES.index(q) : n * width : n] for q in ("loss", "multiple"))
    amount = loss[note:] * original[note:, None]
    amount[-1] = (1.0 - multiple[-1]) * original[-1]
    return amount.sum(axis=0), loss[note] > 0.0


def outcomes(space: Workspace, normals: Array, seed: int, first_path: int) -> Array:
    """(quantity, path) of a one-scenario problem from normals (block, T, F, 32); rows in the order of a tally's."""
    rows = []
    for block, shocks in enumerate(normals):
        space.put_normals(shocks)
        alone.run(space, 0, 1, LANES, seed, drawn=True, first_path=first_path + block * LANES)
        rows.append(space.outcomes())
    return np.concatenate(rows, axis=1)
