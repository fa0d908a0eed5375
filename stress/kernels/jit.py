"""One JIT policy for every kernel."""

# mypy: disable-error-code="attr-defined, call-overload"
# (numba's stubs lack its configuration and two options)

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import types
from numba.core.compiler_lock import global_compiler_lock

from .space_type import Space
from .stages import PIPELINE, KernelCompiler

_F = TypeVar("_F", bound=Callable[..., Any])
_POLICY: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}
_NUMBERS = {"f8": types.float64, "i8": types.int64, "u8": types.uint64}
_TYPES = {**_NUMBERS, **{f"{name}*": Space(number) for name, number in _NUMBERS.items()}}


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
    """An entry point, called through `entry.Entry`: no Python face either."""
    compiled = njit(pipeline_class=KernelCompiler, no_cpython_wrapper=True, no_cfunc_wrapper=True, **_POLICY)(function)
    return cast("_F", compiled)


def machine_code(function: Any, kinds: Sequence[str]) -> tuple[bytes, str]:
    """An object file of a kernel and its name in it. `kinds`: as `entry.Entry` has them; an array is a bare pointer."""
    signature = types.void(*(_TYPES[kind] for kind in kinds))
    function.compile(signature)
    compiled = function.overloads[signature.args]
    with global_compiler_lock:
        compiled.library._ensure_finalized()
        return compiled.library._get_compiled_object(), compiled.fndesc.llvm_func_name
