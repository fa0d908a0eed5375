"""Running packed problems: some panels, or one block on its own (the deterministic run, a replayed path)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .codes import FACTORS
from .entries import normal_panel, run_panels
from .layout import LANES, Floats
from .memory import Workspace, aligned, pack
from .tables import Problem


def run(
    space: Workspace,
    first_panel: int,
    n_panel: int,
    n_path: int,
    seed: int,
    drawn: bool = False,
    first_path: int = 0,
) -> None:
    """Simulate some panels (paths below n_path) into a workspace.

    `drawn`: its panel already holds the normals of the factors; `first_path` is then the path of its first lane. Else
    the problem's sampler fills panel after panel, where it has one.
    """
    packed = space.packed
    if packed.sampler is not None and not drawn:
        for panel in range(first_panel, first_panel + n_panel):
            packed.sampler.fill(*space.drawing(), panel, seed)
            _run(space, panel, 1, n_path, seed, True, 0)
        return
    _run(space, first_panel, n_panel, n_path, seed, drawn, first_path)


def _run(
    space: Workspace, first_panel: int, n_panel: int, n_path: int, seed: int, drawn: bool, first_path: int
) -> None:
    packed = space.packed
    run_panels(
        space.scratch,
        packed.f,
        packed.g,
        space.count,
        packed.header,
        first_panel,
        n_panel,
        n_path,
        np.uint64(seed),
        int(drawn),
        first_path,
    )


def run_block(
    problem: Problem, block: int, seed: int, normals: Floats | None = None, beside: Mapping[str, Floats] | None = None
) -> Workspace:
    """One block of every scenario, from its own normals or given ones (T, F, 32): the workspace tells what it came to and,
    of the last scenario, its rows month by month. `beside`: as `Workspace.put_beside` has it, by group."""
    space = Workspace(pack(problem, traced=True))
    for group, rows in (beside or {}).items():
        space.put_beside(group, rows)
    space.put_normals(drawn_normals(problem, block, seed) if normals is None else normals)
    run(space, 0, 1, LANES, seed, drawn=True, first_path=block * LANES)
    return space


def drawn_normals(problem: Problem, block: int, seed: int) -> Floats:
    """(T, F, 32) innovations of a block, as every run draws them."""
    sizes = problem.sizes
    panel = aligned(sizes.n_month * sizes.n_factor * LANES)
    normal_panel(panel, 1, sizes.n_month, sizes.n_factor, block * LANES, np.uint64(seed), FACTORS)
    return panel.reshape(sizes.n_month, sizes.n_factor, LANES)


def bought_by_step(problem: Problem) -> Floats:
    """(T + 1, C) face bought at each step on the first lane of a deterministic problem; nothing after the last month."""
    total = run_block(problem, 0, 0).total_bought()
    bought = np.diff(total.ravel(), prepend=0.0).reshape(total.shape)
    return np.vstack([bought, np.zeros((1, total.shape[1]))])
