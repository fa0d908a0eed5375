"""The engine as a contender: packed once, a workspace for each thread, panels handed out as threads ask for them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Workspace, pack
from stress.kernels.tally import Tally, merge

SEED = 7
Run = Callable[..., None]
"""Simulates panels into a workspace: `alone.run`, or that of another kernel."""


class EngineRun:
    """Simulates panels of a job on some threads and counts everything that a run counts."""

    def __init__(self, job: Job, threads: int = 1, chunk_panels: int = 16, run: Run = alone.run) -> None:
        self.problem = assemble(job)
        packed = pack(self.problem)
        self.spaces = [Workspace(packed) for _ in range(threads)]
        self.threads, self.chunk_panels, self.kernel = threads, chunk_panels, run
        self.next_panel = 0
        for space in self.spaces:
            run(space, 0, 1, PANEL_PATHS, SEED)

    def run(self, n_panel: int) -> int:
        """Simulate the next panels; returns paths times scenarios."""
        first, end = self.next_panel, self.next_panel + n_panel
        self.next_panel = end
        chunks = [(i, min(self.chunk_panels, end - i)) for i in range(first, end, self.chunk_panels)]
        if self.threads == 1:
            for chunk in chunks:
                self._run(self.spaces[0], *chunk)
        else:
            queue = iter(chunks)
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(lambda space: [self._run(space, *chunk) for chunk in _taken(queue)], self.spaces))
        return n_panel * PANEL_PATHS * self.problem.sizes.n_scenario

    def tally(self) -> Tally:
        """All that was counted."""
        return merge([space.tally() for space in self.spaces])

    def _run(self, space: Workspace, first: int, n_panel: int) -> None:
        self.kernel(space, first, n_panel, (first + n_panel) * PANEL_PATHS, SEED)


def _taken(queue):  # type: ignore[no-untyped-def]
    """Chunks one at a time (a list iterator hands out each element once, whichever thread asks)."""
    while (chunk := next(queue, None)) is not None:
        yield chunk
