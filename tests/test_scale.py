"""What scaling rests on: the cost of a task and of a merge, the model made of them, two threads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import scale, scaling  # noqa: E402
from benchmarks.cases import QUICK, job_24m  # noqa: E402

COSTS = scaling.Costs(path=1e-5, task=5e-3, combine=2e-3, worker=2e-3, schedule=1e-3, take_in=5e-3)


def test_the_model_is_bound_by_its_slower_side() -> None:
    one, many = (scaling.predict(COSTS, 10**9, cores) for cores in (1, 1024))
    assert one.seconds == pytest.approx(1e9 * 1e-5, rel=0.01)
    assert many.seconds > 1e9 * 1e-5 / 1024
    assert 0.8 < many.efficiency < one.efficiency <= 1.0
    slow = scaling.predict(COSTS._replace(schedule=1.0), 10**9, 1024)
    assert slow.seconds >= slow.tasks * 1.0
    assert slow.driver > 0.99


@pytest.mark.slow
def test_many_small_tasks_on_sixteen_worker_processes_cost_what_the_model_says(
    record_property: Callable[[str, object], None],
) -> None:
    costs, check = scaling.taken(job_24m(), scale.WORKERS, tasks=320)
    each = f"a task {1e3 * (costs.task + costs.worker + costs.schedule):.1f} ms, a merge {1e3 * costs.combine:.1f} ms"
    ratio = check.measured / check.predicted
    said = f"{each}; {check.tasks} tasks on {check.workers} processes took {ratio:.2f} of the model's CPU time"
    record_property("measured", said)
    print(said)
    assert 0.6 <= ratio <= 1.5


@pytest.mark.slow
def test_two_threads_do_not_slow_each_other(record_property: Callable[[str, object], None]) -> None:
    (row,) = scale.cores(QUICK)
    said = f"{row['efficiency_cpu']:.0%} by CPU second, {row['efficiency_wall']:.0%} in wall time"
    record_property("measured", said)
    print(said)
    assert row["efficiency_cpu"] >= 0.9  # wall time has its row too, but needs quiet cores
