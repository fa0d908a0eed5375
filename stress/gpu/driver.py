"""NVIDIA's driver by ctypes: a card's memory, and one kernel on it. Nothing beside the driver itself is needed."""

from __future__ import annotations

import ctypes
import functools
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stress.errors import ConfigError, StressError

_MULTIPROCESSORS, _MAJOR, _MINOR = 16, 75, 76
_JIT_ERRORS, _JIT_ERRORS_SIZE = 5, 6
_OLDEST = (7, 0)
_NEEDS, _SAME = "gpu needs an NVIDIA card and its driver", "cpu gives the same numbers"


class Card:
    """One card of this process, by its place among those that CUDA_VISIBLE_DEVICES leaves. Any thread may use it.

    Raises ConfigError where the driver has no such card or the card is too old, StressError where the driver fails.
    """

    def __init__(self, number: int = 0) -> None:
        self._lib = _driver()
        device = ctypes.c_int()
        self._ask("cuDeviceGet", ctypes.byref(device), number)
        name = ctypes.create_string_buffer(100)
        self._ask("cuDeviceGetName", name, len(name), device)
        version = self._attribute(_MAJOR, device), self._attribute(_MINOR, device)
        self.name = name.value.decode()
        if version < _OLDEST:
            raise ConfigError(f"device: {self.name} is of capability {version[0]}.{version[1]}; 7.0 or later is needed")
        self.architecture = next(f"sm_{major}0" for major in (9, 8, 7) if version[0] >= major)
        self.multiprocessors = self._attribute(_MULTIPROCESSORS, device)
        self._context = ctypes.c_void_p()
        self._ask("cuDevicePrimaryCtxRetain", ctypes.byref(self._context), device)
        self._module, self._kernel, self._loaded = ctypes.c_void_p(), ctypes.c_void_p(), ""

    def load(self, ptx: str, name: str) -> None:
        """Have the driver translate a kernel's text (it keeps what it made); `start` then runs it."""
        if self._loaded == ptx:
            return
        self._enter()
        said = ctypes.create_string_buffer(4096)
        options = (ctypes.c_int * 2)(_JIT_ERRORS, _JIT_ERRORS_SIZE)
        values = (ctypes.c_void_p * 2)(ctypes.addressof(said), len(said))
        try:
            self._ask("cuModuleLoadDataEx", ctypes.byref(self._module), ptx.encode(), 2, options, values)
        except StressError as error:
            raise StressError(f"{error}: {said.value.decode(errors='replace').strip()}") from None
        self._ask("cuModuleGetFunction", ctypes.byref(self._kernel), self._module, name.encode())
        self._loaded = ptx

    def start(self, n_warp: int, arguments: list[int]) -> None:
        """Run the kernel by so many warps, each a block of its own, to its end."""
        self._enter()
        words = (ctypes.c_uint64 * len(arguments))(*(value % 2**64 for value in arguments))
        places = (ctypes.c_void_p * len(arguments))(*(ctypes.addressof(words) + 8 * i for i in range(len(arguments))))
        self._ask("cuLaunchKernel", self._kernel, n_warp, 1, 1, 32, 1, 1, 0, None, places, None)
        self._ask("cuCtxSynchronize")

    def free(self) -> int:
        """Bytes of memory that nobody uses."""
        self._enter()
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self._ask("cuMemGetInfo_v2", ctypes.byref(free), ctypes.byref(total))
        return free.value

    def take(self, n_byte: int) -> int:
        """Address of so many bytes, all zero."""
        self._enter()
        address = ctypes.c_uint64()
        self._ask("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(max(n_byte, 8)))
        self.zero(address.value, n_byte)
        return address.value

    def give_back(self, address: int) -> None:
        """Free what was taken."""
        self._enter()
        self._ask("cuMemFree_v2", ctypes.c_uint64(address))

    def zero(self, address: int, n_byte: int) -> None:
        """Zeros from an address on; a multiple of four bytes."""
        self._enter()
        self._ask("cuMemsetD32_v2", ctypes.c_uint64(address), 0, ctypes.c_size_t(n_byte // 4))

    def put(self, address: int, array: NDArray[Any]) -> None:
        """Copy an array to an address."""
        self._enter()
        held = np.ascontiguousarray(array)
        self._ask(
            "cuMemcpyHtoD_v2", ctypes.c_uint64(address), ctypes.c_void_p(held.ctypes.data), ctypes.c_size_t(held.nbytes)
        )

    def get(self, address: int, into: NDArray[Any]) -> None:
        """Fill a contiguous array from an address."""
        self._enter()
        self._ask(
            "cuMemcpyDtoH_v2", ctypes.c_void_p(into.ctypes.data), ctypes.c_uint64(address), ctypes.c_size_t(into.nbytes)
        )

    def _attribute(self, what: int, device: ctypes.c_int) -> int:
        value = ctypes.c_int()
        self._ask("cuDeviceGetAttribute", ctypes.byref(value), what, device)
        return value.value

    def _enter(self) -> None:
        self._ask("cuCtxSetCurrent", self._context)

    def _ask(self, function: str, *arguments: Any) -> None:
        failed(self._lib, function, getattr(self._lib, function)(*arguments))


@functools.cache
def card_of(number: int) -> Card:
    """A card of this process, held from its first use on. Raises as `Card` does."""
    return Card(number)


def n_card() -> int:
    """Cards that this process may use; 0 without a driver."""
    try:
        lib = _driver()
    except ConfigError:
        return 0
    number = ctypes.c_int()
    return number.value if lib.cuDeviceGetCount(ctypes.byref(number)) == 0 else 0


def refuse() -> None:
    """Raise ConfigError, which says why there is no card."""
    _driver()
    raise ConfigError(f"device: {_NEEDS}, and CUDA_VISIBLE_DEVICES leaves none; {_SAME}")


def failed(lib: Any, function: str, status: int) -> None:
    """Raises StressError, in the driver's words, where a call did not succeed."""
    if status == 0:
        return
    words = ctypes.c_char_p()
    lib.cuGetErrorString(status, ctypes.byref(words))
    raise StressError(f"device: {function} failed ({(words.value or b'no reason given').decode()}, {status})")


@functools.cache
def _driver() -> Any:
    """The driver's library. Raises ConfigError where there is none, or no card under it."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        lib = ctypes.CDLL(name)
    except OSError:
        raise ConfigError(f"device: {_NEEDS}, and {name} is not on this machine; {_SAME}") from None
    status = lib.cuInit(0)
    if status != 0:
        raise ConfigError(f"device: {_NEEDS}, and the driver here finds no card ({status}); {_SAME}")
    return lib
