"""A card whose kernel is the PTX, run as C on this CPU: what `stress.gpu.driver.Card` is to a workspace."""

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SCRATCH = 0
"""Place of the scratch among the kernel's arguments."""


class FakeCard:
    """Memory is this process's own, an address is one of its own."""

    name, architecture, multiprocessors = "emulated", "sm_80", 1

    def __init__(self, library: Path | str, warps: int = 3, backwards: bool = False) -> None:
        self.lib = ctypes.CDLL(str(library))
        self.warps, self.backwards = warps, backwards
        self.held: dict[int, NDArray[np.uint8]] = {}
        self.ptx = ""
        ctypes.memset(self._counter("entered"), 0, 8 * self._n_block())

    def load(self, ptx: str, name: str) -> None:
        self.ptx = ptx

    def start(self, n_warp: int, arguments: list[int]) -> None:
        words = np.array([value % 2**64 for value in arguments], np.uint64)
        n_warp = min(n_warp, self.warps)
        self._watch(arguments[SCRATCH])
        for warp in range(n_warp):
            self.lib.run_warp(ctypes.c_void_p(words.ctypes.data), warp, n_warp, 32, 0, int(self.backwards))

    def free(self) -> int:
        return 2**30

    def take(self, n_byte: int) -> int:
        array = np.zeros(n_byte + 64, np.uint8)
        address = -(-array.ctypes.data // 64) * 64
        self.held[address] = array
        return address

    def give_back(self, address: int) -> None:
        del self.held[address]

    def zero(self, address: int, n_byte: int) -> None:
        ctypes.memset(address, 0, n_byte)

    def put(self, address: int, array: NDArray[Any]) -> None:
        held = np.ascontiguousarray(array)
        ctypes.memmove(address, held.ctypes.data, held.nbytes)

    def get(self, address: int, into: NDArray[Any]) -> None:
        ctypes.memmove(into.ctypes.data, address, into.nbytes)

    def executed(self, of: str = "size") -> int:
        """Instructions of the first lane of all warps so far; `memory`: those on global memory alone."""
        n = self._n_block()
        entered = np.ctypeslib.as_array((ctypes.c_uint64 * n).in_dll(self.lib, "entered"))
        size = np.ctypeslib.as_array((ctypes.c_int * n).in_dll(self.lib, f"block_{of}"))
        return int((entered * size.astype(np.uint64)).sum())

    def races(self) -> int:
        """Numbers of the scratch at which two lanes met, one of them writing (where the C was compiled with RACE)."""
        return ctypes.c_uint64.in_dll(self.lib, "races").value

    def _n_block(self) -> int:
        return ctypes.c_int.in_dll(self.lib, "n_block").value

    def _counter(self, name: str) -> int:
        return ctypes.addressof(ctypes.c_uint64.in_dll(self.lib, name))

    def _watch(self, scratch: int) -> None:
        """Nobody has been at any number of the scratch yet."""
        n_byte = self.held[scratch].size
        self.writer, self.reader = (np.full(n_byte // 8 + 8, -1, np.int8) for _ in range(2))
        bounds = {"scratch_begin": scratch, "scratch_end": scratch + n_byte - 64}
        pointers = {"writer": self.writer.ctypes.data, "reader": self.reader.ctypes.data}
        for name, value in {**bounds, **pointers}.items():
            ctypes.c_uint64.in_dll(self.lib, name).value = value
        ctypes.c_uint64.in_dll(self.lib, "races").value = 0
