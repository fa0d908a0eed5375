"""Which source text made a result: digests over every module, over those that count, over the kernels."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

_ROOT = Path(__file__).parent
COUNTERS = ("kernels/*.py", "gpu/*.py", "runs/counting/counted.py", "runs/counting/ranges.py")
"""What turns the kernels' arrays, a seed and a range of paths into counts, and adds counts up."""

BOOK_COUNTERS = (
    *("runs/book/count.py", "runs/book/holdings.py", "runs/book/macro.py", "runs/book/rates.py"),
    *("runs/book/weather.py", "runs/counting/book_tally.py"),
)
"""What counts a book, besides."""


@functools.cache
def source_digest() -> str:
    """SHA-256 over the names and contents of all modules of `stress`, in hexadecimal."""
    return _digest(_ROOT.rglob("*.py"))


@functools.cache
def counters_digest() -> str:
    """SHA-256 over the modules that count: equal digests count the same from the same arrays.

    What makes those arrays (inputs, assembly) needs none, for the arrays themselves have a digest; what reads the
    counts (measures, report) and what drives the run (jobs, cluster, command line) changes no count.
    """
    return _digest(path for pattern in COUNTERS for path in _ROOT.glob(pattern))


@functools.cache
def book_counters_digest() -> str:
    """The same of a book, whose deals are counted together."""
    return _digest(path for pattern in (*COUNTERS, *BOOK_COUNTERS) for path in _ROOT.glob(pattern))


@functools.cache
def kernels_digest() -> str:
    """SHA-256 over all kernels: what was compiled from others counts other numbers (a kernel inlines its pieces)."""
    return _digest(_ROOT.glob("kernels/*.py"))


@functools.cache
def gpu_digest() -> str:
    """SHA-256 over all that the kernel of a GPU is made from."""
    return _digest(path for pattern in ("kernels/*.py", "gpu/*.py") for path in _ROOT.glob(pattern))


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
