"""The folder of a run: whether it can be written, what its files hold, and trouble with the disk in a sentence."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from stress.errors import ConfigError, Incomplete, StressError

GONE = (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ESTALE)
"""What the system says where a folder is no longer there, or a file stands in its place."""


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


def unmoved(folder: Path) -> Callable[[], None]:
    """A check that this very folder still stands under its name, whatever stands there now. Raises Incomplete."""

    def identity() -> tuple[int, int] | None:
        try:
            status = folder.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    before = identity()

    def check() -> None:
        if identity() != before:
            raise Incomplete(taken_away(folder))

    return check


def taken_away(folder: Path) -> str:
    """What is said of a folder that went while a run wrote to it."""
    return (
        f"{folder}: was taken away or replaced while the run went on; what was stored in it is lost to the run unless "
        "it is put back; run again to go on"
    )


@contextlib.contextmanager
def disk(out: Path) -> Iterator[None]:
    """Trouble with the disk in a sentence. Raises Incomplete where it is full, what was stored before being kept, and
    where the folder was taken away."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Incomplete(f"{out}: the disk is full; make room and run again to go on") from None
        if error.errno == errno.EFBIG:
            raise Incomplete(
                f"{out}: a file may not grow (ulimit -f); raise the limit and run again to go on"
            ) from None
        if error.errno in GONE:
            raise Incomplete(taken_away(out)) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise StressError(f"{out}: cannot be written: {error.strerror}") from None
        raise
