"""Files that are whole or not there: a name of their own in the same folder, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

PART = ".part"
"""What the name of an unfinished file ends in; it begins with a dot."""


def target_of(path: str | os.PathLike[str]) -> Path:
    """A path that a file may be written to, its folder made: asked before long work for it. Raises OSError."""
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, the name of a file is needed", str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


@contextlib.contextmanager
def replacing(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """An empty file beside `path` to write to; it takes that name when the body ends well, else it goes away.

    `mode`: its permissions, less the umask. Raises OSError where the folder cannot be written.
    """
    part = path.parent / f".{path.name[:64]}.{secrets.token_hex(8)}{PART}"
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    try:
        yield part
        _flush(part, os.O_RDWR)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not every system flushes the names of a folder
        _flush(path.parent, os.O_RDONLY)


def write_atomically(path: Path, content: str | bytes | memoryview, mode: int = 0o666) -> None:
    """Write a whole file, text as UTF-8. Raises OSError."""
    with replacing(path, mode) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def _flush(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
