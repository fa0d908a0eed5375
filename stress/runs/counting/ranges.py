"""Ranges of paths: what is done, what is missing, and how it is cut into tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stress.kernels.layout import PANEL_PATHS

Range = tuple[int, int]
"""First path and the path after the last. Ranges begin with a panel and end with one, or with the run."""
Ranges = tuple[Range, ...]

SMALLEST, LARGEST = 2**13, 2**22
"""Paths of a task: small enough to share the work out, large enough that handing it out costs nothing."""
LEAST_SENT = 2**16
"""The least of a task that another process counts: it costs 8 ms (30 under eight scenarios) beside its 0.1 s (1 s)."""
_TASKS_PER_WORKER = 8


def union(ranges: Iterable[Range]) -> Ranges:
    """The same paths in the fewest ranges, in order."""
    joined: list[Range] = []
    for start, end in sorted(r for r in ranges if r[0] < r[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def missing(n_path: int, done: Iterable[Range]) -> Ranges:
    """What of paths 0 .. n_path - 1 lies in none of the ranges."""
    gaps: list[Range] = []
    at = 0
    for start, end in union(done):
        if at < min(start, n_path):
            gaps.append((at, min(start, n_path)))
        at = max(at, end)
    if at < n_path:
        gaps.append((at, n_path))
    return tuple(gaps)


def size(ranges: Iterable[Range]) -> int:
    """Number of paths."""
    return sum(end - start for start, end in ranges)


def overlap(some: Sequence[Range], others: Sequence[Range]) -> bool:
    """Whether a path lies in both (each without overlap in itself)."""
    return size(union([*some, *others])) < size(some) + size(others)


def is_whole(ranges: Sequence[Range]) -> bool:
    """Whether all ranges are of whole panels: true in a run of any number of paths."""
    return all(end % PANEL_PATHS == 0 for _, end in ranges)


def fits(ranges: Sequence[Range], n_path: int) -> bool:
    """Whether a run of n_path paths counts these ranges in the same way."""
    return all(end <= n_path and (end % PANEL_PATHS == 0 or end == n_path) for _, end in ranges)


def chunks(work: Sequence[Range], workers: int, most: int | None = None, least: int = SMALLEST) -> list[Range]:
    """Tasks: paths / (8 x workers), between `least` and 2^22 paths (or `most`), in whole panels, a part panel apart."""
    # rounded up: one task more than 8 x workers would be one round more
    panels = -(-size(work) // (_TASKS_PER_WORKER * max(workers, 1) * PANEL_PATHS))
    share = panels * PANEL_PATHS
    paths = most if most is not None else min(LARGEST, max(least, share))
    return [piece for r in work for piece in cut(r, paths)]


def cut(range_: Range, paths: int) -> list[Range]:
    """Pieces of about so many paths, in whole panels; what is left of a panel at the end is a piece of its own."""
    start, end = range_
    step = max(1, paths // PANEL_PATHS) * PANEL_PATHS
    whole = end - end % PANEL_PATHS
    pieces = [(at, min(at + step, whole)) for at in range(start, whole, step)]
    return [*pieces, (whole, end)] if whole < end else pieces
