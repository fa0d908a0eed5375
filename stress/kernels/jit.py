"""One JIT policy for every kernel, and a cache that cannot serve stale numbers."""

# mypy: disable-error-code="attr-defined, call-overload"
# (numba's stubs lack its configuration and two options)

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import njit

from stress.kernels.stages import PIPELINE, KernelCompiler

_POLICY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}


def stage(function: Callable[..., Any]) -> Callable[..., Any]:
    """A piece of a kernel, inlined where it is called.

    Never called from Python, so no wrappers: each would compile the whole body once more.
    """
    inlined: Callable[..., Any] = njit(
        forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **PIPELINE, **_POLICY
    )(function)
    return inlined


def aside(function: Callable[..., Any]) -> Callable[..., Any]:
    """A piece of a kernel that is called, not inlined: compiled once, and apart from what surrounds it.

    A number written out, as an argument, is a type of its own and has the piece compiled once more: `int(0)` is not.
    """
    called: Callable[..., Any] = njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **PIPELINE, **_POLICY)(function)
    return called


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """An entry point: compiled once per machine and source, kept in `cache_directory()`."""
    compiled = njit(pipeline_class=KernelCompiler, **_POLICY)(function)
    directory = cache_directory()
    if directory is None or numba.config.DISABLE_JIT:
        return compiled  # type: ignore[no-any-return]
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(directory)
    try:
        compiled.enable_caching()
    except RuntimeError:
        pass  # nowhere to write: compile in memory
    finally:
        numba.config.CACHE_DIR = before
    return compiled  # type: ignore[no-any-return]


def source_digest() -> str:
    """SHA-256 over the sources of all kernels and the numba version (16 hexadecimal digits)."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_directory() -> Path | None:
    """Where compiled kernels are kept, keyed on `source_digest`; None when `STRESS_CACHE=off` or nothing is writable.

    numba's own key is one file's time stamp: it serves old numbers after an edit in another kernel file.
    """
    chosen = os.environ.get("STRESS_CACHE", "")
    if chosen.lower() == "off":
        return None
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    candidates = [Path(chosen)] if chosen else [home / "stress", Path(tempfile.gettempdir()) / f"stress-{os.getuid()}"]
    for candidate in candidates:
        directory = candidate / source_digest()
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(directory, os.W_OK) and directory.stat().st_uid == os.getuid():
            return directory
    return None
