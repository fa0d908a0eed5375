"""Entry points: kernels that Python calls, kept as machine code, so that a call needs numba only where none is kept yet.

Numba takes as long to import as most questions to answer.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

from stress import compiled

_LOCK = threading.Lock()
_LOADED: list[Any] = []
"""What holds machine code in memory."""
_FINISHED = (0, -2)
"""What numba's calling convention gives back: all is well, and the same where the result is none."""
_TOLD = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX", "NUMBA_OPT", "NUMBA_LOOP_VECTORIZE")
"""What numba may be told of the machine and of optimising."""


class Entry:
    """A function of a kernel module under `jit.kernel`, called as machine code: compiled once per machine and source.

    `kinds`: of each argument, its NumPy type, with a star where it is an array, contiguous. A call raises TypeError
    where an array is another, and lets other threads run meanwhile. With NUMBA_DISABLE_JIT=1 it calls the function.
    `kept`: whether on disk too.
    """

    def __init__(self, module: str, name: str, kinds: str, kept: bool = True) -> None:
        self.module, self.name, self.kinds, self.kept = module, name, kinds.split(), kept
        self._call: Callable[..., None] | None = None

    def __call__(self, *arguments: Any) -> None:
        """As the function."""
        (self._call or self._ready())(*arguments)

    def function(self) -> Any:
        """What the module has under that name."""
        return getattr(importlib.import_module(self.module), self.name)

    def _ready(self) -> Callable[..., None]:
        with _LOCK:
            if self._call is None:
                self._call = self.function() if _is_plain() else self._native(load(*self.machine_code()))
        return self._call

    def machine_code(self) -> tuple[bytes, str]:
        """An object file and the function's name in it: kept, or compiled now and kept where the disk lets us."""
        key = " ".join((self.module, self.name, *self.kinds, _machine())).encode()
        folder = compiled.cache_directory() if self.kept else None
        path = folder and folder / f"{self.name}-{hashlib.sha256(key).hexdigest()[:16]}.kernel"
        content = path and compiled.read(path, key)
        if not content:
            from .jit import machine_code  # here: the compiler is imported where it compiles

            code, symbol = machine_code(self.function(), self.kinds)
            content = symbol.encode() + b"\n" + code
            if path:
                with suppress(OSError):
                    compiled.write(path, key, content)
        name, _, code = content.partition(b"\n")
        return code, name.decode()

    def _native(self, address: int) -> Callable[..., None]:
        kinds = [(np.dtype(kind.rstrip("*")), kind.endswith("*")) for kind in self.kinds]
        by_value = {"i": ctypes.c_int64, "u": ctypes.c_uint64}
        taken = [ctypes.c_void_p if array else by_value[dtype.kind] for dtype, array in kinds]
        call = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *taken)(address)

        def run(*arguments: Any) -> None:
            given = [
                _address(argument, dtype) if array else int(argument)
                for argument, (dtype, array) in zip(arguments, kinds, strict=True)
            ]
            answer = (ctypes.c_void_p * 2)()  # for a result and a fault, of which there are none
            begin = ctypes.addressof(answer)
            status = call(begin, begin + ctypes.sizeof(ctypes.c_void_p), *given)
            if status not in _FINISHED:
                raise RuntimeError(f"{self.name} ended with status {status}")

        return run


def load(code: bytes, symbol: str) -> int:
    """The address of a function of an object file, which is loaded for as long as the process lives."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    _LOADED.append(engine)
    return int(engine.get_function_address(symbol))


def _machine() -> str:
    """All that machine code depends on beside the sources and versions: whom it is for, and what numba is told."""
    import llvmlite.binding as llvm

    host = (llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    return " ".join((*host, *(f"{name}={os.environ[name]}" for name in _TOLD if name in os.environ)))


def _address(array: Any, dtype: np.dtype[Any]) -> int:
    if not isinstance(array, np.ndarray) or array.dtype != dtype or not array.flags.c_contiguous:
        raise TypeError(f"a contiguous array of {dtype} is asked, not {getattr(array, 'dtype', type(array))}")
    return int(array.ctypes.data)


def _is_plain() -> bool:
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
