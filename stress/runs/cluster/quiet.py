"""Preloaded by local workers: Ctrl-C is the driver's business, which lets them finish their task."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(server: Any) -> None:
    """Leave interrupts of the terminal to the driver (only in processes of their own, where this is called)."""
    import multiprocessing

    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
