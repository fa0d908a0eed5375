"""Runs with a card, by a make-believe driver: tasks, memory, merging, and what is said where there is none."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from make_believe import MakeBelieve
from shipped import JOB

import stress
from stress.cli import exit_code
from stress.errors import ConfigError, StressError
from stress.gpu import device, driver, emit
from stress.inputs.job import Job
from stress.kernels import alone
from stress.kernels.layout import PANEL_PATHS
from stress.kernels.memory import Packed, Workspace, pack
from stress.kernels.tally import Tally, merge
from stress.runs import cluster, engine
from stress.runs.cluster.connect import on_card
from stress.runs.counting.counted import Counted, copied, digest, joined
from stress.runs.counting.machines import Machines, kind, machines
from stress.runs.counting.ranges import size
from stress.runs.jobs.place import cards_of

PATHS = 5 * PANEL_PATHS + 40
SEED = 7


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> MakeBelieve:
    return MakeBelieve(tmp_path_factory.mktemp("driver"))


@pytest.fixture
def fake(library: MakeBelieve, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeBelieve]:
    monkeypatch.setattr(driver.ctypes, "CDLL", lambda name: library.lib)
    monkeypatch.setattr(emit, "kept", lambda architecture: f"kernel of {architecture}")
    driver._driver.cache_clear()
    driver.card_of.cache_clear()
    for name, value in {"cards": 1, "capability": 9, "broken": 0, "taken": 0}.items():
        library.set(name, value)
    library.launches.clear()
    yield library
    driver._driver.cache_clear()


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def no(name: str) -> Any:
        raise OSError(name)

    monkeypatch.setattr(driver.ctypes, "CDLL", no)
    driver._driver.cache_clear()
    yield
    driver._driver.cache_clear()


@pytest.fixture(scope="module")
def job() -> Job:
    return engine.with_options(stress.load(JOB), PATHS, SEED, ["baseline", "macro_severe"])


@pytest.fixture(scope="module")
def packed(job: Job) -> Packed:
    return engine.packed_of(job)


@pytest.fixture(scope="module")
def whole(packed: Packed) -> Tally:
    space = Workspace(packed)
    alone.run(space, 0, -(-PATHS // PANEL_PATHS), PATHS, SEED)
    return merge([space.tally()])


def same(first: Tally, second: Tally) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_card_counts_what_the_cpu_counts_in_launches_that_can_be_stopped(
    fake: MakeBelieve, packed: Packed, whole: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "LAUNCH", 2 * 2 * PANEL_PATHS)
    fake.runs(packed)
    space = device.GpuWorkspace(packed, driver.Card())
    space.run(0, 6, PATHS, SEED)
    assert fake.launches == [(0, 2), (2, 2), (4, 2)]
    assert same(merge([space.tally()]), whole)
    assert same(merge([space.counts()]), whole)
    space.clear()
    assert not space.counts().loss_count.any()
    space.run(0, 6, PATHS, SEED)
    assert same(merge([space.tally()]), whole)
    assert fake.get("taken") > 0
    space.close()
    assert fake.get("taken") == 0


def test_counts_are_fetched_before_their_low_words_are_full(
    fake: MakeBelieve, packed: Packed, whole: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "MOST_PATHS", 2 * PANEL_PATHS)
    fake.runs(packed)
    fetched: list[int] = []
    space = device.GpuWorkspace(packed, driver.Card())
    collect = space._collect
    monkeypatch.setattr(space, "_collect", lambda: (fetched.append(len(fake.launches)), collect()))
    space.run(0, 6, PATHS, SEED)
    assert fetched == [1, 2]
    assert same(merge([space.tally()]), whole)


@pytest.mark.usefixtures("quick_search")
@pytest.mark.parametrize("estimator", ["importance", "sobol"])
def test_samplers_go_to_the_card_with_their_arrays(fake: MakeBelieve, job: Job, estimator: str) -> None:
    sampled = engine.packed_of(job.model_copy(update={"estimator": estimator}))
    fake.runs(sampled)
    space = device.GpuWorkspace(sampled, driver.Card())
    space.run(0, 2, 700, SEED)
    cpu = Workspace(sampled)
    alone.run(cpu, 0, 2, 700, SEED)
    assert same(merge([space.tally()]), merge([cpu.tally()]))


def test_a_card_and_threads_share_a_run(fake: MakeBelieve, job: Job, packed: Packed, whole: Tally) -> None:
    fake.runs(packed)
    for hands in (Machines(0, 1), Machines(2, 1)):
        fake.launches.clear()
        counted = engine.count(packed, job, None, hands, most=PANEL_PATHS, every=0.0)
        parts = [Counted(part.ranges, copied(part.tally())) for part in counted]
        assert same(joined(parts).tally(), whole)
        assert 0 < len(fake.launches) <= 6


def test_a_run_on_a_card_can_be_stopped(fake: MakeBelieve, job: Job, packed: Packed) -> None:
    stop = threading.Event()
    fake.runs(packed, stop.set)
    parts = list(engine.count(packed, job, None, Machines(0, 1), stop=stop, most=PANEL_PATHS))
    (stretch,) = [r for part in parts for r in part.ranges]  # whichever task came first
    assert 0 < size([stretch]) <= PANEL_PATHS


def test_a_card_that_fails_ends_the_run(fake: MakeBelieve, job: Job, packed: Packed) -> None:
    fake.set("broken", 1)
    with pytest.raises(StressError, match=r"invalid PTX, 218\): line 3: no such instruction"):
        list(engine.count(packed, job, None, Machines(0, 1)))


def test_a_dataset_says_what_counted_it_and_is_the_same(fake: MakeBelieve, job: Job, packed: Packed) -> None:
    fake.runs(packed)
    here = stress.simulate(job, threads=1)
    there = stress.simulate(job, device="gpu")
    both = stress.simulate(job, threads=1, device="auto")
    assert [ds.attrs["machine"] for ds in (here, there, both)] == ["cpu", "gpu", "cpu and gpu"]
    for ds in (there, both):
        assert ds.equals(here)


def test_an_old_card_is_refused(fake: MakeBelieve) -> None:
    fake.set("capability", 6)
    with pytest.raises(ConfigError, match=r"Make-believe is of capability 6\.0; 7\.0 or later is needed"):
        driver.Card()


def test_a_replay_stays_on_the_cpu(fake: MakeBelieve, packed: Packed) -> None:
    with pytest.raises(ValueError, match="on a CPU"):
        device.GpuWorkspace(pack(packed.problem, traced=True), driver.Card())


@pytest.mark.usefixtures("nothing")
def test_without_a_driver_one_sentence_says_so(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", str(JOB), "--device", "gpu", "--out", str(tmp_path / "out")]) == 2
    asked = capsys.readouterr()
    assert asked.err.strip().endswith("libcuda.so.1 is not on this machine; cpu gives the same numbers")
    assert len(asked.err.strip().splitlines()) == 1
    assert not asked.out
    assert not (tmp_path / "out").exists()
    with pytest.raises(ConfigError, match="NVIDIA card and its driver"):
        stress.simulate(stress.load(JOB), device="gpu")
    assert machines("auto", 3) == Machines(3, 0)


def test_without_a_card_one_sentence_says_so(fake: MakeBelieve) -> None:
    fake.set("cards", 0)
    with pytest.raises(ConfigError, match="finds no card"):
        machines("gpu", 2)
    assert machines("auto", 2) == Machines(2, 0)


def test_another_device_is_refused(job: Job) -> None:
    with pytest.raises(ConfigError, match="must be one of cpu, gpu, auto"):
        stress.simulate(job, device="tpu")


def test_a_dry_run_says_what_would_count(fake: MakeBelieve, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", str(JOB), "--device", "gpu", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["where"] == "1 GPU"


def test_words_and_kinds() -> None:
    assert Machines(2, 1).words == "1 GPU and 2 threads"
    assert Machines(1).words == "1 thread"
    assert kind(None) == kind(Machines(4)) == "cpu"


def test_a_worker_sees_one_card(monkeypatch: pytest.MonkeyPatch, fake: MakeBelieve) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert on_card({"env": {"A": "1"}}, 1) == {"env": {"A": "1", "CUDA_VISIBLE_DEVICES": "1"}, "resources": {"GPU": 1}}
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    assert on_card({}, 1)["env"]["CUDA_VISIBLE_DEVICES"] == "5"
    fake.set("cards", 2)
    assert cards_of("gpu", 2) == 2
    assert cards_of("auto", 2) == 2
    assert cards_of("auto", 3) == 0
    assert cards_of("cpu", 2) == 0
    with pytest.raises(ConfigError, match="--workers 3: one card each, and this machine has 2"):
        cards_of("gpu", 3)


def test_a_worker_counts_on_its_card(fake: MakeBelieve, packed: Packed, whole: Tally) -> None:
    from stress.runs.cluster.work import count_range, identity

    fake.runs(packed)
    tally = count_range(packed, "a problem", (0, PATHS), SEED, identity(), True)
    assert same(joined([Counted(((0, PATHS),), tally)]).tally(), whole)
    assert fake.launches


@pytest.mark.slow
def test_workers_of_this_machine_hold_a_card_each() -> None:
    with cluster.local(2, cards=True) as client:
        assert cluster.n_card(client) == 2
        seen = client.run(lambda: __import__("os").environ["CUDA_VISIBLE_DEVICES"])
        assert sorted(seen.values()) == ["0", "1"]


def test_digests_do_not_depend_on_the_device(fake: MakeBelieve, job: Job, packed: Packed) -> None:
    fake.runs(packed)
    sha = digest(joined(engine.count(packed, job, None, Machines(1))).tally())
    assert digest(joined(engine.count(packed, job, None, Machines(0, 1))).tally()) == sha
