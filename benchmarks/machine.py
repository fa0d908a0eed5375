"""The machine that a benchmark ran on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """CPU, cores, caches, vector width that numba compiles for, versions."""
    import numba
    import numpy as np

    return {
        "vector_bits": vector_bits(),
        "cpu": _cpu_name(),
        "llvm_cpu": _llvm_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "l1d_kb": _cache_kb(0),
        "l2_kb": _cache_kb(2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": np.__version__,
        "stress_source": _source(),
    }


def vector_bits() -> int:
    """Vector width of one multiply-add on the kernels' lanes, read from the machine code that numba makes of it."""
    from numba import float64, njit, void

    from stress.kernels.lanes import fma, load, store

    def probe(w: Any) -> None:
        store(w, 0, fma(load(w, 0), load(w, 8), load(w, 16)))

    compiled = njit(void(float64[::1]))(probe)
    code = "".join(compiled.inspect_asm().values())
    return 512 if "zmm" in code else 256 if "ymm" in code else 128


def _llvm_name() -> str:
    import llvmlite.binding

    return str(llvmlite.binding.get_host_cpu_name())


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def _cache_kb(index: int) -> int | None:
    size = Path(f"/sys/devices/system/cpu/cpu0/cache/index{index}/size")
    return int(size.read_text().strip().rstrip("K")) if size.exists() else None


def _source() -> str:
    from stress.digest import source_digest

    return source_digest()


def peak_rss_mb() -> float:
    """Largest resident memory of this process so far."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
