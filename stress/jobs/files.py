"""Files that are whole or not there: temporary name, flush to the disk, rename, flush of the folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stress.errors import ConfigError, Incomplete, StressError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write through a temporary file of the same folder, flushed to disk before it takes the name."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
        flush_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Flush names of a folder to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
