"""One run with the scores of its paths: sums of outcome times feature by batch, on all cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import numpy as np

from stress.analysis import trials
from stress.analysis.scores import Scores
from stress.arrays import Array, Ints
from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.entries import score_sums
from stress.kernels.layout import LANES, N_QUADRATIC, PANEL_BLOCKS
from stress.kernels.memory import Workspace, pack
from stress.runs.engine import n_core

PANEL = PANEL_BLOCKS * LANES
MOST_BATCHES = 64


class ScoreSums:
    """Panels of plain paths, dealt to batches in turn. A batch is summed by one thread: bits do not depend on their
    number."""

    def __init__(self, job: Job, scores: Scores, panels: int) -> None:
        self.job, self.law, self.panels, self.n_batch = job, scores.law, panels, min(MOST_BATCHES, panels)
        self.problem = assemble(job)
        sizes = self.problem.sizes
        self.shape = sizes.n_month, sizes.n_factor

    def outcomes(
        self, rows: Sequence[int], kept: Sequence[int], progress: trials.Progress | None
    ) -> tuple[Array, Array]:
        """(batch, 1 + rows, X + 1) sums of the features and of 1, plain, then times each of the rows of a path's
        outcomes; and the outcomes of some of these rows themselves, (kept, path). Raises StressError."""
        packed, asked = pack(self.problem, handed=True), np.array(rows, np.int64)
        values, spaces = np.empty((len(kept), self.panels, PANEL)), SimpleQueue[Workspace]()
        threads = min(n_core(), self.n_batch)
        for _ in range(threads):
            spaces.put(Workspace(packed))

        def batch(at: int) -> Array:
            space, sums = spaces.get(), self._none(len(rows))
            handed = space.handed()[0]
            try:
                for panel in range(at, self.panels, self.n_batch):
                    alone.run(space, panel, 1, self.panels * PANEL, self.job.seed)
                    self._add(sums, space.drawing()[0], handed, asked)
                    for i, row in enumerate(kept):
                        values[i, panel] = handed[:, rows[row]].reshape(-1)
            finally:
                spaces.put(space)  # other threads wait for it
            return sums

        table = self._over_batches(batch, threads, progress)
        worst = max(float(spaces.get().counts().residual.max()) for _ in range(threads))
        if not worst <= 1e-9:
            raise StressError(
                f"scenario {self.job.scenarios[0].name}: a law of the model is broken (off by {worst:.2g})"
            )
        return table, values.reshape(len(kept), self.panels * PANEL)

    def of(self, values: Array) -> Array:
        """The same sums of given values (V, path), from the paths on which any is not 0, drawn again."""
        by_block = np.ascontiguousarray(values.reshape(len(values), -1, LANES).transpose(1, 0, 2))
        blocks = np.flatnonzero(by_block.any(axis=(1, 2)))
        of_batch, asked = blocks // PANEL_BLOCKS % self.n_batch, np.arange(len(values))

        def batch(at: int) -> Array:
            sums = self._none(len(values))
            for block in blocks[of_batch == at].tolist():
                normals = alone.drawn_normals(self.problem, block, self.job.seed).reshape(-1)
                self._add(sums, normals, by_block[block : block + 1], asked)
            return sums

        return self._over_batches(batch, min(n_core(), self.n_batch), None)

    def _none(self, n_value: int) -> Array:
        return np.zeros((1 + n_value, self.shape[0] * self.shape[1] + N_QUADRATIC + 1))

    def _add(self, sums: Array, panel: Array, values: Array, rows: Ints) -> None:
        work = np.empty((self.shape[1] + N_QUADRATIC) * LANES)
        n_block, n_row, _ = values.shape
        score_sums(
            sums.reshape(-1), panel, self.law, work, values.reshape(-1), rows, n_block, len(rows), n_row, *self.shape
        )

    def _over_batches(self, batch: Callable[[int], Array], threads: int, progress: trials.Progress | None) -> Array:
        tables = []
        with ThreadPoolExecutor(threads) as pool:
            for sums in pool.map(batch, range(self.n_batch)):
                tables.append(sums)
                if progress is not None:
                    progress(len(tables), self.n_batch)
        return np.stack(tables)
