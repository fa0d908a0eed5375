"""The bytes of a local file, unpacked (gzip, bzip2, xz, zip with one member) and never more than a stated number."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple

from stress.errors import DataError, LimitError
from stress.spelling import nearest

PARQUET, WORKBOOK = b"PAR1", b"PK\x03\x04"
WORKBOOKS = (".xlsx", ".xlsm")
"""How a workbook's name ends."""
_SHEET = re.compile(r"\.xls[xm]#", re.IGNORECASE)
_PACKED: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
"""How a packed file begins, and what unpacks it."""
MAX_LIST = 8 * 1024**2
"""Bytes of the list of a zip file's members, which is held in memory."""
BROKEN = (OSError, EOFError, ValueError, RuntimeError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What the unpackers raise on a damaged file."""


class Start(NamedTuple):
    """What a file is, by its first bytes: names lie."""

    size: int
    first: bytes

    @property
    def parquet(self) -> bool:
        """An Apache Parquet file."""
        return self.first.startswith(PARQUET)


def parted(path: Path) -> tuple[Path, str]:
    """The file, and the sheet of a workbook that is meant: FILE.xlsx#SHEET. A file of just that name comes first.

    >>> parted(Path("tape.xlsx#Loans"))[1]
    'Loans'
    """
    text = str(path)
    match = _SHEET.search(text)
    if match is None or os.path.exists(text):
        return path, ""
    return Path(text[: match.end() - 1]), text[match.end() :]


def suffix(path: Path) -> str:
    """What the name of the file ends in, in small letters; a sheet that is named after it left out."""
    return parted(path)[0].suffix.lower()


def started(path: Path) -> Start:
    """Size and first bytes of a local file. DataError where it is none."""
    if "://" in str(path) or str(path).startswith(("http:/", "https:/")):
        raise DataError(f"{path}: is an address; save the table as a local file")
    try:
        file = parted(path)[0]
        status = os.stat(file)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise DataError(f"{path}: is {kind}; a table is needed (text, .xlsx or .parquet)")
        with open(file, "rb") as stream:
            return Start(status.st_size, stream.read(8))
    except FileNotFoundError:
        raise DataError(f"{path}: no such file{_near(path)}") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _near(path: Path) -> str:
    """Suggest a file of the same folder whose name is near, with the same ending."""
    try:
        names = [entry.name for entry in os.scandir(path.parent) if entry.name.endswith(path.suffix)]
    except (OSError, ValueError):
        return ""
    close = nearest(path.stem, [name.removesuffix(path.suffix) for name in names])
    return f"; did you mean {path.parent / (close + path.suffix)}?" if close else ""


def unpacked(path: Path, most: int) -> IO[bytes]:
    """The file as a stream of at most `most` bytes after unpacking. DataError, or LimitError while it is read."""
    start = started(path)
    for magic, open_packed in _PACKED.items():
        if start.first.startswith(magic):
            return _bounded(path, open_packed(path, "rb"), most)
    if start.first.startswith(WORKBOOK):
        return _bounded(path, _only_member(path), most)
    return _bounded(path, open(path, "rb"), most)


def is_workbook(path: Path) -> bool:
    """Whether a zip file is an Excel workbook (.xlsx)."""
    if not started(path).first.startswith(WORKBOOK):
        return False
    try:
        with Listed(parted(path)[0]) as file, zipfile.ZipFile(file) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except BROKEN as error:
        raise damaged(path, error) from None


class Listed(io.FileIO):
    """A zip file as ZipFile reads it, its list of members at once: LimitError where that is longer than 8 MB."""

    def read(self, size: int | None = -1) -> bytes:
        """Some bytes."""
        if size is not None and size > MAX_LIST:
            raise LimitError(
                f"{self.name}: lists more files than are read of a zip file, {MAX_LIST // 1024**2} MB of names"
            )
        return super().read(size) or b""


def damaged(path: Path, error: BaseException) -> DataError:
    """The message for a file that cannot be unpacked."""
    return DataError(f"{path}: is damaged and cannot be unpacked: {' '.join(str(error).split())[:200]}")


def too_large(path: Path, most: int) -> LimitError:
    """The message for a file that holds more than is read."""
    size = f"{most / 1024**3:g} GB" if most >= 1024**3 else f"{most / 1024**2:g} MB"
    return LimitError(f"{path}: larger than {size} once unpacked, the most that is read")


def _only_member(path: Path) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(path)
        names = [name for name in archive.namelist() if not name.endswith("/")]
        if len(names) != 1:
            raise DataError(f"{path}: holds {len(names)} files; one table is needed: unpack it and name one")
        return archive.open(names[0])
    except BROKEN as error:
        raise damaged(path, error) from None


def _bounded(path: Path, stream: IO[bytes], most: int) -> IO[bytes]:
    return io.BufferedReader(_Bounded(path, stream, most), 1 << 16)


class _Bounded(io.RawIOBase):
    """A stream that raises LimitError once more than `most` bytes came out of it, DataError where it is damaged."""

    def __init__(self, path: Path, stream: IO[bytes], most: int) -> None:
        self._path, self._stream, self._left, self._most = path, stream, most, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            part = self._stream.read(len(view))
        except BROKEN as error:
            raise damaged(self._path, error) from None
        self._left -= len(part)
        if self._left < 0:
            raise too_large(self._path, self._most)
        view[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._stream.close()
        super().close()
