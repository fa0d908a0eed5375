"""Where a job is counted, as it is told, and what is refused before any work."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from handed import Patch

from stress.errors import ConfigError
from stress.runs import cluster
from stress.runs.jobs import place
from stress.runs.jobs.place import Place, place_of
from stress.runs.jobs.where import Where

NOTHING: Any = None
"""Counted by no place of these."""


def plan(**said: Any) -> Where:
    return Where(out=Path("out"), **said)


@pytest.fixture
def compiled(monkeypatch: Patch) -> list[str]:
    """Clusters that are not started: two workers of two threads each, and of one card where they have any."""
    done: list[str] = []

    @contextmanager
    def opened(*_: Any, **__: Any) -> Iterator[str]:
        yield "client"

    for name in ("local", "join", "queued"):
        monkeypatch.setattr(cluster, name, opened)
    monkeypatch.setattr(cluster, "check", lambda *_: done.append("checked"))
    monkeypatch.setattr(cluster, "n_slot", lambda _: 4)
    monkeypatch.setattr(cluster, "n_card", lambda _: 0)
    monkeypatch.setattr(place, "compile_for_cards", lambda: done.append("compiled for cards"))
    space = SimpleNamespace(run=lambda *_: done.append("compiled"))
    monkeypatch.setattr("stress.runs.counting.spaces.space_of", lambda _: space)
    return done


def opened_place(of: Where, said: list[str] | None = None) -> Place:
    with place_of(of, NOTHING, (said if said is not None else []).append) as opened:
        return opened


def test_workers_of_this_machine_find_the_kernels_compiled(compiled: list[str]) -> None:
    assert opened_place(plan(workers=1)) == Place("1 worker process", "client", 1)
    assert opened_place(plan(workers=3)) == Place("3 worker processes", "client", 3)
    assert compiled == ["compiled", "checked"] * 2


def test_workers_have_a_card_each_or_count_by_threads(compiled: list[str], monkeypatch: Patch) -> None:
    monkeypatch.setattr("stress.gpu.driver.n_card", lambda: 2)
    assert opened_place(plan(workers=2, device="auto")) == Place("2 worker processes with a GPU each", "client", 0, 2)
    assert compiled == ["compiled for cards", "checked"]
    assert opened_place(plan(workers=3, device="auto")) == Place("3 worker processes", "client", 3)
    with pytest.raises(ConfigError, match="--workers 3: one card each, and this machine has 2"):
        opened_place(plan(workers=3, device="gpu"))


def test_jobs_of_a_queue_are_waited_for(compiled: list[str]) -> None:
    said: list[str] = []
    assert opened_place(plan(workers=4, queue="slurm"), said) == Place("4 workers as jobs of slurm", "client", 4)
    assert said == ["waiting for the first of 4 workers in the queue of slurm"]
    assert compiled == ["checked"]


@pytest.mark.usefixtures("compiled")
def test_a_cluster_counts_by_its_threads_or_its_cards(monkeypatch: Patch) -> None:
    at = "tcp://127.0.0.1:8786"
    assert opened_place(plan(scheduler=at)) == Place(f"cluster {at}, 4 threads", "client", 4)
    with pytest.raises(ConfigError, match=f"--device gpu: no worker of {at} has Dask's resource GPU"):
        opened_place(plan(scheduler=at, device="gpu"))
    monkeypatch.setattr(cluster, "n_card", lambda _: 2)
    assert opened_place(plan(scheduler=at, device="auto")) == Place(f"cluster {at}, 4 threads, 2 GPUs", "client", 0, 2)


def test_the_environment_names_a_scheduler_unless_threads_or_workers_are_asked_for(monkeypatch: Patch) -> None:
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://there:1")
    assert plan().address == "tcp://there:1"
    assert plan(scheduler="tcp://here:1").address == "tcp://here:1"
    assert plan(threads=2).address is None
    assert plan(workers=2).address is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threads": 2, "workers": 2}, "--threads, --workers and --scheduler: only one of them"),
        ({"workers": 2, "scheduler": "tcp://here:1"}, "only one of them"),
        ({"queue": "slurm", "out": Path("out")}, "--queue slurm: goes with --workers N and --out DIR"),
        ({"queue": "slurm", "workers": 2}, "--queue slurm: goes with --workers N and --out DIR"),
        ({"fresh": True}, "--fresh goes with --out"),
    ],
)
def test_places_that_contradict_each_other_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Where(**options).check()
