"""The folder of a run: whether it can be written, what its files hold, and trouble with the disk in a sentence."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stress.errors import ConfigError, Incomplete, StressError


def sha256_of(path: Path) -> str:
    """SHA-256 of a file; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def prepare(out: Path) -> None:
    """Make the folder and see that it can be written, before anything is computed. Raises ConfigError."""
    if out.exists() and not out.is_dir():
        raise ConfigError(f"--out {out}: is a file, a folder is needed")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise ConfigError(f"--out {out}: cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def disk(out: Path) -> Iterator[None]:
    """Trouble with the disk in a sentence. Raises Incomplete where it is full: what was stored before is kept."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Incomplete(f"{out}: the disk is full; make room and run again to go on") from None
        if error.errno == errno.EFBIG:
            raise Incomplete(
                f"{out}: a file may not grow (ulimit -f); raise the limit and run again to go on"
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise StressError(f"{out}: cannot be written: {error.strerror}") from None
        raise
