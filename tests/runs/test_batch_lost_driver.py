"""What a driver that is lost at any moment would lose: paths that are counted and in no shard yet."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import batch_driver
import pytest

from stress.inputs.load import load_job
from stress.runs import jobs
from stress.runs.counting.pace import SHARE, SOON, Pace
from stress.runs.counting.ranges import chunks
from stress.runs.jobs.shards import Store


def spent(pace: Pace, seconds: float, part: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reading that works so long."""
    now = iter((0.0, seconds))
    with monkeypatch.context() as patch:
        patch.setattr(time, "thread_time", lambda: next(now))
        with pace.reading(part):
            pass


def test_shards_are_written_as_often_as_costs_a_fiftieth_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Pace(10.0)
    assert pace.seconds == SOON
    for cost, expected in ((0.3, SOON), (0.08, 0.08 / SHARE), (0.01, SOON), (5.0, 10.0)):  # the first time is not told
        for _ in range(4):
            spent(pace, cost / 4, 0.25, monkeypatch)
        assert pace.seconds == pytest.approx(expected)
    assert Pace(0.0).due(time.monotonic())
    assert not Pace(None).due(-1e9)


class Unstored:
    """At every moment of a run: which paths are counted and in no shard yet, and since when?"""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stop, self.began, self.shards, self.most, self.longest = threading.Event(), time.monotonic(), 0, 0, 0.0
        self.kept, self.counted = 0, [(self.began, 0)]
        write = Store._write

        def noted(store: Store, part: Any) -> None:
            write(store, part)
            oldest = next(since for since, done in self.counted if done > self.kept)
            self.longest = max(self.longest, time.monotonic() - oldest)
            self.kept, self.shards = self.kept + part.n_path, self.shards + 1

        monkeypatch.setattr(Store, "_write", noted)

    def progress(self, done: int, total: int) -> None:
        self.counted.append((time.monotonic(), done))
        self.most = max(self.most, done - self.kept)
        if time.monotonic() - self.began > 60.0 or self.shards > 6:
            self.stop.set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scenarios", "paths", "place"), [(1, 40_000_000, "threads"), (8, 4_000_000, "threads"), (1, 30_000_000, "workers")]
)
def test_a_driver_lost_at_any_moment_loses_a_chunk(
    scenarios: int,
    paths: int,
    place: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job, seen = load_job(batch_driver.JOB), Unstored(monkeypatch)
    names = [case.name for case in job.scenarios][:scenarios]
    plan = jobs.plan(job, paths=paths, scenarios=names, out=tmp_path, **{place: 2})
    with contextlib.suppress(KeyboardInterrupt):
        jobs.run(plan, seen.progress, stop=seen.stop)
    start, end = chunks([(0, paths)], 2)[0]
    share = seen.most / (2 * (end - start))
    each = f"{share:.2f} of its chunk" if place == "threads" else f"the chunk under way and {seen.longest:.1f} s"
    said = f"a {place[:-1]} loses at most {each} ({scenarios} scenario{'s' * (scenarios > 1)}, {seen.shards} shards)"
    record_property("measured", said)
    print(said)
    assert seen.shards >= 4
    assert share <= 1.0
