"""Vector operations of the kernel by stage, counted while it runs: `python -m benchmarks.operations [--daily]`.

With NUMBA_DISABLE_JIT=1 the kernels run as plain Python on arrays of lanes. Here every lane operation is counted
under the stage that asked for it, on one panel's worth of blocks scaled to a path. What the compiler saves by keeping
rows in registers is not seen: loads and stores are those of the source.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any

KINDS = ("fma", "multiply", "add", "divide", "root", "select", "whole", "load", "store")
PORTS = {"fma": 0.5, "multiply": 0.5, "add": 0.5, "divide": 8.0, "root": 12.0, "select": 1.0, "whole": 0.5}
"""Cycles of the two vector ports of an operation on eight lanes; a select is a comparison and a blend, floor and
integer operations count as one, a division or root holds a port for that long (our assumption, as are two ports)."""
_UFUNC = {"add": "add", "subtract": "add", "multiply": "multiply", "divide": "divide", "sqrt": "root", "less": "select"}


def main() -> None:
    """Print operations a path by stage, the bound they imply, and the share of it that the compiled kernel reaches."""
    clock = "daily" if "--daily" in sys.argv else "monthly"
    command = [sys.executable, "-m", "benchmarks.operations", "--count", clock]
    done = subprocess.run(command, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, check=True, stdout=subprocess.PIPE)
    stages: dict[str, dict[str, float]] = json.loads(done.stdout)
    print(f"{'stage':22s}" + "".join(f"{title:>9s}" for title in (*KINDS, "vector", "memory")))
    total: Counter[str] = Counter()
    for name, count in sorted(stages.items(), key=lambda item: -cycles(item[1])):
        total.update(count)
        print(line(name, count))
    print(line("a path, in all", total))
    gigahertz, reached = frequency(), nanoseconds(clock)
    for what, need in (("two vector ports", cycles(total)), ("two loads, one store", memory_cycles(total))):
        bound = need / gigahertz
        share = f"{bound / reached:.0%} of the bound"
        print(f"{what}, {gigahertz:.2f} GHz: {bound:.0f} ns a path; reached {reached:.0f} ns, {share}")


def line(name: str, count: dict[str, float]) -> str:
    """One stage."""
    numbers = (*(count.get(kind, 0.0) for kind in KINDS), cycles(count), memory_cycles(count))
    return f"{name:22s}" + "".join(f"{number:9.0f}" for number in numbers)


def cycles(count: dict[str, float]) -> float:
    """Cycles a path (operations are given for a path, that is for an eighth of a vector)."""
    return sum(PORTS.get(kind, 0.0) * number / 8.0 for kind, number in count.items())


def memory_cycles(count: dict[str, float]) -> float:
    """Cycles a path of two 512-bit loads and one 512-bit store a cycle, the larger of the two."""
    return max(count.get("load", 0.0) / 2.0, count.get("store", 0.0)) / 8.0


def frequency() -> float:
    """GHz, from a chain of dependent integer multiply (3 cycles) and exclusive or (1 cycle); best of five."""
    import numpy as np
    from numba import njit

    @njit
    def chain(x: Any, n: Any) -> Any:
        for _ in range(n):
            x = (x * np.uint64(6364136223846793005)) ^ (x >> np.uint64(7))
        return x

    best, n = 0.0, 50_000_000
    chain(np.uint64(1), 10)  # compiles
    for _ in range(5):
        start = time.process_time()
        chain(np.uint64(1), n)
        best = max(best, 4.0 * n / (time.process_time() - start) / 1e9)
    return best


def nanoseconds(clock: str) -> float:
    """CPU time a path of the compiled kernel, best turn."""
    from benchmarks.cases import QUICK, job_24m, sized
    from benchmarks.engine_run import EngineRun
    from benchmarks.timing import interleaved

    turns = {"engine": sized(EngineRun(job_24m(clock=clock)), QUICK)}
    return 1e9 / interleaved(turns, 8)["engine"].best_cpu


def count(clock: str) -> dict[str, dict[str, float]]:
    """Lane operations a path by stage; to be called before any kernel is imported, without the JIT."""
    counts: dict[str, Counter[str]] = {}
    _counting(counts)
    from benchmarks.cases import job_24m
    from stress.assemble.problem import assemble
    from stress.kernels import alone
    from stress.kernels.layout import LANES, PANEL_BLOCKS
    from stress.kernels.memory import Workspace, pack

    problem = assemble(job_24m(clock=clock))
    space = Workspace(pack(problem))
    counts.clear()
    blocks = PANEL_BLOCKS if clock == "monthly" else 2
    alone.run(space, 0, 1, blocks * LANES, 7)
    n_path = blocks * LANES
    return {stage: {kind: number / n_path for kind, number in c.items()} for stage, c in counts.items()}


def _counting(counts: dict[str, Counter[str]]) -> None:
    """Replace the lane operations by ones that count the lanes they work on."""
    import numpy as np

    from stress.kernels import lanes

    def note(kind: str, *values: Any) -> None:
        counts.setdefault(_stage(), Counter())[kind] += max((v.size for v in values if np.ndim(v)), default=lanes.WIDTH)

    class Counted(np.ndarray):
        def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
            note(_UFUNC.get(ufunc.__name__, "whole"), *(inputs[-1:] if method == "at" else inputs))
            plain = [x.view(np.ndarray) if isinstance(x, np.ndarray) else x for x in inputs]
            options.pop("out", None)  # of `+=`: lanes are values, the kernel stores what comes back
            result = getattr(ufunc, method)(*plain, **options)
            return result.view(Counted) if isinstance(result, np.ndarray) else result

    def counted(kind: str | None, twin: Any) -> Any:
        def operation(*values: Any) -> Any:
            plain = [v.view(np.ndarray) if isinstance(v, Counted) else v for v in values]
            result = twin(*plain)
            if kind:  # a scratch array among the values is not what is worked on
                note(kind, *([result] if np.ndim(result) else values[-1:]))
            return result.view(Counted) if isinstance(result, np.ndarray) else result

        return operation

    kinds = {
        "load": "load", "load_narrow": "load", "load_like": "load", "load_words": "load", "store": "store",
        "store_narrow": "store", "store_words": "store", "fma": "fma", "root": "root", "floor": "whole",
        "where_less": "select", "smaller": "select", "larger": "select", "anywhere": "select", "total": "add",
        "splat": None, "splat_narrow": None, "splat_word": None, "float_bits": None, "bits_float": None,
    }  # fmt: skip
    for name, kind in kinds.items():
        if hasattr(lanes, name):
            setattr(lanes, name, counted(kind, getattr(lanes, name)))


def _stage() -> str:
    """The stage at work: the function that the path loop or the panel loop called."""
    frame: Any = inspect.currentframe()
    name = ""
    while frame is not None:
        code = frame.f_code
        if code.co_filename.endswith(("kernels/block.py", "kernels/panels.py")):
            return name or code.co_name
        if "kernels" in code.co_filename:
            name = code.co_name
        frame = frame.f_back
    return name


if __name__ == "__main__":
    if "--count" in sys.argv:
        json.dump(count(sys.argv[-1]), sys.stdout)
    else:
        main()
