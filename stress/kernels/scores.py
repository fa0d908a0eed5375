"""Sums of outcomes times the features of their paths: what derivatives by likelihood-ratio scores are made of.

A run knows nothing of this; who asks for derivatives hands over its normals and outcomes, panel by panel.
"""

from __future__ import annotations

from typing import Any

from .jit import aside, kernel, stage
from .lanes import fma, load, splat, store, total
from .layout import LANES, N_QUADRATIC
from .space import space_of


@kernel
def score_sums(
    sums: Any,
    panel: Any,
    law: Any,
    work: Any,
    values: Any,
    rows: Any,
    n_block: int,
    n_value: int,
    n_row: int,
    n_month: int,
    n_factor: int,
) -> None:
    """Add to `sums` (1 + V, T F + 4): of each feature, then of 1; first as they are, then times each of V values.

    All arrays are flat. `panel` (blocks, T, F, 32): normals. `values` (blocks, R, 32): a block's rows, of which `rows`
    (V,) are asked. `law`: phi, months without a score, gain (T,), drift (T,), L (F, F), L^-T (F, F), levels before the
    first month with one and their weights of the normals of the month before (F, 1 + F). `work`: (F + 3, 32).
    """
    sums, panel, law, work, values = space_of(sums), space_of(panel), space_of(law), space_of(work), space_of(values)
    rows = space_of(rows)
    width = n_month * n_factor
    for b in range(n_block):
        at, of_values = b * width * LANES, b * n_row * LANES
        _set_quadratic(work, panel, at, law, n_month, n_factor)
        for i in range(width):
            _add(sums, i, width + 4, load(panel, at + i * LANES), values, of_values, rows, n_value)
        for i in range(N_QUADRATIC):
            _add(sums, width + i, width + 4, load(work, (n_factor + i) * LANES), values, of_values, rows, n_value)
        _add(sums, width + N_QUADRATIC, width + 4, splat(1.0), values, of_values, rows, n_value)


@stage
def _add(sums: Any, i: int, width: int, feature: Any, values: Any, at: int, rows: Any, n_value: int) -> None:
    """A feature of a block to its sums."""
    sums[i] += total(feature)
    for v in range(n_value):
        sums[(1 + v) * width + i] += total(feature * load(values, at + rows[v] * LANES))


@aside
def _set_quadratic(work: Any, panel: Any, at: int, law: Any, n_month: int, n_factor: int) -> None:
    """The three features of a block into `work` behind the factors' levels: persistence, cross and scale."""
    phi, root = law[0], 2 + 2 * n_month
    inverse = root + n_factor * n_factor
    persistence, cross, scale = splat(0.0), splat(0.0), splat(0.0)
    begin, start = int(law[1]), inverse + n_factor * n_factor
    for i in range(n_factor):
        level = splat(law[start + i * (1 + n_factor)])
        for j in range(n_factor if begin > 0 else 0):
            before = load(panel, at + ((begin - 1) * n_factor + j) * LANES)
            level = fma(before, law[start + i * (1 + n_factor) + 1 + j], level)
        store(work, i * LANES, level)
    for t in range(begin, n_month):
        gain, drift, row = law[2 + t], law[2 + n_month + t], at + t * n_factor * LANES
        first, second = splat(0.0), splat(0.0)
        for i in range(n_factor):
            e, dual, moved, level = load(panel, row + i * LANES), splat(0.0), splat(0.0), load(work, i * LANES)
            for j in range(n_factor):
                other = load(panel, row + j * LANES)
                dual = fma(other, law[inverse + i * n_factor + j], dual)
                moved = fma(other, law[root + i * n_factor + j], moved)
            persistence = fma(level * dual - e * e * (phi * drift), drift, persistence)
            store(work, i * LANES, fma(moved, gain, level * phi))
            if i == 0:
                first = dual
                scale = fma(dual, moved, scale)
            if i == min(1, n_factor - 1):
                second = dual
        cross = fma(first, second, cross)
    for i, feature in enumerate((persistence, cross, scale)):
        store(work, (n_factor + i) * LANES, feature)
