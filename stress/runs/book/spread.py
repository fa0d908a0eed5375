"""Counting a book on a Dask cluster: a task is a range of paths of every deal, lost ones are counted again.

Ranges, not deals, are spread: the book's loss needs all deals of a path side by side, and a range's counts are all that
travels. Integer counts add up to the same bits in any order, however the paths were cut and whoever died on the way.
"""

from __future__ import annotations

import functools
import queue
import threading
from typing import Any

from stress.errors import ClusterLost, ConfigError, Incomplete, StressError
from stress.runs.book.count import Counter, Packs, Progress
from stress.runs.book.tally import BookTally, merged
from stress.runs.cluster import n_slot
from stress.runs.cluster.work import Identity, identity
from stress.runs.counting.counted import decode, encode
from stress.runs.counting.ranges import LEAST_SENT, Range, chunks, size

TRIES = 50
"""Times a range may be lost with its worker before the count is given up."""
WORTH = 2.0**20
"""Paths x deals x scenarios of a task at least: a second or two of work beside what it costs to hand it out."""


def spread(
    packs: Packs, client: Any, progress: Progress | None = None, stop: threading.Event | None = None
) -> BookTally:
    """All paths of a book on a cluster; `stop`, set, ends it with what has come. Raises ClusterLost, Incomplete."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    book, digest = packs.book, packs.digest()
    least = max(2**10, min(LEAST_SENT, int(WORTH / len(book.deals) / len(book.scenarios))))
    held = client.submit(_hold, packs, pure=False)
    tries: dict[Range, int] = {}
    total: BookTally | None = None
    done = 0

    def submit(piece: Range) -> Any:
        future = client.submit(count_range, held, digest, piece, identity(), pure=False)
        pieces[future.key] = piece
        return future

    pieces: dict[str, Range] = {}
    waiting = as_completed([submit(p) for p in chunks([(0, book.paths)], n_slot(client), None, least)])
    for future in waiting:
        piece = pieces.pop(future.key)
        if future.status != "finished":
            error = future.exception() if future.status == "error" else None
            if client.status != "running":
                raise ClusterLost("the connection to the scheduler is lost; run again")
            if isinstance(error, StressError):
                raise error
            if error is not None and not isinstance(error, (KilledWorker, OSError, TimeoutError)):
                raise Incomplete(f"a task failed on the cluster: {type(error).__name__}: {error}") from error
            tries[piece] = tries.get(piece, 0) + 1
            if tries[piece] > TRIES:
                raise Incomplete(f"paths {piece[0]} to {piece[1]} were lost with their worker {TRIES} times")
            waiting.add(submit(piece))
            continue
        part = decode(future.result(), BookTally)
        total = merged([part] if total is None else [total, part])
        future.release()
        done += size([piece])
        if progress is not None:
            progress(done, book.paths)
        if stop is not None and stop.is_set():
            client.cancel(waiting.futures)
            break
    if total is None:
        raise Incomplete("nothing was counted")
    return total


def count_range(packs: Packs, digest: str, piece: Range, expected: Identity) -> bytes:
    """One task. `digest` names the book, so that a worker keeps its memory for it."""
    if identity() != expected:
        raise ConfigError(f"a worker has another version or source of stress than the driver: {identity()}")
    idle = _idle(digest)
    try:
        hand = idle.get_nowait()
        hand.clear()
    except queue.Empty:
        hand = Counter(packs)
    hand.run(piece)
    found = encode(hand.tally)
    idle.put(hand)
    return found


def _hold(packs: Packs) -> Packs:
    """The book as a task, so that Dask can bring it back to a worker that lost it."""
    return packs


@functools.lru_cache(maxsize=1)
def _idle(digest: str) -> queue.SimpleQueue[Counter]:
    """Memory of this process that no task uses now, for the latest book."""
    return queue.SimpleQueue()
