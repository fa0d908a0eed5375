"""Memory that was freed goes back to the system, so that the peak of a run does not depend on its length."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of glibc's mallopt."""
LARGE = 2**20
"""Bytes of an array from which on it is mapped on its own and unmapped when it is freed."""


def unmap_large_arrays() -> None:
    """Keep glibc from raising that threshold as a run goes on: tallies of 31 MB left 74 MB behind in its heaps."""
    _call("mallopt", _MMAP_THRESHOLD, LARGE)


def give_back_memory() -> None:
    """Let glibc return what its per-thread arenas hold of tallies that are gone."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """A function of glibc; nothing on other systems."""
    if sys.platform == "linux":
        function: Any = getattr(ctypes.CDLL(None), name, None)
        if function is not None:
            function(*arguments)
