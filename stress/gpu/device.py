"""A packed problem on a card: what `kernels.memory.Workspace` is on a CPU, to those that run panels and read counts."""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stress.gpu import emit
from stress.gpu.panels import GIVEN
from stress.kernels.header import FIELD
from stress.kernels.layout import LANES, PANEL_PATHS, Floats
from stress.kernels.memory import Packed
from stress.kernels.row_records import N_LAW
from stress.kernels.samplers import Shifted, Sobol
from stress.kernels.tally import NO_PATH, Tally, merge

WARPS = 8
"""Warps a multiprocessor has registers for (255 a thread)."""
LAUNCH = 2**23
"""Paths x scenarios of a launch: a fraction of a second, so that a run can be stopped."""
MOST_PATHS = 2**22
"""Paths between two carries: the low words of weighted sums hold twice as many."""
_SHARE_OF_MEMORY = 0.8


class Machine(Protocol):
    """What a workspace asks of a card: see `driver.Card`."""

    name: str
    architecture: str
    multiprocessors: int

    def load(self, ptx: str, name: str) -> None:
        """Take a kernel."""

    def start(self, n_warp: int, arguments: list[int]) -> None:
        """Run it."""

    def free(self) -> int:
        """Bytes left."""
        ...

    def take(self, n_byte: int) -> int:
        """Memory of zeros."""
        ...

    def give_back(self, address: int) -> None:
        """Free it."""

    def zero(self, address: int, n_byte: int) -> None:
        """Zeros again."""

    def put(self, address: int, array: NDArray[Any]) -> None:
        """Copy there."""

    def get(self, address: int, into: NDArray[Any]) -> None:
        """Copy back."""


class GpuWorkspace:
    """Tables, scratch and counts of a problem on a card, and what was counted there so far.

    Raises ValueError for a problem packed for a replay, StressError where the card fails.
    """

    def __init__(self, packed: Packed, card: Machine) -> None:
        self.packed, self.card = packed, card
        sizes = packed.problem.sizes
        if packed.header[FIELD["traced"]]:
            raise ValueError("a replay is simulated on a CPU")
        card.load(emit.kept(card.architecture), emit.NAME)
        self._taken: list[int] = []
        self.close = weakref.finalize(self, _give_back, card, self._taken)
        """Give the card's memory back; done in any case when nobody holds the workspace."""
        self._tables = [self._put(array) for array in (packed.f, packed.g, packed.header)]
        drawn, numbers, self._n_component, self._n_bit = _of_sampler(packed)
        self._sampler = [self._put(array) for array in (drawn, numbers)]
        self._n_count = sum(math.prod(shape) for shape in packed.shapes.values())
        self._count = self._take(8 * self._n_count)
        self._residual_at = int(packed.header[FIELD["of_residual"]])
        self._n_residual = sizes.n_scenario * N_LAW
        room = int(_SHARE_OF_MEMORY * card.free()) // (8 * packed.n_scratch)
        self.warps = max(1, min(WARPS * card.multiprocessors, room))
        self._scratch = self._take(8 * packed.n_scratch * self.warps)
        self.clear()

    def run(self, first_panel: int, n_panel: int, n_path: int, seed: int) -> None:
        """Simulate panels (paths below n_path) and add to the counts."""
        most = max(1, min(LAUNCH // self.packed.problem.sizes.n_scenario, MOST_PATHS) // PANEL_PATHS)
        for first in range(first_panel, first_panel + n_panel, most):
            panels = min(most, first_panel + n_panel - first)
            if self._waiting + panels * PANEL_PATHS > MOST_PATHS:
                self._collect()
            f, g, header = self._tables
            drawn, numbers = self._sampler
            sizes = [self.packed.n_scratch, first, panels, n_path, seed, self._n_component, self._n_bit]
            self.card.start(self.warps, [self._scratch, f, g, self._count, header, drawn, numbers, *sizes])
            self._waiting += panels * PANEL_PATHS

    def hand(self, first_panel: int, normals: NDArray[np.float64], n_path: int, seed: int) -> Iterator[Floats]:
        """(K, 16, 8 N + 6, 32) what the paths of each panel came to, from given normals (panel, 16, T, F, 32) of the factors
        (of a problem packed with `handed`)."""
        n_scenario = self.packed.problem.sizes.n_scenario
        most = max(1, self.warps // n_scenario)
        for at in range(0, len(normals), most):
            given = np.ascontiguousarray(normals[at : at + most])
            drawn = self._put(given)
            f, g, header = self._tables
            sizes = [self.packed.n_scratch, first_panel + at, len(given), n_path, seed, GIVEN, 0]
            self.card.start(self.warps, [self._scratch, f, g, self._count, header, drawn, self._sampler[1], *sizes])
            self.card.give_back(self._taken.pop())
            for panel in range(len(given)):
                yield np.stack([self._handed(panel * n_scenario + k, k) for k in range(n_scenario)])

    def _handed(self, unit: int, k: int) -> Floats:
        """What a unit of the last start came to under its scenario: no warp has done two of one scenario."""
        of_note, blocks = 8 * self.packed.problem.sizes.n_note + 6, int(self.packed.header[FIELD["handed_block"]])
        outcomes = np.empty((blocks, of_note, LANES))
        start = unit % self.warps * self.packed.n_scratch + int(self.packed.header[FIELD["of_handed"]])
        self.card.get(self._scratch + 8 * (start + k * outcomes.size), outcomes)
        return outcomes

    def residual(self) -> NDArray[np.float64]:
        """(K, laws) worst errors of the laws so far, of a problem packed with `handed`."""
        by_warp = np.empty((self.warps, self._n_residual))
        for warp in range(self.warps):
            self.card.get(self._residual_of(warp), by_warp[warp])
        worst: NDArray[np.float64] = by_warp.max(axis=0).reshape(-1, N_LAW)
        return worst

    def counts(self) -> Tally:
        """What has been counted so far."""
        self._collect()
        return self._kept

    def tally(self) -> Tally:
        """The same, of its own."""
        return self.counts()._replace(**{name: array.copy() for name, array in self._kept._asdict().items()})

    def clear(self) -> None:
        """Count from zero again."""
        self._kept = self._fetched(self._empty())
        self._begin()

    def _begin(self) -> None:
        """Counts and residuals of the card as of nothing."""
        self._waiting = 0
        self.card.put(self._count, self._empty())
        for warp in range(self.warps):
            self.card.zero(self._residual_of(warp), 8 * self._n_residual)

    def _collect(self) -> None:
        """Fetch what the card has counted since the last time."""
        if self._waiting == 0:
            return
        count = np.empty(self._n_count, np.int64)
        self.card.get(self._count, count)
        self._kept = merge([self._kept, self._fetched(count, self.residual())])
        self._begin()

    def _empty(self) -> NDArray[np.int64]:
        count = np.zeros(self._n_count, np.int64)
        self._fetched(count).loss_path[:] = NO_PATH
        return count

    def _fetched(self, count: NDArray[np.int64], residual: NDArray[np.float64] | None = None) -> Tally:
        arrays, at = {}, 0
        for name, shape in self.packed.shapes.items():
            size = math.prod(shape)
            arrays[name] = count[at : at + size].reshape(shape)
            at += size
        worst = np.zeros(self._n_residual) if residual is None else residual
        return Tally(**arrays, residual=worst.reshape(-1, N_LAW))

    def _residual_of(self, warp: int) -> int:
        return self._scratch + 8 * (warp * self.packed.n_scratch + self._residual_at)

    def _take(self, n_byte: int) -> int:
        self._taken.append(self.card.take(n_byte))
        return self._taken[-1]

    def _put(self, array: NDArray[Any]) -> int:
        address = self._take(array.nbytes)
        if array.size:
            self.card.put(address, array)
        return address


def _give_back(card: Machine, taken: list[int]) -> None:
    while taken:
        card.give_back(taken.pop())


def _of_sampler(packed: Packed) -> tuple[NDArray[np.float64], NDArray[np.int64], int, int]:
    """What the kernel is told of who draws: floats, integers, components, bits."""
    sampler = packed.sampler
    if isinstance(sampler, Shifted):
        by_lane, shift, mixture, n_component = sampler.flat()
        return np.concatenate([by_lane, shift, mixture]), np.zeros(1, np.int64), n_component, 0
    if isinstance(sampler, Sobol):
        direction, start, basis, n_bit = sampler.flat()
        return basis, np.concatenate([direction, start]), 0, n_bit
    return np.zeros(1), np.zeros(1, np.int64), 0, 0
