"""Run a job: panels of paths over threads or a cluster, tallies merged, one Dataset."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from stress.assemble.effects import notes_of_effects
from stress.assemble.problem import assemble
from stress.inputs.arguments import put_to
from stress.inputs.door import seed_of, threads_of, with_options
from stress.inputs.files.sweep import with_seed
from stress.inputs.job import Job, Sweep, labels_of
from stress.inputs.job.remarks import notes_of
from stress.inputs.kinds import held_later
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, pack
from stress.kernels.tally import Tally, merge
from stress.runs import counting, sampling
from stress.runs.counting.counted import Counted, Progress, joined
from stress.runs.counting.machines import Machines, kind, machines
from stress.runs.counting.ranges import Range
from stress.runs.counting.spaces import Countable
from stress.runs.dataset import to_dataset

if TYPE_CHECKING:
    import xarray as xr

    from stress.results import Result


@overload
def simulate(
    job: Job,
    paths: int | None = ...,
    seed: int | None = ...,
    scenarios: Sequence[str] | None = ...,
    threads: int | None = ...,
    progress: Progress | None = ...,
    client: Any = ...,
    estimator: str | None = ...,
    target_error: str | None = ...,
    device: str = ...,
) -> xr.Dataset: ...
@overload
def simulate(
    job: Sweep,
    paths: int | None = ...,
    seed: int | None = ...,
    scenarios: Sequence[str] | None = ...,
    threads: int | None = ...,
    progress: Progress | None = ...,
    client: Any = ...,
    estimator: str | None = ...,
    target_error: str | None = ...,
    device: str = ...,
) -> Result: ...
@functools.partial(put_to, checks={"scenarios": held_later, "target_error": held_later})
def simulate(
    job: Job | Sweep,
    paths: int | None = None,
    seed: int | None = None,
    scenarios: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    client: Any = None,
    estimator: str | None = None,
    target_error: str | None = None,
    device: str = "cpu",
) -> Result:
    """Tranche loss distributions of a job as a labelled Dataset (see `stress.results`).

    paths and seed override the job's; `scenarios` keeps some by name. `threads`: one per core where left out;
    `client`: a `distributed.Client` instead. The numbers do not depend on threads, chunks or cluster.
    `estimator`: plain, sobol, importance or auto instead of the job's own. `target_error`: as "EL:B=0.05", stop as soon
    as the relative error is reached; the paths are then a budget, and the attribute `target` says which ended the run.
    `device`: cpu, gpu (an NVIDIA card's own numbers are the CPU's, bit for bit) or auto (both, where there is a card);
    the attribute `machine` says what counted.
    A sweep gives a Dataset with dims for what it sweeps, or a DataTree with a group for each deal where deals differ.
    Raises ConfigError where the inputs break a rule or do not fit together, whoever made them, and for options that the
    command line would refuse; StressError where a law of the model is broken.

    >>> import stress
    >>> job = stress.load("scenarios/jobs/baitiao-24m.toml")
    >>> ds = stress.simulate(job, paths=4096, seed=7, scenarios=["baseline", "macro_severe"])
    >>> loss = ds.expected_loss.sel(scenario="macro_severe")
    >>> bool(loss.sel(tranche="A") <= loss.sel(tranche="subordinated"))
    True
    """
    if isinstance(job, Sweep):
        swept = with_seed(job, None if seed is None else seed_of(seed))
        how: dict[str, Any] = {"scenarios": scenarios, "threads": threads, "client": client}
        how |= {"estimator": estimator, "target_error": target_error, "device": device}
        return _sweep(swept, paths, progress, how)
    hands = None if client is not None and device == "cpu" else machines(device, threads_of(threads) or n_core())
    chosen, why = sampling.resolved(with_options(job, paths, seed, scenarios, estimator))
    packed = packed_of(chosen)
    said = [[remark.part, remark.key, remark.says] for remark in (*notes_of(chosen), *notes_of_effects(chosen))]
    note = {"input_notes": json.dumps(said, ensure_ascii=False), "machine": kind(hands)}
    note |= {"estimator_choice": why} if why else {}
    if target_error is not None:
        return _to_target(chosen, packed, target_error, hands, progress, client).assign_attrs(note)
    return to_dataset(chosen, joined(count(packed, chosen, None, hands, client, progress)).tally()).assign_attrs(note)


def packed_of(job: Job) -> Packed:
    """The arrays of a job with the sampler that its estimator asks for, ready to count."""
    problem = assemble(job)
    return pack(problem, sampler=sampling.sampler_of(job, problem))


def _to_target(
    job: Job, packed: Packed, text: str, hands: Machines | None, progress: Progress | None, client: Any
) -> xr.Dataset:
    """Part after part, until the target is reached or the job's paths are counted."""
    from stress.measures import target as targets

    notes, budget = job.deal.notes, job.paths
    target = targets.parse(text, [note.name for note in notes], [note.name for note in notes if note.residual])
    parts: list[Counted] = []
    paths, end = 0, min(budget, targets.FIRST)
    while True:
        job = job.model_copy(update={"paths": end})
        parts = [joined([*parts, *count(packed, job, [(paths, end)], hands, client, progress)])]
        paths, dataset = end, to_dataset(job, parts[0].tally())
        relative, scenario = targets.reached(target, dataset)
        if relative <= target.relative or paths == budget:
            return dataset.assign_attrs(target=targets.says(target, relative, scenario, paths, budget))
        end = targets.next_paths(target, relative, paths, budget)


def _sweep(sweep: Sweep, paths: int | None, progress: Progress | None, how: dict[str, Any]) -> Result:
    """Every job of a sweep in turn, under one count of progress; `how`: all else that `simulate` is given."""
    from stress import results

    total = sum(with_options(job, paths, None, how["scenarios"], how["estimator"]).paths for job in sweep.jobs)
    before, cells = 0, []
    for job in sweep.jobs:
        step = None if progress is None else functools.partial(_further, progress, before, total)
        cells.append((labels_of(job, sweep.over), simulate(job, paths, progress=step, **how)))
        before += paths or job.paths
    return results.combine(cells)


def _further(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def tallies(job: Job, threads: int | None, progress: Progress | None, client: Any = None) -> Iterator[Tally]:
    """What each thread (or the cluster) counted; merge them in any order."""
    for counted in count(pack(assemble(job)), job, None, threads, client, progress):
        yield merge([counted.tally()])


def count(
    packed: Packed,
    job: Job,
    work: Sequence[Range] | None = None,
    threads: int | Machines | None = None,
    client: Any = None,
    progress: Progress | None = None,
    every: float | None = None,
    stop: threading.Event | None = None,
    most: int | None = None,
    pause: Callable[[], None] | None = None,
) -> Generator[Counted, None, None]:
    """Tallies of ranges of the job's paths (all where left out), on threads or a cluster, in no order.

    `every`: hand over what is done at least every so many seconds, and a part panel on its own; what is handed over on
    the way is lent, to be added up or copied before the next is asked for. `stop`: end early. `most`: paths of a task.
    `pause`: called whenever nothing came for a moment. `threads`: of them, or of threads and cards; on a cluster cards
    are those of the workers that hold one (Dask's resource GPU).
    """
    ranges = ((0, job.paths),) if work is None else work
    problem = "" if client is None else problem_digest(packed)
    return count_all(packed, problem, job.seed, ranges, threads, client, progress, every, stop, most, pause)


def count_all(
    packed: Countable,
    problem: str,
    seed: int,
    ranges: Sequence[Range],
    threads: int | Machines | None = None,
    client: Any = None,
    progress: Progress | None = None,
    every: float | None = None,
    stop: threading.Event | None = None,
    most: int | None = None,
    pause: Callable[[], None] | None = None,
) -> Generator[Counted, None, None]:
    """The same of whatever can be counted, `problem` being its digest."""
    if client is None:
        return counting.count(packed, seed, ranges, threads or n_core(), every, progress, stop, most, pause)
    from stress.runs import cluster

    cluster.check(client)
    cards = isinstance(threads, Machines) and threads.cards > 0
    return cluster.count(packed, problem, seed, ranges, client, every, progress, stop, most, pause, cards)


def chunks(paths: int, workers: int) -> list[tuple[int, int]]:
    """(first panel, panels) of each task of a run."""
    tasks = counting.chunks([(0, paths)], workers)
    return [(start // PANEL_PATHS, -(-(end - start) // PANEL_PATHS)) for start, end in tasks]


def problem_digest(packed: Packed) -> str:
    """SHA-256 of all that the kernels are given but seed and paths."""
    digest = hashlib.sha256(repr(sorted(packed.shapes.items())).encode())
    sampler = () if packed.sampler is None else packed.sampler
    for array in (packed.f, packed.g, packed.header, *sampler):
        digest.update(np.ascontiguousarray(array).data.cast("B"))
    return digest.hexdigest()


def n_core() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
