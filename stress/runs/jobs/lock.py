"""One driver a folder: a lock of the operating system, which a dead driver cannot keep."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path

from stress.errors import ConfigError, StressError


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file while the body runs. Raises ConfigError where another run holds it.

    The file says who (pid and machine); what counts is the lock, released by the system when its process ends, however
    it ends. The file stays: removing it would let two runs hold two files of one name.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise StressError(f"{path}: the file system cannot lock files ({error.strerror})") from None
            raise ConfigError(f"{path.parent.parent}: another run is writing here{_holder(handle)}") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "machine": platform.node()}).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    try:
        found = json.loads(os.pread(handle, 4096, 0))
        return f" (process {int(found['pid'])} on {found['machine']})"
    except (ValueError, KeyError, TypeError, OSError):
        return ""
