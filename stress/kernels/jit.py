"""One JIT policy for every kernel."""

# mypy: disable-error-code="attr-defined, call-overload"
# (numba's stubs lack its configuration and two options)

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba import njit

from stress.compiled import KernelCache, cache_directory

from .stages import PIPELINE, KernelCompiler

_F = TypeVar("_F", bound=Callable[..., Any])
_POLICY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}


def stage(function: _F) -> _F:
    """A piece of a kernel, inlined where it is called.

    Never called from Python, so no wrappers: each would compile the whole body once more.
    """
    inlined = njit(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **PIPELINE, **_POLICY)(function)
    return cast("_F", inlined)


def aside(function: _F) -> _F:
    """A piece of a kernel that is called, not inlined: compiled once, and apart from what surrounds it.

    `forceinline` is said, for numba hands the caller's on: a piece that a stage calls was part of it, once a call.
    A number written out, as an argument, is a type of its own and has the piece compiled once more: `int(0)` is not.
    """
    called = njit(forceinline=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, **PIPELINE, **_POLICY)(function)
    return cast("_F", called)


def kernel(function: _F) -> _F:
    """An entry point: compiled once per machine and source, kept in `cache_directory()`."""
    compiled = njit(pipeline_class=KernelCompiler, **_POLICY)(function)
    directory = cache_directory()
    if directory is not None and not numba.config.DISABLE_JIT:
        compiled._cache = KernelCache(function, directory)
    return cast("_F", compiled)
