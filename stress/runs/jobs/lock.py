"""One driver a folder: a lock of the operating system, which a dead driver cannot keep."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from stress.atomic import write_atomically
from stress.errors import ConfigError, StressError
from stress.runs.jobs.origin import read_json

HOLDER = "holder.json"
"""Beside the lock, who has it (process and machine): a file that is locked cannot be read everywhere."""


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file while the body runs. Raises ConfigError where another run holds it.

    What counts is the lock, released by the system when its process ends, however it ends.
    """
    from filelock import FileLock, Timeout

    holder = path.with_name(HOLDER)
    lock = FileLock(path, timeout=0, mode=0o666)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigError(f"{path.parent.parent}: another run is writing here{_said(read_json(holder))}") from None
    except NotImplementedError:
        raise StressError(f"{path}: the file system cannot lock files") from None
    try:
        write_atomically(holder, json.dumps({"pid": os.getpid(), "machine": platform.node()}))
        yield
    finally:
        with contextlib.suppress(OSError):  # taken away while the run went on
            holder.unlink(missing_ok=True)
        lock.release()


def _said(holder: dict[str, object]) -> str:
    return f" (process {holder['pid']} on {holder['machine']})" if {"pid", "machine"} <= set(holder) else ""
