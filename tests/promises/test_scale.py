"""What scaling rests on: the cost of a task and of a merge, the model made of them, two threads."""

import sys
from collections.abc import Callable

import pytest
from shipped import ROOT

sys.path.insert(0, str(ROOT))

from benchmarks import scale, scaling
from benchmarks.cases import QUICK, job_24m

ROUNDS = 16
"""Turns on one thread and on two: so many that a busy neighbour moves their median little."""
COSTS = scaling.Costs(path=1e-5, task=5e-3, combine=2e-3, worker=2e-3, schedule=1e-3, take_in=5e-3)


def test_the_model_is_bound_by_its_slower_side() -> None:
    few, many = (scaling.predict(COSTS, 10**9, cores) for cores in (1, 1024))
    assert few.seconds == pytest.approx(1e9 * 1e-5, rel=0.01)
    assert many.seconds > 1e9 * 1e-5 / 1024
    assert 0.8 < many.efficiency < few.efficiency <= 1.0
    slow = scaling.predict(COSTS._replace(schedule=1.0), 10**9, 1024)
    assert slow.seconds >= slow.tasks * 1.0
    assert slow.driver > 0.99


@pytest.mark.slow
def test_many_small_tasks_on_sixteen_worker_processes_cost_what_the_model_says(
    record_property: Callable[[str, object], None],
) -> None:
    check = scaling.tried(job_24m(), scale.WORKERS, tasks=320)
    ratio = check.measured / check.predicted
    said = f"{check.tasks} tasks on {check.workers} processes took {ratio:.2f} of the model's CPU time"
    record_property("measured", said)
    print(said)
    assert 0.6 <= ratio <= 1.5


@pytest.mark.slow
def test_many_cores_by_the_model(record_property: Callable[[str, object], None]) -> None:
    costs = scaling.taken(job_24m(8))
    each = costs.task + costs.worker
    record_property("measured", f"a task costs {1e3 * each:.0f} ms, a merge {1e3 * costs.combine:.0f} ms of a worker")
    record_property("measured", f"the driver {1e3 * costs.schedule:.1f} ms a task")
    for cores in (64, 1024):
        row = scaling.predict(costs, scale.PATHS, cores)
        said = f"{cores:,} cores: {row.seconds:,.0f} s at {row.efficiency:.0%}, driver busy {row.driver:.0%}"
        record_property("measured", said)
        print(said)
        assert row.efficiency > {64: 0.9, 1024: 0.4}[cores]


@pytest.mark.slow
def test_two_threads_do_not_slow_each_other(record_property: Callable[[str, object], None]) -> None:
    (row,) = scale.cores(QUICK._replace(rounds=ROUNDS))
    shares = f"{row['efficiency_cpu_median']:.0%} by CPU second, {row['efficiency_wall']:.0%} in wall time"
    said = f"{shares}, {ROUNDS} turns of each"
    record_property("measured", said)
    print(said)
    assert row["efficiency_cpu_median"] >= 0.9  # the wall time is told too, but needs quiet cores
