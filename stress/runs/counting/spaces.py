"""The memory that paths are counted in: a thread's, or a card's."""

from __future__ import annotations

from typing import Protocol

from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace
from stress.runs.counting.counted import AnyTally, carry
from stress.runs.counting.ranges import LEAST_SENT

CPU_SLICE, GPU_SLICE = 2**13, 2**23
"""Paths x scenarios between two looks at the clock: a fraction of a second on either."""
SHARED_TASK = 2**20
"""Paths x scenarios of a task that a thread or a card may take: a second of the one, enough to fill the other."""


CARRY = 2**22
"""Paths between two carries: a path adds its weight to a low word, which has room for twice as many."""


class Space(Protocol):
    """Memory that panels are counted in."""

    def counts(self) -> AnyTally:
        """What has been counted so far."""
        ...

    def tally(self) -> AnyTally:
        """The same, of its own."""
        ...

    def clear(self) -> None:
        """Count from zero again."""

    def run(self, first_panel: int, n_panel: int, n_path: int, seed: int) -> None:
        """Simulate panels (paths below n_path) and add to the counts."""


class Threads(Workspace):
    """A thread's own memory."""

    since_carried = 0

    def run(self, first_panel: int, n_panel: int, n_path: int, seed: int) -> None:
        """Simulate panels."""
        alone.run(self, first_panel, n_panel, n_path, seed)
        self.since_carried += n_panel * PANEL_PATHS
        if self.since_carried >= CARRY:
            carry(self.counts())
            self.since_carried = 0


class Bundle(Protocol):
    """What makes the memory that it is counted in itself: a book of deals."""

    @property
    def slice(self) -> int:
        """Paths between two looks at the clock."""
        ...

    @property
    def least(self) -> int:
        """Paths of a task that another process counts, at least."""
        ...

    def space(self) -> Space:
        """Memory of a thread."""
        ...


Countable = Packed | Bundle


def slice_of(packed: Countable, card: int | None) -> int:
    """Paths between two looks at the clock."""
    if not isinstance(packed, Packed):
        return packed.slice
    return (CPU_SLICE if card is None else GPU_SLICE) // packed.problem.sizes.n_scenario


def least_of(packed: Countable) -> int:
    """Paths of a task that another process counts, at least."""
    return LEAST_SENT if isinstance(packed, Packed) else packed.least


def space_of(packed: Countable, card: int | None = None) -> Space:
    """Memory of a thread, or of a card by its number. Raises StressError where the card fails."""
    if not isinstance(packed, Packed):
        return packed.space()
    if card is None:
        return Threads(packed)
    from stress.gpu import driver
    from stress.gpu.device import GpuWorkspace

    return GpuWorkspace(packed, driver.card_of(card))
