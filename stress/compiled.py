"""Compiled kernels on disk: in a folder that is this user's alone, each under the SHA-256 of what was written.

A kernel is machine code: whoever can write one runs code as its reader, and one flipped bit can change a result
without a sign. So a file is read only where nobody else can have put it, and only if its digest is right.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import platformdirs

from stress.atomic import write_atomically
from stress.digest import kernels_digest

_LOG = logging.getLogger("stress.kernels")
_DIGEST = hashlib.sha256().digest_size


def write(path: Path, key: bytes, content: bytes) -> None:
    """Write a kernel after the SHA-256 of its key and its bytes, readable by this user alone. Raises OSError."""
    write_atomically(path, _digest(key, content) + content, 0o600)


def read(path: Path, key: bytes) -> bytes | None:
    """What was written under that key; None, with a line in the log, where the file is another's or not as it was."""
    try:
        with open(path, "rb", opener=_not_through_a_link) as file:
            status = os.fstat(file.fileno())
            content = file.read() if _mine(status) and stat.S_ISREG(status.st_mode) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        _LOG.warning("%s: cannot be read (%s): the kernel is compiled again", path, error.strerror)
        return None
    if content is None:
        _LOG.warning("%s: another user can write it: the kernel is compiled again", path)
        return None
    if content[:_DIGEST] != _digest(key, content[_DIGEST:]):
        _LOG.warning("%s: is not what was written (SHA-256): the kernel is compiled again", path)
        return None
    return content[_DIGEST:]


def cache_directory() -> Path | None:
    """Where compiled kernels are kept, by their sources and numba's version; None without a place, or where
    `STRESS_CACHE=off`.

    `STRESS_CACHE` names the place; else it is the user's cache folder, or one in the temporary folder. A place counts
    only where no other user can write to it or to any folder above it.
    """
    chosen = os.environ.get("STRESS_CACHE", "")
    if chosen.lower() == "off":
        return None
    places = [Path(chosen).absolute()] if chosen else [*_home(), _temporary()]
    for place in places:
        with contextlib.suppress(OSError):
            return _private(place.resolve() / _version())
    _say_once(f"no folder for compiled kernels that only this user can write ({', '.join(map(str, places))}): they are "
              "compiled at each start; STRESS_CACHE=FOLDER names one")  # fmt: skip
    return None


def is_kept(name: str) -> bool:
    """Whether a kernel of this name was compiled and kept before, so that its first call takes no ten seconds."""
    folder = cache_directory()
    return folder is not None and any(folder.glob(f"{name}-*.kernel"))


def _private(folder: Path) -> Path:
    """The folder, made where it is missing. Raises OSError where it cannot be written, or not by this user alone."""
    for level in (*reversed(folder.parents), folder):
        with contextlib.suppress(FileExistsError):
            level.mkdir(mode=0o700)
        if not _guarded(level.stat()):
            raise PermissionError(level)
    if not _mine(folder.stat()) or not os.access(folder, os.W_OK):
        raise PermissionError(folder)
    return folder


def _guarded(folder: os.stat_result) -> bool:
    """Whether what this user puts into a folder stays there: it is the user's or the machine's, and no other user can
    write to it, or only beside what is there, as to /tmp."""
    if not hasattr(os, "getuid"):
        return True
    closed = not folder.st_mode & 0o022 or folder.st_mode & stat.S_ISVTX
    return bool(closed) and folder.st_uid in {os.getuid(), 0, os.stat("/").st_uid}  # a container numbers root anew


def _mine(status: os.stat_result) -> bool:
    """Whether only this user can write it. Windows keeps a profile and its temporary folder to their user itself."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _home() -> list[Path]:
    """The user's cache folder; none where the user has no home (platformdirs raises, or answers "~/.cache")."""
    with contextlib.suppress(RuntimeError):
        return [place for place in (platformdirs.user_cache_path("stress", appauthor=False),) if place.is_absolute()]
    return []


def _temporary() -> Path:
    return Path(tempfile.gettempdir()) / f"stress-{os.getuid() if hasattr(os, 'getuid') else 'kernels'}"


@functools.cache
def _version() -> str:
    parts = f"{kernels_digest()} {version('numba')} {version('llvmlite')} {sys.implementation.cache_tag}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


@functools.cache
def _say_once(text: str) -> None:
    _LOG.warning(text)


def _digest(key: bytes, content: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(key).digest() + content).digest()


def _not_through_a_link(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0))
