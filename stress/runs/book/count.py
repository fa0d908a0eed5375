"""Counting ranges of a book's paths: every deal on the same panels, then the book of those paths by position."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.book import Book
from stress.kernels import alone
from stress.kernels.layout import PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.row_records import N_LAW
from stress.kernels.tables import Problem
from stress.kernels.tally import NOTE_QUANTITIES
from stress.runs import counting
from stress.runs.book import macro, rates
from stress.runs.book.holdings import Simulated, add, holdings_of
from stress.runs.book.weather import Proposal, Weather, seed_of_deal, weather_of
from stress.runs.counting import book_tally as tallies
from stress.runs.counting.book_tally import NO_PATH, BookTally, bins_of
from stress.runs.counting.counted import joined
from stress.runs.counting.ranges import LEAST_SENT

LEVEL = 0.999
"""Of what a position brings to the book's tail, unless another is asked for."""
WORTH = 2.0**20
"""Paths x deals x scenarios of a task at least: a second or two of work beside what it costs to hand it out."""
AHEAD, MOST_PANELS = 2**23, 16
"""What lies between the kernels and the counts, in numbers, where that is a panel at least; panels of it at most."""
LOSS, PRINCIPAL, PRICE, MULTIPLE = (NOTE_QUANTITIES.index(name) for name in ("loss", "principal", "price", "multiple"))


class Packs(NamedTuple):
    """A book ready to count."""

    book: Book
    packed: tuple[Packed, ...]
    """Of each deal, under all scenarios."""
    shared: tuple[macro.Shared | None, ...] = ()
    """Of each deal, its part in macro variables that are drawn; nothing: they stand still."""
    rates: tuple[rates.Rate | None, ...] = ()
    """Of each deal, what moves its short rate; nothing: it stands still."""
    proposal: Proposal | None = None
    """Where paths aim; None: they are drawn plainly."""
    level: float = LEVEL
    """It is asked about, and paths of importance sampling aim at, the worst 1 - level of paths."""

    def digest(self) -> str:
        """SHA-256 of all that the count rests on but the number of paths."""
        sha = hashlib.sha256(self.book.model_copy(update={"paths": 0}).model_dump_json().encode())
        for packed in self.packed:
            for array in (packed.f, packed.g, packed.header):
                sha.update(np.ascontiguousarray(array).data.cast("B"))
        for array in () if self.proposal is None else self.proposal.arrays():
            sha.update(np.ascontiguousarray(array).data.cast("B"))
        return sha.hexdigest()

    @property
    def slice(self) -> int:
        """Paths between two looks at the clock: those that are counted together."""
        return self.panels() * PANEL_PATHS

    @property
    def least(self) -> int:
        """Paths of a task that another process counts, at least."""
        return max(2**10, min(LEAST_SENT, int(WORTH / len(self.book.deals) / len(self.book.scenarios))))

    def space(self) -> Counter:
        """Memory of a running thread."""
        return Counter(self)

    def panels(self) -> int:
        """Panels that are counted together."""
        return min(
            MOST_PANELS, max(1, AHEAD // (4 * len(self.book.scenarios) * len(self.book.positions) * PANEL_PATHS))
        )

    def memory(self) -> int:
        """Bytes that a running thread needs."""
        k, p = len(self.book.scenarios), len(self.book.positions)
        lanes = 4 * k * p * self.panels() * PANEL_PATHS
        counts = 6 * k * (p + 1) * bins_of(self.book.short > 0.0).n * (1 + (self.proposal is not None))
        return 8 * (sum(packed.n_scratch for packed in self.packed) + lanes + counts)


def packs_of(book: Book, level: float = LEVEL) -> Packs:
    """The arrays of every deal, packed so that outcomes are handed over. Raises ConfigError."""
    problems = [assemble(deal.job) for deal in book.deals]
    shared = tuple(
        macro.shared_of(deal, problem, book.seed) for deal, problem in zip(book.deals, problems, strict=True)
    )
    moved = rates.rates_of(book)
    ready = [
        undrawn(problem, part is not None, rate is not None)
        for problem, part, rate in zip(problems, shared, moved, strict=True)
    ]
    return Packs(book, tuple(pack(problem, handed=True) for problem in ready), shared, moved, level=level)


def undrawn(problem: Problem, macro_shared: bool, rate_shared: bool) -> Problem:
    """A deal whose kernel takes what the book's deals share as it was put, in place of drawing it."""
    problem = macro.undrawn(problem) if macro_shared else problem
    return rates.undrawn(problem) if rate_shared else problem


def count(packs: Packs, threads: int) -> BookTally:
    """All paths of a book on threads of this process: the same bits on any number of them."""
    book = packs.book
    tally: BookTally = joined(counting.count(packs, book.seed, [(0, book.paths)], threads)).tally()
    return tally


class Counter:
    """What one running thread needs: memory of each deal, the weather, counts."""

    def __init__(self, packs: Packs) -> None:
        book = packs.book
        self.panels = packs.panels()
        self.book, self.spaces = book, [Workspace(packed) for packed in packs.packed]
        self.weather: Weather = weather_of(
            book, [packed.problem.sizes.n_factor for packed in packs.packed], packs.panels(), packs.proposal
        )
        self.held = holdings_of(book)
        self.rows = [8 * position.note for position in book.positions]
        self.shared = packs.shared or (None,) * len(book.deals)
        self.rates = packs.rates or (None,) * len(book.deals)
        self.n = len(book.scenarios), len(book.positions), len(book.deals)
        self.is_weighted = packs.proposal is not None
        self._tally = tallies.empty(*self.n, self.weather.n_named, N_LAW, self.is_weighted, self.held.bins.n)
        self.powers = tallies.powers(self._tally)

    def clear(self) -> None:
        """Count from zero again."""
        for name, array in self._tally._asdict().items():
            array[...] = NO_PATH if name == "first_path" else 0

    def counts(self) -> BookTally:
        """What has been counted so far, in the memory itself."""
        return self._tally

    def tally(self) -> BookTally:
        """The same, of its own."""
        return tallies.merged([self._tally])

    def run(self, first_panel: int, n_panel: int, n_path: int, seed: int) -> None:
        """Count panels of paths below `n_path`, drawn under the book's own seed. Raises StressError for a result that
        is not a number."""
        end = min(n_path, (first_panel + n_panel) * PANEL_PATHS)
        step = self.panels * PANEL_PATHS
        for first in range(first_panel * PANEL_PATHS, end, step):
            add(self._tally, self.powers, self.held, first, self.simulate(first, min(first + step, end)))

    def simulate(self, first: int, end: int) -> Simulated:
        """Every deal on a few panels. Raises StressError for a result that is not a number."""
        panels = range(first // PANEL_PATHS, -(-end // PANEL_PATHS))
        self.weather.move(panels[0], len(panels))
        return self.moved(first, end)

    def moved(self, first: int, end: int) -> Simulated:
        """The same in the weather as it stands."""
        n, panels = end - first, range(first // PANEL_PATHS, -(-end // PANEL_PATHS))
        outcome = np.empty((4, self.n[0], self.n[1], n))
        for deal in range(self.n[2]):  # all panels of one deal: its tables and rows stay in the caches
            for i, panel in enumerate(panels):
                self._simulate(deal, panel, end, outcome[..., i * PANEL_PATHS : (i + 1) * PANEL_PATHS])
        if self.held.bins.zero:
            outcome *= self.held.sign[:, None]
        mean = self.weather.level[: len(panels)].mean(axis=2).transpose(1, 0, 2, 3)
        factor = mean.reshape(self.weather.n_named, len(panels) * PANEL_PATHS)[:, :n]
        if not np.isfinite(outcome).all():
            raise StressError(f"book: paths {first} to {end - 1} have a result that is not a number")
        return Simulated(outcome, factor, self.weather.weight.ravel()[:n])

    def _simulate(self, deal: int, panel: int, end: int, into: Array) -> None:
        """One deal on a panel: loss, principal, value and cash of the positions in it, over the original balance."""
        space, width = self.spaces[deal], into.shape[-1]
        if (shared := self.shared[deal]) is not None:
            macro.put(space, shared.normals(PANEL_BLOCKS, panel * PANEL_PATHS))
        if (rate := self.rates[deal]) is not None:
            rates.put(space, rate.normals(self.weather, panel))
        self.weather.fill(deal, space.drawing()[0], panel)
        alone.run(space, panel, 1, end, seed_of_deal(self.book.seed, deal), drawn=True)
        handed = space.handed()
        for p in np.flatnonzero(self.held.deal == deal):
            for i, row in enumerate((LOSS, PRINCIPAL, PRICE, MULTIPLE)):
                into[i, :, p] = handed[:, :, self.rows[p] + row].reshape(self.n[0], -1)[:, :width]
            into[2:, :, p] *= self.held.stake[p]
        worst = space.counts().residual.max(axis=0)
        np.maximum(self._tally.residual[deal], worst, out=self._tally.residual[deal])
