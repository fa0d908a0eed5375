"""Memory that was freed goes back to the system, so that the peak of a run does not depend on its length."""

from __future__ import annotations

import ctypes
import sys


def give_back_memory() -> None:
    """Let glibc return what its per-thread arenas hold of tallies that are gone; nothing on other systems."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
