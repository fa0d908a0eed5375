"""What a worker does: count a range of paths, add tallies up. Bytes in, bytes out."""

from __future__ import annotations

import functools
import queue
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

from stress.digest import source_digest
from stress.errors import ConfigError
from stress.kernels.layout import PANEL_PATHS
from stress.runs.counting.counted import Counted, encode, joined
from stress.runs.counting.ranges import Range
from stress.runs.counting.spaces import Countable, Space, space_of
from stress.version import __version__


class Identity(NamedTuple):
    """What must be the same wherever paths are counted."""

    version: str
    source: str
    numba: str


@functools.cache
def identity() -> Identity:
    """This process's own."""
    return Identity(__version__, source_digest(), version("numba"))


def hold(packed: Countable) -> Countable:
    """The problem as a task, so that Dask can bring it back to a worker that lost it."""
    return packed


def count_range(
    packed: Countable, problem: str, range_: Range, seed: int, expected: Identity, on_card: bool = False
) -> bytes:
    """One task: simulate a range of paths, on the worker's card or thread.

    `problem` names the problem, so that a worker keeps its memory for it.
    """
    if identity() != expected:
        raise ConfigError(f"a worker has another version or source of stress than the driver: {identity()}")
    idle = _idle(problem, on_card)
    try:
        space = idle.get_nowait()
        space.clear()
    except queue.Empty:
        space = space_of(packed, 0 if on_card else None)
    start, end = range_
    space.run(start // PANEL_PATHS, -(-(end - start) // PANEL_PATHS), end, seed)
    encoded = encode(space.tally())
    idle.put(space)
    return encoded


@functools.lru_cache(maxsize=2)
def _idle(problem: str, on_card: bool) -> queue.SimpleQueue[Space]:
    """Memory of this process that no task uses now, for the latest problems."""
    return queue.SimpleQueue()


def combine(parts: Sequence[bytes]) -> bytes:
    """One node of the tree: several tallies as one."""
    total = joined(Counted((), part) for part in parts)
    return encode(total.tally())
