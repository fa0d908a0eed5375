"""The kernels on a GPU: the sources of `stress.kernels`, imported once more under this name, and the same bits.

**One source.** This package looks for its modules in its own folder first and in `stress/kernels` after it. There all
imports are relative, so that `stress.gpu.pool` is the file `stress/kernels/pool.py` on the lanes of this package. What
stands here in the place of a kernel module is what knows how many threads there are:

- `lanes`: a lane is a thread of a warp, a value of 32 lanes one number a thread. A vote and shuffles stand for what goes
  across lanes.
- `space`: memory. The scratch of a warp is ahead by the lane, so that a row is one coalesced access; a single number
  takes the lane off again. Counts are shared by all warps.
- `counts`: which lanes a thread speaks for, and counts that are changed by all at once.
- `panels`: the entry point. A unit of work is a panel of paths under a scenario; each warp takes units in turn.

Beside them `emit` has the kernel written as PTX by the LLVM that numba brings (no CUDA is needed for that), `driver` and
`device` load and run it.

**How the bits are kept.** All operations on numbers are IEEE's, rounded once, as on a CPU: PTX adds, multiplies and
divides with `.rn`, which nothing contracts. Sums over lanes add halves to halves on both. The sums of a panel's months
are added up in the order of its blocks, for one warp does a panel under a scenario. Everything that warps share is an
integer count, whose order does not matter. So what a GPU counts and what a CPU counts can be merged in one run.

The tests compile the kernel, hold its text to these rules (`tests/gpu`) and run it translated to C, warp by warp,
against the CPU's counts. **It has not been run on a GPU.** Where there is one, `python -m benchmarks --case gpu` compares
the bits and then times it.

**AMD.** LLVM writes AMD's code as well. What would be missing: a wave of 64 lanes (two blocks a wave, or 32 of them
idle), other names for lane, vote, shuffle and barrier in `lanes`, `space` and `counts`, and a loader beside `driver`.
None of it has been tried.
"""

from __future__ import annotations

from stress import kernels

__path__ = [*__path__, *kernels.__path__]
