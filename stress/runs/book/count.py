"""Counting ranges of a book's paths: every deal on the same panels, then the book of those paths by position."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.book import Book
from stress.kernels import alone
from stress.kernels.layout import PANEL_BLOCKS, PANEL_PATHS, Floats
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.row_records import N_LAW
from stress.kernels.sampling import Shifted
from stress.kernels.tally import NOTE_QUANTITIES
from stress.runs import counting
from stress.runs.book import macro
from stress.runs.book.weather import Weather, seed_of_deal, weather_of
from stress.runs.counting import book_tally as tallies
from stress.runs.counting.book_tally import COARSE, N_BIN, NO_PATH, UNIT, BookTally, Ints, bin_of
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
    sampler: Shifted | None = None
    """Who draws the named factors; None: plainly."""
    level: float = LEVEL
    """It is asked about, and paths of importance sampling aim at, the worst 1 - level of paths."""

    def digest(self) -> str:
        """SHA-256 of all that the count rests on but the number of paths."""
        found = hashlib.sha256(self.book.model_copy(update={"paths": 0}).model_dump_json().encode())
        for packed in self.packed:
            for array in (packed.f, packed.g, packed.header):
                found.update(np.ascontiguousarray(array).data.cast("B"))
        for array in self.sampler or ():
            found.update(np.ascontiguousarray(array).data.cast("B"))
        return found.hexdigest()

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
        counts = 6 * k * (p + 1) * N_BIN * (1 + (self.sampler is not None))
        return 8 * (sum(packed.n_scratch for packed in self.packed) + lanes + counts)


def packs_of(book: Book, level: float = LEVEL) -> Packs:
    """The arrays of every deal, packed so that outcomes are handed over. Raises ConfigError."""
    problems = [assemble(deal.job) for deal in book.deals]
    shared = tuple(
        macro.shared_of(deal, problem, book.seed) for deal, problem in zip(book.deals, problems, strict=True)
    )
    ready = [
        problem if part is None else macro.undrawn(problem) for problem, part in zip(problems, shared, strict=True)
    ]
    return Packs(book, tuple(pack(problem, handed=True) for problem in ready), shared, level=level)


def count(packs: Packs, threads: int) -> BookTally:
    """All paths of a book on threads of this process: the same bits on any number of them."""
    book = packs.book
    tally: BookTally = joined(counting.count(packs, book.seed, [(0, book.paths)], threads)).tally()
    return tally


class Simulated(NamedTuple):
    """Every deal on some paths."""

    outcome: Floats
    """(4, K, P, n) loss, principal, value and multiple of every position."""
    factor: Floats
    """(F, n) mean level of each named factor over the book's months."""
    weight: Floats
    """(n,)"""


class Counter:
    """What one running thread needs: memory of each deal, the weather, counts."""

    def __init__(self, packs: Packs) -> None:
        book = packs.book
        self.panels = packs.panels()
        self.book, self.spaces = book, [Workspace(packed) for packed in packs.packed]
        self.weather: Weather = weather_of(
            book, [packed.problem.sizes.n_factor for packed in packs.packed], packs.panels(), packs.sampler
        )
        amount = np.array([position.amount for position in book.positions])
        self.weight = amount / amount.sum()
        self.price = np.array([position.price for position in book.positions])
        self.cost = _weighted(self.weight, self.price[:, None])[0]
        self.deal_of = np.array([position.deal for position in book.positions])
        self.rows = [8 * position.note for position in book.positions]
        self.shared = packs.shared or (None,) * len(book.deals)
        self.n = len(book.scenarios), len(book.positions), len(book.deals)
        self.is_weighted = packs.sampler is not None
        self._tally = tallies.empty(*self.n, self.weather.n_named, N_LAW, self.is_weighted)
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
            self._count(first, self.simulate(first, min(first + step, end)))

    def simulate(self, first: int, end: int) -> Simulated:
        """Every deal on a few panels. Raises StressError for a result that is not a number."""
        panels = range(first // PANEL_PATHS, -(-end // PANEL_PATHS))
        self.weather.move(panels[0], len(panels))
        return self.moved(first, end)

    def moved(self, first: int, end: int) -> Simulated:
        """The same in the weather as it stands."""
        n, panels = end - first, range(first // PANEL_PATHS, -(-end // PANEL_PATHS))
        found = np.empty((4, self.n[0], self.n[1], n))
        for deal in range(self.n[2]):  # all panels of one deal: its tables and rows stay in the caches
            for i, panel in enumerate(panels):
                self._simulate(deal, panel, end, found[..., i * PANEL_PATHS : (i + 1) * PANEL_PATHS])
        mean = self.weather.level[: len(panels)].mean(axis=2).transpose(1, 0, 2, 3)
        factor = mean.reshape(self.weather.n_named, len(panels) * PANEL_PATHS)[:, :n]
        if not np.isfinite(found).all():
            raise StressError(f"book: paths {first} to {end - 1} have a result that is not a number")
        return Simulated(found, factor, self.weather.weight.ravel()[:n])

    def _simulate(self, deal: int, panel: int, end: int, into: Floats) -> None:
        """One deal on a panel: loss, principal, price and multiple of the positions in it."""
        space, width = self.spaces[deal], into.shape[-1]
        if (shared := self.shared[deal]) is not None:
            macro.put(space, shared.normals(PANEL_BLOCKS, panel * PANEL_PATHS))
        self.weather.fill(deal, space.drawing()[0], panel)
        alone.run(space, panel, 1, end, seed_of_deal(self.book.seed, deal), drawn=True)
        handed = space.handed()
        for p in np.flatnonzero(self.deal_of == deal):
            for i, row in enumerate((LOSS, PRINCIPAL, PRICE, MULTIPLE)):
                into[i, :, p] = handed[:, :, self.rows[p] + row].reshape(self.n[0], -1)[:, :width]
        worst = space.counts().residual.max(axis=0)
        np.maximum(self._tally.residual[deal], worst, out=self._tally.residual[deal])

    def _count(self, first: int, seen: Simulated) -> None:
        self._tally.path[0] += seen.factor.shape[1]
        loss = np.rint(seen.outcome[0] / UNIT).astype(np.int64)
        held = np.rint(seen.weight / UNIT) * UNIT  # so that every sum rests on the same weights
        for power, t in enumerate(self.powers):
            weight = (None if not self.is_weighted else held) if power == 0 else np.rint(held * held / UNIT) * UNIT
            for k in range(self.n[0]):
                self._count_losses(t, k, first, loss[k], np.rint(seen.factor / COARSE), weight)
                income = seen.outcome[3, k] - seen.outcome[1, k]
                self._count_values(t, k, income, seen.outcome[2, k], weight)
                self._count_together(t, k, loss[k], weight)

    def _count_losses(
        self, t: BookTally, k: int, first: int, loss: Ints, weather: Floats, weight: Floats | None
    ) -> None:
        """The book's loss, each position's, and the book's without it."""
        n = loss.shape[1]
        share = np.minimum(_weighted(self.weight, loss.astype(np.float64) * UNIT), 1.0)
        losing = (loss > 0).sum(axis=0)
        own = bin_of(share)
        book_count, book_sum = _by_bin(own, weight), _by_bin(own, weight, share)
        t.loss_count[k, -1] += book_count
        t.loss_sum[k, -1] += book_sum
        t.square[k, -1] += _by_bin(own, weight, share * share)
        for f in range(len(weather)):
            t.factor[k, f] += _by_bin(own, weight, weather[f], 1.0)
            t.factor_square[k, f] += _by_bin(own, weight, weather[f] * weather[f] * COARSE, 1.0)
        seen = np.full(N_BIN, NO_PATH)
        seen[own[::-1]] = first + np.arange(n - 1, -1, -1)  # the last that is written stays: the smallest path
        np.minimum(t.first_path[k], seen, out=t.first_path[k])
        all_paths = book_count.sum()
        for p in range(len(loss)):
            at = np.flatnonzero(loss[p])
            t.loss_count[k, p, 0] += all_paths
            t.without_count[k, p] += book_count
            t.without_sum[k, p] += book_sum
            if not len(at):
                continue
            part, here, heavy = loss[p, at] * UNIT, own[at], None if weight is None else weight[at]
            bins = bin_of(part)
            losers = _by_bin(bins, heavy)
            t.loss_count[k, p] += losers
            t.loss_count[k, p, 0] -= losers.sum()
            t.loss_sum[k, p] += _by_bin(bins, heavy, part)
            t.by_book[k, p] += _by_bin(here, heavy, part)
            t.square[k, p] += _by_bin(here, heavy, part * part)
            rest = np.where(losing[at] > 1, np.maximum(share[at] - self.weight[p] * part, 0.0), 0.0)
            without = bin_of(rest)
            t.without_count[k, p] += _by_bin(without, heavy) - _by_bin(here, heavy)
            t.without_sum[k, p] += _by_bin(without, heavy, rest) - _by_bin(here, heavy, share[at])

    def _count_values(self, t: BookTally, k: int, income: Floats, value: Floats, weight: Floats | None) -> None:
        """Income and value of each position and of the book."""
        whole = [np.vstack([rows, _weighted(self.weight, rows)]) for rows in (income, value)]
        below = whole[1] < np.append(self.price, self.cost)[:, None]
        counted = below if weight is None else np.rint(below * weight / UNIT).astype(np.int64)
        t.below_cost[k] += counted.sum(axis=1)
        for q, rows in enumerate(whole):
            held = np.clip(rows, -64.0, 64.0)
            for i, power in enumerate((held, held * held)):
                each = power if weight is None else power * weight
                t.moment[k, :, q, i] += np.rint(each / COARSE).astype(np.int64).sum(axis=1)

    def _count_together(self, t: BookTally, k: int, loss: Ints, weight: Floats | None) -> None:
        """Which deals lose on one path."""
        lost = np.zeros((self.n[2], loss.shape[1]), np.float32 if weight is None else np.float64)
        for p, deal in enumerate(self.deal_of):
            lost[deal][loss[p] > 0] = 1.0
        heavy = lost if weight is None else lost * np.rint(weight / UNIT)
        t.joint[k] += np.rint(heavy @ lost.T).astype(np.int64)  # below 2^24 or, by weight, 2^53: exact
        at_once = lost.sum(axis=0).astype(np.int64)
        t.at_once[k] += _by_bin(at_once, weight, n_bin=self.n[2] + 1)


def _weighted(weight: Floats, rows: Floats) -> Floats:
    """Sum of rows by weight, one after another: the same bits on every machine and for any number of paths."""
    total = np.zeros(rows.shape[1])
    for w, row in zip(weight, rows, strict=True):
        total += w * row
    return total


def _by_bin(
    bins: Ints, weight: Floats | None, amount: Floats | None = None, unit: float = UNIT, n_bin: int = N_BIN
) -> Ints:
    """Paths by bin (in `UNIT`s where they carry a weight), or sums of an amount in a unit: whole numbers below 2^53."""
    if amount is None:
        if weight is None:
            return np.bincount(bins, minlength=n_bin)
        amount = np.ones(len(bins))
    each = np.rint((amount if weight is None else amount * weight) / unit)
    return np.rint(np.bincount(bins, each, n_bin)).astype(np.int64)
