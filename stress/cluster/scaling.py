"""How a run would scale: costs measured on this machine, put into a model. A model, not a measurement of a cluster.

    python -m stress.cluster.scaling JOB.toml [paths] [workers]

With C cores a run of P paths is cut into `counting.chunks`. Each task costs its paths / rate and a fixed part (clear,
copy and deflate a tally); each is combined once in the tree, on the workers; the driver spends a little on every task
and takes in a few sums. Workers and driver work side by side: the slower of the two is the run's time. Not in the
model: slow networks, cores that share memory bandwidth or turbo, and the start of a cluster.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from stress.cluster.drive import FAN_IN
from stress.counting.ranges import chunks
from stress.kernels.memory import Packed


class Costs(NamedTuple):
    """Seconds, measured here."""

    path: float
    """One path under all scenarios, on one core."""
    task: float
    """Fixed part of a task: clear, copy and deflate the tally."""
    combine: float
    """One tally's share of a combining task: inflate and add."""
    schedule: float
    """The driver and scheduler, a task."""
    take_in: float
    """The driver, a sum that arrives: inflate, add, store."""


class Prediction(NamedTuple):
    """A run on so many cores, by the model."""

    cores: int
    tasks: int
    seconds: float
    efficiency: float
    driver: float
    """Share of the time in which driver and scheduler are busy."""


def measure(packed: Packed, seed: int, client: Any, paths: int = 2**15, tasks: int = 200) -> Costs:
    """Take the costs of a problem on this process, and those of scheduling on a cluster of idle tasks."""
    from stress.cluster.work import combine
    from stress.counting.counted import Counted, add, encode, joined
    from stress.kernels import alone
    from stress.kernels.layout import PANEL_PATHS
    from stress.kernels.memory import Workspace

    space = Workspace(packed)
    alone.run(space, 0, 1, PANEL_PATHS, seed)
    path = _spent(lambda: alone.run(space, 0, paths // PANEL_PATHS, paths, seed), 2) / paths

    def fixed() -> bytes:
        part = encode(space.tally())
        Workspace(packed)  # as dear as clearing one
        return part

    part = fixed()
    total = joined([Counted((), part)]).tally()
    many = _spent(lambda: combine([part] * FAN_IN), 2) / FAN_IN

    def idle() -> None:
        client.gather(client.map(_nothing, range(tasks), pure=False))

    idle()
    schedule = _spent(idle, 3) / tasks
    return Costs(path, _spent(fixed, 5), many, schedule, _spent(lambda: add(total, Counted((), part).tally()), 5))


def predict(costs: Costs, paths: int, cores: int, sums: int = 4) -> Prediction:
    """Time and efficiency of a run; `sums`: tallies that reach the driver."""
    tasks = [end - start for start, end in chunks([(0, paths)], cores)]
    n_task = len(tasks)
    rounds = math.ceil(n_task / cores) if n_task < cores else math.ceil((n_task - 1) / cores)  # the last one is small
    on_workers = rounds * (max(tasks) * costs.path + costs.task + costs.combine)
    last = costs.combine * FAN_IN * math.ceil(math.log(max(n_task, 2), FAN_IN))
    on_driver = n_task * costs.schedule + sums * costs.take_in
    seconds = max(on_workers, n_task * costs.schedule) + last + sums * costs.take_in
    return Prediction(cores, n_task, seconds, paths * costs.path / cores / seconds, on_driver / seconds)


def table(costs: Costs, paths: int, cores: Sequence[int] = (1, 2, 16, 64, 256, 1024)) -> list[Prediction]:
    """The model at several numbers of cores."""
    return [predict(costs, paths, n) for n in cores]


def _nothing(number: int) -> bytes:
    return b""


def _spent(action: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of some calls."""
    best = math.inf
    for _ in range(times):
        since = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - since)
    return best


def main(arguments: Sequence[str]) -> None:
    """Print costs and model of a job."""
    from stress import cluster
    from stress.assemble.problem import assemble
    from stress.inputs.load import load_job
    from stress.kernels.memory import pack

    job = load_job(arguments[0])
    paths = int(float(arguments[1])) if len(arguments) > 1 else 10**9
    workers = int(arguments[2]) if len(arguments) > 2 else 16
    packed = pack(assemble(job))
    with cluster.local(workers) as client:
        costs = measure(packed, job.seed, client)
    print(" ".join(f"{name} {value * 1e6:,.1f} us" for name, value in costs._asdict().items()))
    print(f"{paths:,} paths, {len(job.scenarios)} scenarios, model:")
    for row in table(costs, paths):
        print(
            f"{row.cores:6d} cores {row.tasks:6d} tasks {row.seconds:10,.1f} s "
            f"efficiency {row.efficiency:6.1%} driver busy {row.driver:6.1%}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
