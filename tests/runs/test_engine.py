"""Counting: ranges of paths cut and joined in any way, tallies added and stored, the same bits everywhere."""

import threading
import time
from itertools import pairwise

import numpy as np
import pytest
from handed import Patch
from hypothesis import given
from hypothesis import strategies as st
from shipped import JOB

from stress.assemble.problem import assemble
from stress.inputs.job import Job
from stress.inputs.load import load_job
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, pack
from stress.kernels.tally import Tally, merge
from stress.runs import engine
from stress.runs.counting import chunks, missing, threads, union
from stress.runs.counting.counted import Counted, add, copied, decode, digest, encode, joined
from stress.runs.counting.ranges import fits, is_whole, overlap, size

PATHS = 6_000
RANGES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(sorted).map(tuple), max_size=8)


@pytest.fixture(scope="module")
def job() -> Job:
    loaded = load_job(JOB)
    return engine.with_options(loaded, PATHS, 7, ["baseline", "macro_severe"])


@pytest.fixture(scope="module")
def packed(job: Job) -> Packed:
    return pack(assemble(job))


@pytest.fixture(scope="module")
def whole(job: Job, packed: Packed) -> str:
    return counted(job, packed, threads=1)


def counted(job: Job, packed: Packed, **options: object) -> str:
    partials = engine.count(packed, job, **options)  # type: ignore[arg-type]
    parts = [Counted(part.ranges, copied(part.tally())) for part in partials]
    assert union(r for part in parts for r in part.ranges) == ((0, job.paths),)
    assert size(r for part in parts for r in part.ranges) == job.paths
    return digest(joined(parts).tally())


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("most", [512, 1_024, 5_000])
@pytest.mark.parametrize("every", [None, 0.0])
def test_any_threads_chunks_and_checkpoints_give_the_same_bits(
    threads: int, most: int, every: float | None, job: Job, packed: Packed, whole: str
) -> None:
    assert counted(job, packed, threads=threads, most=most, every=every) == whole


def test_paths_in_two_runs_are_the_paths_in_one(job: Job, packed: Packed, whole: str) -> None:
    parts = [p for work in (((0, 1024),), ((1024, PATHS),)) for p in engine.count(packed, job, work, 2)]
    assert digest(joined(parts[::-1]).tally()) == whole


def test_more_paths_are_other_bits(job: Job, packed: Packed, whole: str) -> None:
    assert counted(job.model_copy(update={"paths": PATHS + 1}), packed) != whole


def test_a_count_that_is_stopped_hands_over_what_it_has(job: Job, packed: Packed, whole: str) -> None:
    stop = threading.Event()
    parts = list(engine.count(packed, job, None, 1, None, lambda done, _: stop.set(), None, stop, 512))
    done = [r for part in parts for r in part.ranges]
    assert 0 < size(done) < PATHS
    parts += engine.count(packed, job, missing(PATHS, done), 2)
    assert digest(joined(parts).tally()) == whole


def test_a_count_that_nobody_reads_any_more_ends(job: Job, packed: Packed) -> None:
    stream = engine.count(packed, job, threads=2, every=0.0, most=512)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "stress-count"]


def test_a_failure_in_a_task_reaches_the_caller(job: Job, packed: Packed, monkeypatch: Patch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("stress.kernels.alone.run", fail)
    with pytest.raises(MemoryError, match="no room"):
        list(engine.count(packed, job, threads=2))


def test_a_task_that_begins_after_another_failed_ends_too(job: Job, packed: Packed, monkeypatch: Patch) -> None:
    task = threads._Run.task
    begun: list[threading.Thread] = []

    def late(self: threads._Run, start: int, end: int) -> None:
        begun.append(threading.current_thread())
        if start > 0:
            time.sleep(0.5)  # by then the failure has been told, and what was counted asked for
        task(self, start, end)

    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(threads._Run, "task", late)
    with monkeypatch.context() as patched:
        patched.setattr("stress.kernels.alone.run", fail)
        with pytest.raises(MemoryError, match="no room"):
            list(engine.count(packed, job, threads=2))
    again = threading.Thread(target=lambda: list(engine.count(packed, job, threads=2)), daemon=True)
    again.start()
    again.join(timeout=120.0)
    assert begun
    assert not again.is_alive(), "the next count waits for a task that never ends"


@pytest.fixture(scope="module")
def two(job: Job, packed: Packed) -> tuple[Tally, Tally]:
    parts = [joined(engine.count(packed, job, work, 1)) for work in (((0, 1024),), ((1024, 3072),))]
    return parts[0].tally(), parts[1].tally()


def test_adding_in_place_is_merging(two: tuple[Tally, Tally]) -> None:
    into = merge([two[0]])
    add(into, two[1])
    for name, got, want in zip(Tally._fields, into, merge(list(two)), strict=True):
        np.testing.assert_array_equal(got, want, err_msg=name)
    for got, want in zip(copied(two[0]), merge([two[0]]), strict=True):
        np.testing.assert_array_equal(got, want)


def test_a_tally_comes_back_from_its_bytes(two: tuple[Tally, Tally]) -> None:
    back = decode(encode(two[0]))
    for got, want in zip(back, two[0], strict=True):
        np.testing.assert_array_equal(got, want)
        assert got.dtype == want.dtype


@pytest.mark.parametrize("data", [b"", b"{}\n", b'{"loss_count": ["<i8", [2]]}\n', b"\x00\xff", b"[1]\nx"])
def test_bytes_that_are_no_tally_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_the_digest_moves_with_one_count(two: tuple[Tally, Tally]) -> None:
    moved = merge([two[0]])
    moved.early_count[0, 0] += 1
    assert digest(moved) != digest(merge([two[0]]))


def test_a_tally_of_nothing_is_no_tally() -> None:
    with pytest.raises(ValueError, match="nothing was counted"):
        joined([])


@given(RANGES)
def test_union_holds_the_same_paths_in_order_and_without_overlap(ranges: list[tuple[int, int]]) -> None:
    merged = union(ranges)
    assert {p for a, b in merged for p in range(a, b)} == {p for a, b in ranges for p in range(a, b)}
    assert all(before[1] < after[0] for before, after in pairwise(merged))


@given(RANGES, st.integers(1, 60))
def test_done_and_missing_make_a_run(ranges: list[tuple[int, int]], n_path: int) -> None:
    gaps = missing(n_path, ranges)
    done = {p for a, b in ranges for p in range(a, b)}
    assert {p for a, b in gaps for p in range(a, b)} == set(range(n_path)) - done


@given(st.integers(1, 10**7), st.integers(0, 2_000), st.integers(1, 200), st.none() | st.integers(1, 10**6))
def test_tasks_cover_their_work_once_in_whole_panels(n_path: int, first: int, workers: int, most: int | None) -> None:
    start = min(first * PANEL_PATHS, (n_path - 1) // PANEL_PATHS * PANEL_PATHS)
    tasks = chunks([(start, n_path)], workers, max(most, n_path // 1000) if most else None)
    assert union(tasks) == ((start, n_path),)
    assert size(tasks) == n_path - start
    assert all(a % PANEL_PATHS == 0 for a, _ in tasks)
    assert all(is_whole([task]) or task[1] == n_path for task in tasks)


def test_a_part_panel_fits_only_a_run_that_ends_there() -> None:
    assert fits([(0, 512)], 1000)
    assert fits([(512, 1000)], 1000)
    assert not fits([(512, 1000)], 2000)
    assert not fits([(512, 1024)], 1000)
    assert overlap([(0, 512)], [(0, 1024)])
    assert not overlap([(0, 512)], [(512, 1024)])
    assert Counted(((0, 512), (1024, 1536)), b"").n_path == 1024
