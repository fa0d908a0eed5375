"""How a run would scale: costs measured on this machine, put into a model. A model, not a measurement of a cluster.

With C cores a run of P paths is cut into `counting.chunks`. Each task costs its paths and a fixed part (clear and pack
a tally, Dask's work on the worker); each tally is added up once in the tree, on the workers; driver and scheduler spend
a little on every task and take in a few sums. Workers and driver work side by side: the slower of the two is the run's
time. Costs are CPU seconds, so that they can be taken while other programs run. Not in the model: slow networks, cores
that share memory bandwidth or turbo, the start of a cluster.

A second of CPU on a crowded machine does less than on a quiet one: the check, many small tasks on more workers than
cores, is therefore held against costs that all its workers took at the same time; the model of many cores uses those of
one process alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import pack
from stress.runs import cluster, engine
from stress.runs.cluster.driver import FAN_IN
from stress.runs.cluster.work import combine, count_range, identity
from stress.runs.counting.counted import Counted, add, encode, joined
from stress.runs.counting.ranges import LEAST_SENT, chunks
from stress.runs.counting.spaces import Countable, space_of
from stress.runs.engine import n_core

SMALL = 1024
"""Paths of a task in the check: so few that what a task costs besides its paths shows."""


class Work(NamedTuple):
    """CPU seconds of what a worker does."""

    path: float
    """One path under all scenarios."""
    task: float
    """Fixed part of a task: clear and pack the tally."""
    combine: float
    """One tally's share of a combining task: unpack and add."""


class Costs(NamedTuple):
    """CPU seconds."""

    path: float
    task: float
    combine: float
    worker: float
    """Dask's own work on the worker, a task with its share of the tree: tallies travel between workers."""
    schedule: float
    """Driver and scheduler, the same."""
    take_in: float
    """The driver, a sum that arrives: unpack and add."""


class Prediction(NamedTuple):
    """A run on so many cores, by the model."""

    cores: int
    tasks: int
    seconds: float
    efficiency: float
    """Time of the paths alone, over all cores, over the run's."""
    driver: float
    """Share of the time in which driver and scheduler are busy."""


class Trial(NamedTuple):
    """Many small tasks on worker processes of this machine, against the model."""

    workers: int
    tasks: int
    measured: float
    """CPU seconds of the workers, the driver and the scheduler."""
    predicted: float


def work(packed: Countable, seed: int, paths: int = 2**13, times: int = 3) -> Work:
    """Take what a worker's own work costs in this process."""
    space = space_of(packed)
    space.run(0, 1, PANEL_PATHS, seed)
    path = _spent(lambda: space.run(0, paths // PANEL_PATHS, paths, seed), times) / paths
    space.clear()
    space.run(0, SMALL // PANEL_PATHS, SMALL, seed)
    part = encode(space.tally())

    def fixed() -> None:
        encode(space.tally())
        space.clear()
        space.run(0, SMALL // PANEL_PATHS, SMALL, seed)

    task = _spent(fixed, times) - SMALL * path
    return Work(path, task, _spent(lambda: combine([part] * FAN_IN), times) / FAN_IN)


def measure(packed: Countable, seed: int, client: Any, paths: int = 2**15) -> Costs:
    """Take the costs of a problem on this process, and those of Dask on a cluster of as many workers as cores."""
    part = _tally(packed, seed)
    total = joined([Counted((), part)]).tally()
    take_in = _spent(lambda: add(total, Counted((), part).tally()), 5)
    return Costs(*work(packed, seed, paths, 5), *idle(client, len(part)), take_in)


def idle(client: Any, size: int, tasks: int = 400, times: int = 3) -> tuple[float, float]:
    """CPU seconds of the workers, and of driver and scheduler, for a task that counts nothing, and its share of a tree.

    The tree is one of tallies of so many bytes that are not added up. The least disturbed of some times.
    """

    def once() -> tuple[float, float]:
        workers, here = on_workers(client), time.process_time()
        leaves = [client.submit(bytes, size, pure=False) for _ in range(tasks)]
        groups = [leaves[at : at + FAN_IN] for at in range(0, tasks, FAN_IN)]
        client.gather([client.submit(len, group, pure=False) for group in groups])
        return (on_workers(client) - workers) / tasks, (time.process_time() - here) / tasks

    once()
    costs = [once() for _ in range(times)]
    return min(worker for worker, _ in costs), min(schedule for _, schedule in costs)


def waiting(client: Any, seconds: float = 3.0) -> float:
    """CPU seconds that all processes spend in a second without any task."""
    workers, here, since = on_workers(client), time.process_time(), time.monotonic()
    time.sleep(seconds)
    return (on_workers(client) - workers + time.process_time() - here) / (time.monotonic() - since)


def on_workers(client: Any) -> float:
    """CPU seconds of all worker processes so far."""
    return float(sum(client.run(time.process_time).values()))


def trial(packed: Countable, problem: str, seed: int, client: Any, tasks: int, paths: int = 2**13) -> Trial:
    """Run many small tasks; CPU seconds measured, and by the model from what all workers at once say a task costs."""
    client.run(_first, packed, problem, seed)
    works = list(client.run(work, packed, seed, paths, times=2).values())
    crowded = Work(*(sum(each) / len(works) for each in zip(*works, strict=True)))
    each = SMALL * crowded.path + crowded.task + crowded.combine + sum(idle(client, len(_tally(packed, seed))))
    spare = waiting(client)
    before, here, since = on_workers(client), time.process_time(), time.monotonic()
    list(cluster.count(packed, problem, seed, [(0, tasks * SMALL)], client, most=SMALL))
    measured = on_workers(client) - before + time.process_time() - here
    return Trial(len(works), tasks, measured, tasks * each + spare * (time.monotonic() - since))


def predict(costs: Costs, paths: int, cores: int, sums: int = 4, least: int = LEAST_SENT) -> Prediction:
    """Time and efficiency of a run; `sums`: tallies that reach the driver."""
    tasks = [end - start for start, end in chunks([(0, paths)], cores, least=least)]
    n_task = len(tasks)
    rounds = math.ceil(n_task / cores) if n_task < cores else math.ceil((n_task - 1) / cores)  # the last one is small
    fixed = costs.task + costs.combine + costs.worker
    even = (paths * costs.path + n_task * fixed) / cores
    on_workers_ = max(even, rounds * (max(tasks) * costs.path + fixed))
    last = costs.combine * FAN_IN * math.ceil(math.log(max(n_task, 2), FAN_IN))
    on_driver = n_task * costs.schedule + sums * costs.take_in
    seconds = max(on_workers_, n_task * costs.schedule) + last + sums * costs.take_in
    return Prediction(cores, n_task, seconds, paths * costs.path / cores / seconds, on_driver / seconds)


def taken(job: Job) -> Costs:
    """Costs of a job on this machine."""
    packed = pack(assemble(job))
    _tally(packed, job.seed)  # compiled here, loaded by the workers
    with cluster.local(n_core()) as client:
        client.wait_for_workers(n_core())
        return measure(packed, job.seed, client)


def tried(job: Job, workers: int, tasks: int) -> Trial:
    """The check of the model, on worker processes of this machine."""
    packed = pack(assemble(job))
    _tally(packed, job.seed)
    with cluster.local(workers) as client:
        client.wait_for_workers(workers)
        return trial(packed, engine.problem_digest(packed), job.seed, client, tasks)


def _tally(packed: Countable, seed: int) -> bytes:
    """What a small task leaves."""
    return count_range(packed, f"scaling {id(packed)}", (0, SMALL), seed, identity())


def _first(packed: Countable, problem: str, seed: int) -> None:
    """What a worker does once, before its first task: load kernels and libraries, take memory."""
    combine([count_range(packed, problem, (0, SMALL), seed, identity())] * 2)


def _spent(action: Callable[[], object], times: int) -> float:
    """CPU seconds of the least disturbed of some calls."""
    best = math.inf
    for _ in range(times):
        since = time.process_time()
        action()
        best = min(best, time.process_time() - since)
    return best
