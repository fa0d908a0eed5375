"""Counting ranges of a book's paths: every deal on the same panels, then the book of those paths by position."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import NamedTuple

import numpy as np

from stress.assemble.problem import assemble
from stress.errors import StressError
from stress.inputs.book import Book
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS, Floats
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.row_records import N_LAW
from stress.kernels.tally import NOTE_QUANTITIES
from stress.runs.book import tally as tallies
from stress.runs.book.tally import COARSE, N_BIN, NO_PATH, UNIT, BookTally, Ints, bin_of
from stress.runs.book.weather import Weather, seed_of_deal, weather_of
from stress.runs.counting.ranges import Range, chunks

AHEAD, MOST_PANELS = 2**23, 16
"""What lies between the kernels and the counts, in numbers, where that is a panel at least; panels of it at most."""
LOSS, PRINCIPAL, PRICE, MULTIPLE = (NOTE_QUANTITIES.index(name) for name in ("loss", "principal", "price", "multiple"))
Progress = Callable[[int, int], None]


class Packs(NamedTuple):
    """A book ready to count."""

    book: Book
    packed: tuple[Packed, ...]
    """Of each deal, under all scenarios."""

    def digest(self) -> str:
        """SHA-256 of all that the count rests on but the number of paths."""
        found = hashlib.sha256(self.book.model_copy(update={"paths": 0}).model_dump_json().encode())
        for packed in self.packed:
            for array in (packed.f, packed.g, packed.header):
                found.update(np.ascontiguousarray(array).data.cast("B"))
        return found.hexdigest()

    def panels(self) -> int:
        """Panels that are counted together."""
        return min(
            MOST_PANELS, max(1, AHEAD // (4 * len(self.book.scenarios) * len(self.book.positions) * PANEL_PATHS))
        )

    def memory(self) -> int:
        """Bytes that a running thread needs."""
        k, p = len(self.book.scenarios), len(self.book.positions)
        lanes = 4 * k * p * self.panels() * PANEL_PATHS
        counts = 6 * k * (p + 1) * N_BIN
        return 8 * (sum(packed.n_scratch for packed in self.packed) + lanes + counts)


def packs_of(book: Book) -> Packs:
    """The arrays of every deal, packed so that outcomes are handed over. Raises ConfigError."""
    return Packs(book, tuple(pack(assemble(deal.job), handed=True) for deal in book.deals))


def count(
    packs: Packs, threads: int, progress: Progress | None = None, stop: threading.Event | None = None
) -> BookTally:
    """All paths of a book on threads of this process: the same bits on any number of them.

    `stop`, set, ends the count after the tasks that are under way; the tally says over how many paths.
    """
    hands: queue.SimpleQueue[Counter] = queue.SimpleQueue()
    tasks = chunks([(0, packs.book.paths)], threads)
    for _ in range(min(threads, len(tasks))):
        hands.put(Counter(packs))

    def task(piece: Range) -> int:
        if stop is not None and stop.is_set():
            return 0
        hand = hands.get()
        try:
            hand.run(piece)
        finally:
            hands.put(hand)
        return piece[1] - piece[0]

    done = 0
    with ThreadPoolExecutor(threads) as pool:
        waiting = {pool.submit(task, piece) for piece in tasks}
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    done += future.result()
                    if progress is not None:
                        progress(done, packs.book.paths)
        finally:
            for future in waiting:
                future.cancel()
    return tallies.merged([hands.get().tally for _ in range(min(threads, len(tasks)))])


class Counter:
    """What one running thread needs: memory of each deal, the weather, counts."""

    def __init__(self, packs: Packs) -> None:
        book = packs.book
        self.panels = packs.panels()
        self.book, self.spaces = book, [Workspace(packed) for packed in packs.packed]
        self.weather: Weather = weather_of(
            book, [packed.problem.sizes.n_factor for packed in packs.packed], packs.panels()
        )
        amount = np.array([position.amount for position in book.positions])
        self.weight = amount / amount.sum()
        self.price = np.array([position.price for position in book.positions])
        self.cost = _weighted(self.weight, self.price[:, None])[0]
        self.deal_of = np.array([position.deal for position in book.positions])
        self.rows = [8 * position.note for position in book.positions]
        self.n = len(book.scenarios), len(book.positions), len(book.deals)
        self.clear()

    def clear(self) -> None:
        """Count from zero again."""
        self.tally = tallies.empty(*self.n, self.weather.n_named, N_LAW)

    def run(self, paths: Range) -> None:
        """Count a range that begins with a panel. Raises StressError where a law of the model is broken."""
        start, end = paths
        step = self.panels * PANEL_PATHS
        for first in range(start, end, step):
            self._chunk(first, min(first + step, end))

    def _chunk(self, first: int, end: int) -> None:
        """Simulate a few panels of every deal and count the book on them."""
        n = end - first
        found = np.empty((4, self.n[0], self.n[1], n))
        panels = range(first // PANEL_PATHS, -(-end // PANEL_PATHS))
        self.weather.move(panels[0], len(panels))
        for deal in range(self.n[2]):  # all panels of one deal: its tables and rows stay in the caches
            for i, panel in enumerate(panels):
                self._simulate(deal, panel, end, found[..., i * PANEL_PATHS : (i + 1) * PANEL_PATHS])
        mean = self.weather.level[: len(panels)].mean(axis=2).transpose(1, 0, 2, 3)
        factor = mean.reshape(self.weather.n_named, len(panels) * PANEL_PATHS)[:, :n]
        if not np.isfinite(found).all():
            raise StressError(f"book: paths {first} to {end - 1} have a result that is not a number")
        self._count(first, found, factor)

    def _simulate(self, deal: int, panel: int, end: int, into: Floats) -> None:
        """One deal on a panel: loss, principal, price and multiple of the positions in it."""
        space, width = self.spaces[deal], into.shape[-1]
        self.weather.fill(deal, space.drawing()[0], panel)
        alone.run(space, panel, 1, end, seed_of_deal(self.book.seed, deal), drawn=True)
        handed = space.handed()
        for p in np.flatnonzero(self.deal_of == deal):
            for i, row in enumerate((LOSS, PRINCIPAL, PRICE, MULTIPLE)):
                into[i, :, p] = handed[:, :, self.rows[p] + row].reshape(self.n[0], -1)[:, :width]
        worst = space.counts().residual.max(axis=0)
        np.maximum(self.tally.residual[deal], worst, out=self.tally.residual[deal])

    def _count(self, first: int, found: Floats, factor: Floats) -> None:
        n = found.shape[-1]
        self.tally.path[0] += n
        weather = np.rint(factor / COARSE)
        for k in range(self.n[0]):
            loss = np.rint(found[0, k] / UNIT).astype(np.int64)
            self._count_losses(k, first, loss, weather)
            self._count_values(k, found[3, k] - found[1, k], found[2, k])
            self._count_together(k, loss)

    def _count_losses(self, k: int, first: int, loss: Ints, weather: Floats) -> None:
        """The book's loss, each position's, and the book's without it."""
        t, n = self.tally, loss.shape[1]
        share = np.minimum(_weighted(self.weight, loss.astype(np.float64) * UNIT), 1.0)
        losing = (loss > 0).sum(axis=0)
        own = bin_of(share)
        units = np.rint(share / UNIT)
        book_count, book_sum = _by_bin(own), _by_bin(own, units)
        t.loss_count[k, -1] += book_count
        t.loss_sum[k, -1] += book_sum
        t.square[k, -1] += _by_bin(own, np.rint(share * share / UNIT))
        for f in range(len(weather)):
            t.factor[k, f] += _by_bin(own, weather[f])
            t.factor_square[k, f] += _by_bin(own, np.rint(weather[f] * weather[f] * COARSE))
        seen = np.full(N_BIN, NO_PATH)
        seen[own[::-1]] = first + np.arange(n - 1, -1, -1)  # the last that is written stays: the smallest path
        np.minimum(t.first_path[k], seen, out=t.first_path[k])
        for p in range(len(loss)):
            at = np.flatnonzero(loss[p])
            t.loss_count[k, p, 0] += n - len(at)
            t.without_count[k, p] += book_count
            t.without_sum[k, p] += book_sum
            if not len(at):
                continue
            lost, here = loss[p, at].astype(np.float64), own[at]
            part = lost * UNIT
            bins = bin_of(part)
            t.loss_count[k, p] += _by_bin(bins)
            t.loss_sum[k, p] += _by_bin(bins, lost)
            t.by_book[k, p] += _by_bin(here, lost)
            t.square[k, p] += _by_bin(here, np.rint(part * part / UNIT))
            rest = np.where(losing[at] > 1, np.maximum(share[at] - self.weight[p] * part, 0.0), 0.0)
            without = bin_of(rest)
            t.without_count[k, p] += _by_bin(without) - _by_bin(here)
            t.without_sum[k, p] += _by_bin(without, np.rint(rest / UNIT)) - _by_bin(here, units[at])

    def _count_values(self, k: int, income: Floats, value: Floats) -> None:
        """Income and value of each position and of the book."""
        whole = [np.vstack([rows, _weighted(self.weight, rows)]) for rows in (income, value)]
        cost = np.append(self.price, self.cost)[:, None]
        self.tally.below_cost[k] += (whole[1] < cost).sum(axis=1)
        for q, rows in enumerate(whole):
            held = np.clip(rows, -64.0, 64.0)
            self.tally.moment[k, :, q, 0] += np.rint(held / COARSE).astype(np.int64).sum(axis=1)
            self.tally.moment[k, :, q, 1] += np.rint(held * held / COARSE).astype(np.int64).sum(axis=1)

    def _count_together(self, k: int, loss: Ints) -> None:
        """Which deals lose on one path."""
        lost = np.zeros((self.n[2], loss.shape[1]), np.float32)
        for p, deal in enumerate(self.deal_of):
            lost[deal][loss[p] > 0] = 1.0
        self.tally.joint[k] += np.rint(lost @ lost.T).astype(np.int64)  # below 2^24: exact in float32
        self.tally.at_once[k] += np.bincount(lost.sum(axis=0).astype(np.int64), minlength=self.n[2] + 1)


def _weighted(weight: Floats, rows: Floats) -> Floats:
    """Sum of rows by weight, one after another: the same bits on every machine and for any number of paths."""
    total = np.zeros(rows.shape[1])
    for w, row in zip(weight, rows, strict=True):
        total += w * row
    return total


def _by_bin(bins: Ints, amount: Floats | None = None) -> Ints:
    """Counts, or sums of whole numbers below 2^53: exact."""
    found = np.bincount(bins, amount, N_BIN)
    return found if amount is None else np.rint(found).astype(np.int64)
