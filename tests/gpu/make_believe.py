"""A driver without a card: `fake_cuda.c`, whose kernel is the CPU's own, given the same arguments."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from stress.kernels import alone
from stress.kernels.header import FIELD
from stress.kernels.memory import Packed, Workspace
from stress.kernels.tally import RULE

_LAUNCHED = ctypes.CFUNCTYPE(None, ctypes.c_uint32, ctypes.c_uint32, ctypes.POINTER(ctypes.c_void_p))


class MakeBelieve:
    """The library, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc") or pytest.skip("gcc compiles the make-believe driver")
        made = folder / "libcuda.so"
        source = Path(__file__).with_name("fake_cuda.c")
        subprocess.run([compiler, "-O1", "-w", "-shared", "-fPIC", "-o", made, source], check=True)
        self.lib = ctypes.CDLL(str(made))
        self.launches: list[tuple[int, int]] = []
        """First panel and number of panels of each."""
        self._kept: list[object] = []

    def set(self, name: str, value: int) -> None:
        ctypes.c_int.in_dll(self.lib, name).value = value

    def get(self, name: str) -> int:
        return ctypes.c_int.in_dll(self.lib, name).value

    def runs(self, packed: Packed, before: Callable[[], None] = lambda: None) -> None:
        """What the card is loaded with counts this problem."""

        def launched(blocks: int, threads: int, places: object) -> None:
            before()
            words = [ctypes.c_int64.from_address(places[i]).value for i in range(14)]  # type: ignore[index]
            self._count(packed, words, blocks)

        self._kept.append(_LAUNCHED(launched))
        ctypes.c_void_p.in_dll(self.lib, "launched").value = ctypes.cast(self._kept[-1], ctypes.c_void_p).value  # type: ignore[arg-type]

    def _count(self, packed: Packed, words: list[int], warps: int) -> None:
        scratch, f, g, count, header, _, _, stride, first, panels, n_path, seed, *sampler = words
        shift = 0 if packed.sampler is None else len(getattr(packed.sampler, "share", ()))
        assert sampler[0] == shift
        assert stride == packed.n_scratch
        for address, array in ((f, packed.f), (g, packed.g), (header, packed.header)):
            assert _at(address, array.dtype, array.size).tobytes() == array.tobytes()
        space = Workspace(packed)
        alone.run(space, first, panels, n_path, seed % 2**64)
        counts, at = space.counts(), 0
        for name in packed.shapes:
            new = getattr(counts, name).ravel()
            held = _at(count + 8 * at, np.int64, new.size)
            held[:] = RULE.get(name, np.add)(held, new)
            at += new.size
        place = scratch + 8 * ((warps - 1) * stride + int(packed.header[FIELD["of_residual"]]))
        worst = _at(place, np.float64, counts.residual.size)  # of the last warp
        worst[:] = np.maximum(worst, counts.residual.ravel())
        self.launches.append((first, panels))


def _at(address: int, dtype: object, size: int) -> np.ndarray:
    kind = np.dtype(dtype)  # type: ignore[call-overload]
    return np.frombuffer((ctypes.c_uint8 * (kind.itemsize * size)).from_address(address), kind)
