"""A seal at the end of a file: the SHA-256 of all bytes before it, so that a changed bit is seen before it is read.

HDF5 reads no further than its own end and has no checksum over most of what it holds: a flipped bit there is another
number, another shape, or the end of the process.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from stress.errors import DataError

MARK = b"\nstress SHA-256 of all before this line: "
LENGTH = len(MARK) + 64 + 1
"""Bytes of a seal: the mark, the digest in hexadecimal, a line end."""
_PART = 2**20


def seal_of(content: bytes | memoryview) -> bytes:
    """What stands behind the bytes of a file as its seal."""
    return MARK + hashlib.sha256(content).hexdigest().encode() + b"\n"


def check_seal(path: Path) -> None:
    """Raise DataError where a file bears a seal that its bytes do not fit; a file without one passes.

    OSError where it cannot be read.
    """
    size = path.stat().st_size - LENGTH
    if size < 0:
        return
    with path.open("rb") as file:
        file.seek(size)
        end = file.read(LENGTH)
        file.seek(0)
        if MARK in end and (not end.startswith(MARK) or _digest(file, size) != end[len(MARK) : -1]):
            raise DataError(f"{path}: is damaged: its bytes are not those that were written (SHA-256 differs)")


def _digest(file: BinaryIO, size: int) -> bytes:
    """The digest of so many bytes from where a file stands."""
    digest = hashlib.sha256()
    while size > 0 and (part := file.read(min(size, _PART))):
        digest.update(part)
        size -= len(part)
    return digest.hexdigest().encode()
