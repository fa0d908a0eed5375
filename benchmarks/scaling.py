"""How a run would scale: costs measured on this machine, put into a model. A model, not a measurement of a cluster.

With C cores a run of P paths is cut into `counting.chunks`. Each task costs its paths and a fixed part (clear, copy and
deflate a tally, Dask's work on the worker); each tally is added up once in the tree, on the workers; driver and
scheduler spend a little on every task and take in a few sums. Workers and driver work side by side: the slower of the
two is the run's time. Costs are CPU seconds, so that they can be taken while other programs run. Not in the model: slow
networks, cores that share memory bandwidth or turbo, the start of a cluster.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from stress import cluster, engine
from stress.assemble.problem import assemble
from stress.cluster.drive import FAN_IN
from stress.cluster.work import combine
from stress.counting.counted import Counted, add, encode, joined
from stress.counting.ranges import chunks
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, pack

SMALL = 1024
"""Paths of a task in the check: so few that what a task costs besides its paths shows."""


class Costs(NamedTuple):
    """CPU seconds."""

    path: float
    """One path under all scenarios."""
    task: float
    """Fixed part of a task on the worker: clear, copy and deflate the tally."""
    combine: float
    """One tally's share of a combining task: inflate and add."""
    worker: float
    """Dask's own work on the worker, a task."""
    schedule: float
    """Driver and scheduler, a task."""
    take_in: float
    """The driver, a sum that arrives: inflate and add."""


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


def measure(packed: Packed, seed: int, client: Any, paths: int = 2**15, tasks: int = 400) -> Costs:
    """Take the costs of a problem on this process, and those of Dask on a cluster of idle tasks."""
    space = Workspace(packed)
    alone.run(space, 0, 1, PANEL_PATHS, seed)
    path = _spent(lambda: alone.run(space, 0, paths // PANEL_PATHS, paths, seed), 3) / paths

    def fixed() -> bytes:
        part = encode(space.tally())
        space.clear()
        return part

    alone.run(space, 0, SMALL // PANEL_PATHS, SMALL, seed)
    part = encode(space.tally())
    total = joined([Counted((), part)]).tally()
    many = _spent(lambda: combine([part] * FAN_IN), 3) / FAN_IN
    task = _spent(fixed, 5)
    idle(client, tasks)
    schedule, worker = min(idle(client, tasks) for _ in range(3))
    return Costs(path, task, many, worker, schedule, _spent(lambda: add(total, Counted((), part).tally()), 5))


def idle(client: Any, tasks: int) -> tuple[float, float]:
    """CPU seconds of driver and scheduler, and of the workers, for a task that does nothing."""
    workers, here = on_workers(client), time.process_time()
    client.gather(client.map(_nothing, range(tasks), pure=False))
    return (time.process_time() - here) / tasks, (on_workers(client) - workers) / tasks


def on_workers(client: Any) -> float:
    """CPU seconds of all worker processes so far."""
    return float(sum(client.run(time.process_time).values()))


def trial(packed: Packed, job: Job, client: Any, costs: Costs, workers: int, tasks: int) -> Trial:
    """Run many small tasks; CPU seconds measured and by the model."""
    paths = tasks * SMALL
    digest = engine.problem_digest(packed)
    client.run(_load, packed, job.seed)
    list(cluster.count(packed, digest, job.seed, [(0, workers * SMALL)], client, most=SMALL))  # Dask's own first times
    before, here = on_workers(client), time.process_time()
    list(cluster.count(packed, digest, job.seed, [(0, paths)], client, most=SMALL))
    measured = on_workers(client) - before + time.process_time() - here
    each = SMALL * costs.path + costs.task + costs.combine + (costs.worker + costs.schedule) * (1 + 1 / FAN_IN)
    return Trial(workers, tasks, measured, tasks * each + costs.take_in)


def predict(costs: Costs, paths: int, cores: int, sums: int = 4) -> Prediction:
    """Time and efficiency of a run; `sums`: tallies that reach the driver."""
    tasks = [end - start for start, end in chunks([(0, paths)], cores)]
    n_task = len(tasks)
    rounds = math.ceil(n_task / cores) if n_task < cores else math.ceil((n_task - 1) / cores)  # the last one is small
    fixed = costs.task + costs.combine + costs.worker
    even = (paths * costs.path + n_task * fixed) / cores
    on_workers_ = max(even, rounds * (max(tasks) * costs.path + fixed))
    last = costs.combine * FAN_IN * math.ceil(math.log(max(n_task, 2), FAN_IN))
    on_driver = n_task * costs.schedule + sums * costs.take_in
    seconds = max(on_workers_, n_task * costs.schedule) + last + sums * costs.take_in
    return Prediction(cores, n_task, seconds, paths * costs.path / cores / seconds, on_driver / seconds)


def taken(job: Job, workers: int, tasks: int) -> tuple[Costs, Trial]:
    """Costs of a job and the check of the model, on worker processes of this machine."""
    packed = pack(assemble(job))
    alone.run(Workspace(packed), 0, 1, 1, job.seed)  # compiled here, loaded by the workers
    with cluster.local(workers) as client:
        client.wait_for_workers(workers)
        costs = measure(packed, job.seed, client)
        return costs, trial(packed, job, client, costs, workers, tasks)


def _load(packed: Packed, seed: int) -> None:
    """Load the kernels into a worker: seconds of its first task."""
    alone.run(Workspace(packed), 0, 1, 1, seed)


def _nothing(number: int) -> bytes:
    return b""


def _spent(action: Callable[[], object], times: int) -> float:
    """CPU seconds of the least disturbed of some calls."""
    best = math.inf
    for _ in range(times):
        since = time.process_time()
        action()
        best = min(best, time.process_time() - since)
    return best
