"""Run a job: panels of paths over threads or a cluster, tallies merged, one Dataset; and replay one path."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from stress.assemble.calendar import calendar_of
from stress.assemble.problem import assemble
from stress.digest import source_digest
from stress.errors import ConfigError
from stress.inputs.job import Job
from stress.inputs.load import job_hash, job_to_json
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.tally import Tally, merge

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int], None]
"""Called with (paths done, paths in all)."""

RNG = "Philox4x32-10, key = seed, counter = (path, month // 4, purpose, factor); Box-Muller"
_SMALLEST, _LARGEST = 2**13, 2**22


def simulate(
    job: Job,
    paths: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    client: Any = None,
) -> xr.Dataset:
    """Tranche loss distributions of a job as a labelled Dataset (see `stress.results`).

    paths and seed override the job's; `scenarios` keeps some by name. `threads`: one per core where left out;
    `client`: a `distributed.Client` instead. The numbers do not depend on threads, chunks or cluster.
    Raises ConfigError where the inputs do not fit together, StressError where a law of the model is broken.
    """
    chosen = with_options(job, paths, seed, scenarios)
    tally = merge(list(tallies(chosen, threads, progress, client)))
    return to_dataset(chosen, tally)


def with_options(job: Job, paths: int | None, seed: int | None, scenarios: Sequence[str] | None) -> Job:
    """The job with other paths, another seed or fewer scenarios."""
    cases = job.scenarios
    if scenarios is not None:
        known = [case.name for case in cases]
        for name in scenarios:
            if name not in known:
                raise ConfigError(f"no scenario {name!r} in the job; it has {', '.join(known)}")
        cases = tuple(case for case in cases if case.name in scenarios)
    update = {"paths": paths or job.paths, "seed": job.seed if seed is None else seed, "scenarios": cases}
    return job.model_copy(update=update)


def tallies(job: Job, threads: int | None, progress: Progress | None, client: Any = None) -> Iterator[Tally]:
    """What each thread (or each task on a cluster) counted; merge them in any order."""
    packed = pack(assemble(job))
    if client is not None:
        yield from _on_cluster(packed, job, client, progress)
    else:
        yield from _on_threads(packed, job, threads or _cores(), progress)


def chunks(paths: int, workers: int) -> list[tuple[int, int]]:
    """(first panel, panels) of each task: paths / (8 x workers), between 2^13 and 2^22 paths."""
    size = min(_LARGEST, max(_SMALLEST, -(-paths // (8 * workers)))) // PANEL_PATHS
    n_panel = -(-paths // PANEL_PATHS)
    return [(first, min(size, n_panel - first)) for first in range(0, n_panel, size)]


def _on_threads(packed: Packed, job: Job, threads: int, progress: Progress | None) -> Iterator[Tally]:
    """Dask threads; each running thread counts into a workspace of its own."""
    from dask.base import compute
    from dask.delayed import delayed

    work = chunks(job.paths, threads)
    threads = min(threads, len(work))
    spaces: queue.SimpleQueue[Workspace] = queue.SimpleQueue()
    for _ in range(threads):
        spaces.put(Workspace(packed))
    done = 0

    def task(first: int, n_panel: int) -> None:
        nonlocal done
        space = spaces.get()
        try:
            alone.run(space, first, n_panel, job.paths, job.seed)
        finally:
            spaces.put(space)
        if progress is not None:
            done += min(job.paths - first * PANEL_PATHS, n_panel * PANEL_PATHS)
            progress(done, job.paths)

    compute(*[delayed(task)(*chunk) for chunk in work], scheduler="threads", num_workers=threads)
    for _ in range(threads):
        yield spaces.get().tally()


def _on_cluster(packed: Packed, job: Job, client: Any, progress: Progress | None) -> Iterator[Tally]:
    """One task per chunk; tallies come back as they finish."""
    from distributed import as_completed

    workers = max(1, sum(client.nthreads().values()))
    work = chunks(job.paths, workers)
    problem = client.scatter(packed, broadcast=True)
    futures = [client.submit(count_chunk, problem, *chunk, job.paths, job.seed, pure=False) for chunk in work]
    for done, (_, tally) in enumerate(as_completed(futures, with_results=True), start=1):
        if progress is not None:
            progress(done * job.paths // len(work), job.paths)
        yield tally


def count_chunk(packed: Packed, first_panel: int, n_panel: int, n_path: int, seed: int) -> Tally:
    """One task: simulate some panels and return what was counted."""
    space = Workspace(packed)
    alone.run(space, first_panel, n_panel, n_path, seed)
    return space.tally()


def to_dataset(job: Job, tally: Tally) -> xr.Dataset:
    """Name what was counted and check the laws of the model."""
    from stress import __version__, results

    _check_laws(job, tally)
    dates = calendar_of(job.deal)
    return results.build(
        tally._asdict(),
        [case.name for case in job.scenarios],
        [note.name for note in job.deal.notes],
        [trigger.name for trigger in job.deal.triggers],
        np.array(dates.collection_end, dtype="datetime64[ns]"),
        {
            "version": __version__,
            "source_digest": source_digest(),
            "job_hash": job_hash(job),
            "job": job_to_json(job),
            "seed": str(job.seed),
            "paths": job.paths,
            "estimator": "plain",
            "rng": RNG,
        },
    )


def _check_laws(job: Job, tally: Tally) -> None:
    """Every path conserves cash and balances to 1e-9; nothing is NaN or negative. Raises StressError."""
    from stress.errors import StressError

    laws = ("pool balance", "cash", "notes less assets", "a negative balance")
    for k, case in enumerate(job.scenarios):
        if tally.fault[k, 0]:
            raise StressError(f"scenario {case.name}: {tally.fault[k, 0]} blocks have a result that is not a number")
        for law, error in zip(laws, tally.residual[k], strict=True):
            if not error <= 1e-9:
                raise StressError(
                    f"scenario {case.name}: {law} is off by {error:.2g} of the cut-off balance on some path"
                )


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
