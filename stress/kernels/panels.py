"""One compiled entry point: simulate panels of paths under every scenario and count what happened."""

from __future__ import annotations

from typing import Any

from .block import draw_beside, run_block
from .codes import FACTORS
from .count import flush_months
from .jit import kernel
from .layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from .philox import draw_normals
from .records import memory_of
from .tally import N_MONTH_BATCH


@kernel
def run_panels(
    w: Any,
    f: Any,
    g: Any,
    n: Any,
    header: Any,
    first_panel: int,
    n_panel: int,
    n_path: int,
    seed: Any,
    drawn: int,
    first_path: int,
) -> None:
    """Simulate panels first_panel .. first_panel + n_panel - 1 (paths below n_path) and add to the counts.

    The arguments up to `header` are the flat arrays of a workspace and of `memory.Packed`. `drawn` 1: the panel of the
    scratch already holds its normals, whose first lane is path `first_path` (0 otherwise).
    """
    m = memory_of(w, f, g, n, header)
    for i in range(first_panel, first_panel + n_panel):
        blocks = min(PANEL_BLOCKS, (n_path - i * PANEL_PATHS + LANES - 1) // LANES)
        start = first_path + i * PANEL_PATHS
        if drawn == 0:
            draw_normals(m.w, m.p.of_panel, blocks, m.p.n_month, m.p.n_factor, start, seed, int(FACTORS))
        draw_beside(m, blocks, start, seed)
        for k in range(m.p.n_scenario):
            for b in range(blocks):
                block = i * PANEL_BLOCKS + b
                run_block(m, b, k, block, min(LANES, n_path - block * LANES), start + b * LANES, seed)
            if m.p.handed_block == 0:
                flush_months(m, k, i % N_MONTH_BATCH)
