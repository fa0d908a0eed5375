"""How samplers draw: the kernels behind `samplers.Shifted` and `samplers.Sobol`."""

from __future__ import annotations

from typing import Any

from .elementary import exponential
from .inverse_normal import inverse_normal
from .jit import kernel, stage
from .lanes import fma, lane_words, load, splat, splat_word, store, where_less
from .layout import LANES, PANEL_BLOCKS
from .philox import draw_normals, uniform
from .space import space_of
from .tally import N_REPLICATE
from .typed import Lanes

LANE_BITS = 5
"""Bits of a lane's number."""


@kernel
def shifted_panel(
    panel: Any,
    weight: Any,
    by_lane: Any,
    shift: Any,
    mixture: Any,
    n_component: int,
    n_month: int,
    n_factor: int,
    first_path: int,
    seed: Any,
    purpose: int,
) -> None:
    """Normals and weights of a panel; the arrays as `samplers.Shifted.flat` has them."""
    panel, weight, by_lane = space_of(panel), space_of(weight), space_of(by_lane)
    shift, mixture = space_of(shift), space_of(mixture)
    draw_normals(panel, 0, PANEL_BLOCKS, n_month, n_factor, first_path, seed, purpose)
    size = n_month * n_factor
    for b in range(PANEL_BLOCKS):
        of_block = shift_block(panel, b * size * LANES, by_lane, shift, mixture, n_component, size)
        store(weight, b * LANES, of_block)


@kernel
def moved_panel(panel: Any, weight: Any, by_lane: Any, shift: Any, mixture: Any, n_component: int, size: int) -> None:
    """Weights of a panel of normals that stand there, `size` a path, and their shifts."""
    panel, weight, by_lane = space_of(panel), space_of(weight), space_of(by_lane)
    shift, mixture = space_of(shift), space_of(mixture)
    for b in range(PANEL_BLOCKS):
        of_block = shift_block(panel, b * size * LANES, by_lane, shift, mixture, n_component, size)
        store(weight, b * LANES, of_block)


@stage
def shift_block(panel: Any, at: int, by_lane: Any, shift: Any, mixture: Any, n_component: int, size: int) -> Lanes:
    """Shift each lane of a block by its component's mean; weight = plain density over that of the mixture.

    The balance heuristic: Veach and Guibas (1995), equation 14; with a plain component "defensive" (Hesterberg 1995).
    """
    for i in range(size):
        row = at + i * LANES
        store(panel, row, load(panel, row) + load(by_lane, i * LANES))
    density = splat(mixture[0])
    for c in range(1, n_component):
        along = splat(-mixture[n_component + c])
        for i in range(size):
            along = fma(load(panel, at + i * LANES), shift[c * size + i], along)
        along = where_less(along, 600.0, along, 600.0)
        along = where_less(along, -600.0, -600.0, along)
        density = fma(exponential(along), mixture[c], density)
    return splat(1.0) / density


@kernel
def sobol_panel(
    panel: Any,
    work: Any,
    direction: Any,
    start: Any,
    basis: Any,
    n_bit: int,
    n_month: int,
    n_factor: int,
    point: int,
) -> None:
    """Normals of a panel, from points point .. point + 31 of each replicate; the arrays as `samplers.Sobol.flat` has them.

    `work`: (D, 32) flat.
    """
    panel, work, basis = space_of(panel), space_of(work), space_of(basis)
    direction, start = space_of(direction), space_of(start)
    size = n_month * n_factor
    for r in range(N_REPLICATE):
        sobol_block(panel, r * size * LANES, work, 0, direction, start, basis, n_bit, n_month, n_factor, r, point)


@stage
def sobol_block(
    panel: Any,
    at: int,
    work: Any,
    work_at: int,
    direction: Any,
    start: Any,
    basis: Any,
    n_bit: int,
    n_month: int,
    n_factor: int,
    r: int,
    point: int,
) -> None:
    """Points point .. point + 31 of replicate r, in Gray-code order (Antonov and Saleev 1979), as normals of a block.

    `point` is a multiple of 32: the Gray code of point + lane is that of the point with that of the lane.
    """
    gray_of_lane = lane_words() ^ (lane_words() >> 1)
    for d in range(n_month * n_factor):
        of_d = r * n_month * n_factor + d
        word, gray, j = start[of_d], point ^ (point >> 1), 0
        while gray > 0:
            if gray & 1 == 1:
                word ^= direction[of_d * n_bit + j]
            gray >>= 1
            j += 1
        words = splat_word(word)
        for bit in range(min(LANE_BITS, n_bit)):
            words = words ^ ((gray_of_lane >> bit) & 1) * splat_word(direction[of_d * n_bit + bit])
        store(work, work_at + d * LANES, inverse_normal(uniform(words)))
    for f in range(n_factor):
        for t in range(n_month):
            e = splat(0.0)
            for j in range(n_month):
                e = fma(load(work, work_at + (j * n_factor + f) * LANES), basis[t * n_month + j], e)
            store(panel, at + (t * n_factor + f) * LANES, e)
