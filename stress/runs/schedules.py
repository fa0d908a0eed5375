"""What of the pool falls due when, as it stands on a path: slots that the kernels keep and those that will enter."""

from __future__ import annotations

import numpy as np

from stress.arrays import Array
from stress.kernels.image import Image
from stress.kernels.staged_rows import MIXED, N_KEPT, RING
from stress.kernels.tables import Problem


def schedules_of(problem: Problem, image: Image, month: int) -> tuple[Array, Array]:
    """(C, S, R) principal and fee of performing balances that fall due 1, 2, .. months after a month, of the first
    scenario."""
    due = [_kept(problem, image, month, part) for part in (0, 1)]
    for part, slots in enumerate(due):
        _add_unsettled(problem, image, month, part, slots)
    return due[0], due[1]


def _later(month: int, problem: Problem) -> tuple[np.ndarray, int]:
    """Steps at which slots beyond those kept enter, and how many slots are kept."""
    return np.arange(month, problem.sizes.n_month), problem.sizes.n_ring


def _kept(problem: Problem, image: Image, month: int, part: int) -> Array:
    """What had its profile by the cohort's last step."""
    sizes = problem.sizes
    when, ahead = _later(month, problem)
    over = np.zeros((sizes.n_cohort, sizes.n_segment, ahead + len(when)))  # per unit of survival
    over[:, :, ahead:] = _entering(problem, image, when, ahead, part)
    if sizes.seasoned:
        for r in range(1, 1 + ahead):
            over[:, :, r - 1] = image.group("staged")[..., RING + N_KEPT * part + (month + r) % ahead]
        return _through_stages(problem, image, over)
    slots = over * image.row("cohort", "survival")[:, :, None]
    for r in (1, 2, 3):
        slots[:, :, r - 1] = image.row("cohort", f"{('due', 'fee')[part]}_{r}")
    return slots


def _entering(problem: Problem, image: Image, when: np.ndarray, ahead: int, part: int) -> Array:
    """(C, S, later steps) of the opening pool and of each month's purchases, over survival."""
    sizes, table = problem.sizes, problem.receivables
    opened = (table.open_due, table.open_fee)[part][0]
    opened = np.broadcast_to(opened, (sizes.n_cohort, *opened.shape[1:]))
    of_opening = table.opening[:, :, 0, None] * opened[:, :, when + 1 + ahead]
    if sizes.seasoned:
        since, stages = image.group("since"), sizes.n_stage
        rows = of_opening.reshape(sizes.n_cohort, sizes.n_whole, stages, -1)
        square = since.reshape(sizes.n_cohort, sizes.n_whole, stages, stages)
        of_opening = np.einsum("cwij,cwjt->cwit", square, rows).reshape(of_opening.shape)
    pull = np.repeat(table.pull[0, when, :, :, :, part], sizes.n_stage, axis=1)  # (steps, S, months, delays)
    return np.asarray(of_opening + np.einsum("csjy,tsjy->cst", image.group("history"), pull))


def _through_stages(problem: Problem, image: Image, over: Array) -> Array:
    """What of each stage survives, and what of earlier ones is in a stage by now."""
    sizes = problem.sizes
    shape = (sizes.n_cohort, sizes.n_whole, sizes.n_stage)
    moves = np.zeros((*shape, sizes.n_stage))
    moves[..., : sizes.n_stage - 1] = image.group("staged").reshape(*shape, -1)[..., MIXED : MIXED + sizes.n_stage - 1]
    moves = np.tril(moves, -1) + np.eye(sizes.n_stage) * image.row("cohort", "survival").reshape(*shape, 1)
    return np.asarray(np.einsum("cwij,cwjt->cwit", moves, over.reshape(*shape, -1)).reshape(over.shape))


def _add_unsettled(problem: Problem, image: Image, month: int, part: int, slots: Array) -> None:
    """What was bought since a cohort's last step: whole, in the first stage."""
    sizes, table, bought = problem.sizes, problem.receivables, month - 1
    if bought >= sizes.n_history:
        return
    when, _ = _later(month, problem)
    unsettled = image.group("unsettled")[:, :: sizes.n_stage, bought % 2]  # (C, segments, delays)
    first = table.first_due[0, bought, :, :, 3 * part : 3 * part + 3]
    beyond = table.first_beyond[0, bought, :, :, part * (sizes.n_ring - 3) : (part + 1) * (sizes.n_ring - 3)]
    later = np.moveaxis(table.pull[0, when, :, bought, :, part], 0, -1)  # (segments, delays, steps)
    profile = np.concatenate([first, beyond, later], axis=-1)
    slots[:, :: sizes.n_stage] += np.einsum("cwy,wyt->cwt", unsettled, profile)
