"""The entry point on a GPU: a warp takes panels of paths under a scenario, one after another."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from typing import Any

from numba.core import cgutils
from numba.extending import intrinsic

from .block import draw_beside, run_block
from .codes import FACTORS
from .count import flush_months
from .jit import aside, stage
from .lanes import load, store
from .layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from .philox import draw_normals
from .record_types import MEMORY
from .records import Memory
from .sampling import shift_block, sobol_block
from .space import block, blocks, floats_at, integers_at, thread, threads
from .tally import N_MONTH_BATCH, N_REPLICATE

GIVEN = -1
"""Components of a run whose factors' normals are given."""


@intrinsic
def _memory_at(typing, w, f, g, n, header):
    """All that a stage sees: a warp's scratch, tables and counts by their addresses."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = cgutils.create_struct_proxy(MEMORY)(context, builder)
        for name, value in zip(("w", "f", "g", "n", "p"), args, strict=True):
            setattr(whole, name, value)
        return whole._getvalue()

    return MEMORY(w, f, g, n, header), build


@aside
def run_panels(
    w: Any,
    f: Any,
    g: Any,
    n: Any,
    header: Any,
    drawn: Any,
    numbers: Any,
    stride: int,
    first_panel: int,
    n_panel: int,
    n_path: int,
    seed: Any,
    n_component: int,
    n_bit: int,
) -> None:
    """Simulate panels first_panel .. first_panel + n_panel - 1 (paths below n_path) and add to the counts.

    `stride`: numbers of scratch a warp. Who draws the factors: a mixture of n_component shifts, whose arrays
    (`Shifted.flat`) are `drawn`; Sobol points of n_bit bits, whose basis is `drawn` and whose words are `numbers`
    (`Sobol.flat`); where both are 0, Philox; where n_component is `GIVEN`, `drawn` is the normals of all panels' blocks, one
    after another. A unit of work is a panel under one scenario: its months' sums add up in
    order.
    """
    warp = (block() * threads() + thread()) // LANES
    n_warp = blocks() * threads() // LANES
    m = _memory_at(floats_at(w, warp * stride), f, g, n, header)
    m.weight[0] = 1.0
    for unit in range(warp, n_panel * m.p.n_scenario, n_warp):
        i, k = first_panel + unit // m.p.n_scenario, unit % m.p.n_scenario
        for b in range(min(PANEL_BLOCKS, (n_path - i * PANEL_PATHS + LANES - 1) // LANES)):
            number = i * PANEL_BLOCKS + b
            start = number * LANES
            if n_component == GIVEN:
                _take(m, drawn, (i - first_panel) * PANEL_BLOCKS + b)
            elif n_bit > 0:
                _place_points(m, number, drawn, numbers, n_bit)
            else:
                draw_normals(m.w, m.p.of_panel, 1, m.p.n_month, m.p.n_factor, start, seed, int(FACTORS))
            if n_component > 0:
                _shift(m, drawn, n_component)
            draw_beside(m, 1, start, seed)
            run_block(m, 0, k, number, min(LANES, n_path - start), start, seed)
        if m.p.handed_block == 0:
            flush_months(m, k, i % N_MONTH_BATCH)


@stage
def _take(m: Memory, drawn: Any, number: int) -> None:
    """The normals that are given to a block."""
    size = m.p.n_month * m.p.n_factor
    given = floats_at(drawn, number * size * LANES)
    for row in range(0, size * LANES, LANES):
        store(m.w, m.p.of_panel + row, load(given, row))


@stage
def _shift(m: Memory, drawn: Any, n_component: int) -> None:
    """Shift a block's normals and weigh its paths."""
    size = m.p.n_month * m.p.n_factor
    by_lane, shift = floats_at(drawn, 0), floats_at(drawn, size * LANES)
    mixture = floats_at(drawn, size * (LANES + n_component))
    m.weight[0] = shift_block(m.w, m.p.of_panel, by_lane, shift, mixture, n_component, size)


@stage
def _place_points(m: Memory, number: int, drawn: Any, numbers: Any, n_bit: int) -> None:
    """Points of a block as normals; the place of the panel's second block is room to work in."""
    size = m.p.n_month * m.p.n_factor
    words, basis = integers_at(numbers, 0), floats_at(drawn, 0)
    start = integers_at(numbers, N_REPLICATE * size * n_bit)
    point, r = number // N_REPLICATE * LANES, number % N_REPLICATE
    sobol_block(
        m.w, m.p.of_panel, m.w, m.p.of_panel + size * LANES,
        words, start, basis, n_bit, m.p.n_month, m.p.n_factor, r, point,
    )  # fmt: skip
